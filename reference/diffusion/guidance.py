"""Part 3: classifier-free guidance, which makes a picture follow its prompt (Ho and Salimans 2022)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

__all__ = ["Network", "guide", "guided_noise"]

#: ``network(latents, timestep, text_vectors) -> noise``: what the U-Net takes for noise in each of the latents,
#: ``(n, channels, y, x)`` as the latents are, given ``text_vectors`` of shape ``(n, positions, width)``.
Network = Callable[[np.ndarray, int, np.ndarray], np.ndarray]


def guide(noise: np.ndarray, strength: float) -> np.ndarray:
    """Return the noise with guidance: from what the network says without the prompt, go towards what it says with it.

    ``without + strength * (with - without)``: strength 0 forgets the prompt, 1 is what the network says with it, and a
    larger one goes beyond.

    Args:
        noise: ``(2 * batch, channels, y, x)``: first all those without the prompt, then all those with it.
        strength: 5 to 8 are usual.

    Returns:
        ``(batch, channels, y, x)``, float32 if the noise is float32.
    """
    # TASK 3.1: the first half, and so many times the difference to the second
    # BEGIN SOLUTION
    without, with_prompt = np.split(noise, 2)
    return without + float(strength) * (with_prompt - without)
    # END SOLUTION


def guided_noise(
    network: Network, latents: np.ndarray, timestep: int, text_vectors: np.ndarray, strength: float
) -> np.ndarray:
    """Return the noise in the latents, with guidance; the network is called **once**, for both halves together.

    Args:
        network: see above. It must get as many latents as text vectors.
        latents: ``(batch, channels, y, x)``.
        timestep: how noisy they are, 0 to 999.
        text_vectors: ``(2 * batch, positions, width)``: first those without the prompts, then those with them.
        strength: as in `guide`.
    """
    # TASK 3.2: ask the network about each of the latents twice, without and with the prompt
    # BEGIN SOLUTION
    twice = np.concatenate([latents, latents])
    return guide(network(twice, timestep, text_vectors), strength)
    # END SOLUTION
