"""Every optimizer against the real Keras: up to 50 steps on several shapes in both dtypes, with all that they share."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

import beras
from beras import optimizers
from tests import keras_oracle
from tests.keras.differences import agree

pytestmark = [
    pytest.mark.torch,
    # Keras's own conversions of its Variables, with NumPy 2
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"),
]

STEPS = 50
#: A kernel, a bias, a kernel of a convolution, a scalar, a wide kernel, and one that is higher than wide.
SHAPES = [(4, 3), (3,), (3, 3, 2, 5), (), (2, 7), (9, 2)]
OWN = [
    ("SGD", {}),
    ("SGD", {"momentum": 0.9, "nesterov": True}),
    ("RMSprop", {"centered": True, "momentum": 0.5}),
    ("Adam", {}),
    ("Adam", {"amsgrad": True}),
    ("AdamW", {}),
    ("Adagrad", {}),
    ("Adagrad", {"initial_accumulator_value": 0.0, "epsilon": 1e-3}),
    ("Adadelta", {}),
    ("Adadelta", {"rho": 0.5, "epsilon": 1e-3}),
    ("Adamax", {}),
    ("Adamax", {"beta_1": 0.5, "beta_2": 0.8, "epsilon": 1e-2}),
    ("Nadam", {}),
    ("Nadam", {"beta_1": 0.7, "beta_2": 0.9, "epsilon": 1e-3}),
    ("Lion", {}),
    ("Lion", {"beta_1": 0.5, "beta_2": 0.7}),
    ("Ftrl", {}),
    ("Ftrl", {"l1_regularization_strength": 0.02, "l2_regularization_strength": 0.1, "beta": 0.1}),
    ("Ftrl", {"learning_rate_power": -0.7, "l2_shrinkage_regularization_strength": 0.3}),
    ("Lamb", {}),
    ("Lamb", {"beta_1": 0.5, "epsilon": 1e-2}),
    ("Adafactor", {}),
    ("Adafactor", {"clip_threshold": 0.3, "epsilon_2": 0.5, "beta_2_decay": -0.5, "relative_step": False}),
    ("Muon", {}),
    ("Muon", {"nesterov": False, "rms_rate": None, "ns_steps": 3, "adam_lr_ratio": 0.1, "adam_weight_decay": None}),
    ("Muon", {"exclude_layers": ["weight_0"], "momentum": 0.5, "weight_decay": None}),
]
SHARED = [
    {"weight_decay": 0.05},
    {"clipnorm": 0.7},
    {"clipvalue": 0.4},
    {"global_clipnorm": 0.9},
    {"use_ema": True, "ema_momentum": 0.8},
    {"use_ema": True, "ema_momentum": 0.8, "ema_overwrite_frequency": 7},
    {"gradient_accumulation_steps": 3},
    {"gradient_accumulation_steps": 4, "weight_decay": 0.05, "clipnorm": 0.7, "use_ema": True, "ema_momentum": 0.5},
    {"gradient_accumulation_steps": 2, "use_ema": True, "ema_overwrite_frequency": 3, "global_clipnorm": 1.0},
]
NAMES = sorted({name for name, _ in OWN})
ROWS = OWN + [(name, arguments) for name in NAMES for arguments in SHARED]
#: Keras computes its factors of a step, clipping included, in float32; in float64 they are rounded so too.
TOLERANCE = {"float32": {"rtol": 2e-5, "atol": 2e-6}, "float64": {"rtol": 1e-11, "atol": 1e-12}}
ROUNDED = {"rtol": 2e-6, "atol": 1e-6}


@pytest.fixture(params=["float32", "float64"])
def dtype(request):
    """Let Keras keep the learning rate, and compute its powers, in the dtype of the weights."""
    keras = keras_oracle.keras()
    before = keras.config.floatx()
    keras.config.set_floatx(request.param)
    yield request.param
    keras.config.set_floatx(before)


def pair(name, arguments, dtype, rate=0.01):
    """Return our optimizer and Keras's, and as many weights for each."""
    keras = keras_oracle.keras()
    rng = np.random.default_rng(5)
    starts = [rng.standard_normal(shape).astype(dtype) for shape in SHAPES]
    ours = [beras.Variable(start, name=f"weight_{i}") for i, start in enumerate(starts)]
    theirs = [keras.Variable(start, dtype=dtype, name=f"weight_{i}") for i, start in enumerate(starts)]
    made = getattr(optimizers, name)(rate, **arguments), getattr(keras.optimizers, name)(rate, **arguments)
    return *made, ours, theirs


