"""Tasks 2.1 to 2.4 and 3.5: Dense."""

import tracemalloc

import numpy as np
import pytest
from Beras.core import Diffable
from Beras.layers import Dense
from kit import check_gradient, check_values, oracle, raises, untouched

RNG = np.random.default_rng(2)
X, W, B, J = (RNG.normal(size=shape) for shape in ((5, 4), (4, 3), 3, (5, 3)))
SIZES = {"batch": 5, "inputs": 4, "units": 3}


@pytest.fixture(autouse=True)
def _the_same_draws():
    """Let every test draw the same numbers, alone or after others."""
    global RNG
    RNG = np.random.default_rng(2)


def dense(w=W, b=B):
    """A layer with these weights; it is made without ``_initialize_weight``, which is a task of its own."""
    layer = Dense.__new__(Dense)
    Diffable.__init__(layer)
    layer.w, layer.b, layer.inputs = w.copy(), b.copy(), None
    return layer


@pytest.mark.task("2.1")
@pytest.mark.points(1)
def test_shapes_and_the_zero_initializer():
    w, b = Dense._initialize_weight("zero", 4, 3, np.random.default_rng(0))
    check_values(w, np.zeros((4, 3)), "w", dtype="float32", hint="w is (input_size, output_size)")
    check_values(b, np.zeros(3), "b", dtype="float32")
    w, b = Dense._initialize_weight("Kaiming", 4, 3, np.random.default_rng(0))
    check_values(w.shape, (4, 3), "shape of w", hint="w is (input_size, output_size)")
    if np.any(b):
        pytest.fail(f"your b is random: only w is, and the bias starts at 0. Received: {b}")


@pytest.mark.task("2.1")
@pytest.mark.points(1)
def test_standard_deviations():
    fan_in, fan_out = 300, 100
    for name, variance in (("normal", 1), ("XAVIER", 2 / (fan_in + fan_out)), ("Kaiming", 2 / fan_in)):
        w, _ = Dense._initialize_weight(name, fan_in, fan_out, np.random.default_rng(3))
        what = f"standard deviation of {name}"
        check_values(
            np.std(w),
            np.sqrt(variance),
            what,
            tolerance=0.03,
            mistakes={
                "is the variance: take its root": variance,
                "is made with the outputs: kaiming divides by the number of inputs": np.sqrt(2 / fan_out),
                "is half the right one in the variance: the 2 is missing": np.sqrt(variance / 2),
            }
            if name != "normal"
            else {},
        )
        check_values(np.mean(w) / np.std(w) + 1, 1, f"1 + mean / standard deviation of {name}", tolerance=0.03)
        inside = np.mean(np.abs(w) < np.std(w))
        check_values(
            inside, 0.683, f"share of {name} within one standard deviation", tolerance=0.03, hint="normal, not uniform"
        )


@pytest.mark.task("2.1")
@pytest.mark.points(1)
def test_the_seed_decides():
    first, again, other = (Dense(4, 3, "kaiming", seed=seed).w for seed in (7, 7, 8))
    if not np.array_equal(first, again):
        pytest.fail(
            "two layers with the same seed have different weights: draw w from rng, the generator that comes in"
        )
    if np.array_equal(first, other):
        pytest.fail("two layers with different seeds have the same weights: draw w from rng, and do not seed it again")
    if np.array_equal(Dense(4, 3).w, Dense(4, 3).w):
        pytest.fail("two layers without a seed have the same weights: draw w from rng, and do not seed it again")


@pytest.mark.task("2.1")
@pytest.mark.points(1)
def test_an_unknown_initializer_is_an_error_that_quotes_it():
    with raises(ValueError, ["Xavjer", "kaiming"]):
        Dense._initialize_weight("Xavjer", 4, 3, np.random.default_rng(0))


@pytest.mark.task("2.2")
@pytest.mark.points(1)
def test_forward_is_inputs_times_w_plus_b():
    layer = dense()
    right = oracle(
        "dense.forward", lambda torch: torch.nn.functional.linear(*map(torch.from_numpy, (X, W.T.copy(), B)))
    )
    with untouched(inputs=X):
        check_values(
            layer.forward(X), right, "outputs", SIZES, mistakes={"lacks the bias": X @ W}, hint="inputs @ w + b"
        )


@pytest.mark.task("2.2")
@pytest.mark.points(1)
def test_forward_keeps_its_inputs_and_dtype():
    layer = dense()
    layer.forward(X[:2])
    layer.forward(X)
    check_values(layer.inputs, X, "layer.inputs", hint="the gradients need the inputs of the latest call")
    single = dense(W.astype(np.float32), B.astype(np.float32))
    check_values(single.forward(X.astype(np.float32)), X @ W + B, "outputs", dtype="float32", tolerance=1e-5)


