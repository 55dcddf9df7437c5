"""Every formula of answers.md, checked: the words and the numbers cannot drift apart.

Each displayed formula of an answer stands in the table `FORMULAS`, as it is written there, with the two sides of its
equation: one as the formula says, the other from central differences or a sum over all indices.
"""

import re
from itertools import pairwise

import numpy as np
import pytest

N0, N1, N2, B = 3, 5, 2, 4


def answers(solution):
    text = (solution / "answers.md").read_text(encoding="utf-8")
    return re.findall(r"<!-- BEGIN SOLUTION -->\n(.*?)<!-- END SOLUTION -->", text, re.DOTALL)


def displayed(solution):
    """Return the displayed formulas, each with the shapes that are written behind it."""
    formulas = [formula for answer in answers(solution) for formula in re.findall(r"\$\$(.*?)\$\$", answer, re.DOTALL)]
    return {left.strip(): shapes.strip() for left, _, shapes in (formula.partition(r"\qquad") for formula in formulas)}


# A network with numbers in it


def sigmoid(s):
    return 1 / (1 + np.exp(-s))


FUNCTIONS = {
    "relu": (lambda s: np.maximum(s, 0), lambda s: (s > 0) * 1.0),
    "sigmoid": (sigmoid, lambda s: np.exp(-s) / (1 + np.exp(-s)) ** 2),
    "identity": (lambda s: s, np.ones_like),
}


def derivative(function, at, h=1e-6):
    """Return the derivative of ``function`` at ``at``: an axis for each of the result's, then for each of ``at``'s."""
    at = np.asarray(at, float)
    found = []
    for place in np.ndindex(at.shape):
        step = np.zeros(at.shape)
        step[place] = h
        found.append((np.asarray(function(at + step)) - np.asarray(function(at - step))) / (2 * h))
    return np.moveaxis(np.array(found), 0, -1).reshape(*np.shape(found[0]), *at.shape)


class Network:
    """One sample of a network, in columns, with the loss of 1.1 or of 1.2."""

    def __init__(self, f, g, loss, seed=0):
        draw = np.random.RandomState(seed).standard_normal
        self.x, self.W1, self.b1 = draw(N0), draw((N1, N0)), draw(N1)
        self.W2, self.b2, self.y = draw((N2, N1)), draw(N2), np.array([1.0, 0.0])
        (self.f, self.d_f), (self.g, self.d_g), self.loss = FUNCTIONS[f], FUNCTIONS[g], LOSSES[loss]

    def layers(self, **changed):
        """Return s_1, z_1, s_2, y_hat and the loss, after some of the values were replaced."""
        at = {**vars(self), **changed}
        s_1 = at.get("s_1", at["W1"] @ at["x"] + at["b1"])
        z_1 = at.get("z_1", self.f(s_1))
        s_2 = at.get("s_2", at["W2"] @ z_1 + at["b2"])
        y_hat = at.get("y_hat", self.g(s_2))
        return {"s_1": s_1, "z_1": z_1, "s_2": s_2, "y_hat": y_hat, "l": self.loss(y_hat, self.y)}

    def by(self, of, name):
        """Return the derivative of one thing by another, from central differences; that of the loss is a row."""
        at = vars(self).get(name)
        found = derivative(lambda value: self.layers(**{name: value})[of], self.layers()[name] if at is None else at)
        return found[None, :] if of == "l" and found.ndim == 1 else found


LOSSES = {
    "mse": lambda y_hat, y: 0.5 * np.sum((y_hat - y) ** 2),
    "bce": lambda y_hat, y: -np.sum(y * np.log(y_hat) + (1 - y) * np.log(1 - y_hat)),
}
NETWORKS = [
    Network("relu", "identity", "mse"),
    Network("sigmoid", "sigmoid", "mse"),
    Network("sigmoid", "sigmoid", "bce"),
    Network("relu", "sigmoid", "bce", seed=1),
]
#: The networks of 1.1, of 1.2 (a), and of 1.2 (b).
REGRESSION, SIGMOIDS, ENTROPY = NETWORKS[:1], NETWORKS[1:2], NETWORKS[2:3]


