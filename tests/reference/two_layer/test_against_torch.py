"""The network and the losses against torch: every pair of functions, several outputs, both libraries, both dtypes."""

import warnings
from functools import partial

import numpy as np
import pytest

pytestmark = pytest.mark.torch
torch = pytest.importorskip("torch")

FUNCTIONS = ["relu", "sigmoid", "identity"]
PAIRS = [(f, g, "mse") for f in FUNCTIONS for g in FUNCTIONS] + [(f, "sigmoid", "bce") for f in FUNCTIONS]
SHAPES = [(10, 2, 20, 1), (1, 1, 1, 1), (7, 3, 5, 4), (4, 4, 4, 4)]
MODULES = {"relu": torch.nn.ReLU, "sigmoid": torch.nn.Sigmoid, "identity": torch.nn.Identity}
TOLERANCE = {torch.float64: 1e-12, torch.float32: 2e-5}


def torch_loss(name):
    functional = torch.nn.functional
    return {"mse": lambda p, y: 0.5 * functional.mse_loss(p, y), "bce": functional.binary_cross_entropy}[name]


def our_loss(name):
    import mlp

    return {"mse": mlp.mse_loss, "bce": mlp.bce_loss}[name]


def sequential(net):
    """Return torch's model with the parameters of ``net``, as the seed makes it."""
    W1, b1, W2, b2 = (torch.as_tensor(value) for value in net.parameters.values())
    linear_1, linear_2 = torch.nn.Linear(*W1.T.shape), torch.nn.Linear(*W2.T.shape)
    linear_1.weight.data, linear_1.bias.data = W1.clone(), b1.clone()
    linear_2.weight.data, linear_2.bias.data = W2.clone(), b2.clone()
    return torch.nn.Sequential(linear_1, MODULES[net.f_function](), linear_2, MODULES[net.g_function]())


def assert_close(ours, theirs, dtype):
    ours, theirs = torch.as_tensor(ours), theirs.detach()
    scale = max(float(theirs.abs().max()), 1e-30)
    assert ours.shape == theirs.shape
    assert float((ours - theirs).abs().max()) <= TOLERANCE[dtype] * scale


@pytest.mark.parametrize("kind", ["arrays", "tensors"])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=str)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize(("f", "g", "loss"), PAIRS)
def test_every_gradient_is_that_of_autograd(f, g, loss, shape, dtype, kind):
    from mlp import MLP

    batch, n_in, n_hidden, n_out = shape
    torch.manual_seed(1)
    randn = partial(torch.randn, dtype=dtype)
    x, y = randn(batch, n_in), randn(batch, n_out)
    if loss == "bce":
        y = (y > 0).to(dtype)
    if kind == "arrays":
        net = MLP(n_in, n_hidden, f, n_hidden, n_out, g, randn=lambda *size: randn(*size).numpy())
        mine = (x.numpy(), y.numpy())
    else:
        net = MLP(n_in, n_hidden, f, n_hidden, n_out, g, randn=randn)
        mine = (x, y)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        y_hat = net.forward(mine[0])
        value, dJdy_hat = our_loss(loss)(mine[1], y_hat)
        net.backward(dJdy_hat)

    model = sequential(net)
    prediction = model(x)
    prediction.retain_grad()
    expected = torch_loss(loss)(prediction, y)
    expected.backward()
    assert_close(y_hat, prediction, dtype)
    assert_close(value, expected, dtype)
    assert_close(dJdy_hat, prediction.grad, dtype)
    for gradient, parameter in zip(net.grads.values(), model.parameters(), strict=True):
        assert_close(gradient, parameter.grad, dtype)
        assert torch.as_tensor(gradient).dtype == dtype
        assert isinstance(gradient, torch.Tensor) is (kind == "tensors")


