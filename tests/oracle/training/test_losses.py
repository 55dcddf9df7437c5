"""Every loss, trained for 200 steps on both sides in float64."""

from __future__ import annotations

import numpy as np
import pytest

import beras
from beras import layers, losses
from beras.oracle.training import train_both
from tests.oracle.training.problems import BATCH, COUNTS, LABELS, NUMBERS, ONE_HOT, SHARES, STEPS, X, mlp

pytest.importorskip("torch")
pytestmark = pytest.mark.torch

WITH_IGNORED = np.where(np.arange(len(LABELS)) % 4, LABELS, -1)


class Quartic(losses.Loss):
    """A loss of a user's own, of which torch knows nothing."""

    def call(self, y_true, y_pred):
        return np.mean((y_true - y_pred) ** 4, axis=-1)


class Unshifted(beras.Diffable):
    """A loss with a hand-written gradient."""

    def forward(self, y_pred, y_true):
        self.error = y_pred - y_true
        return np.mean(self.error**2, axis=-1)

    def input_gradients(self):
        return 2 * self.error / self.error.shape[-1]


def cubic(y_true, y_pred):
    return np.mean(np.abs(y_true - y_pred) ** 3, axis=-1)


SOFTMAX = "softmax along axis 1"  # which the loss is not fused with
#: loss, what the model ends in, labels
CASES = {
    "binary": (losses.BinaryCrossentropy(), "sigmoid", ONE_HOT),
    "binary, unfused": (losses.BinaryCrossentropy(label_smoothing=0.1), "hard_sigmoid", ONE_HOT),
    "binary, logits": (losses.BinaryCrossentropy(from_logits=True, label_smoothing=0.2), None, SHARES),
    "categorical": (losses.CategoricalCrossentropy(), "softmax", ONE_HOT),
    "categorical, smoothed": (losses.CategoricalCrossentropy(label_smoothing=0.1), "softmax", SHARES),
    "categorical, unfused": (losses.CategoricalCrossentropy(), SOFTMAX, ONE_HOT),
    "categorical, unnormalised": (losses.CategoricalCrossentropy(label_smoothing=0.1), "softplus", ONE_HOT),
    "categorical, logits": (losses.CategoricalCrossentropy(from_logits=True), None, SHARES),
    "categorical, another axis": (losses.CategoricalCrossentropy(from_logits=True, axis=0), None, SHARES[:BATCH]),
    "sparse": (losses.SparseCategoricalCrossentropy(), "softmax", LABELS),
    "sparse, a column": (losses.SparseCategoricalCrossentropy(), "softmax", LABELS[:, None].astype(float)),
    "sparse, unfused": (losses.SparseCategoricalCrossentropy(), SOFTMAX, LABELS),
    "sparse, ignoring": (losses.SparseCategoricalCrossentropy(ignore_class=-1), "softmax", WITH_IGNORED),
    "sparse, ignoring 0": (losses.SparseCategoricalCrossentropy(ignore_class=0), SOFTMAX, LABELS),
    "focal": (losses.BinaryFocalCrossentropy(), "sigmoid", ONE_HOT),
    "focal, balanced": (losses.BinaryFocalCrossentropy(True, 0.4, 1.5, label_smoothing=0.1), "hard_sigmoid", SHARES),
    "focal, logits": (losses.BinaryFocalCrossentropy(from_logits=True, gamma=1.0, axis=0), None, ONE_HOT),
    "categorical focal": (losses.CategoricalFocalCrossentropy(alpha=1.0), "softmax", ONE_HOT),
    "categorical focal, unnormalised": (
        losses.CategoricalFocalCrossentropy(0.6, 1.5, label_smoothing=0.1), "softplus", ONE_HOT
    ),
    "categorical focal, logits": (losses.CategoricalFocalCrossentropy(1.0, from_logits=True), None, SHARES),
    "generalized": (losses.CategoricalGeneralizedCrossEntropy(), "softmax", LABELS),
    "generalized, a column": (losses.CategoricalGeneralizedCrossEntropy(0.8), SOFTMAX, LABELS[:, None]),
    "dice": (losses.Dice(), "sigmoid", ONE_HOT),
    "dice, by class": (losses.Dice(axis=0), "softmax", SHARES),
    "tversky": (losses.Tversky(0.3, 0.9), "sigmoid", ONE_HOT),
    "tversky, by sample": (losses.Tversky(0.7, axis=-1, reduction="sum"), "softmax", ONE_HOT),
    "mse": ("mse", None, NUMBERS),
    "mse, summed": (losses.MeanSquaredError(reduction="sum"), None, NUMBERS / 10),
    "mse, not reduced": (losses.MeanSquaredError(reduction=None), None, NUMBERS / 10),
    "mse, by weights": (losses.MeanSquaredError(reduction="mean_with_sample_weight"), None, NUMBERS),
    "mse, in float32": (losses.MeanSquaredError(dtype="float64"), None, NUMBERS.astype(np.float32)),
    "mae": (losses.MeanAbsoluteError(), None, NUMBERS),
    "mape": (losses.MeanAbsolutePercentageError(), None, 100 * NUMBERS + 500 * np.sign(NUMBERS)),
    "msle": (losses.MeanSquaredLogarithmicError(), "softplus", COUNTS),
    "huber": (losses.Huber(delta=0.4), None, NUMBERS),
    "log_cosh": (losses.LogCosh(), None, NUMBERS),
    "cosine": (losses.CosineSimilarity(), None, NUMBERS),
    "cosine, another axis": (losses.CosineSimilarity(axis=0), None, NUMBERS),
    "hinge": (losses.Hinge(), None, ONE_HOT),
    "hinge, signs": (losses.Hinge(), None, 2 * ONE_HOT - 1),
    "squared hinge": (losses.SquaredHinge(), None, ONE_HOT),
    "categorical hinge": (losses.CategoricalHinge(), None, ONE_HOT),
    "kl": (losses.KLDivergence(), "softmax", SHARES),
    "poisson": (losses.Poisson(), "softplus", COUNTS),
    "one's own": (Quartic(), None, NUMBERS / 4),
    "one's own, with a gradient": (Unshifted(), None, NUMBERS),
    "a function": (cubic, None, NUMBERS),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_both_sides_stay_together_for_200_steps(name):
    loss, last, y = CASES[name]
    model = mlp(*{None: (), SOFTMAX: (layers.Softmax(1, dtype="float64"),)}.get(last, (last,)))
    model.compile(beras.optimizers.SGD(0.02, momentum=0.9), loss)
    both = train_both(model, X[: len(y)], y, epochs=STEPS * BATCH // len(y), batch_size=BATCH)
    assert len(both.beras_losses) == STEPS
    assert both.largest_loss_difference < 1e-11
    assert both.largest_relative_weight_difference < 1e-11
    assert np.ptp(both.beras_losses) > 1e-3, "nothing was learned"


def test_one_number_per_sample_meets_a_column():
    model = mlp(units=1)
    model.compile("sgd", "mse")
    both = train_both(model, X, NUMBERS[:, 0], batch_size=BATCH, epochs=2)
    assert both.largest_loss_difference < 1e-13


def test_every_public_loss_is_trained():
    public = {getattr(losses, name) for name in losses.__all__ if isinstance(getattr(losses, name), type)}
    tried = {type(losses.get(loss)) for loss, _, _ in CASES.values()}
    missing = public - tried - {losses.Loss}
    assert not missing, f"train_both must know {missing}: add rows to oracle/training/losses.py and to CASES"
    from beras.losses.get import FUNCTIONS
    from beras.oracle.training.losses import LOSSES

    assert set(LOSSES) == set(FUNCTIONS)


def test_a_wrong_hand_written_gradient_is_seen():
    class Wrong(Unshifted):
        def input_gradients(self):
            return 2 * self.error

    model = mlp()
    model.compile("sgd", Wrong())
    both = train_both(model, X, NUMBERS, batch_size=BATCH)
    assert both.loss_differences[0] < 1e-14
    assert both.first_step_apart() == 1