@pytest.mark.task("2.3")
@pytest.mark.points(2)
def test_the_factor_of_a_kernel_entry_is_its_input():
    layer = dense()
    layer.forward(X)
    local = layer.weight_gradients()
    if len(local) != 2:
        pytest.fail(f"weight_gradients must return two arrays, for w and for b. Received: {len(local)}")
    right = np.repeat(X[:, :, None], 3, axis=2)
    check_values(
        local[0],
        right,
        "weight_gradients()[0]",
        SIZES,
        mistakes={"holds the kernel where the inputs belong": np.repeat(W[None], 5, axis=0)},
        hint="outputs[b, j] = sum over i of inputs[b, i] * w[i, j] + b[j]: what stands beside w[i, j]?",
    )


@pytest.mark.task("2.3")
@pytest.mark.points(1)
def test_input_axis_before_output_axis():
    x = np.array([[1.0, 2.0], [3.0, 4.0]])
    layer = dense(np.eye(2), np.zeros(2))
    layer.forward(x)
    right = np.array([[[1.0, 1.0], [2.0, 2.0]], [[3.0, 3.0], [4.0, 4.0]]])
    check_values(
        layer.weight_gradients()[0],
        right,
        "weight_gradients()[0]",
        mistakes={"has the inputs along the last axis: the axes are (batch, in, out)": right.swapaxes(1, 2)},
    )


@pytest.mark.task("2.3")
@pytest.mark.points(1)
def test_the_factor_of_a_bias_is_one():
    layer = dense()
    layer.forward(X)
    check_values(
        layer.weight_gradients()[1],
        np.ones(3),
        "weight_gradients()[1]",
        mistakes={"is the bias itself, and not the derivative with respect to it": B, "is zero": np.zeros(3)},
        hint="the same for every sample, so that it has the shape of b",
    )


@pytest.mark.task("2.4")
@pytest.mark.points(2)
def test_input_gradients_are_the_kernel():
    layer = dense()
    layer.forward(X)
    check_values(layer.input_gradients(), W, "input_gradients", SIZES, hint="axes (in, out), as w has them")
    square = np.array([[1.0, 2.0], [3.0, 4.0]])
    layer = dense(square, np.zeros(2))
    layer.forward(X[:, :2])
    check_values(
        layer.input_gradients(),
        square,
        "input_gradients",
        mistakes={"is the kernel transposed: entry [i, j] belongs to input i and output j": square.T},
    )


def mean_loss(w, b):
    """The mean over the batch of what has ``J`` for its derivative with respect to each sample's outputs."""
    return np.mean(np.sum((X @ w + b) * J, axis=1))


@pytest.mark.task("3.5")
@pytest.mark.points(2)
def test_the_kernels_gradient_by_a_matrix_product():
    layer = dense()
    layer.forward(X)
    with untouched(J=J, inputs=X, w=layer.w):
        dw = layer.compose_to_weight(J)[0]
    check_gradient(
        lambda w: mean_loss(w, B),
        W,
        dw,
        "dw",
        SIZES,
        torch=oracle("dense.dw", lambda torch: gradients(torch)[0]),
    )


@pytest.mark.task("3.5")
@pytest.mark.points(1)
def test_the_bias_gradient_is_a_mean_over_the_batch():
    layer = dense()
    layer.forward(X)
    db = layer.compose_to_weight(J)[1]
    check_gradient(
        lambda b: mean_loss(W, b),
        B,
        db,
        "db",
        SIZES,
        torch=oracle("dense.db", lambda torch: gradients(torch)[1]),
        hint="the same b is added to every sample: its gradient is averaged over the batch, to the shape of b",
    )


def gradients(torch):
    w, b = (torch.tensor(weight, requires_grad=True) for weight in (W, B))
    torch.mean(torch.sum((torch.tensor(X) @ w + b) * torch.tensor(J), dim=1)).backward()
    return w.grad, b.grad


@pytest.mark.task("3.5")
@pytest.mark.points(1)
def test_no_array_of_batch_times_kernel():
    layer = dense(np.zeros((400, 300), np.float32), np.zeros(300, np.float32))
    layer.forward(np.ones((128, 400), np.float32))
    J = np.ones((128, 300), np.float32)
    tracemalloc.start()
    layer.compose_to_weight(J)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    if most > 10e6:
        pytest.fail(
            f"compose_to_weight took {most / 1e6:.0f} MB where dw has 0.5 MB: the array (batch, in, out) is made, "
            "which a matrix product of the inputs and J avoids"
        )