def test_the_parameters_are_drawn_as_in_the_seed():
    """W1, b1, W2, b2 from torch.randn, in this order, and no graph hangs on anything."""
    from mlp import MLP

    torch.manual_seed(5)
    net = MLP(2, 20, "relu", 20, 1, "identity", randn=torch.randn)
    torch.manual_seed(5)
    for value, shape in zip(net.parameters.values(), [(20, 2), (20,), (1, 20), (1,)], strict=True):
        assert torch.equal(value, torch.randn(*shape))
        assert not value.requires_grad
    assert list(net.grads) == ["dJdW1", "dJdb1", "dJdW2", "dJdb2"]


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=str)
@pytest.mark.parametrize("kind", ["arrays", "tensors"])
def test_bce_at_saturation_is_that_of_torch(kind, dtype):
    tiny = torch.finfo(dtype).tiny
    p = torch.tensor([0.0, 1.0, tiny, 1e-44, 1e-20, 1e-13, 1e-6, 1 - 2**-24, 0.5], dtype=dtype)
    y, y_hat = (grid.clone() for grid in torch.meshgrid(torch.tensor([0.0, 0.25, 1.0], dtype=dtype), p, indexing="ij"))
    y_hat.requires_grad_()
    expected = torch_loss("bce")(y_hat, y)
    expected.backward()
    inputs = (y, y_hat.detach()) if kind == "tensors" else (y.numpy(), y_hat.detach().numpy())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        loss, gradient = our_loss("bce")(*inputs)
    assert torch.isfinite(torch.as_tensor(gradient)).all()
    torch.testing.assert_close(torch.as_tensor(loss), expected.detach())
    torch.testing.assert_close(torch.as_tensor(gradient), y_hat.grad)


def test_a_saturated_sigmoid_and_its_cross_entropy_together():
    """Through the whole network: pre-activations of 800, of which no exponential exists."""
    from mlp import MLP, bce_loss

    net = MLP(1, 2, "identity", 2, 1, "sigmoid", randn=lambda *shape: np.full(shape, 20.0))
    x, y = np.array([[1.0], [-3.0], [0.0]]), np.array([[0.0], [1.0], [1.0]])
    with np.errstate(all="raise", under="ignore"):
        loss, dJdy_hat = bce_loss(y, net.forward(x))
        net.backward(dJdy_hat)
    model = sequential(net)
    expected = torch_loss("bce")(model(torch.tensor(x)), torch.tensor(y))
    expected.backward()
    np.testing.assert_allclose(loss, expected.detach())
    for gradient, parameter in zip(net.grads.values(), model.parameters(), strict=True):
        np.testing.assert_allclose(gradient, parameter.grad)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_at_special_values(name):
    from mlp import FUNCTIONS as OURS

    values = [0.0, -0.0, 5e-324, -1e-300, 36.7, -745.2, 1e308, -1e308, np.inf, -np.inf, np.nan]
    s = torch.tensor(values, dtype=torch.float64, requires_grad=True)
    right = MODULES[name]()(s)
    [slope] = torch.autograd.grad(right.sum(), s)
    function, derivative = OURS[name]
    for kind in (np.array(values), s.detach()):
        with np.errstate(over="raise", divide="raise", invalid="raise"):
            np.testing.assert_allclose(np.asarray(function(kind)), right.detach().numpy(), rtol=1e-14, atol=1e-300)
        ours = np.asarray(derivative(kind))
        known = ~np.isnan(values)  # torch's relu and ours differ at NaN: it passes the gradient on
        np.testing.assert_allclose(ours[known], slope.numpy()[known], rtol=1e-13, atol=1e-300)


@pytest.mark.parametrize("steps", [1, 5])
def test_sgd_step_is_that_of_torch(steps):
    from mlp import MLP
    from training import sgd_step

    rng = np.random.default_rng(2)
    net = MLP(3, 6, "sigmoid", 6, 2, "sigmoid", randn=lambda *shape: rng.standard_normal(shape))
    x, y = rng.standard_normal((8, 3)), (rng.random((8, 2)) > 0.5) * 1.0
    model = sequential(net)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.7)
    for _ in range(steps):
        loss = sgd_step(net, our_loss("bce"), x, y, 0.7)
        expected = torch_loss("bce")(model(torch.tensor(x)), torch.tensor(y))
        optimizer.zero_grad()
        expected.backward()
        optimizer.step()
        np.testing.assert_allclose(loss, expected.item(), rtol=1e-12)
    for value, parameter in zip(net.parameters.values(), model.parameters(), strict=True):
        np.testing.assert_allclose(value, parameter.detach().numpy(), rtol=1e-12)


def test_fit_trains_tensors_too():
    from mlp import MLP, bce_loss
    from training import fit

    torch.manual_seed(0)
    net = MLP(2, 16, "relu", 16, 1, "sigmoid", randn=torch.randn)
    x = torch.randn(120, 2)
    y = ((x**2).sum(1, keepdim=True) > 1) * 1.0
    history = fit(net, bce_loss, x, y, learning_rate=0.5, epochs=60)
    assert history[-1] < 0.2 < history[0]
    assert ((net.forward(x) > 0.5) == (y > 0.5)).float().mean() > 0.95
