"""Schedulers: which levels of noise the steps stop at, and how a step is made."""

from __future__ import annotations

import copy
import inspect
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from beras.diffusion.chatter import quiet_libraries
from beras.diffusion.checks import check_steps
from beras.diffusion.errors import DiffusionError
from beras.errors import unknown_name

__all__ = ["SCHEDULERS", "check_name", "new_scheduler", "old_numpy_calls", "step_options"]

#: The names that `generate` takes, and the classes of diffusers that they stand for.
SCHEDULERS = {
    "pndm": "PNDMScheduler",
    "ddim": "DDIMScheduler",
    "ddpm": "DDPMScheduler",
    "lms": "LMSDiscreteScheduler",
    "euler": "EulerDiscreteScheduler",
    "euler-ancestral": "EulerAncestralDiscreteScheduler",
    "heun": "HeunDiscreteScheduler",
    "deis": "DEISMultistepScheduler",
    "dpm-solver": "DPMSolverMultistepScheduler",
    "dpm-solver-single": "DPMSolverSinglestepScheduler",
    "kdpm2": "KDPM2DiscreteScheduler",
    "kdpm2-ancestral": "KDPM2AncestralDiscreteScheduler",
    "unipc": "UniPCMultistepScheduler",
}


def check_name(name: str) -> str:
    """Return a name of `SCHEDULERS`, in lower case.

    Raises:
        DiffusionError: for another name, with the nearest.

    >>> check_name("DDIM")
    'ddim'
    """
    if name.lower() not in SCHEDULERS:
        raise DiffusionError(unknown_name("scheduler", name, SCHEDULERS))
    return name.lower()


def new_scheduler(pipe: Any, scheduler: Any, steps: Any) -> Any:
    """Return a scheduler of its own for one run, with its ``timesteps`` set, on the CPU.

    ``scheduler`` is ``None`` for the pipeline's or a scheduler, which is copied and never changed; or a name of
    `SCHEDULERS` or a class of diffusers, which take over the pipeline's levels of noise, and do not cut latents off at
    -1 and 1 (``clip_sample``), which is for pixels.

    PNDM (Liu et al. 2022) looks at the second level twice: ``steps`` steps are ``steps + 1`` calls of the network.

    Raises:
        DiffusionError: for another name or thing, and for steps that the network was not trained for.
    """
    given = pipe.scheduler if scheduler is None else scheduler
    kind = _class_of(given)
    is_object = isinstance(given, kind)
    with quiet_libraries(), old_numpy_calls():
        # A pipeline writes settings of its own into its scheduler (clip_sample, steps_offset), which from_config drops.
        new = copy.deepcopy(given) if is_object else _of_another_class(kind, pipe.scheduler.config)
        trained = new.config.num_train_timesteps
        new.set_timesteps(check_steps(steps, trained))
    if float(new.timesteps.max()) > trained - 1:
        raise DiffusionError(
            f"{kind.__name__} would begin {steps} steps at level {int(new.timesteps.max())}; the network knows 0 to "
            f"{trained - 1}. Take fewer steps. Received: steps={steps!r}."
        )
    return new


def _of_another_class(kind: Any, config: Any) -> Any:
    chosen = config.keys() - set(config.get("_use_default_values", ()))
    clips = "clip_sample" in inspect.signature(kind).parameters and "clip_sample" not in chosen
    return kind.from_config(config, **({"clip_sample": False} if clips else {}))


def _class_of(scheduler: Any) -> Any:
    import diffusers
    from diffusers.schedulers.scheduling_utils import SchedulerMixin

    if isinstance(scheduler, str):
        return getattr(diffusers, SCHEDULERS[check_name(scheduler)])
    kind = scheduler if isinstance(scheduler, type) else type(scheduler)
    if not issubclass(kind, SchedulerMixin):
        raise DiffusionError(
            f"scheduler takes a scheduler of diffusers or one of {', '.join(SCHEDULERS)}. Received: {scheduler!r}."
        )
    return kind


def step_options(scheduler: Any, generator: Any) -> dict[str, Any]:
    """Return what a scheduler's ``step`` takes besides: a generator where it draws noise, and DDIM's eta, 0."""
    options = {"eta": 0.0, "generator": generator}
    taken = inspect.signature(scheduler.step).parameters
    return {name: value for name, value in options.items() if name in taken}


@contextmanager
def old_numpy_calls() -> Iterator[None]:
    """Within the block schedulers may hand tensors to NumPy in their way, of which NumPy 2 warns."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="__array_", category=DeprecationWarning)
        yield
