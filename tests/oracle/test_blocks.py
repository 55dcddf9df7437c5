"""compare_block_to_torch: blocks on torch tensors and in NumPy, right ones, and wrong ones that must be found."""

import threading
from collections import deque

import numpy as np
import pytest

import beras
from beras.oracle.blocks import compare_block_to_torch

pytestmark = pytest.mark.torch
torch = pytest.importorskip("torch")

RNG = np.random.default_rng(4)


# The same blocks for both libraries: `m` is torch or numpy.


class Block:
    """What the homework's blocks have in common; the calls of a block are kept on a stack."""

    def __init__(self, m):
        self.m, self.calls, self.training = m, [], True

    def __call__(self, *args, **params):
        return self.forward(*args, **params)

    def params(self):
        return []

    def array(self, value, dtype="float32"):
        return torch.as_tensor(value).to(getattr(torch, dtype)).clone() if self.m is torch else np.array(value, dtype)


class Linear(Block):
    def __init__(self, m, n_in, n_out, wstd=0.1, dtype="float32"):
        super().__init__(m)
        self.w = self.array(RNG.normal(0, wstd, (n_out, n_in)), dtype)
        self.b = self.array(RNG.normal(0, wstd, n_out), dtype)
        self.dw, self.db = m.zeros_like(self.w), m.zeros_like(self.b)

    def params(self):
        return [(self.w, self.dw), (self.b, self.db)]

    def forward(self, x, **params):
        self.calls.append(x)
        return x @ self.w.T + self.b

    def backward(self, dout):
        x = self.calls.pop()
        self.dw += dout.T @ x
        self.db += dout.sum(0)
        return dout @ self.w


class ReLU(Block):
    def forward(self, x, **params):
        self.calls.append(x)
        return self.m.where(x > 0, x, self.m.zeros_like(x))

    def backward(self, dout):
        return dout * (self.calls.pop() > 0)


class Sigmoid(Block):
    def forward(self, x, **params):
        s = 1 / (1 + self.m.exp(-x))
        self.calls.append(s)
        return s

    def backward(self, dout):
        s = self.calls.pop()
        return dout * s * (1 - s)


class Dropout(Block):
    def __init__(self, m, p=0.5):
        super().__init__(m)
        self.p = p

    def draw(self, shape):
        return torch.rand(shape) if self.m is torch else np.random.random(shape).astype("float32")

    def forward(self, x, **params):
        mask = (self.draw(tuple(x.shape)) > self.p) / (1 - self.p) if self.training else self.m.ones_like(x)
        self.calls.append(mask)
        return x * mask

    def backward(self, dout):
        return dout * self.calls.pop()


class CrossEntropyLoss(Block):
    def forward(self, x, y):
        z = x - x.max(1)[0][:, None] if self.m is torch else x - x.max(axis=1, keepdims=True)
        rows = self.m.arange(len(y))
        log_sum = self.m.log(self.m.exp(z).sum(1))
        self.calls.append((self.m.exp(z) / self.m.exp(log_sum)[:, None], y))
        return (log_sum - z[rows, y]).mean()

    def backward(self, dout=1.0):
        p, y = self.calls.pop()
        dx = p + 0
        dx[self.m.arange(len(y)), y] -= 1
        return dout * dx / len(y)


class Sequential(Block):
    def __init__(self, m, *blocks):
        super().__init__(m)
        self.blocks = list(blocks)

    def params(self):
        return [pair for block in self.blocks for pair in block.params()]

    def forward(self, x, **params):
        for block in self.blocks:
            x = block(x, **params)
        return x

    def backward(self, dout):
        for block in reversed(self.blocks):
            dout = block.backward(dout)
        return dout


def draws(m, *shape, dtype="float32"):
    return Block(m).array(RNG.normal(size=shape), dtype)


def labels(m, n, classes):
    drawn = RNG.integers(0, classes, n)
    return torch.tensor(drawn) if m is torch else drawn