def to_s_1(net):
    return net.by("l", "y_hat") @ net.by("y_hat", "s_2") @ net.W2 @ net.by("z_1", "s_1")


def to_s_2(net):
    return net.by("l", "y_hat") @ net.by("y_hat", "s_2")


def three_indices(net):
    return np.einsum("ki,j->kij", np.eye(N1), net.x)


def batch(net):
    """Return the derivative of the mean loss by s_1 and by W1, from central differences, and the batch."""
    draw = np.random.RandomState(3).standard_normal
    x, y = draw((B, N0)), (draw((B, N2)) > 0) * 1.0

    def mean(W1=net.W1, s_1=None):
        s_1 = x @ W1.T + net.b1 if s_1 is None else s_1
        y_hat = net.g(net.f(s_1) @ net.W2.T + net.b2)
        return net.loss(y_hat, y) / (B * N2)

    by_s_1 = derivative(lambda s_1: mean(s_1=s_1), x @ net.W1.T + net.b1)
    return by_s_1, derivative(lambda W1: mean(W1=W1), net.W1), x


def mean_loss(net):
    """Return a batch of predictions and labels, and the derivative of the mean of the losses by the predictions."""
    draw = np.random.RandomState(5).standard_normal
    y, y_hat = draw((B, N2)), draw((B, N2))

    def mean(y_hat):
        return sum(net.loss(p, label) for p, label in zip(y_hat, y)) / (B * N2)

    return y, y_hat, derivative(mean, y_hat)


S = np.linspace(-9, 9, 37)
Y, P = np.array([0.0, 1.0, 0.0, 1.0]), np.array([0.2, 0.3, 0.9, 0.99])

