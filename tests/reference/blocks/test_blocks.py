"""The blocks of the reference against torch's own layers, on arrays and on tensors, in float32 and float64."""

from __future__ import annotations

import copy

import numpy as np
import pytest

pytestmark = pytest.mark.torch

DRAW = np.random.RandomState(0)
X, DOUT = DRAW.standard_normal((2, 12, 7))
Y = DRAW.randint(7, size=12)
LIMIT = {"float32": 2e-6, "float64": 1e-14}


@pytest.fixture(params=["float32", "float64"])
def dtype(request):
    return request.param


@pytest.fixture(params=["array", "tensor"])
def made(request, dtype):
    """Return what makes an array or a tensor of the dtype."""
    torch = pytest.importorskip("torch")
    return {"array": lambda a: a.astype(dtype), "tensor": lambda a: torch.tensor(a, dtype=getattr(torch, dtype))}[
        request.param
    ]


def close(hw2, ours, theirs, dtype):
    ours, right = hw2.arrays.as_numpy(ours), theirs.detach().numpy()
    assert ours.dtype == dtype
    np.testing.assert_allclose(ours, right, rtol=0, atol=LIMIT[dtype] * (1 + float(np.abs(right).max())))


def test_linear(hw2, made, dtype):
    torch = pytest.importorskip("torch")
    x = made(X)
    fc = hw2.blocks.Linear(7, 5, wstd=0.7, like=x)
    theirs = torch.nn.Linear(7, 5, dtype=torch.float64)
    with torch.no_grad():
        for right, (p, _) in zip(theirs.parameters(), fc.params()):
            right.copy_(torch.tensor(hw2.arrays.as_numpy(p)))
    source = torch.tensor(X, requires_grad=True)
    z = theirs(source)
    z.backward(torch.tensor(DOUT[:, :5]))
    close(hw2, fc(x), z, dtype)
    close(hw2, fc.backward(made(DOUT[:, :5])), source.grad, dtype)
    for (_, dp), right in zip(fc.params(), theirs.parameters()):
        close(hw2, dp, right.grad, dtype)


@pytest.mark.parametrize("name", ["ReLU", "Sigmoid"])
def test_activations(hw2, made, dtype, name):
    torch = pytest.importorskip("torch")
    values = np.concatenate([X, [[-1000.0, -90.0, -0.0, 0.0, 1e-30, 90.0, 1000.0]]])
    dout = np.concatenate([DOUT, np.ones((1, 7))])
    source = torch.tensor(values, requires_grad=True)
    z = getattr(torch.nn, name)()(source)
    z.backward(torch.tensor(dout))
    block = getattr(hw2.blocks, name)()
    close(hw2, block(made(values)), z, dtype)
    close(hw2, block.backward(made(dout)), source.grad, dtype)


@pytest.mark.parametrize("scale", [1.0, 1e3, 1e30])
def test_cross_entropy(hw2, made, dtype, scale):
    torch = pytest.importorskip("torch")
    source = torch.tensor(scale * X, requires_grad=True)
    loss = torch.nn.functional.cross_entropy(source, torch.tensor(Y))
    (-3.0 * loss).backward()
    block = hw2.blocks.CrossEntropyLoss()
    ours = block(made(scale * X), Y)
    assert ours.ndim == 0
    assert ours.item() == pytest.approx(loss.item(), rel=LIMIT[dtype])
    close(hw2, block.backward(-3.0), source.grad, dtype)


@pytest.mark.parametrize(
    ("labels", "error", "words"),
    [
        (np.zeros(12), TypeError, "float64"),
        (np.zeros(11, int), ValueError, r"12 rows.*\(11,\)"),
        (np.full(12, 7), ValueError, "0, ..., 6. Received: 7"),
        (np.full(12, -1), ValueError, "Received: -1"),
        (np.eye(7, dtype=int)[Y], ValueError, r"\(12, 7\)"),
    ],
)
def test_labels_that_are_no_classes(hw2, labels, error, words):
    with pytest.raises(error, match=words):
        hw2.blocks.CrossEntropyLoss()(X, labels)


def test_labels_of_another_kind(hw2, made):
    torch = pytest.importorskip("torch")
    losses = {
        hw2.blocks.CrossEntropyLoss()(made(X), labels).item()
        for labels in (Y, Y.astype(np.uint8), Y.tolist(), torch.tensor(Y), torch.tensor(Y, dtype=torch.uint8))
    }
    assert len(losses) == 1


def test_dropout(hw2, made, dtype):
    torch = pytest.importorskip("torch")
    dropout = hw2.blocks.Dropout(0.3)
    ones = made(np.ones((300, 200)))
    torch.manual_seed(5)
    z = hw2.arrays.as_numpy(dropout(ones))
    torch.manual_seed(5)
    kept = torch.rand((300, 200), dtype=getattr(torch, dtype)).numpy() >= 0.3
    np.testing.assert_allclose(z, kept / 0.7, rtol=1e-6)
    assert z.mean() == pytest.approx(1.0, abs=0.01)
    assert z.dtype == dtype
    dx = hw2.arrays.as_numpy(dropout.backward(ones))
    np.testing.assert_array_equal(dx, z)
    dropout.train(False)
    np.testing.assert_array_equal(hw2.arrays.as_numpy(dropout(ones)), 1)


