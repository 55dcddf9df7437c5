"""Part 4: a scheduler by hand. DDIM (Song, Meng and Ermon 2021) takes noise away in as many steps as one likes.

The network was trained on pictures with noise, ``latents = sqrt(level) * clean + sqrt(1 - level) * noise``, where
``level`` is the share of the signal: near 1 there is almost no noise, near 0 almost nothing else. There are 1000
levels. A scheduler says at which of them to stop, and how to get from one to the next.
"""

from __future__ import annotations

import math

import numpy as np
from guidance import Network, guided_noise

__all__ = ["clean_estimate", "ddim_step", "fresh_noise_size", "sample", "signal_levels", "timesteps"]


def signal_levels(trained: int = 1000, first: float = 0.00085, last: float = 0.012) -> np.ndarray:
    """Return the share of the signal at each timestep, from least noise to most: float64 of shape ``(trained,)``.

    ``level[t] = (1 - beta[0]) (1 - beta[1]) ... (1 - beta[t])``: at each timestep ``t`` a share ``beta[t]`` of the
    signal was lost in training. The **square roots** of the betas go evenly from the root of ``first`` to the root of
    ``last`` (Stable Diffusion's own choice, which its configuration calls ``scaled_linear``).
    """
    # TASK 4.1: the betas from the evenly spaced roots, and the running product
    # BEGIN SOLUTION
    betas = np.linspace(math.sqrt(first), math.sqrt(last), trained) ** 2
    return np.cumprod(1 - betas)
    # END SOLUTION


def timesteps(steps: int, trained: int = 1000, offset: int = 1) -> np.ndarray:
    """Return the timesteps to stop at, from most noise to least: int64 of shape ``(steps,)``.

    They are ``trained // steps`` apart and the smallest is ``offset``: for 33 steps 961, 931, ..., 31, 1.

    Raises:
        ValueError: unless ``1 <= steps < trained``; the message says what came. (With all ``trained`` steps the first
            one would be ``trained`` itself, which is no level any more. The library makes it, and fails later.)
    """
    # TASK 4.2: evenly spaced whole numbers, counted down
    # BEGIN SOLUTION
    if not 1 <= steps < trained:
        raise ValueError(f"steps must be from 1 to {trained - 1}. Received: {steps}.")
    return np.arange(steps)[::-1] * (trained // steps) + offset
    # END SOLUTION


def clean_estimate(latents: np.ndarray, noise: np.ndarray, level: float) -> np.ndarray:
    """Return what the latents would be without the noise: solve the equation at the top of this file for ``clean``.

    Args:
        latents: any shape.
        noise: what the network takes for noise in them; the same shape.
        level: the share of the signal, above 0. It may be a ``np.float64``; float32 latents must stay float32.
    """
    # TASK 4.3: the clean latents from the noisy ones and the noise
    # BEGIN SOLUTION
    return (latents - math.sqrt(1 - level) * noise) / math.sqrt(level)
    # END SOLUTION


def fresh_noise_size(level: float, next_level: float, eta: float) -> float:
    """Return sigma, the size of the fresh noise that a step from ``level`` to ``next_level`` adds (equation 16).

    ``eta * sqrt((1 - next_level) / (1 - level)) * sqrt(1 - level / next_level)``. With ``eta`` 0 nothing is added and
    the picture follows from its first noise alone: that is DDIM. With 1 it is DDPM, the older way.
    """
    # TASK 4.4: sigma
    # BEGIN SOLUTION
    return eta * math.sqrt((1 - next_level) / (1 - level)) * math.sqrt(1 - level / next_level)
    # END SOLUTION


def ddim_step(
    latents: np.ndarray,
    noise: np.ndarray,
    level: float,
    next_level: float,
    eta: float = 0.0,
    fresh: np.ndarray | None = None,
) -> np.ndarray:
    """Return the latents at the next level, which has more signal (equation 12).

    ``sqrt(next_level) * clean + sqrt(1 - next_level - sigma^2) * noise + sigma * fresh``: the same clean latents as
    `clean_estimate` finds, with as much of the same noise as belongs to the next level.

    Args:
        latents, noise: of one shape, and not changed; float32 stays float32.
        level: the share of the signal in ``latents``.
        next_level: the share that is wanted.
        eta: how much of the noise is made anew, see `fresh_noise_size`.
        fresh: standard normal numbers of the same shape; needed only where ``eta`` is not 0.
    """
    # TASK 4.5: the clean estimate, with the noise of the next level
    # BEGIN SOLUTION
    sigma = fresh_noise_size(level, next_level, eta)
    clean = clean_estimate(latents, noise, level)
    stepped = math.sqrt(next_level) * clean + math.sqrt(1 - next_level - sigma**2) * noise
    return stepped if fresh is None else stepped + sigma * fresh
    # END SOLUTION


def sample(
    network: Network,
    latents: np.ndarray,
    text_vectors: np.ndarray,
    steps: int = 33,
    strength: float = 5.0,
) -> list[np.ndarray]:
    """Return the latents before the first step and after each: ``steps + 1`` arrays, the last one to be decoded.

    For each of the `timesteps` ``t`` the network says, with guidance, what is noise, and `ddim_step` (``eta`` 0) goes
    from the level at ``t`` to the level at ``t - 1000 // steps``. The last step would end before the first level; it
    ends at the level at 0.

    Args:
        network: as in `guided_noise`.
        latents: standard normal noise, ``(batch, channels, y, x)``; not changed.
        text_vectors: ``(2 * batch, positions, width)``, without and with the prompts.
        steps, strength: see `timesteps` and `guide`.
    """
    # TASK 4.6: the loop
    # BEGIN SOLUTION
    levels = signal_levels()
    states = [latents]
    for timestep in timesteps(steps):
        noise = guided_noise(network, states[-1], int(timestep), text_vectors, strength)
        following = max(timestep - len(levels) // steps, 0)
        states.append(ddim_step(states[-1], noise, levels[timestep], levels[following]))
    return states
    # END SOLUTION