#: Formula -> the networks for which it is claimed, and the two sides of the equation for one of them.
FORMULAS = {
    r"\frac{\partial \ell}{\partial s_2} = \frac{\partial \ell}{\partial \hat y} \, "
    r"\frac{\partial \hat y}{\partial s_2}": (NETWORKS, lambda net: (net.by("l", "s_2"), to_s_2(net))),
    r"\frac{\partial \ell}{\partial s_1} = \frac{\partial \ell}{\partial \hat y} \, "
    r"\frac{\partial \hat y}{\partial s_2} \, W^2 \, \frac{\partial z_1}{\partial s_1}": (
        NETWORKS,
        lambda net: (net.by("l", "s_1"), to_s_1(net)),
    ),
    r"\frac{\partial (s_1)_k}{\partial W^1_{ij}} = \delta_{ki} \, x_j": (
        NETWORKS,
        lambda net: (net.by("s_1", "W1"), three_indices(net)),
    ),
    r"\frac{\partial \ell}{\partial W^1_{ij}} = \sum_k \frac{\partial \ell}{\partial (s_1)_k} \, \delta_{ki} \, x_j "
    r"= \frac{\partial \ell}{\partial (s_1)_i} \, x_j": (
        NETWORKS,
        lambda net: (
            net.by("l", "W1"),
            np.einsum("k,kij->ij", net.by("l", "s_1")[0], three_indices(net)),
            np.einsum("i,j->ij", net.by("l", "s_1")[0], net.x),
        ),
    ),
    r"\frac{\partial \ell}{\partial W^1} = \Big( \frac{\partial \ell}{\partial \hat y} \, "
    r"\frac{\partial \hat y}{\partial s_2} \, W^2 \, \frac{\partial z_1}{\partial s_1} \Big)^T x^T": (
        NETWORKS,
        lambda net: (net.by("l", "W1"), to_s_1(net).T @ net.x[None, :]),
    ),
    r"\frac{\partial \ell}{\partial b^1} = \Big( \frac{\partial \ell}{\partial \hat y} \, "
    r"\frac{\partial \hat y}{\partial s_2} \, W^2 \, \frac{\partial z_1}{\partial s_1} \Big)^T": (
        NETWORKS,
        lambda net: (net.by("l", "b1").T, to_s_1(net).T),
    ),
    r"\frac{\partial \ell}{\partial W^2} = \Big( \frac{\partial \ell}{\partial \hat y} \, "
    r"\frac{\partial \hat y}{\partial s_2} \Big)^T f(W^1 x + b^1)^T": (
        NETWORKS,
        lambda net: (net.by("l", "W2"), to_s_2(net).T @ net.f(net.W1 @ net.x + net.b1)[None, :]),
    ),
    r"\frac{\partial \ell}{\partial b^2} = \Big( \frac{\partial \ell}{\partial \hat y} \, "
    r"\frac{\partial \hat y}{\partial s_2} \Big)^T": (
        NETWORKS,
        lambda net: (net.by("l", "b2").T, to_s_2(net).T),
    ),
    r"\frac{\partial J}{\partial W^1} = \Big( \frac{\partial J}{\partial s_1} \Big)^T X": (
        NETWORKS,
        lambda net: (batch(net)[1], batch(net)[0].T @ batch(net)[2]),
    ),
    r"\Big( \frac{\partial z_1}{\partial s_1} \Big)_{ij} = \begin{cases} 1 & i = j \text{ and } (s_1)_i > 0 \\ 0 & "
    r"\text{else} \end{cases}": (
        REGRESSION,
        lambda net: (net.by("z_1", "s_1"), np.eye(N1) * (net.W1 @ net.x + net.b1 > 0)),
    ),
    r"\Big( \frac{\partial \hat y}{\partial s_2} \Big)_{ij} = \delta_{ij}": (
        REGRESSION,
        lambda net: (net.by("y_hat", "s_2"), np.eye(N2)),
    ),
    r"\Big( \frac{\partial \ell}{\partial \hat y} \Big)_j = \hat y_j - y_j": (
        REGRESSION + SIGMOIDS,
        lambda net: (net.by("l", "y_hat")[0], net.layers()["y_hat"] - net.y),
    ),
    r"\frac{\partial J}{\partial \hat y_{bj}} = \frac{\hat y_{bj} - y_{bj}}{B \, n_2}": (
        REGRESSION,
        lambda net: (mean_loss(net)[2], (mean_loss(net)[1] - mean_loss(net)[0]) / (B * N2)),
    ),
    r"\sigma'(s) = \frac{e^{-s}}{(1 + e^{-s})^2} = \sigma(s) \, (1 - \sigma(s))": (
        SIGMOIDS,
        lambda net: (
            np.diag(derivative(sigmoid, S)),
            np.exp(-S) / (1 + np.exp(-S)) ** 2,
            sigmoid(S) * (1 - sigmoid(S)),
        ),
    ),
    r"\Big( \frac{\partial z_1}{\partial s_1} \Big)_{ij} = \delta_{ij} \, \sigma'((s_1)_i)": (
        SIGMOIDS + ENTROPY,
        lambda net: (net.by("z_1", "s_1"), np.diag(net.d_f(net.layers()["s_1"]))),
    ),
    r"\Big( \frac{\partial \hat y}{\partial s_2} \Big)_{ij} = \delta_{ij} \, \sigma'((s_2)_i)": (
        SIGMOIDS + ENTROPY,
        lambda net: (net.by("y_hat", "s_2"), np.diag(net.d_g(net.layers()["s_2"]))),
    ),
    r"\Big( \frac{\partial \ell}{\partial \hat y} \Big)_j = -\frac{y_j}{\hat y_j} + \frac{1 - y_j}{1 - \hat y_j} = "
    r"\frac{\hat y_j - y_j}{\hat y_j \, (1 - \hat y_j)}": (
        ENTROPY,
        lambda net: (
            derivative(lambda p: LOSSES["bce"](p, Y), P),
            -Y / P + (1 - Y) / (1 - P),
            (P - Y) / (P * (1 - P)),
        ),
    ),
    r"\Big( \frac{\partial \ell}{\partial s_2} \Big)_j = \hat y_j - y_j": (
        ENTROPY,
        lambda net: (net.by("l", "s_2")[0], net.layers()["y_hat"] - net.y),
    ),
    r"\Big( \frac{\partial \ell}{\partial s_2} \Big)_j = (\hat y_j - y_j) \, \hat y_j \, (1 - \hat y_j)": (
        SIGMOIDS,
        lambda net: (
            net.by("l", "s_2")[0],
            (net.layers()["y_hat"] - net.y) * net.layers()["y_hat"] * (1 - net.layers()["y_hat"]),
        ),
    ),
    r"\sigma'(s) \le \sigma'(0) = \frac14": (
        SIGMOIDS,
        lambda net: (np.diag(derivative(sigmoid, S)).max(), derivative(sigmoid, np.zeros(1)).item(), 1 / 4),
    ),
    r"-\log \Big( \frac{1}{\sqrt{2 \pi}} \, e^{-(y - \hat y)^2 / 2} \Big) = \frac12 (\hat y - y)^2 + \frac12 "
    r"\log(2 \pi)": (
        REGRESSION,
        lambda net: (
            -np.log(np.exp(-((Y - P) ** 2) / 2) / np.sqrt(2 * np.pi)),
            (P - Y) ** 2 / 2 + np.log(2 * np.pi) / 2,
        ),
    ),
    r"-\log \big( \hat y^y (1 - \hat y)^{1 - y} \big) = -\big( y \log \hat y + (1 - y) \log(1 - \hat y) \big)": (
        ENTROPY,
        lambda net: (
            -np.log(P**Y * (1 - P) ** (1 - Y)),
            -(Y * np.log(P) + (1 - Y) * np.log(1 - P)),
            -np.log(np.where(Y == 1, P, 1 - P)),
        ),
    ),
}


