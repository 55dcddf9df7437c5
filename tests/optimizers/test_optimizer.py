"""What all optimizers share: the learning rate, building, errors before anything is written, state, lookup."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

import beras
from beras import optimizers
from beras.optimizers import (
    SGD,
    Adadelta,
    Adafactor,
    Adagrad,
    Adam,
    Adamax,
    AdamW,
    Ftrl,
    Lamb,
    Lion,
    Muon,
    Nadam,
    Optimizer,
    RMSprop,
)
from beras.schedules import CosineDecay, PiecewiseConstantDecay

ALL = [
    *(SGD, lambda *a, **k: SGD(*a, momentum=0.9, **k), RMSprop, Adam, AdamW),
    *(Adadelta, Adafactor, Adagrad, Adamax, Ftrl, Lamb, Lion, Muon, Nadam),
]


def pair(shape=(2, 3), name="kernel"):
    return np.ones(shape), beras.Variable(np.ones(shape), name=name)


# The learning rate


def test_the_learning_rate_is_read_as_a_float_and_can_be_set():
    optimizer = SGD(0.5)
    assert type(optimizer.learning_rate) is float
    optimizer.learning_rate = np.float32(0.25)
    g, w = pair()
    optimizer.apply([g], [w])
    np.testing.assert_array_equal(w.numpy(), 0.75)


@pytest.mark.parametrize("rate", [float("nan"), float("inf"), "0.1", None, True, np.ones(2), [0.1]])
def test_a_learning_rate_that_is_no_finite_number_is_refused(rate):
    with pytest.raises(ValueError, match="must be a finite number"):
        SGD(rate)
    optimizer = SGD(0.5)
    with pytest.raises(ValueError, match="must be a finite number"):
        optimizer.learning_rate = rate
    assert optimizer.learning_rate == 0.5


def test_a_schedule_that_gives_no_finite_number_changes_nothing():
    optimizer = Adam(PiecewiseConstantDecay([0], [0.1, float("nan")]))
    g, w = pair()
    optimizer.apply([g], [w])
    before = w.numpy(), optimizer.state()
    with pytest.raises(ValueError, match="must be a finite number"):
        optimizer.apply([g], [w])
    np.testing.assert_array_equal(w.numpy(), before[0])
    assert int(optimizer.iterations) == 1


def test_a_number_cannot_replace_a_schedule_but_a_schedule_can():
    optimizer = SGD(CosineDecay(0.1, 10))
    with pytest.raises(TypeError, match="made with a CosineDecay"):
        optimizer.learning_rate = 0.1
    optimizer.learning_rate = CosineDecay(0.2, 10)
    assert optimizer.learning_rate == pytest.approx(0.2)


def test_a_function_of_the_step_can_be_the_learning_rate_but_not_be_saved():
    optimizer = SGD(lambda step: 0.5 / (step + 1))
    g, w = pair()
    optimizer.apply([g], [w])
    assert optimizer.learning_rate == 0.25
    with pytest.raises(TypeError, match="plain function cannot be saved"):
        optimizer.get_config()


# Arguments


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"lr": 0.1}, TypeError, "SGD has no argument 'lr'. Write learning_rate."),
        ({"momentun": 0.1}, TypeError, "SGD has no argument 'momentun'. Did you mean 'momentum'?"),
        ({"momentum": 1.5}, ValueError, "momentum must be in [0, 1]. Received: momentum=1.5."),
        ({"clipnorm": 1.0, "clipvalue": 2.0}, ValueError, "Received: clipnorm=1.0, clipvalue=2.0."),
        ({"clipnorm": 0.0}, ValueError, "clipnorm must be above 0"),
        ({"use_ema": True, "ema_momentum": 1.5}, ValueError, "ema_momentum must be in [0, 1]"),
        ({"use_ema": True, "ema_overwrite_frequency": 0}, ValueError, "Received: ema_overwrite_frequency=0."),
        ({"use_ema": True, "ema_overwrite_frequency": 2.0}, ValueError, "Received: ema_overwrite_frequency=2.0."),
        ({"loss_scale_factor": 2.0}, NotImplementedError, "Received: loss_scale_factor=2.0."),
        ({"gradient_accumulation_steps": 1}, ValueError, "Received: gradient_accumulation_steps=1."),
    ],
)
def test_arguments_that_are_refused(arguments, error, message):
    with pytest.raises(error) as caught:
        SGD(0.1, **arguments)
    assert message in str(caught.value)


def test_the_defaults_of_arguments_that_are_not_built_are_accepted():
    SGD(
        use_ema=False,
        ema_momentum=0.99,
        ema_overwrite_frequency=None,
        loss_scale_factor=None,
        gradient_accumulation_steps=None,
    )


@pytest.mark.parametrize(
    ("cls", "name"),
    [
        *((Adam, "beta_1"), (Adam, "beta_2"), (RMSprop, "rho"), (Adadelta, "rho"), (Adamax, "beta_1")),
        *(
            (Adamax, "beta_2"),
            (Nadam, "beta_1"),
            (Nadam, "beta_2"),
            (Lamb, "beta_1"),
            (Lamb, "beta_2"),
            (Lion, "beta_2"),
        ),
        *((Muon, "adam_beta_1"), (Muon, "adam_beta_2")),
    ],
)
def test_a_decay_of_one_would_divide_by_zero(cls, name):
    with pytest.raises(ValueError, match=rf"{name.removeprefix('adam_')} must be in \[0, 1\)"):
        cls(**{name: 1.0})


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Lion(beta_1=0.0), r"beta_1 must be in \(0, 1\]"),
        (lambda: Adagrad(initial_accumulator_value=-1.0), "initial_accumulator_value must be 0 or more"),
        (lambda: Ftrl(learning_rate_power=0.5), "learning_rate_power must be 0 or less"),
        (lambda: Ftrl(l1_regularization_strength=-0.1), "l1_regularization_strength must be 0 or more"),
        (lambda: Adafactor(clip_threshold=0.0), "clip_threshold must be above 0"),
        (lambda: Muon(momentum=1.5), r"momentum must be in \[0, 1\]"),
    ],
)
def test_settings_that_no_formula_has(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_ftrl_has_no_step_without_a_rate():
    g, w = pair()
    with pytest.raises(ValueError, match="Ftrl divides by its learning rate"):
        Ftrl(0.0).apply([g], [w])
    np.testing.assert_array_equal(w.numpy(), 1.0)


def test_adamw_needs_its_decay():
    with pytest.raises(ValueError, match="AdamW needs a weight_decay"):
        AdamW(weight_decay=None)


# Gradients


@pytest.mark.parametrize("make", ALL)
def test_a_wrong_gradient_is_refused_before_anything_is_written(make):
    optimizer = make(0.1)
    (g1, w1), (_, w2) = pair(name="first"), pair((4,), name="second")
    with pytest.raises(ValueError) as caught:
        optimizer.apply_gradients([(g1, w1), (np.ones(5), w2)])
    assert "'second' (shape (4,)) must have its shape (4,). Received: (5,)" in str(caught.value)
    np.testing.assert_array_equal(w1.numpy(), 1.0)
    assert int(optimizer.iterations) == 0


def test_a_missing_gradient_is_named_and_its_variable_left_alone():
    optimizer = Adam()
    (g, w), (_, idle) = pair(name="used"), pair((4,), name="idle")
    with pytest.warns(UserWarning, match=r"Gradients do not exist for variables \[\"'idle' \(shape \(4,\)\)\"\]"):
        optimizer.apply_gradients([(g, w), (None, idle)])
    np.testing.assert_array_equal(idle.numpy(), 1.0)
    assert (w.numpy() != 1.0).all()


def test_no_gradient_at_all_is_an_error():
    _, w = pair(name="alone")
    with pytest.raises(ValueError, match=r"No gradients provided for any variable.*alone"):
        SGD().apply([None], [w])


@pytest.mark.parametrize("gradient", ["text", object(), np.array([1j, 2, 3])])
def test_a_gradient_that_is_no_array_of_numbers(gradient):
    with pytest.raises(TypeError, match="must be an array of numbers"):
        SGD().apply([gradient], [beras.Variable(np.ones(3))])


def test_pairs_the_wrong_way_round():
    g, w = pair()
    with pytest.raises(TypeError, match=r"pairs \(gradient, Variable\).*\(Variable, ndarray\)"):
        SGD().apply_gradients([(w, g)])


def test_a_gradient_that_an_outer_tape_records_is_refused_and_good_after_it():
    w = beras.Variable([2.0], dtype="float64")
    x = beras.Variable([3.0], dtype="float64")
    with beras.GradientTape() as outer:
        with beras.GradientTape() as inner:
            y = (w * w * x).sum()
        g = inner.gradient(y, w)
        with pytest.raises(TypeError, match="outer tape still records"):
            SGD(0.1).apply([g], [w])
        z = (g * g).sum()
    outer.gradient(z, x)
    SGD(0.1).apply([g], [w])
    np.testing.assert_allclose(w.numpy(), [2 - 0.1 * 2 * 2 * 3])


def test_a_variable_that_a_tape_still_follows_is_not_written_nor_any_other():
    (g, first), (_, second) = pair(), pair()
    with beras.GradientTape() as tape:
        y = (second * second).sum()
        with pytest.raises(RuntimeError, match="still records"):
            SGD(0.1).apply([g, g], [first, second])
    np.testing.assert_array_equal(first.numpy(), 1.0)
    assert tape.gradient(y, second) is not None


def test_a_step_counts_one_version_of_each_variable():
    g, w = pair()
    before = w.version
    Adam().apply([g], [w])
    assert w.version == before + 1


@pytest.mark.parametrize("make", ALL)
def test_the_gradient_is_never_written_into(make):
    g, w = pair((50, 3))
    g.flags.writeable = False
    for _ in range(3):
        make(0.1, clipnorm=0.5).apply([g], [w])
        make(0.1, clipvalue=0.5, weight_decay=0.1).apply([g], [w])
    np.testing.assert_array_equal(g, 1.0)


@pytest.mark.parametrize("make", ALL)
def test_a_gradient_in_the_memory_of_its_own_variable(make):
    start = np.array([1.0, -2.0, 3.0])
    apart, shared = beras.Variable(start), beras.Variable(start)
    make(0.1, weight_decay=0.5).apply([apart.numpy()], [apart])
    make(0.1, weight_decay=0.5).apply([shared.value], [shared])
    np.testing.assert_array_equal(shared.numpy(), apart.numpy())


@pytest.mark.parametrize("make", ALL)
def test_the_layout_and_dtype_of_a_gradient_do_not_matter(make):
    rng = np.random.default_rng(0)
    g = rng.standard_normal((6, 4)).astype("float32")
    plain, other = beras.Variable(np.ones((6, 4), "float32")), beras.Variable(np.ones((6, 4), "float32"))
    make(0.1).apply([g], [plain])
    make(0.1).apply([np.asfortranarray(g.astype("float64"))], [other])
    np.testing.assert_array_equal(plain.numpy(), other.numpy())
    assert other.dtype == "float32"


# Clipping and decay


def test_clipping():
    g = np.array([3.0, 4.0])
    cases = [({"clipnorm": 1.0}, [0.6, 0.8]), ({"clipnorm": 10.0}, g), ({"clipvalue": 3.5}, [3.0, 3.5])]
    for arguments, expected in cases:
        w = beras.Variable(np.zeros(2))
        SGD(1.0, **arguments).apply([g], [w])
        np.testing.assert_allclose(-w.numpy(), expected, rtol=1e-15)
    first, second = beras.Variable(np.zeros(2)), beras.Variable(np.zeros(1))
    SGD(1.0, global_clipnorm=1.3).apply([g, np.array([12.0])], [first, second])
    np.testing.assert_allclose([*-first.numpy(), *-second.numpy()], [0.3, 0.4, 1.2], rtol=1e-15)


@pytest.mark.parametrize("scale", [1e30, 1e-30])
def test_clipping_by_norm_where_squares_leave_float32(scale):
    w = beras.Variable(np.zeros(2, "float32"))
    SGD(1.0, clipnorm=scale).apply([np.array([3.0, 4.0], "float32") * np.float32(scale)], [w])
    np.testing.assert_allclose(-w.numpy() / scale, [0.6, 0.8], rtol=1e-6)


def test_weight_decay_spares_what_is_excluded():
    kernel, bias = beras.Variable(np.ones(2), name="kernel"), beras.Variable(np.ones(2), name="bias")
    third = beras.Variable(np.ones(2), name="scale")
    optimizer = SGD(0.5, weight_decay=0.5)
    optimizer.exclude_from_weight_decay(var_list=[third], var_names=["bias"])
    optimizer.apply([np.zeros(2)] * 3, [kernel, bias, third])
    assert [float(w.numpy()[0]) for w in (kernel, bias, third)] == [0.75, 1.0, 1.0]
    with pytest.raises(ValueError, match="before the optimizer is built"):
        optimizer.exclude_from_weight_decay(var_names=["kernel"])


# Building


def test_a_variable_that_the_optimizer_was_not_built_for():
    (g, w), (_, other) = pair(), pair(name="other")
    optimizer = Adam()
    optimizer.build([w])
    with pytest.raises(ValueError, match=r"'other'.*is not among them"):
        optimizer.apply([g], [other])
    optimizer.build([w])
    with pytest.raises(ValueError, match="'other'"):
        optimizer.build([w, other])


def test_apply_without_variables_uses_those_it_was_built_for():
    g, w = pair()
    optimizer = SGD(1.0)
    with pytest.raises(ValueError, match="needs to know the variables"):
        optimizer.apply([g])
    optimizer.build([w])
    optimizer.apply([g])
    np.testing.assert_array_equal(w.numpy(), 0.0)
    with pytest.raises(ValueError, match=r"one gradient for each of the 1 variables. Received: 2"):
        optimizer.apply([g, g])


def test_apply_gradients_returns_the_count_of_steps():
    g, w = pair()
    optimizer = SGD()
    for _ in range(3):
        count = optimizer.apply_gradients(zip([g], [w]))
    assert int(count) == int(optimizer.iterations) == 3


# State


@pytest.mark.parametrize("make", [*ALL, lambda *a: Adam(*a, amsgrad=True), lambda *a: RMSprop(*a, centered=True)])
def test_a_run_goes_on_bit_for_bit_from_its_state(make):
    rng = np.random.default_rng(0)
    given = [rng.standard_normal((40, 5)).astype("float32") for _ in range(150)]
    whole, w = make(0.01), beras.Variable(np.ones((40, 5), "float32"))
    for i, g in enumerate(given):
        if i == 70:
            state, value = whole.state(), w.numpy()
        whole.apply([g], [w])
    resumed, v = make(0.5), beras.Variable(value)
    resumed.build([v])
    resumed.load_state(state)
    for g in given[70:]:
        resumed.apply([g], [v])
    np.testing.assert_array_equal(v.numpy(), w.numpy())
    assert resumed.state().keys() == whole.state().keys()
    for name, value in resumed.state().items():
        np.testing.assert_array_equal(value, whole.state()[name])


def test_the_names_in_a_state():
    g, w = pair()
    optimizer = Adam()
    optimizer.apply([g], [w])
    assert list(optimizer.state()) == ["iteration", "learning_rate", "0/gradient_sum", "0/square_sum"]
    assert "learning_rate" not in SGD(CosineDecay(0.1, 5)).state()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: s.pop("0/square_sum"), "'0/square_sum' is missing"),
        (lambda s: s.update({"0/squaresum": np.ones(1)}), "it has no '0/squaresum'. Did you mean '0/square_sum'?"),
        (lambda s: s.update({"0/square_sum": np.ones(2)}), "'0/square_sum' must have shape (2, 3). Received: (2,)"),
    ],
)
def test_a_state_that_does_not_fit_changes_nothing(change, message):
    g, w = pair()
    optimizer = Adam()
    optimizer.apply([g], [w])
    state = {name: value * 0 for name, value in optimizer.state().items()}
    change(state)
    with pytest.raises(ValueError) as caught:
        optimizer.load_state(state)
    assert message in str(caught.value)
    assert int(optimizer.iterations) == 1


def test_a_state_needs_a_built_optimizer():
    with pytest.raises(RuntimeError, match=r"call optimizer.build"):
        Adam().load_state({})


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda pair: pickle.loads(pickle.dumps(pair))])
def test_a_copied_optimizer_goes_with_the_copied_variables(duplicate):
    g, w = pair()
    optimizer = Adam(0.1)
    optimizer.apply([g], [w])
    other, v = duplicate((optimizer, w))
    before = w.numpy()
    other.apply([g], [v])
    np.testing.assert_array_equal(w.numpy(), before)
    optimizer.apply([g], [w])
    np.testing.assert_array_equal(v.numpy(), w.numpy())


# By name


@pytest.mark.parametrize(("name", "cls"), [("adam", Adam), ("AdamW", AdamW), ("SGD", SGD), ("RMSProp", RMSprop)])
def test_get_by_name(name, cls):
    assert type(optimizers.get(name)) is cls
    assert type(optimizers.get(cls)) is cls
    mine = cls(0.5)
    assert optimizers.get(mine) is mine
    assert optimizers.get(optimizers.serialize(mine)).get_config() == mine.get_config()


def test_get_refuses_with_a_hint():
    with pytest.raises(ValueError, match=r"Unknown optimizer 'adm'\. Did you mean 'adam'\?"):
        optimizers.get("adm")
    with pytest.raises(TypeError, match=r"Received: 0.1"):
        optimizers.get(0.1)
    assert optimizers.get(None) is None


@pytest.mark.torch
def test_an_optimizer_of_another_library_is_recognised():
    torch = pytest.importorskip("torch")
    with pytest.raises(TypeError, match=r"one of torch; take it from beras.optimizers"):
        optimizers.get(torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1))


def test_the_base_says_what_is_missing():
    with pytest.raises(NotImplementedError, match="must define coefficients"):
        Optimizer(0.1).apply([np.ones(1)], [beras.Variable(np.ones(1))])
