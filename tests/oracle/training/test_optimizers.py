"""Every optimizer with every option, trained for 200 steps on both sides in float64."""

from __future__ import annotations

import numpy as np
import pytest

import beras
from beras import optimizers
from beras.optimizers import schedules
from beras.oracle.training import registry, train_both, twin_optimizer
from tests.oracle.training.problems import BATCH, EPOCHS, LABELS, NUMBERS, STEPS, X, mlp

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.torch


def falling():
    return schedules.ExponentialDecay(0.05, decay_steps=20, decay_rate=0.5)


def sawtooth(step):
    return 0.02 / (1 + step % 7)


CASES = {
    "SGD": lambda: optimizers.SGD(0.1),
    "SGD, momentum": lambda: optimizers.SGD(0.05, momentum=0.9),
    "SGD, nesterov": lambda: optimizers.SGD(0.05, momentum=0.9, nesterov=True),
    "SGD, nesterov without momentum": lambda: optimizers.SGD(0.05, nesterov=True),
    "SGD, scheduled": lambda: optimizers.SGD(falling()),
    "SGD, momentum, scheduled": lambda: optimizers.SGD(falling(), momentum=0.9),
    "SGD, nesterov, a function": lambda: optimizers.SGD(sawtooth, momentum=0.8, nesterov=True),
    "SGD, decay": lambda: optimizers.SGD(0.1, weight_decay=0.1),
    "SGD, clipnorm": lambda: optimizers.SGD(0.1, clipnorm=0.05),
    "SGD, clipvalue": lambda: optimizers.SGD(0.1, clipvalue=0.01),
    "SGD, global_clipnorm": lambda: optimizers.SGD(0.1, global_clipnorm=0.1),
    "RMSprop": lambda: optimizers.RMSprop(0.01),
    "RMSprop, rho": lambda: optimizers.RMSprop(0.01, rho=0.5, epsilon=1e-3),
    "RMSprop, momentum": lambda: optimizers.RMSprop(0.003, momentum=0.7),
    "RMSprop, centered": lambda: optimizers.RMSprop(0.003, centered=True, epsilon=1e-5),
    "RMSprop, everything": lambda: optimizers.RMSprop(
        falling(), momentum=0.5, centered=True, weight_decay=0.01, clipnorm=0.5
    ),
    "Adam": lambda: optimizers.Adam(0.01),
    "Adam, betas": lambda: optimizers.Adam(0.01, beta_1=0.5, beta_2=0.9, epsilon=1e-3),
    "Adam, amsgrad": lambda: optimizers.Adam(0.02, beta_2=0.9, amsgrad=True),
    "Adam, scheduled": lambda: optimizers.Adam(falling(), global_clipnorm=0.2),
    "Adam, decay": lambda: optimizers.Adam(0.01, weight_decay=0.05),
    "AdamW": lambda: optimizers.AdamW(0.01, weight_decay=0.05),
    "AdamW, amsgrad": lambda: optimizers.AdamW(falling(), amsgrad=True, clipvalue=0.1),
    "Adagrad": lambda: optimizers.Adagrad(0.1),
    "Adagrad, scheduled": lambda: optimizers.Adagrad(
        falling(), initial_accumulator_value=0.01, epsilon=1e-3, weight_decay=0.01
    ),
    "Adadelta": lambda: optimizers.Adadelta(1.0),
    "Adadelta, rho": lambda: optimizers.Adadelta(sawtooth, rho=0.5, epsilon=1e-2, clipnorm=0.5),
    "Adafactor": lambda: optimizers.Adafactor(0.05),
    "Adafactor, everything": lambda: optimizers.Adafactor(
        falling(), beta_2_decay=-0.5, epsilon_1=1e-9, epsilon_2=0.5, clip_threshold=0.3, weight_decay=0.01
    ),
    "Adamax": lambda: optimizers.Adamax(0.01),
    "Adamax, betas": lambda: optimizers.Adamax(falling(), beta_1=0.5, beta_2=0.8, epsilon=1e-3, clipvalue=0.1),
    "Ftrl": lambda: optimizers.Ftrl(0.1),
    "Ftrl, everything": lambda: optimizers.Ftrl(
        0.1,
        learning_rate_power=-0.7,
        initial_accumulator_value=0.5,
        l1_regularization_strength=1e-3,
        l2_regularization_strength=0.01,
        l2_shrinkage_regularization_strength=0.001,
        beta=0.1,
    ),
    "Lamb": lambda: optimizers.Lamb(0.01),
    "Lamb, betas": lambda: optimizers.Lamb(falling(), beta_1=0.5, beta_2=0.9, epsilon=1e-3, weight_decay=0.01),
    "Lion": lambda: optimizers.Lion(0.003),
    "Lion, betas": lambda: optimizers.Lion(falling(), beta_1=0.5, beta_2=0.7, weight_decay=0.1),
    "Muon": lambda: optimizers.Muon(0.01),
    "Muon, everything": lambda: optimizers.Muon(
        falling(),
        adam_beta_1=0.5,
        adam_beta_2=0.9,
        adam_weight_decay=0.1,
        epsilon=1e-3,
        weight_decay=0.02,
        muon_a=1.5,
        muon_b=-0.5,
        muon_c=0.0,
        adam_lr_ratio=0.5,
        momentum=0.5,
        ns_steps=3,
        nesterov=False,
        rms_rate=None,
    ),
    "Nadam": lambda: optimizers.Nadam(0.01),
    "Nadam, betas": lambda: optimizers.Nadam(falling(), beta_1=0.5, beta_2=0.9, epsilon=1e-3, global_clipnorm=0.2),
    "SGD, averaged": lambda: optimizers.SGD(0.1, momentum=0.9, use_ema=True, ema_momentum=0.9),
    "Adam, averaged, overwritten": lambda: optimizers.Adam(
        0.01, use_ema=True, ema_momentum=0.8, ema_overwrite_frequency=7
    ),
    "SGD, gathered": lambda: optimizers.SGD(falling(), momentum=0.9, gradient_accumulation_steps=3, clipnorm=0.05),
    "Nadam, gathered, averaged": lambda: optimizers.Nadam(
        0.02, gradient_accumulation_steps=2, use_ema=True, ema_momentum=0.5, ema_overwrite_frequency=3
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_both_sides_stay_together_for_200_steps(name):
    model = mlp("softmax")
    model.compile(CASES[name](), "sparse_categorical_crossentropy")
    both = train_both(model, X, LABELS, epochs=EPOCHS, batch_size=BATCH)
    assert len(both.beras_losses) == STEPS
    assert both.largest_loss_difference < 1e-11
    assert both.largest_relative_weight_difference < 1e-11
    assert both.beras_losses[-5:].mean() < both.beras_losses[:5].mean()


def test_every_public_optimizer_is_trained():
    import beras.oracle.training.optimizers  # noqa: F401

    public = {getattr(optimizers, name) for name in optimizers.__all__}
    classes = {cls for cls in public if isinstance(cls, type)} - {optimizers.Optimizer}
    assert {type(make()) for make in CASES.values()} == classes == set(registry.OPTIMIZERS)


def test_weights_that_are_left_out_of_the_decay_are_left_out_on_both_sides():
    model = mlp("softmax")
    optimizer = optimizers.AdamW(0.01, weight_decay=0.5)
    optimizer.exclude_from_weight_decay([model.weights[0]], ["bias"])
    model.compile(optimizer, "sparse_categorical_crossentropy")
    both = train_both(model, X, LABELS, epochs=10, batch_size=BATCH)
    assert both.largest_relative_weight_difference < 1e-13
    everything = train_both(model, X, LABELS, 10, BATCH, optimizer=optimizers.AdamW(0.01, weight_decay=0.5))
    assert np.linalg.norm(both.model.weights[0]) > 1.2 * np.linalg.norm(everything.model.weights[0])


def test_epsilon_in_another_place_is_seen(monkeypatch):
    """The planted fault: torch's own Adam and RMSprop, whose epsilon stands elsewhere."""
    import beras.oracle.training.optimizers  # noqa: F401

    plain = {
        optimizers.Adam: lambda ours, parameters: torch.optim.Adam(parameters, eps=ours.epsilon),
        optimizers.RMSprop: lambda ours, parameters: torch.optim.RMSprop(parameters, alpha=ours.rho, eps=ours.epsilon),
    }
    for kind, make in plain.items():
        model = mlp("softmax")
        model.compile(kind(0.01), "sparse_categorical_crossentropy")
        right = train_both(model, X, LABELS, epochs=EPOCHS, batch_size=BATCH)
        with monkeypatch.context() as patch:
            patch.setitem(registry.OPTIMIZERS, kind, make)
            wrong = train_both(model, X, LABELS, epochs=EPOCHS, batch_size=BATCH)
        assert wrong.largest_relative_weight_difference > 1e-7 > 1e4 * right.largest_relative_weight_difference


class SignDescent(optimizers.Optimizer):
    def coefficients(self, learning_rate, step):
        return learning_rate

    def update(self, w, g, slots, scratch, coefficients):
        w -= coefficients * np.sign(g)


class TorchSignDescent(torch.optim.Optimizer):
    def __init__(self, parameters):
        super().__init__(parameters, {"lr": 0.0})

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for w in group["params"]:
                w -= group["lr"] * torch.sign(w.grad)


def test_an_optimizer_of_ones_own_must_be_taught(monkeypatch):
    model = mlp()
    model.compile(SignDescent(0.01), "mse")
    with pytest.raises(TypeError, match=r"what SignDescent does. Known are.*AdamW.*twin_optimizer\(SignDescent"):
        train_both(model, X, NUMBERS)
    monkeypatch.setattr(registry, "OPTIMIZERS", registry.OPTIMIZERS)
    monkeypatch.setitem(registry.OPTIMIZERS, SignDescent, None)  # taken out again after the test
    twin_optimizer(SignDescent, lambda optimizer, parameters: TorchSignDescent(parameters))
    assert train_both(model, X, NUMBERS, epochs=4, batch_size=BATCH).largest_relative_weight_difference < 1e-13


def test_an_optimizer_that_made_steps_before_starts_anew_on_both_sides():
    model = mlp(dtype="float32")
    model.compile(optimizers.Adam(0.01), "mse")
    model.fit(X, NUMBERS, epochs=2, verbose=0)
    state = model.optimizer.state()
    both = train_both(model, X, NUMBERS, epochs=4, batch_size=BATCH, dtype="float64")
    assert both.largest_relative_weight_difference < 1e-13
    assert int(both.model.optimizer.iterations) == 20
    assert {v.dtype.name for v in both.model.optimizer.variables} == {"int64", "float64"}
    for name, kept in model.optimizer.state().items():
        np.testing.assert_array_equal(kept, state[name])


@pytest.mark.parametrize(
    "make",
    [
        lambda: optimizers.Adagrad(0.1),
        lambda: optimizers.Ftrl(0.1),
        lambda: optimizers.Nadam(0.01),
        lambda: optimizers.Adam(0.01, use_ema=True, gradient_accumulation_steps=3),
    ],
)
def test_what_an_optimizer_begins_with_is_there_again_when_it_starts_anew(make):
    """Sums that begin above zero, products that are kept, averages, and gradients that still wait."""
    model, fresh = mlp("softmax"), mlp("softmax")
    model.compile(make(), "sparse_categorical_crossentropy")
    model.fit(X[:BATCH], LABELS[:BATCH], batch_size=BATCH, epochs=5, verbose=0)
    fresh.set_weights(model.get_weights())
    fresh.compile(make(), "sparse_categorical_crossentropy")
    again, first = (train_both(each, X, LABELS, epochs=4, batch_size=BATCH) for each in (model, fresh))
    assert again.largest_relative_weight_difference < 1e-13
    np.testing.assert_array_equal(again.beras_losses, first.beras_losses)


@pytest.mark.parametrize("options", [{}, {"ema_overwrite_frequency": 7}, {"gradient_accumulation_steps": 3}])
def test_averages_take_the_place_of_the_weights_at_the_end_on_both_sides(options):
    """Those of `fit`, which ends so, too."""
    trained = {}
    for averaged in (True, False):
        given = {"use_ema": True, "ema_momentum": 0.9, **options} if averaged else {}
        model = mlp("softmax")
        model.compile(optimizers.SGD(0.2, **given), "sparse_categorical_crossentropy")
        both = train_both(model, X, LABELS, epochs=4, batch_size=BATCH, seed=5)
        trained[averaged] = both.model.weights[0].numpy()
        np.testing.assert_allclose(both.module[0].weight.detach().numpy().T, trained[averaged], rtol=0, atol=1e-14)
        beras.set_random_seed(5)
        model.fit(X, LABELS, epochs=4, batch_size=BATCH, verbose=0)
        np.testing.assert_allclose(trained[averaged], model.weights[0].numpy(), rtol=0, atol=1e-14)
    assert np.max(np.abs(trained[True] - trained[False])) > 1e-3


@pytest.mark.parametrize("make", [lambda: optimizers.Adafactor(0.05), lambda: optimizers.Muon(0.02)])
def test_kernels_of_images_have_the_axes_of_beras(make):
    """Torch has them in another order, and Adafactor keeps means of the last two."""
    beras.set_random_seed(3)
    model = beras.Sequential(
        [
            beras.layers.Conv2D(3, (2, 3), dtype="float64", input_shape=(4, 5, 2)),
            beras.layers.Flatten(),
            beras.layers.Dense(3, dtype="float64"),
        ]
    )
    model.compile(make(), "mse")
    x = np.random.default_rng(2).normal(size=(len(X), 4, 5, 2))
    both = train_both(model, x, NUMBERS, epochs=4, batch_size=BATCH, dtype="float64")
    assert both.largest_relative_weight_difference < 1e-12
    assert np.ptp(both.beras_losses) > 1e-3


def test_layers_that_muon_leaves_to_adam_are_left_to_it():
    weights = []
    for excluded in ([], ["dense_1/kernel"], ["no_such_layer"]):
        model = mlp("softmax")
        last = model.layers[1].kernel
        excluded = [last.path if pattern == "dense_1/kernel" else pattern for pattern in excluded]
        model.compile(optimizers.Muon(0.01, exclude_layers=excluded), "sparse_categorical_crossentropy")
        both = train_both(model, X, LABELS, epochs=4, batch_size=BATCH)
        assert both.largest_relative_weight_difference < 1e-12
        weights.append(both.model.layers[1].kernel.numpy())
    assert np.max(np.abs(weights[0] - weights[1])) > 1e-3
    np.testing.assert_array_equal(weights[0], weights[2])


def test_a_frozen_layer_stays_as_it_is_on_both_sides():
    model = mlp("softmax")
    model.layers[0].trainable = False
    model.compile("adam", "sparse_categorical_crossentropy")
    both = train_both(model, X, LABELS, epochs=4, batch_size=BATCH)
    assert both.largest_relative_weight_difference < 1e-13
    np.testing.assert_array_equal(both.model.weights[0].numpy(), model.weights[0].numpy())
    np.testing.assert_array_equal(both.module[0].weight.detach().numpy().T, model.weights[0].numpy())
    assert not np.array_equal(both.model.weights[2].numpy(), model.weights[2].numpy())
    assert isinstance(both.model, beras.Sequential)