@pytest.mark.parametrize("p", [-0.1, 1.0, 1.5, float("nan")])
def test_dropout_refuses_a_share(hw2, p):
    with pytest.raises(ValueError, match=f"Received: {p}"):
        hw2.blocks.Dropout(p)


def test_a_parameter_serves_both_kinds(hw2):
    """One Linear, called with an array and with a tensor: the gradients end up in the same memory."""
    torch = pytest.importorskip("torch")
    for like in (X, torch.tensor(X)):
        fc = hw2.blocks.Linear(7, 7, like=like)
        fc(X)
        fc(torch.tensor(X))
        first = fc.backward(torch.tensor(DOUT))
        second = fc.backward(DOUT)
        assert isinstance(first, torch.Tensor)
        assert isinstance(second, np.ndarray)
        np.testing.assert_allclose(hw2.arrays.as_numpy(fc.dw), 2 * DOUT.T @ X, rtol=1e-13)


def test_the_default_is_drawn_by_torch_where_it_is_imported(hw2):
    torch = pytest.importorskip("torch")
    torch.manual_seed(42)
    fc = hw2.blocks.Linear(6, 5, wstd=0.5)
    torch.manual_seed(42)
    assert torch.equal(fc.w, 0.5 * torch.randn(5, 6))
    assert torch.equal(fc.b, 0.5 * torch.randn(5))
    assert fc.w.dtype == torch.float32


def test_the_default_is_drawn_by_numpy_where_there_is_no_torch(hw2, monkeypatch):
    monkeypatch.setattr(hw2.arrays, "_torch", lambda: None)
    np.random.seed(42)
    mlp = hw2.models.MLP(6, 5, [4], wstd=0.5, dropout=0.2)
    w = mlp.sequence[0].w
    np.random.seed(42)
    np.testing.assert_array_equal(w, np.float32(0.5) * np.random.standard_normal((4, 6)).astype(np.float32))
    network = hw2.blocks.Sequential(mlp, hw2.blocks.CrossEntropyLoss())
    loss = network(X[:, :6].astype(np.float32), y=Y % 5)
    assert loss.dtype == np.float32
    assert network.backward().dtype == np.float32


def test_autograd_flows_through_forward(hw2):
    """A block on tensors that require a gradient is an ordinary torch function, and remembers nothing of its graph."""
    torch = pytest.importorskip("torch")
    mlp = hw2.models.MLP(7, 7, [6], activation="sigmoid", like=torch.tensor(X))
    network = hw2.blocks.Sequential(mlp, mlp, hw2.blocks.CrossEntropyLoss())
    parameters = [p.requires_grad_() for p, _ in mlp.params()]
    source = torch.tensor(X, requires_grad=True)
    right = torch.autograd.grad(network(source, y=torch.tensor(Y)), [source, *parameters])
    dx = network.backward()
    assert not dx.requires_grad
    for ours, theirs in zip([dx, *(dp for _, dp in mlp.params())], right):
        assert not ours.requires_grad
        torch.testing.assert_close(ours, theirs, rtol=1e-12, atol=1e-15)


def test_modes(hw2):
    mlp = hw2.models.MLP(7, 7, [6], dropout=0.5, like=X)
    network = hw2.blocks.Sequential(mlp, mlp)
    network(X)
    waiting = [len(block.grad_cache) for block in mlp.sequence]
    assert waiting == [2, 2, 2, 2]
    network.train(False)
    network(X)
    assert [len(block.grad_cache) for block in mlp.sequence] == [0, 0, 0, 0]
    with pytest.raises(RuntimeError, match=r"Linear\(6, 7\): no call waits for its backward pass"):
        network.backward(DOUT)


def test_a_copy_takes_no_calls_over(hw2):
    fc = hw2.blocks.Linear(7, 7, like=X)
    fc(X)
    copied = copy.deepcopy(fc)
    assert (len(fc.grad_cache), len(copied.grad_cache)) == (1, 0)
    assert copied.grad_cache.maxlen == fc.max_calls
    assert copied.w is not fc.w


def test_sequential_is_a_container(hw2):
    b = hw2.blocks
    network = b.Sequential(b.Linear(2, 3), b.ReLU(), b.Sequential(b.Linear(3, 2), b.Sigmoid()), b.Dropout(0.25))
    assert len(network) == 4
    assert network[-1] is network.blocks[3]
    assert network[1:][0] is network[1]
    assert isinstance(network[1:], b.Sequential)
    assert list(network) == network.blocks
    assert repr(network) == (
        "Sequential\n\t[0] Linear(2, 3)\n\t[1] ReLU\n\t[2] Sequential\n\t\t[0] Linear(3, 2)\n\t\t[1] Sigmoid\n"
        "\t[3] Dropout(p=0.25)"
    )
    assert repr(hw2.models.MLP(2, 3)) == "MLP, Sequential\n\t[0] Linear(2, 3)"
    assert repr(b.CrossEntropyLoss()) == "CrossEntropyLoss"
