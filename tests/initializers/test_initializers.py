"""Initializers: distributions, seeds, names, and the numbers of Keras."""

import numpy as np
import pytest

import beras
from beras import initializers
from beras.initializers.fans import fans
from tests.keras_oracle import call, keras

SHAPE = (300, 200)
CONV = (3, 3, 20, 40)

#: name -> (shape -> standard deviation, largest magnitude or None)
SPREADS = {
    "glorot_uniform": (lambda i, o: np.sqrt(2 / (i + o)), lambda i, o: np.sqrt(6 / (i + o))),
    "glorot_normal": (lambda i, o: np.sqrt(2 / (i + o)), lambda i, o: 2 * np.sqrt(2 / (i + o)) / 0.8796256610342398),
    "he_uniform": (lambda i, o: np.sqrt(2 / i), lambda i, o: np.sqrt(6 / i)),
    "he_normal": (lambda i, o: np.sqrt(2 / i), lambda i, o: 2 * np.sqrt(2 / i) / 0.8796256610342398),
    "lecun_uniform": (lambda i, o: np.sqrt(1 / i), lambda i, o: np.sqrt(3 / i)),
    "lecun_normal": (lambda i, o: np.sqrt(1 / i), lambda i, o: 2 * np.sqrt(1 / i) / 0.8796256610342398),
    "variance_scaling": (lambda i, o: np.sqrt(1 / i), lambda i, o: 2 * np.sqrt(1 / i) / 0.8796256610342398),
    "xavier": (lambda i, o: np.sqrt(2 / (i + o)), None),
    "kaiming": (lambda i, o: np.sqrt(2 / i), None),
    "random_normal": (lambda i, o: 0.05, None),
    "normal": (lambda i, o: 0.05, None),
    "random_uniform": (lambda i, o: 0.1 / np.sqrt(12), lambda i, o: 0.05),
    "uniform": (lambda i, o: 0.1 / np.sqrt(12), lambda i, o: 0.05),
    "truncated_normal": (lambda i, o: 0.05 * 0.8796256610342398, lambda i, o: 0.1),
}