def mlp(m, activation=ReLU, wstd=0.1, dtype="float32"):
    return Sequential(
        m,
        Linear(m, 10, 20, wstd, dtype),
        activation(m),
        Linear(m, 20, 15, wstd, dtype),
        activation(m),
        Linear(m, 15, 10, wstd, dtype),
    )


BOTH = pytest.mark.parametrize("m", [torch, np], ids=["torch", "numpy"])

RIGHT = {
    "Linear": lambda m: (Linear(m, 20, 30), (draws(m, 10, 20),)),
    "ReLU": lambda m: (ReLU(m), (draws(m, 10, 20),)),
    "Sigmoid": lambda m: (Sigmoid(m), (draws(m, 10, 20),)),
    "Dropout": lambda m: (Dropout(m), (draws(m, 10, 20),)),
    "CrossEntropyLoss": lambda m: (CrossEntropyLoss(m), (draws(m, 10, 4), labels(m, 10, 4))),
    "Sequential": lambda m: (
        Sequential(m, Linear(m, 8, 6), ReLU(m), Dropout(m, 0.3), Sequential(m, Linear(m, 6, 1), Sigmoid(m))),
        (draws(m, 10, 8),),
    ),
    "MLP with a loss": lambda m: (Sequential(m, mlp(m), CrossEntropyLoss(m)), (draws(m, 9, 10), labels(m, 9, 10))),
}


@BOTH
@pytest.mark.parametrize("name", RIGHT)
def test_right_blocks(m, name, capsys):
    block, args = RIGHT[name](m)
    diffs = compare_block_to_torch(block, *args)
    assert len(diffs) == 1 + len(block.params())
    for diff in diffs:
        assert isinstance(diff, torch.Tensor)
        assert diff.shape == ()
        assert 0 <= diff < 1e-5
    lines = ["Comparing gradients... ", "input    diff=0.000"]
    lines += [f"param#{number:02d} diff=0.000" for number in range(1, len(diffs))]
    assert capsys.readouterr().out.split("\n") == [*lines, ""]


@BOTH
@pytest.mark.parametrize("activation", [ReLU, Sigmoid])
@pytest.mark.parametrize("wstd", [0.1, 0.5])
def test_a_block_that_is_used_three_times(m, activation, wstd, capsys):
    part = mlp(m, activation, wstd, "float64")
    block = Sequential(m, part, part, part, CrossEntropyLoss(m))
    diffs = compare_block_to_torch(block, draws(m, 9, 10, dtype="float64"), labels(m, 9, 10))
    assert len(diffs) == 1 + 3 * 6
    assert max(diffs) < 1e-10 * max(1.0, *(float(abs(g).max()) for _, g in block.params()))
    assert all(float(abs(gradient).max()) > 0 for _, gradient in block.params())


class Factor(Linear):
    def backward(self, dout):
        return 1.01 * super().backward(dout)


class Averaged(Linear):
    def backward(self, dout):
        x = self.calls.pop()
        self.dw += dout.T @ x / len(x)
        self.db += dout.mean(0)
        return dout @ self.w


class Overwritten(Linear):
    """The mistake of the notebook: the gradients of the outer applications are lost."""

    def backward(self, dout):
        x = self.calls.pop()
        self.dw, self.db = dout.T @ x, dout.sum(0)
        return dout @ self.w


class OneCache(Linear):
    """Gradients add up, but every application is differentiated at the last input."""

    def backward(self, dout):
        self.dw += dout.T @ self.calls[-1]
        self.db += dout.sum(0)
        return dout @ self.w


class IgnoresUpstream(CrossEntropyLoss):
    def backward(self, dout=1.0):
        return 2 * super().backward(1.0)


class NewMask(Dropout):
    def backward(self, dout):
        mask = self.calls.pop()
        return dout * (1 - mask)


#: What is wrong, and which of the differences show it.
WRONG = {
    "factor": (lambda m: (Factor(m, 5, 4), (draws(m, 6, 5),)), [True, False, False]),
    "mean for sum": (lambda m: (Averaged(m, 5, 4), (draws(m, 6, 5),)), [False, True, True]),
    "loss times two": (lambda m: (IgnoresUpstream(m), (draws(m, 6, 4), labels(m, 6, 4))), [True]),
    "mask": (lambda m: (NewMask(m), (draws(m, 6, 5),)), [True]),
}


