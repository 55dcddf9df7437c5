"""Tasks 2.5 to 2.7: LeakyReLU, ReLU, Softmax."""

import numpy as np
import pytest
from Beras.activations import LeakyReLU, ReLU, Softmax
from kit import check_gradient, check_values, oracle, untouched

RNG = np.random.default_rng(3)
POINTS = np.array([[-3.0, -0.5, 0.0], [0.25, 2.0, -1.0]])


@pytest.fixture(autouse=True)
def _the_same_draws():
    """Let every test draw the same numbers, alone or after others."""
    global RNG
    RNG = np.random.default_rng(3)


@pytest.mark.task("2.5")
@pytest.mark.points(1)
def test_leaky_relu_bends():
    x = POINTS.copy()
    with untouched(inputs=x):
        outputs = LeakyReLU().forward(x)
    right = np.array([[-0.9, -0.15, 0], [0.25, 2, -0.3]])
    check_values(outputs, right, "outputs", hint="alpha is 0.3 unless told otherwise")
    check_values(LeakyReLU().forward(x.astype(np.float32)), right, "outputs", dtype="float32", tolerance=1e-5)
    check_values(LeakyReLU(0.1).forward(x), np.array([[-0.3, -0.05, 0], [0.25, 2, -0.1]]), "outputs with alpha 0.1")
    check_values(LeakyReLU(2.0).forward(x), np.where(x > 0, x, 2 * x), "outputs with alpha 2")
    check_values(ReLU().forward(x), np.maximum(x, 0), "outputs of ReLU")


@pytest.mark.task("2.5")
@pytest.mark.points(2)
def test_slopes_and_the_slope_at_zero():
    for layer, alpha in ((LeakyReLU(0.1), 0.1), (LeakyReLU(-0.5), -0.5), (ReLU(), 0.0)):
        layer.forward(POINTS.copy())
        right = np.array([[alpha, alpha, 0], [1, 1, alpha]])
        alpha_at_0, one_at_0 = right.copy(), right.copy()
        alpha_at_0[0, 2], one_at_0[0, 2] = alpha, 1
        check_values(
            layer.input_gradients(),
            right,
            f"slopes of {type(layer).__name__} with alpha {alpha:g}",
            mistakes={
                "have the slope alpha at exactly 0: here it is 0": alpha_at_0,
                "have the slope 1 at exactly 0: here it is 0": one_at_0,
                "are taken at the outputs: which side of 0 an entry is on, the inputs say": np.array(
                    [[slope(alpha, alpha * x if x < 0 else x) for x in row] for row in POINTS]
                ),
            },
        )


def slope(alpha, x):
    return 1 if x > 0 else alpha if x < 0 else 0


@pytest.mark.task("2.5")
@pytest.mark.points(1)
def test_leaky_relu_pulls_back_with_a_product():
    x, J = RNG.normal(size=(2, 3, 4)), RNG.normal(size=(2, 3, 4))
    layer = LeakyReLU(0.2)
    layer.forward(x)
    with untouched(J=J, inputs=x):
        ours = layer.compose_to_input(J)
    mistakes = {"lacks the incoming J: multiply by it": np.where(x > 0, 1, 0.2)}
    check_gradient(lambda x: np.where(x > 0, x, 0.2 * x), x, ours, "compose_to_input", J=J, mistakes=mistakes)


@pytest.mark.task("2.6")
@pytest.mark.points(1)
def test_softmax_of_each_row():
    x = RNG.normal(size=(5, 3))
    shifted = np.exp(x - x.max(axis=1, keepdims=True))
    over_the_batch = "add up to 1 over the batch: the classes are the last axis"
    right = oracle("softmax.forward", lambda torch: torch.softmax(torch.tensor(x), dim=-1))
    with untouched(inputs=x):
        check_values(
            Softmax().forward(x),
            right,
            "probabilities",
            {"batch": 5, "classes": 3},
            mistakes={
                over_the_batch: np.exp(x) / np.exp(x).sum(axis=0),
                f"{over_the_batch} ": shifted / shifted.sum(axis=0),
                "add up to 1 over all rows together: each row has a sum of its own": np.exp(x) / np.exp(x).sum(),
            },
        )
    known = np.array([0.0320586, 0.08714432, 0.23688282, 0.64391426])
    check_values(
        Softmax().forward(np.arange(-8.0, 8).reshape(4, 4)), np.tile(known, (4, 1)), "probabilities", tolerance=1e-7
    )


@pytest.mark.task("2.6")
@pytest.mark.points(2)
@pytest.mark.filterwarnings("ignore:overflow", "ignore:invalid value")
def test_softmax_of_large_logits():
    x = np.array([[1000.0, 999.0, -1000.0], [-1000.0, -1001.0, -1003.0], [0.0, 0.0, -2000.0]])
    small = np.array([[0.0, -1.0, -1e4], [0.0, -1.0, -3.0], [0.0, 0.0, -1e4]])
    right = np.exp(small) / np.exp(small).sum(axis=1, keepdims=True)
    with np.errstate(all="ignore"):
        plain = np.exp(x) / np.exp(x).sum(axis=1, keepdims=True)
        together = np.exp(x - x.max()) / np.exp(x - x.max()).sum(axis=1, keepdims=True)
    with untouched(inputs=x):
        check_values(
            Softmax().forward(x),
            right,
            "probabilities",
            mistakes={
                "are not finite, as exp overflows without the shift: subtract each row's largest logit first": plain,
                "are not finite where a row is far below the others: shift each row by its own largest logit": together,
            },
        )


@pytest.mark.task("2.7")
@pytest.mark.points(3)
def test_the_jacobian_of_softmax():
    x = RNG.normal(size=(4, 3))
    layer = Softmax()
    p = layer.forward(x)
    ours = layer.input_gradients()
    right = oracle(
        "softmax.jacobian",
        lambda torch: torch.stack(
            [torch.autograd.functional.jacobian(lambda row: torch.softmax(row, 0), torch.tensor(row)) for row in x]
        ),
    )
    outer, diagonal = p[:, :, None] * p[:, None, :], p[:, :, None] * np.eye(3)
    check_values(
        ours,
        right,
        "Jacobian",
        {"batch": 4, "classes": 3},
        mistakes={
            "has only its diagonal: every probability depends on every logit": (p * (1 - p))[:, :, None] * np.eye(3),
            "lacks the diagonal part diag(p)": -outer,
            "lacks the outer product of p with itself": diagonal,
            "has a plus where diag(p) - p p^T has a minus": diagonal + outer,
            "is made of the logits: the p in the formula are the outputs": x[:, :, None] * (np.eye(3) - x[:, None, :]),
        },
        hint="(batch, n, n)",
    )


@pytest.mark.task("2.7")
@pytest.mark.points(1)
def test_the_jacobian_at_known_values():
    layer = Softmax()
    layer.forward(np.arange(-8.0, 8).reshape(4, 4))
    diagonal = np.diagonal(layer.input_gradients(), axis1=1, axis2=2)
    known = np.array([0.03103085, 0.07955019, 0.18076935, 0.22928869])
    check_values(diagonal, np.tile(known, (4, 1)), "diagonal of the Jacobian", tolerance=1e-7)