@pytest.mark.parametrize("name", SPREADS)
@pytest.mark.parametrize("shape", [SHAPE, CONV], ids=["dense", "conv"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_mean_and_spread(name, shape, dtype):
    beras.set_random_seed(0)
    draws = initializers.get(name)(shape, dtype)
    assert draws.shape == shape
    assert draws.dtype == dtype
    fan = (300, 200) if shape == SHAPE else (180, 360)
    stddev, limit = SPREADS[name]
    assert abs(draws.mean()) < 5 * stddev(*fan) / np.sqrt(draws.size)
    assert draws.std() == pytest.approx(stddev(*fan), rel=0.03)
    if limit is None:
        assert np.abs(draws).max() > 3.5 * stddev(*fan)
    else:
        assert 0.97 * limit(*fan) < np.abs(draws).max() <= limit(*fan) * (1 + 1e-6)


@pytest.mark.torch
@pytest.mark.parametrize("name", [name for name in SPREADS if name not in ("xavier", "kaiming")])
@pytest.mark.parametrize("shape", [SHAPE, CONV, (500,), (40, 25, 30)], ids=str)
def test_the_spread_is_keras(name, shape):
    beras.set_random_seed(0)
    theirs = call(keras().initializers.get(name), shape)
    ours = initializers.get(name)(shape)
    tolerance = 0.02 if np.prod(shape) > 10_000 else 0.2
    assert ours.std() == pytest.approx(theirs.std(), rel=tolerance)
    assert np.abs(ours).max() == pytest.approx(np.abs(theirs).max(), rel=0.35)


@pytest.mark.torch
@pytest.mark.parametrize("shape", [(), (5,), (3, 4), (2, 3, 4), (3, 3, 8, 16)], ids=str)
def test_fans_are_keras(shape):
    keras()
    from keras.src.initializers.random_initializers import compute_fans

    assert fans(shape) == compute_fans(shape)
    if len(shape) > 2:
        assert fans(shape, (0, 1), (2,)) == compute_fans(shape, (0, 1), (2,))


RANDOM = [initializers.GlorotNormal, initializers.HeUniform, initializers.RandomNormal, initializers.Orthogonal]


@pytest.mark.parametrize("kind", RANDOM)
def test_a_seed_repeats_and_none_draws_from_the_one_generator(kind):
    seeded = kind(seed=3)
    np.testing.assert_array_equal(seeded((4, 5)), seeded((4, 5)))
    np.testing.assert_array_equal(seeded((4, 5)), kind(seed=3)((4, 5)))
    assert np.any(seeded((4, 5)) != kind(seed=4)((4, 5)))
    beras.set_random_seed(9)
    free = kind()
    first, second = free((4, 5)), free((4, 5))
    assert np.any(first != second)
    beras.set_random_seed(9)
    np.testing.assert_array_equal(free((4, 5)), first)


@pytest.mark.parametrize("seed", [-1, 1.5, True, "7"])
def test_seeds_that_cannot_be(seed):
    with pytest.raises(ValueError, match="non-negative integer"):
        initializers.HeNormal(seed=seed)


@pytest.mark.parametrize("shape", [(5, 3), (3, 5), (4, 4), (2, 3, 6)], ids=str)
def test_orthogonal_keeps_lengths(shape):
    q = initializers.Orthogonal(gain=2.0, seed=1)(shape, "float64")
    assert q.shape == shape
    q = q.reshape(-1, shape[-1]) / 2
    product = q.T @ q if q.shape[0] >= q.shape[1] else q @ q.T
    np.testing.assert_allclose(product, np.eye(len(product)), atol=1e-14)
    with pytest.raises(ValueError, match="two or more"):
        initializers.Orthogonal()((3,))


def test_constants():
    np.testing.assert_array_equal(initializers.Zeros()((2, 2)), np.zeros((2, 2)))
    np.testing.assert_array_equal(initializers.get("ones")((2,)), [1, 1])
    np.testing.assert_array_equal(initializers.get("one")((2,)), [1, 1])
    np.testing.assert_array_equal(initializers.get("zero")((2,)), [0, 0])
    np.testing.assert_array_equal(initializers.Constant([1, 2])((3, 2)), [[1, 2]] * 3)
    np.testing.assert_array_equal(initializers.get(0.25)((2,)), [0.25, 0.25])
    np.testing.assert_array_equal(initializers.Identity(gain=3)((2, 2)), np.eye(2) * 3)
    with pytest.raises(ValueError, match=r"shape \(3,\).*\(2, 2\)"):
        initializers.get(np.ones(3))((2, 2))
    with pytest.raises(ValueError, match=r"too large for float32.*3.4e\+38.*value=1e\+308"):
        initializers.Constant(1e308)((2,))
    with pytest.raises(ValueError, match="matrices"):
        initializers.Identity()((2, 2, 2))


@pytest.mark.parametrize("name", ["zeros", "ones", "identity", "glorot_uniform", "he_normal", "orthogonal", "normal"])
def test_dtype_is_floatx_unless_said(name):
    initializer = initializers.get(name)
    assert initializer((2, 2)).dtype == "float32"
    assert initializer((2, 2), "float16").dtype == "float16"
    assert initializer((2, 2), np.float64).dtype == "float64"
    assert initializer((2, 2)).flags.writeable


@pytest.mark.parametrize("name", ["GlorotUniform", "glorot_uniform", "GLOROT_UNIFORM", "glorotUniform"])
def test_any_spelling(name):
    assert type(initializers.get(name)) is initializers.GlorotUniform


def test_instances_classes_functions_and_none():
    initializer = initializers.HeNormal(seed=1)
    assert initializers.get(initializer) is initializer
    assert type(initializers.get(initializers.Zeros)) is initializers.Zeros
    assert type(initializers.get(None)) is initializers.GlorotUniform
    made = initializers.get(lambda shape, dtype=None: np.full(shape, 7))
    np.testing.assert_array_equal(made((2,)), [7, 7])
    assert made((2,)).dtype == "float32"
    with pytest.raises(ValueError, match=r"asked for shape \(2,\). Received: shape \(3,\)"):
        initializers.get(lambda shape, dtype=None: np.ones(3))((2,))
    with pytest.raises(ValueError, match="cannot be saved"):
        initializers.serialize(made)


ALL = [getattr(initializers, name) for name in initializers.__all__ if name[0].isupper() and name != "Initializer"]


@pytest.mark.parametrize("kind", ALL)
def test_configs_make_the_same_again(kind):
    initializer = kind()
    config = initializers.serialize(initializer)
    again = initializers.get(config)
    assert type(again) is kind
    assert again.get_config() == initializer.get_config()


def test_unknown_names_and_other_things():
    with pytest.raises(ValueError, match=r"Unknown initializer 'glorot_unifrom'. Did you mean 'glorot_uniform'\?"):
        initializers.get("glorot_unifrom")
    with pytest.raises(TypeError, match=r"Received: \[\] of type list"):
        initializers.get([])
    with pytest.raises(TypeError, match=r"derived from Initializer. Received: dict"):
        initializers.get(dict)
    with pytest.raises(ValueError, match="Did you mean 'fan_avg'"):
        initializers.VarianceScaling(mode="fan_av")
    with pytest.raises(ValueError, match="positive"):
        initializers.VarianceScaling(scale=0)