@pytest.mark.parametrize("formula", FORMULAS)
def test_the_sides_of_a_formula_are_equal(formula):
    networks, sides = FORMULAS[formula]
    for net in networks:
        first, *others = sides(net)
        for other in others:
            np.testing.assert_allclose(other, first, rtol=1e-6, atol=1e-8)
            assert np.shape(other) == np.shape(first)


def test_every_displayed_formula_is_checked(solution):
    assert set(displayed(solution)) == set(FORMULAS)


def test_the_shapes_that_are_written_fit(solution):
    sizes = {"n_0": N0, "n_1": N1, "n_2": N2, "B": B, "1": 1}
    checked = 0
    for formula, written in displayed(solution).items():
        if not written:
            continue
        factors = [[sizes[name] for name in shape.split(r" \times ")] for shape in re.findall(r"\((.*?)\)", written)]
        for left, right in pairwise(factors):
            assert left[-1] == right[0], f"{written} does not fit in {formula}"
        shape = factors[0] if len(factors) == 1 else [factors[0][0], factors[-1][-1]]
        networks, sides = FORMULAS[formula]
        assert list(np.shape(sides(networks[0])[0])) == shape, formula
        checked += 1
    assert checked == 8


def test_the_inline_derivative_and_the_mean(solution):
    text = "".join(answers(solution))
    assert r"$\frac{\partial s_2}{\partial z_1} = W^2$" in text
    assert r"$\frac{\partial s_1}{\partial b^1}$ is the identity matrix" in text
    assert r"$J = \frac{1}{B n_2} \sum_b \ell_b$" in text  # checked with the formula below it
    for net in NETWORKS:
        np.testing.assert_allclose(net.by("s_2", "z_1"), net.W2, rtol=1e-6)
        np.testing.assert_allclose(net.by("s_1", "b1"), np.eye(N1), rtol=1e-6, atol=1e-9)