def gradients(dtype, steps=STEPS):
    rng = np.random.default_rng(6)
    for step in range(steps):
        scale = 10.0 ** -(step % 4)
        yield [(scale * rng.standard_normal(shape)).astype(dtype) for shape in SHAPES]


def take_step(reference, grads, theirs, dtype):
    keras = keras_oracle.keras()
    reference.apply([keras.ops.convert_to_tensor(g, dtype=dtype) for g in grads], theirs)


@pytest.mark.parametrize(("name", "arguments"), ROWS, ids=lambda part: str(part))
def test_every_step_is_keras_own(name, arguments, dtype):
    optimizer, reference, ours, theirs = pair(name, arguments, dtype)
    clips = any(argument.endswith("clipnorm") for argument in arguments)
    tolerance = ROUNDED if dtype == "float64" and (clips or name in ("Lamb", "Muon", "Adafactor")) else TOLERANCE[dtype]
    steps = STEPS if (name, arguments) in OWN else 16
    for step, grads in enumerate(gradients(dtype, steps)):
        optimizer.apply(grads, ours)
        take_step(reference, grads, theirs, dtype)
        if step in (0, 9, steps - 1):
            for w, reference_w in zip(ours, theirs):
                message = f"step {step}, shape {w.shape}"
                agree(f"optimizers in {dtype}", w.numpy(), reference_w.numpy(), **tolerance, message=message)
    assert {w.dtype.name for w in ours} == {dtype}
    assert {v.dtype.name for v in optimizer.variables[2:]} <= {dtype}
    assert int(optimizer.iterations) == int(reference.iterations)
    if arguments.get("use_ema"):
        optimizer.finalize_variable_values(ours)
        reference.finalize_variable_values(theirs)
        for w, reference_w in zip(ours, theirs):
            agree(f"optimizers in {dtype}", w.numpy(), reference_w.numpy(), **tolerance, message="average")


@pytest.mark.parametrize("name", NAMES)
def test_a_schedule_sets_the_rate_of_each_step(name, dtype):
    keras = keras_oracle.keras()
    optimizer, reference, ours, theirs = pair(name, {"weight_decay": 0.01}, dtype)
    optimizer = getattr(optimizers, name)(optimizers.schedules.CosineDecay(0.02, 8), weight_decay=0.01)
    reference = getattr(keras.optimizers, name)(keras.optimizers.schedules.CosineDecay(0.02, 8), weight_decay=0.01)
    for grads in gradients(dtype, 7):  # Keras's Ftrl divides by 0 at the end
        optimizer.apply(grads, ours)
        take_step(reference, grads, theirs, dtype)
    for w, reference_w in zip(ours, theirs):
        agree(f"optimizers in {dtype}", w.numpy(), reference_w.numpy(), rtol=2e-5, atol=2e-6)


