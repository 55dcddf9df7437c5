"""Gradients of whole networks and the steps of the optimizers, against torch."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.torch

RNG = np.random.default_rng(3)


def network(sizes, alphas):
    """Beras layers in float64 with random weights, and the same weights as torch tensors."""
    import Beras

    layers, tensors = [], []
    for n_in, n_out, alpha in zip(sizes, sizes[1:], alphas):
        dense = Beras.Dense(n_in, n_out, "zero")
        dense.w, dense.b = RNG.normal(size=(n_in, n_out)), RNG.normal(size=n_out)
        tensors += [torch.tensor(dense.w, requires_grad=True), torch.tensor(dense.b, requires_grad=True)]
        layers += [dense, Beras.Softmax() if alpha is None else Beras.LeakyReLU(alpha)]
    return layers, tensors


def by_torch(x, tensors, alphas):
    h = torch.tensor(x)
    for w, b, alpha in zip(tensors[::2], tensors[1::2], alphas):
        h = h @ w + b
        h = torch.softmax(h, -1) if alpha is None else torch.nn.functional.leaky_relu(h, alpha)
    return h


LOSSES = {
    "CategoricalCrossentropy": lambda p, y: torch.nn.functional.binary_cross_entropy(p, y),
    "MeanSquaredError": lambda p, y: p.shape[-1] * torch.nn.functional.mse_loss(p, y),
}


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("general", [False, True], ids=["dense's own", "general"])
@pytest.mark.parametrize(
    ("sizes", "alphas"), [((4, 3), (None,)), ((5, 6, 3), (0.3, None)), ((3, 3, 3, 3), (0.0, -0.2, None))]
)
def test_networks(monkeypatch, loss, general, sizes, alphas):
    import Beras

    if general:
        monkeypatch.delattr(Beras.Dense, "compose_to_weight")
    layers, tensors = network(sizes, alphas)
    batch = 3
    x, y = RNG.normal(size=(batch, sizes[0])), np.eye(sizes[-1])[RNG.integers(0, sizes[-1], batch)]
    h, loss_fn = x, getattr(Beras, loss)()
    with Beras.GradientTape() as tape:
        for layer in layers:
            h = layer(h)
        loss_fn(h, y)
    LOSSES[loss](by_torch(x, tensors, alphas), torch.tensor(y)).backward()
    gradients = tape.gradient()
    assert len(gradients) == len(tensors)
    for ours, tensor in zip(gradients, tensors):
        np.testing.assert_allclose(ours, tensor.grad.numpy(), rtol=1e-9, atol=1e-12)


OPTIMIZERS = {
    "Basic": (lambda b: b.BasicOptimizer(0.1), lambda w: torch.optim.SGD(w, lr=0.1)),
    "RMSProp": (lambda b: b.RMSProp(0.01), lambda w: torch.optim.RMSprop(w, lr=0.01, alpha=0.9, eps=1e-6)),
    "Adam": (lambda b: b.Adam(0.01), lambda w: torch.optim.Adam(w, lr=0.01, eps=1e-7)),
    "amsgrad": (
        lambda b: b.Adam(0.01, beta_2=0.9, amsgrad=True),
        lambda w: torch.optim.Adam(w, lr=0.01, betas=(0.9, 0.9), eps=1e-7, amsgrad=True),
    ),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_200_steps(name):
    """Gradients of three sizes, so that the place of epsilon shows in the twelfth digit."""
    import Beras

    make, torchs = OPTIMIZERS[name]
    scales = 10.0 ** np.array([[0.0], [-3.0], [-6.0]])
    weights = [RNG.normal(size=(3, 4)), RNG.normal(size=(3, 2))]
    tensors = [torch.tensor(w, requires_grad=True) for w in weights]
    optimizer, theirs = make(Beras), torchs(tensors)
    for step in range(200):
        grads = [scales * RNG.normal(size=w.shape) * np.exp(-step / 50) for w in weights]
        optimizer.apply_gradients(weights, grads)
        for tensor, g in zip(tensors, grads):
            tensor.grad = torch.tensor(g)
        theirs.step()
    for ours, tensor in zip(weights, tensors):
        np.testing.assert_allclose(ours, tensor.detach().numpy(), rtol=1e-12, atol=1e-13)


def test_softmax_jacobian():
    import Beras

    x, layer = RNG.normal(size=(4, 5)), Beras.Softmax()
    layer(x)
    right = torch.func.vmap(torch.func.jacrev(lambda row: torch.softmax(row, -1)))(torch.tensor(x))
    np.testing.assert_allclose(layer.input_gradients(), right.numpy(), rtol=1e-10, atol=1e-15)
