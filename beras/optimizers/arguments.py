"""What optimizers check of their arguments."""

from __future__ import annotations

import math
from typing import Any

from beras.errors import did_you_mean

__all__ = [
    "check_accumulation",
    "check_averaging",
    "check_choice_of_clipping",
    "check_fraction",
    "check_not_negative",
    "refuse_unbuilt",
    "refuse_unknown",
    "to_learning_rate",
]

#: Arguments of Keras that do nothing here, with the only value that is accepted.
UNBUILT = {"loss_scale_factor": None}

#: Names of other libraries for arguments that stand in every optimizer.
RENAMED = {
    "lr": "learning_rate",
    "learn_rate": "learning_rate",
    "decay": "weight_decay, or a schedule from beras.optimizers.schedules as learning_rate",
    "eps": "epsilon",
    "betas": "beta_1 and beta_2",
    "beta1": "beta_1",
    "beta2": "beta_2",
    "alpha": "rho",
}


def refuse_unbuilt(given: dict[str, Any]) -> None:
    """Raise NotImplementedError when an argument of Keras that is not built here has another value than its default."""
    for name, value in given.items():
        if value != UNBUILT[name]:
            raise NotImplementedError(
                f"{name} is accepted for the sake of Keras scripts with its default {UNBUILT[name]!r} only: beras does "
                f"not have it. Received: {name}={value!r}."
            )


def refuse_unknown(optimizer: type, given: dict[str, Any]) -> None:
    """Raise TypeError for an argument that the constructor of ``optimizer`` does not have."""
    for name in given:
        from inspect import signature

        known = [argument for argument in signature(optimizer).parameters if argument != "kwargs"]
        hint = f" Write {RENAMED[name]}." if name in RENAMED else did_you_mean(name, known)
        raise TypeError(f"{optimizer.__name__} has no argument {name!r}.{hint}")


def check_fraction(name: str, value: Any, includes_one: bool = False) -> float:
    """Return ``value``, a factor in [0, 1), as a float; with ``includes_one`` 1 is good too."""
    if not (0 <= value < 1 or (includes_one and value == 1)):
        interval = "[0, 1]" if includes_one else "[0, 1)"
        raise ValueError(f"{name} must be in {interval}. Received: {name}={value!r}.")
    return float(value)


def check_not_negative(name: str, value: Any) -> float:
    """Return ``value``, a number that is 0 or more, as a float."""
    if not 0 <= value < math.inf:
        raise ValueError(f"{name} must be 0 or more. Received: {name}={value!r}.")
    return float(value)


def check_averaging(momentum: Any, overwrite_frequency: Any) -> None:
    """Raise ValueError when the averages of ``use_ema`` cannot be made with these."""
    check_fraction("ema_momentum", momentum, includes_one=True)
    if overwrite_frequency is not None and not _is_count(overwrite_frequency, 1):
        raise ValueError(
            f"ema_overwrite_frequency must be a positive integer, or None for never. "
            f"Received: ema_overwrite_frequency={overwrite_frequency!r}."
        )


def check_accumulation(steps: Any) -> None:
    """Raise ValueError unless ``steps`` is ``None`` or an integer of 2 or more."""
    if steps is not None and not _is_count(steps, 2):
        raise ValueError(
            f"gradient_accumulation_steps must be an integer of 2 or more, or None for an update at every call. "
            f"Received: gradient_accumulation_steps={steps!r}."
        )


def _is_count(value: Any, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def check_choice_of_clipping(**given: float | None) -> None:
    """Raise ValueError when more than one way of clipping is chosen, or its bound is not positive."""
    chosen = {name: value for name, value in given.items() if value is not None}
    if len(chosen) > 1:
        received = ", ".join(f"{name}={value!r}" for name, value in chosen.items())
        raise ValueError(f"Only one of clipnorm, clipvalue and global_clipnorm can be set. Received: {received}.")
    for name, value in chosen.items():
        if not value > 0:
            raise ValueError(f"{name} must be above 0, or None for no clipping. Received: {name}={value!r}.")


def to_learning_rate(value: Any) -> float:
    """Return ``value``, a finite number that is not negative, as a Python float."""
    try:
        rate = math.nan if isinstance(value, (bool, str)) else float(value)
    except (TypeError, ValueError):
        rate = math.nan
    if not 0 <= rate < math.inf:
        raise ValueError(
            f"A learning rate must be a finite number, 0 or more, or a schedule of beras.optimizers.schedules. "
            f"Received: {value!r}."
        )
    return rate