@BOTH
@pytest.mark.parametrize("name", WRONG)
def test_wrong_blocks(m, name):
    make, expected = WRONG[name]
    block, args = make(m)
    assert [bool(diff > 1e-3) for diff in compare_block_to_torch(block, *args)] == expected


@BOTH
@pytest.mark.parametrize("linear", [Overwritten, OneCache])
def test_what_is_wrong_only_where_a_block_is_used_twice(m, linear):
    once = linear(m, 6, 6, 0.5)
    assert max(compare_block_to_torch(once, draws(m, 7, 6))) < 1e-4
    twice = linear(m, 6, 6, 0.5)
    diffs = compare_block_to_torch(Sequential(m, twice, Sigmoid(m), twice), draws(m, 7, 6))
    assert diffs[0] < 1e-4
    assert min(diffs[1], diffs[3]) > 0.1


@BOTH
def test_missing_gradients_and_wrong_shapes_are_infinitely_far(m, capsys):
    class NoGradient(Linear):
        def params(self):
            return [(self.w, None), (self.b, self.b[:, None] * 0)]

        def backward(self, dout):
            return None

    diffs = compare_block_to_torch(NoGradient(m, 5, 4), draws(m, 6, 5))
    assert [float(diff) for diff in diffs] == [float("inf")] * 3
    out = capsys.readouterr().out.splitlines()
    assert out[1:4] == ["input    diff=inf", "param#01 diff=inf", "param#02 diff=inf"]
    assert out[4] == "input: no gradient was given; expected shape (6, 5)."
    assert out[6] == "param#02: its gradient has shape (4, 1); expected shape (4,)."


@BOTH
def test_nan_does_not_pass(m):
    class Broken(ReLU):
        def backward(self, dout):
            return dout * float("nan")

    (diff,) = compare_block_to_torch(Broken(m), draws(m, 3, 4))
    assert not diff < 1e9


@BOTH
def test_twice_on_one_block_says_the_same(m):
    block = Linear(m, 5, 4)
    x = draws(m, 6, 5)
    first = compare_block_to_torch(block, x)
    second = compare_block_to_torch(block, x)
    assert max(*first, *second) < 1e-5
    assert block.calls == []


@BOTH
def test_the_block_and_the_input_are_left_as_they_were(m):
    class InPlace(ReLU):
        def forward(self, x):
            self.calls.append(x + 0)
            if isinstance(x, np.ndarray) or m is torch:
                x *= 1
            return super().forward(x)

        def backward(self, dout):
            self.calls.pop()
            return super().backward(dout)

    block, x = Linear(m, 5, 4), draws(m, 6, 5)
    before = [block.array(block.w), block.array(block.b), block.array(x)]
    compare_block_to_torch(block, x)
    compare_block_to_torch(InPlace(m), x)
    assert all(bool((a == b).all()) for a, b in zip(before, [block.w, block.b, x], strict=True))
    assert set(vars(block)) == set(vars(Linear(m, 5, 4)))
    if m is torch:
        assert not any(tensor.requires_grad for tensor in (block.w, block.b, block.dw, x))
        assert block.w.grad is None
        block.w.requires_grad_()
        assert max(compare_block_to_torch(block, x)) < 1e-5
        assert block.w.requires_grad


def test_a_block_in_numpy_takes_tensors_and_one_in_torch_arrays():
    assert max(compare_block_to_torch(Linear(np, 5, 4), torch.ones(6, 5))) < 1e-5
    assert max(compare_block_to_torch(Linear(torch, 5, 4), np.ones((6, 5), np.float32))) < 1e-5
    loss = Sequential(np, Linear(np, 5, 4), CrossEntropyLoss(np))
    assert max(compare_block_to_torch(loss, torch.ones(2, 5), torch.tensor([0, 3]))) < 1e-5