@pytest.mark.parametrize("name", NAMES)
def test_signature_and_configuration_are_keras_own(name):
    keras = keras_oracle.keras()
    ours = inspect.signature(getattr(optimizers, name)).parameters
    theirs = inspect.signature(getattr(keras.optimizers, name)).parameters
    assert [(p.name, p.default, p.kind) for p in ours.values()] == [
        (p.name, p.default, p.kind) for p in theirs.values()
    ]
    for arguments in [own for other, own in OWN if other == name] + SHARED:
        reference = getattr(keras.optimizers, name)(0.25, name="mine", **arguments)
        optimizer = getattr(optimizers, name)(0.25, name="mine", **arguments)
        assert optimizer.get_config() == reference.get_config()
        again = optimizers.get(keras.optimizers.serialize(reference))
        assert type(again) is type(optimizer)
        assert again.get_config() == optimizer.get_config()
        assert (
            getattr(keras.optimizers, name).from_config(optimizer.get_config()).get_config() == optimizer.get_config()
        )


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("Adafactor", "Nadam")])
@pytest.mark.parametrize("arguments", [{}, *SHARED[4:]], ids=str)
def test_variables_come_in_keras_order(name, arguments):
    optimizer, reference, ours, theirs = pair(name, arguments, "float32")
    optimizer.build(ours)
    reference.build(theirs)
    assert [v.shape for v in optimizer.variables] == [tuple(v.shape) for v in reference.variables]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("arguments", [{}, SHARED[5], SHARED[7]], ids=str)
def test_a_run_goes_on_bit_for_bit_from_its_state(name, arguments, tmp_path):
    given = list(gradients("float32", 150))
    whole, _, weights, _ = pair(name, arguments, "float32")
    for step, grads in enumerate(given):
        if step == 70:
            np.savez(tmp_path / "state.npz", **{key.replace("/", "|"): v for key, v in whole.state().items()})
            values = [w.numpy() for w in weights]
        whole.apply(grads, weights)
    resumed, _, again, _ = pair(name, arguments, "float32", rate=0.5)
    for w, value in zip(again, values):
        w.assign(value)
    resumed.build(again)
    resumed.load_state({key.replace("|", "/"): value for key, value in np.load(tmp_path / "state.npz").items()})
    for grads in given[70:]:
        resumed.apply(grads, again)
    for w, v in zip(weights, again):
        np.testing.assert_array_equal(v.numpy(), w.numpy())
    assert resumed.state().keys() == whole.state().keys()
    for key, value in resumed.state().items():
        np.testing.assert_array_equal(value, whole.state()[key])


@pytest.mark.parametrize("name", NAMES)
def test_more_entries_than_a_block(name):
    keras = keras_oracle.keras()
    rng = np.random.default_rng(1)
    for shape in [(70_001,), (300, 240)]:
        start = rng.standard_normal(shape).astype("float32")
        ours, theirs = beras.Variable(start), keras.Variable(start)
        optimizer, reference = (library.optimizers for library in (beras, keras))
        optimizer, reference = (
            getattr(optimizer, name)(0.01, clipnorm=5.0),
            getattr(reference, name)(0.01, clipnorm=5.0),
        )
        for _ in range(3):
            g = rng.standard_normal(shape).astype("float32")
            optimizer.apply([g], [ours])
            take_step(reference, [g], [theirs], "float32")
        agree("optimizers in float32", ours.numpy(), theirs.numpy(), rtol=5e-5, atol=5e-6)


@pytest.mark.parametrize("name", NAMES)
def test_weights_without_entries_and_of_float16(name):
    optimizer = getattr(optimizers, name)(0.01, use_ema=True, gradient_accumulation_steps=2)
    empty, half = beras.Variable(np.zeros((0, 4), "float32")), beras.Variable(np.array([[1.0, -2.0]], "float16"))
    exact = beras.Variable(np.array([[1.0, -2.0]]))
    other = getattr(optimizers, name)(0.01, use_ema=True, gradient_accumulation_steps=2)
    for _ in range(4):
        optimizer.apply([np.zeros((0, 4), "float32"), np.array([[300.0, -0.5]], "float16")], [empty, half])
        other.apply([np.array([[300.0, -0.5]])], [exact])
    assert half.dtype == "float16"
    np.testing.assert_allclose(half.numpy(), exact.numpy(), rtol=5e-3, atol=1e-3)
