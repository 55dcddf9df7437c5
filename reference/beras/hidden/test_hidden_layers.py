"""Further checks of parts 1 and 2: other shapes, other dtypes, the corners."""

import numpy as np
import pytest
from Beras.activations import LeakyReLU, Softmax
from Beras.layers import Dense
from Beras.losses import CategoricalCrossentropy, MeanSquaredError
from Beras.onehot import OneHotEncoder
from kit import check_values, oracle, untouched

pytestmark = pytest.mark.visibility("hidden")

RNG = np.random.default_rng(11)


@pytest.fixture(autouse=True)
def _drawn_anew():
    """Start the hidden draws from their seed again."""
    global RNG
    RNG = np.random.default_rng(11)


@pytest.mark.task("1.2")
@pytest.mark.points(1)
def test_labels_are_neither_changed_nor_taken_for_places():
    labels = np.array([30, -5, 30, 12], np.int8)
    encoder = OneHotEncoder()
    with untouched(labels=labels):
        encoding = encoder(labels)
    check_values(encoding, np.eye(3)[[2, 0, 2, 1]], "encoding of 30, -5, 30, 12")
    soft = np.array([[0.2, 0.5, 0.3], [0.1, 0.2, 0.7]])
    hint = "the most probable class of each row: np.argmax"
    check_values(encoder.inverse(soft), [12, 30], "inverse of probabilities", hint=hint)


@pytest.mark.task("2.1")
@pytest.mark.points(1)
def test_two_layers_of_one_generator_differ():
    rng = np.random.default_rng(0)
    first, _ = Dense._initialize_weight("kaiming", 3, 2, rng)
    second, _ = Dense._initialize_weight("kaiming", 3, 2, rng)
    if np.array_equal(first, second):
        pytest.fail("each call must draw new numbers from the generator that comes in")
    for name in ("ZERO", "Normal", "xAVIER"):
        w, b = Dense._initialize_weight(name, 3, 2, rng)
        if (w.shape, b.shape) != ((3, 2), (2,)):
            pytest.fail(f"w is (3, 2) and b is (2,) for {name}. Received: {w.shape}, {b.shape}")


@pytest.mark.task("2.6")
@pytest.mark.points(1)
def test_softmax_of_float32_and_of_more_axes():
    x = RNG.normal(size=(2, 4, 3))
    right = oracle("hidden.softmax", lambda torch: torch.softmax(torch.tensor(x), dim=-1))
    check_values(Softmax()(x), right, "probabilities of a (2, 4, 3) array")
    check_values(Softmax()(x[0].astype(np.float32)), right[0], "probabilities", dtype="float32", tolerance=1e-5)


@pytest.mark.task("2.7")
@pytest.mark.points(1)
def test_the_jacobian_is_of_the_latest_call_and_its_rows_add_up_to_zero():
    layer = Softmax()
    layer(RNG.normal(size=(6, 4)))
    p = layer(RNG.normal(size=(2, 4)).astype(np.float32))
    jacobian = layer.input_gradients()
    check_values(jacobian.shape, (2, 4, 4), "shape of the Jacobian")
    check_values(jacobian.sum(axis=1) + 1, np.ones((2, 4)), "1 + sum over the logits' axis", tolerance=1e-5)
    check_values(np.diagonal(jacobian, axis1=1, axis2=2), p * (1 - p), "diagonal", dtype="float32", tolerance=1e-5)


@pytest.mark.task("2.5")
@pytest.mark.points(1)
def test_leaky_relu_of_integers_and_float32():
    layer = LeakyReLU()
    check_values(layer(np.array([-10, 0, 5])), [-3.0, 0.0, 5.0], "outputs of integers")
    check_values(layer.input_gradients(), [0.3, 0.0, 1.0], "slopes at integers")
    layer(np.array([[-1.0, 2.0]], np.float32))
    check_values(layer.input_gradients(), np.array([[0.3, 1.0]]), "slopes", dtype="float32", tolerance=1e-5)


@pytest.mark.task("2.8")
@pytest.mark.points(1)
def test_losses_keep_their_arguments_and_float32():
    p, y = RNG.dirichlet(np.ones(4), size=3).astype(np.float32), np.eye(4, dtype=np.float32)[:3]
    for loss_fn in (MeanSquaredError(), CategoricalCrossentropy()):
        with untouched(predictions=p, truths=y):
            loss_fn(p, y)
            gradient = loss_fn.input_gradients()
        name = f"input_gradients of {type(loss_fn).__name__}"
        check_values(gradient, gradient.astype(np.float64), name, dtype="float32")