def test_the_second_argument_by_position():
    class Loss(CrossEntropyLoss):
        def forward(self, scores, labels):
            return super().forward(scores, labels)

    assert compare_block_to_torch(Loss(np), draws(np, 3, 4), labels(np, 3, 4))[0] < 1e-5


def test_parameters_anywhere_in_a_block_in_numpy():
    class Nested(Block):
        def __init__(self):
            super().__init__(np)
            self.layers = {"first": [Linear(np, 4, 4)], "second": (Linear(np, 4, 4), {"deep": Linear(np, 4, 3)})}
            self.again = self.layers["second"][0]
            self.scale = beras.Variable(np.array([2.0, 3.0, 4.0], np.float32))
            self.dscale = np.zeros(3, np.float32)

        def chain(self):
            return [self.layers["first"][0], self.again, self.layers["second"][0], self.layers["second"][1]["deep"]]

        def params(self):
            return [pair for block in self.chain() for pair in block.params()] + [(self.scale, self.dscale)]

        def forward(self, x):
            for block in self.chain():
                x = block(x)
            self.calls.append(x)
            return x * self.scale

        def backward(self, dout):
            self.dscale += (dout * self.calls.pop()).sum(0)
            dout = dout * self.scale
            for block in reversed(self.chain()):
                dout = block.backward(dout)
            return dout

    diffs = compare_block_to_torch(Nested(), draws(np, 5, 4))
    assert len(diffs) == 10
    assert max(diffs) < 1e-5


@BOTH
def test_a_view_or_copy_that_nothing_follows_is_told(m, capsys):
    class KeepsView(Linear):
        def __init__(self, m, *args):
            super().__init__(m, *args)
            self.transposed = self.w.T

        def forward(self, x):
            self.calls.append(x)
            return x @ self.transposed + self.b

    class Detached(Linear):
        def forward(self, x):
            self.calls.append(x)
            w = self.w.detach() if m is torch else beras.stop_gradient(self.w)
            return x @ w.T + self.b

    assert compare_block_to_torch(KeepsView(m, 5, 4), draws(m, 6, 5))[1] > 0.1
    assert "param#01: the block holds a view of it too" in capsys.readouterr().out
    assert compare_block_to_torch(Detached(m, 5, 4), draws(m, 6, 5))[1] > 0.1
    assert "param#01: forward does not use it, or uses a copy" in capsys.readouterr().out


@BOTH
def test_a_parameter_without_effect(m, capsys):
    class Spare(Linear):
        def forward(self, x):
            self.calls.append(x)
            return x @ self.w.T

        def backward(self, dout):
            kept = self.db + 0
            dx = super().backward(dout)
            self.db = kept
            return dx

    assert max(compare_block_to_torch(Spare(m, 5, 4), draws(m, 6, 5))) < 1e-5
    assert len(capsys.readouterr().out.splitlines()) == 4


@BOTH
def test_an_output_that_depends_on_nothing(m):
    class Ones(ReLU):
        def forward(self, x):
            self.calls.append(x)
            return m.ones_like(x) + 0

        def backward(self, dout):
            return 0 * dout

    assert compare_block_to_torch(Ones(m), draws(m, 3, 2)) == [0.0]


def test_a_generator_of_its_own_starts_both_passes_from_one_state():
    class Own(Dropout):
        def __init__(self, m):
            super().__init__(m)
            self.rng = np.random.default_rng(0)

        def draw(self, shape):
            return Block(self.m).array(self.rng.random(shape))

    for m in (torch, np):
        block = Own(m)
        assert compare_block_to_torch(block, draws(m, 6, 5))[0] < 1e-6
        assert compare_block_to_torch(block, draws(m, 6, 5))[0] < 1e-6


@BOTH
def test_passes_that_differ_are_refused(m):
    class Unseeded(Dropout):
        def draw(self, shape):
            return Block(self.m).array(np.random.default_rng().random(shape))

    with pytest.raises(ValueError, match="second forward pass gave other values than the first"):
        compare_block_to_torch(Unseeded(m), draws(m, 30, 5))


