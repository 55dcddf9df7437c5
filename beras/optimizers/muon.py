"""Muon: the momentum of a matrix, made nearly orthogonal."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from beras.autodiff import Variable
from beras.optimizers.adam import Adam
from beras.optimizers.arguments import check_fraction
from beras.optimizers.gradients import norm
from beras.optimizers.optimizer import Block, Optimizer

__all__ = ["Muon"]


class Muon(Optimizer):
    """The momentum of a matrix, with all its singular values brought near 1; other weights go by `AdamW`.

    ``m = momentum * m + g``, and with ``nesterov`` ``x = g + momentum * m`` (else ``x = m``). From ``x / |x|``,
    ``ns_steps`` times ``x = a x + (b A + c A A) x`` with ``A = x x^T`` (Newton and Schulz's iteration with the
    coefficients ``muon_a``, ``muon_b``, ``muon_c``) leads near the closest orthogonal matrix. Then
    ``w -= learning_rate * sqrt(max(n_in, n_out)) * rms_rate * x``; without the two factors for ``rms_rate=None``.
    Jordan et al., Muon, 2024; the factors are those of Liu et al., Muon is Scalable for LLM Training, 2025.

    Args:
        adam_beta_1, adam_beta_2, epsilon: of AdamW, for Variables that have not two axes, for embeddings (unless
            ``exclude_embeddings=False``), and where one of the patterns ``exclude_layers`` is found in the path of the
            Variable (``"dense/kernel"``).
        adam_weight_decay: the weight decay of these; ``weight_decay`` is that of the matrices.
        adam_lr_ratio: what the learning rate of these is multiplied by.

    The last layer and embeddings should go by AdamW. The Keras equivalent is ``keras.optimizers.Muon``; torch's is
    ``torch.optim.Muon``, for matrices only.

    >>> import numpy as np
    >>> import beras
    >>> w = beras.Variable(np.zeros((2, 2)))
    >>> Muon(1.0, rms_rate=None).apply([np.array([[3.0, 0.0], [0.0, -5.0]])], [w])
    >>> bool(np.all(np.abs(np.abs(np.diag(w.numpy())) - 1) < 0.35))
    True
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        adam_beta_1: float = 0.9,
        adam_beta_2: float = 0.999,
        adam_weight_decay: float | None = 0.004,
        epsilon: float = 1e-7,
        weight_decay: float | None = 0.004,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        exclude_layers: Sequence[str] | None = None,
        exclude_embeddings: bool = True,
        muon_a: float = 3.4445,
        muon_b: float = -4.7750,
        muon_c: float = 2.0315,
        adam_lr_ratio: float = 1,
        momentum: float = 0.95,
        ns_steps: int = 5,
        nesterov: bool = True,
        rms_rate: float | None = 0.2,
        **kwargs: Any,
    ):
        self.momentum = check_fraction("momentum", momentum, includes_one=True)
        self.muon_a, self.muon_b, self.muon_c = muon_a, muon_b, muon_c
        self.adam_lr_ratio = adam_lr_ratio
        self.adam_weight_decay = adam_weight_decay
        self.ns_steps = ns_steps
        self.nesterov = bool(nesterov)
        self.exclude_embeddings = bool(exclude_embeddings)
        self.exclude_layers = list(exclude_layers or ())
        self.rms_rate = rms_rate
        self._adam = Adam(0.0, adam_beta_1, adam_beta_2, epsilon)
        super().__init__(
            learning_rate,
            weight_decay,
            clipnorm,
            clipvalue,
            global_clipnorm,
            use_ema,
            ema_momentum,
            ema_overwrite_frequency,
            loss_scale_factor,
            gradient_accumulation_steps,
            name,
            **kwargs,
        )

    def _goes_by_adam(self, variable: Variable) -> bool:
        import re

        return (
            len(variable.shape) != 2
            or (self.exclude_embeddings and "embedding" in variable.path.lower())
            or any(re.search(pattern, variable.path) for pattern in self.exclude_layers)
        )

    def slot_names_of(self, variable: Variable) -> tuple[str, ...]:
        return self._adam.slot_names() if self._goes_by_adam(variable) else ("momentum",)

    def weight_decay_of(self, variable: Variable) -> float | None:
        return self.adam_weight_decay if self._goes_by_adam(variable) else self.weight_decay

    def decays(self) -> dict[str, tuple[float, float]]:
        return {**self._adam.decays(), "momentum": (self.momentum, math.inf)}

    def coefficients(self, learning_rate: float, step: int) -> tuple[float, tuple[float, float]]:
        return learning_rate, self._adam.coefficients(learning_rate * self.adam_lr_ratio, step)

    def update_variable(self, variable: Variable, blocks: Iterator[Block], coefficients: Any) -> None:
        rate, of_adam = coefficients
        if self._goes_by_adam(variable):
            self._adam.update_variable(variable, blocks, of_adam)
            return
        (momentum,) = self.arrays_of(variable)
        matrix = np.empty(variable.shape, momentum.dtype)
        flat = matrix.reshape(-1)
        for block in blocks:
            (m,) = block.slots
            np.multiply(m, self.momentum, out=m)
            np.add(m, block.g, out=m)
            if self.nesterov:
                np.multiply(m, self.momentum, out=block.scratch)
                np.add(block.scratch, block.g, out=flat[block.part])
            else:
                flat[block.part] = m
        flat = self.orthogonalized(matrix).reshape(-1)
        if self.rms_rate is not None:
            rate *= math.sqrt(max(variable.shape)) * self.rms_rate
        for block in self.blocks_again(variable):
            np.multiply(flat[block.part], rate, out=block.scratch)
            np.subtract(block.w, block.scratch, out=block.w)

    def orthogonalized(self, x: np.ndarray) -> np.ndarray:
        """Return a matrix with the singular vectors of ``x``, ``(n_in, n_out)``, and singular values near 1."""
        upright = x.shape[0] > x.shape[1]
        x = (x.T if upright else x) / (norm(x) + 1e-7)
        for _ in range(self.ns_steps):
            square = x @ x.T
            fourth = square @ square
            fourth *= self.muon_c
            square *= self.muon_b
            square += fourth
            update = square @ x
            x *= self.muon_a
            x += update
        return np.ascontiguousarray(x.T) if upright else x

    def get_arguments(self) -> dict[str, Any]:
        return {
            "adam_beta_1": self._adam.beta_1,
            "adam_beta_2": self._adam.beta_2,
            "epsilon": self._adam.epsilon,
            "exclude_layers": self.exclude_layers,
            "muon_a": self.muon_a,
            "muon_b": self.muon_b,
            "muon_c": self.muon_c,
            "adam_lr_ratio": self.adam_lr_ratio,
            "momentum": self.momentum,
            "ns_steps": self.ns_steps,
            "nesterov": self.nesterov,
            "exclude_embeddings": self.exclude_embeddings,
            "adam_weight_decay": self.adam_weight_decay,
            "rms_rate": self.rms_rate,
        }