def test_the_table_of_the_forward_pass(solution):
    """The cells of Q1.1.b are turned into Python, and computed."""
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \| (.*?) \|$", "".join(answers(solution)), re.MULTILINE)
    assert [name for name, *_ in rows] == ["Linear_1", "f", "Linear_2", "g", "Loss"]
    words = ((r"\frac12 \lVert", "half_square("), (r"\rVert^2", ")"), ("W^1 x", "W1 @ x"), ("W^2 f", "W2 @ f"))
    words += (("b^1", "b1"), ("b^2", "b2"))

    def value(cell, net):
        for latex, python in words:
            cell = cell.replace(latex, python)
        return eval(cell, {**vars(net), "half_square": lambda error: 0.5 * np.sum(error**2)})

    for net in REGRESSION + SIGMOIDS:
        right = net.layers()
        for (_, given, result), (into, out) in zip(
            rows, [("x", "s_1"), ("s_1", "z_1"), ("z_1", "s_2"), ("s_2", "y_hat"), ("y_hat", "l")], strict=True
        ):
            first = re.findall(r"\$(.*?)\$", given)[0]
            np.testing.assert_allclose(value(first, net), {**right, "x": net.x}[into])
            np.testing.assert_allclose(value(result.strip("$"), net), right[out])


def test_the_numbers_in_the_text(solution):
    text = "".join(answers(solution))
    p = sigmoid(-10)  # says 0.00005 where the label is 1
    assert f"{p:.5f}" == "0.00005"
    assert "a pull of 0.00005 from the squared error, and of 0.99995 from the cross-entropy" in text
    assert f"{(1 - p) * p * (1 - p):.5f}" == "0.00005"
    assert f"{1 - p:.5f}" == "0.99995"
    assert "for ten layers less than a millionth" in text
    assert 4.0**-10 < 1e-6
    assert "falls like $e^{-|s|}$" in text
    far = np.array([20.0, -20.0])
    np.testing.assert_allclose(FUNCTIONS["sigmoid"][1](far) / np.exp(-abs(far)), 1, rtol=1e-8)


def test_the_two_forms_of_the_slope_at_minus_1000(solution):
    from mlp import d_sigmoid

    assert "for $s = -1000$ the first form is infinity divided by infinity" in "".join(answers(solution))
    s = np.array([-1000.0])
    with np.errstate(over="ignore", invalid="ignore"):
        assert np.isnan(np.exp(-s) / (1 + np.exp(-s)) ** 2).all()
    assert d_sigmoid(s) == 0


def test_the_wrong_order_of_the_factors_does_not_fit():
    """The chain without the transposition, and with an identity matrix in its place, are products that do not exist."""
    net = NETWORKS[0]
    with pytest.raises(ValueError, match="matmul"):
        to_s_1(net) @ net.x[None, :]
    with pytest.raises(ValueError, match="matmul"):
        np.eye(N1) @ net.x[None, :]


@pytest.mark.torch
def test_the_five_steps_are_those_of_sgd_step(solution):
    torch = pytest.importorskip("torch")
    from mlp import MLP, mse_loss
    from training import sgd_step

    program = re.search(r"```python\n(.*?)```", answers(solution)[0], re.DOTALL)[1]
    assert [int(n) for n in re.findall(r"# (\d)\.", program)] == [1, 2, 3, 4, 5]
    net = MLP(3, 4, "relu", 4, 2, "identity", randn=torch.randn)
    linear_1, linear_2 = torch.nn.Linear(3, 4), torch.nn.Linear(4, 2)
    model = torch.nn.Sequential(linear_1, torch.nn.ReLU(), linear_2)
    for own, value in zip(model.parameters(), net.parameters.values()):
        own.data = value.clone()
    x, y = torch.randn(6, 3), torch.randn(6, 2)
    names = {
        "torch": torch,
        "model": model,
        "x": x,
        "y": y,
        "learning_rate": 0.2,
        "loss_function": lambda y_hat, y: 0.5 * torch.nn.functional.mse_loss(y_hat, y),
    }
    for _ in range(3):
        exec(program, names)
        loss = sgd_step(net, mse_loss, x, y, 0.2)
        torch.testing.assert_close(names["loss"].detach(), loss)
    for own, value in zip(model.parameters(), net.parameters.values()):
        torch.testing.assert_close(own.detach(), value)