def test_generators_stand_where_the_second_pass_left_them():
    compare_block_to_torch(ReLU(torch), draws(torch, 3, 2), seed=42)
    # What the notebook prints in the cell after: torch's numbers from the start of the seed.
    scores, truth = torch.randn(100, 10), torch.randint(low=0, high=10, size=(100,), dtype=torch.long)
    assert torch.nn.functional.cross_entropy(scores, truth).item() == pytest.approx(2.7283620834350586, abs=1e-6)
    compare_block_to_torch(ReLU(np), draws(np, 3, 2), seed=7)
    after = np.random.random()
    np.random.seed(7)
    assert after == np.random.random()
    np.random.seed()


def test_the_seed_decides_the_cotangent():
    block, x = Factor(np, 5, 4), draws(np, 6, 5)
    first, again, other = (compare_block_to_torch(block, x, seed=seed)[0] for seed in (1, 1, 2))
    assert first == again != other


def test_a_block_that_keeps_a_tensor_of_a_graph():
    block = Linear(torch, 5, 4)
    block(torch.ones(2, 5, requires_grad=True) * 2)  # torch refuses to copy it
    assert max(compare_block_to_torch(block, draws(torch, 6, 5))) < 1e-5


@BOTH
def test_what_cannot_be_copied_is_shared(m):
    class Locked(Linear):
        def __init__(self, *args):
            super().__init__(*args)
            self.lock, self.numbers, self.method = threading.Lock(), iter(range(3)), self.forward
            self.calls = deque(maxlen=10)

    block = Sequential(m, Linear(m, 5, 4), Locked(m, 4, 3))
    block(draws(m, 2, 5))
    assert max(compare_block_to_torch(block, draws(m, 6, 5))) < 1e-5
    assert [len(part.calls) for part in block.blocks] == [1, 1]


def test_a_parameter_that_is_no_leaf():
    block = Linear(torch, 5, 4)
    block.w = torch.nn.Parameter(block.w) * 2
    assert max(compare_block_to_torch(block, draws(torch, 6, 5))) < 1e-5


def test_backward_may_return_a_tuple():
    class Pair(ReLU):
        def backward(self, dout):
            return super().backward(dout), None

    assert compare_block_to_torch(Pair(np), draws(np, 3, 2))[0] == 0


def test_what_is_no_block():
    with pytest.raises(TypeError, match=r"Received: ufunc, without backward and params\..*oracle\.compare"):
        compare_block_to_torch(np.sin, np.ones(3))


def test_refusals():
    with pytest.raises(TypeError, match=r"floating-point array or tensor.*Received: int64"):
        compare_block_to_torch(ReLU(np), np.arange(6, dtype=np.int64).reshape(2, 3))
    with pytest.raises(TypeError, match=r"Received: torch.int64"):
        compare_block_to_torch(ReLU(torch), torch.arange(6))
    mixed = Sequential(np, Linear(np, 2, 2), Linear(torch, 2, 2))
    with pytest.raises(TypeError, match=r"all torch tensors, or all NumPy arrays. Received: both"):
        compare_block_to_torch(mixed, np.ones((2, 2)))

    class Writes(ReLU):
        def forward(self, x):
            self.calls.append(x)
            z = x.copy()
            z[z < 0] = 0
            return z

    with pytest.raises(TypeError, match=r"could not follow the NumPy inside forward.*np.where"):
        compare_block_to_torch(Writes(np), draws(np, 3, 2))

    class Single(ReLU):
        def __deepcopy__(self, memo):
            raise RuntimeError("There is one of it.")

    with pytest.raises(TypeError, match=r"Single cannot be copied.*There is one of it"):
        compare_block_to_torch(Single(np), draws(np, 3, 2))

    class Shrinks(Linear):
        def params(self):
            return super().params() if not self.calls or not isinstance(self.calls[0], str) else []

        def backward(self, dout):
            dx = super().backward(dout)
            self.calls.append("done")
            return dx

    with pytest.raises(ValueError, match="2 entries before backward and 0 after"):
        compare_block_to_torch(Shrinks(np, 3, 2), draws(np, 2, 3))
