"""gradcheck and gradgradcheck: the verdicts of torch's own, on the same functions."""

import inspect
import warnings

import numpy as np
import pytest

import beras
from beras.oracle.gradcheck import gradcheck, gradgradcheck

RNG = np.random.default_rng(9)
X, Y = RNG.normal(size=(2, 3)), RNG.normal(size=(3,))


def ours(value, pull):
    """Return a function of beras with this value and this pullback: ``pull(g, x)``."""
    return beras.custom_gradient(lambda x: (value(x), lambda g: pull(g, x)))


def theirs(torch, value, pull):
    """Return the same in torch; written in differentiable operations, so that its backward is differentiated too."""

    class Function(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return value(x)

        @staticmethod
        def backward(ctx, g):
            return pull(g, ctx.saved_tensors[0])

    return Function.apply


#: Functions of one argument with a gradient of their own: value and pullback, in NumPy and in torch.
CUSTOM = {
    "right": (lambda m, x: m.sin(x), lambda m, g, x: g * m.cos(x)),
    "sign": (lambda m, x: m.sin(x), lambda m, g, x: -g * m.cos(x)),
    "factor": (lambda m, x: m.sin(x), lambda m, g, x: 2 * g * m.cos(x)),
    "off by a thousandth, which is borne": (lambda m, x: m.sin(x), lambda m, g, x: 1.0005 * g * m.cos(x)),
    "off by a hundredth, which is not": (lambda m, x: m.sin(x), lambda m, g, x: 1.01 * g * m.cos(x)),
    "stale": (lambda m, x: m.exp(x), lambda m, g, x: g * m.exp(0 * x)),
    "zero": (lambda m, x: x * x, lambda m, g, x: 0 * g),
    "ignores the cotangent": (lambda m, x: x * x, lambda m, g, x: 2 * x + 0 * g),
    "infinite": (lambda m, x: x * x, lambda m, g, x: g / (0 * x)),
    "right once, wrong twice": (lambda m, x: x * x * x, lambda m, g, x: g * 3 * m.round(x, decimals=12) ** 2),
}


@pytest.mark.torch
@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
@pytest.mark.parametrize("fast", [False, True])
@pytest.mark.parametrize("name", CUSTOM)
def test_the_verdict_is_that_of_torch(name, fast):
    torch = pytest.importorskip("torch")
    value, pull = CUSTOM[name]
    mine = ours(lambda x: value(np, x), lambda g, x: pull(np, g, x))
    other = theirs(torch, lambda x: value(torch, x), lambda g, x: pull(torch, g, x))
    tensor = torch.tensor(X, requires_grad=True)
    for check, reference in ((gradcheck, torch.autograd.gradcheck), (gradgradcheck, torch.autograd.gradgradcheck)):
        expected = reference(other, (tensor,), raise_exception=False, fast_mode=fast)
        assert check(mine, (X,), raise_exception=False, fast_mode=fast) is expected, check.__name__
        if not expected:
            with pytest.raises(beras.GradientMismatch, match="output 0 with respect to input"):
                check(mine, X, fast_mode=fast)


#: Functions of plain operations, which both frameworks differentiate right.
PLAIN = {
    "two arguments, broadcast": (lambda x, y: np.tanh(x) * y, lambda t, x, y: t.tanh(x) * y, (X, Y)),
    "several outputs": (lambda x: (x.sum(), x**2), lambda t, x: (x.sum(), x**2), (X,)),
    "no dependence": (lambda x, y: np.exp(y), lambda t, x, y: t.exp(y), (X, Y)),
    "a scalar": (np.sin, lambda t, x: t.sin(x), (np.array(0.5),)),
    "kink": (np.abs, lambda t, x: t.abs(x), (np.zeros(2),)),
    "one side of a kink": (beras.activations.relu, lambda t, x: t.relu(x), (np.zeros(2),)),
    "a tie": (lambda x: np.maximum(x, 0.0), lambda t, x: t.maximum(x, t.zeros_like(x)), (np.zeros(2),)),
    "discontinuous": (lambda x: x * (x > 0) + (x > 0), lambda t, x: x * (x > 0) + (x > 0), (np.array([0.0, 1.0]),)),
}


@pytest.mark.torch
@pytest.mark.parametrize("name", PLAIN)
def test_plain_functions(name):
    torch = pytest.importorskip("torch")
    mine, other, arrays = PLAIN[name]
    tensors = [torch.tensor(a, requires_grad=True) for a in arrays]
    expected = torch.autograd.gradcheck(lambda *args: other(torch, *args), tensors, raise_exception=False)
    assert gradcheck(mine, arrays, raise_exception=False) is expected


@pytest.mark.torch
@pytest.mark.parametrize("name", ["gradcheck", "gradgradcheck"])
def test_names_order_and_defaults_are_those_of_torch(name):
    torch = pytest.importorskip("torch")
    for mine, other in zip(
        inspect.signature({"gradcheck": gradcheck, "gradgradcheck": gradgradcheck}[name]).parameters.values(),
        inspect.signature(getattr(torch.autograd, name)).parameters.values(),
        strict=True,
    ):
        assert (mine.name, mine.kind, mine.default) == (other.name, other.kind, other.default)


def test_the_message_names_the_worst_entry():
    def pull(g, x):
        wrong = np.ones((2, 3))
        wrong[1, 2] = 3.0
        return 2 * g * x * wrong

    with pytest.raises(beras.GradientMismatch) as caught:
        gradcheck(lambda y, x: (y.sum(), ours(np.square, pull)(x)), (Y, X))
    message = str(caught.value)
    assert "output 1 with respect to input 1 differs from central differences in 1 of 36 entries" in message
    assert f"d output[1, 2] / d input[1, 2]: beras {6 * X[1, 2]:.10g}, central" in message
    assert f"differences {2 * X[1, 2]:.10g}"[:18] in message
    assert "wrong" in message
    assert "numerical" in message
    assert "analytical" in message


@pytest.mark.torch
def test_a_tensor_of_torch_is_for_torchs_own():
    torch = pytest.importorskip("torch")
    with pytest.raises(TypeError, match=r"torch\.autograd\.gradcheck"):
        gradcheck(np.sin, torch.ones(3, dtype=torch.float64))


def test_a_layer_in_float32_is_told():
    with pytest.raises(beras.GradientMismatch, match="The output is float32"):
        gradcheck(beras.Dense(3, "tanh"), X)
    assert gradcheck(beras.Dense(3, "tanh", dtype="float64"), X)


def test_only_floating_point_inputs_are_checked():
    labels = np.array([0, 2])
    assert gradcheck(lambda x, y, n: x[[0, 1], y] * n, (X, labels, 3))
    with pytest.raises(ValueError, match=r"at least one floating-point.*Received: int64, int"):
        gradcheck(lambda y, n: y * n, (labels.astype(np.int64), 3))
    with pytest.raises(ValueError, match="Received: none"):
        gradcheck(lambda: 1.0, ())


def test_integer_outputs_are_left_out():
    assert gradcheck(lambda x: {"value": x**2, "place": np.argmax(x)}, X)


def test_weights_that_a_layer_uses_by_itself():
    layer = beras.Dense(2, activation="tanh", dtype="float64")
    layer(X)
    before = [w.numpy() for w in layer.weights]
    versions = [w.version for w in layer.weights]
    assert gradcheck(lambda x, *weights: layer(x), (X, *layer.weights))
    assert gradgradcheck(lambda x, *weights: layer(x), (X, *layer.weights))
    assert [w.version for w in layer.weights] == versions
    for weight, value in zip(layer.weights, before, strict=True):
        np.testing.assert_array_equal(weight.numpy(), value)

    class Half(beras.Diffable):
        def __init__(self):
            super().__init__()
            self.w = beras.Variable(np.ones((3, 2)))

        def forward(self, inputs):
            self.inputs = inputs
            return inputs @ self.w

        def input_gradients(self):
            return self.w

        def weight_gradients(self):
            return (np.repeat(self.inputs[:, :, None], 2, 2) / 2,)

        def compose_to_weight(self, J):
            return [self.inputs.T @ J / len(J)]  # the mean where the sum belongs

    wrong = Half()
    assert gradcheck(wrong, X)
    with pytest.raises(beras.GradientMismatch, match="output 0 with respect to input 1"):
        gradcheck(lambda x, w: wrong(x), (X, wrong.w))


def test_a_frozen_variable_is_a_constant():
    w = beras.Variable(np.ones(3), trainable=False)
    assert gradcheck(lambda x, w: x * w, (X, w))
    with pytest.raises(ValueError, match="at least one floating-point"):
        gradcheck(np.sin, w)


def test_warns_for_float32():
    with pytest.warns(UserWarning, match="Input 1 of gradcheck is of dtype float32"):
        assert gradcheck(lambda y, x: x * 2 + y, (Y, X.astype(np.float32)), eps=1e-2, raise_exception=False)
    with pytest.warns(UserWarning, match="Input 0 of gradcheck is of dtype float32"):
        assert not gradcheck(np.sin, X.astype(np.float32), raise_exception=False)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert gradcheck(np.sin, X)


def test_randomness_is_noticed():
    rng = np.random.default_rng(0)
    with pytest.raises(beras.GradientMismatch, match=r"func is not deterministic.*nondet_tol=0"):
        gradcheck(lambda x: x * rng.normal(), X)
    with pytest.raises(beras.GradientMismatch, match=r"backward sweep of func is not deterministic"):
        gradcheck(ours(np.square, lambda g, x: 2 * g * x * (1 + 1e-9 * rng.normal())), X)
    assert gradcheck(ours(np.square, lambda g, x: 2 * g * x * (1 + 1e-9 * rng.normal())), X, nondet_tol=1e-6)
    with pytest.raises(beras.GradientMismatch, match="different shapes"):
        gradcheck(lambda x: x[: rng.integers(1, 3)] if rng.random() < 0.99 else x[:0], np.ones(50) * np.arange(50))


def test_a_pullback_that_writes_into_its_cotangent_is_noticed():
    def pull(g, x):
        g *= 2
        return g * x

    for fast in (False, True):
        with pytest.raises(beras.GradientMismatch, match="wrote into the cotangent of output 0"):
            gradcheck(ours(np.square, pull), X, fast_mode=fast)


def test_nothing_to_compare_passes():
    assert gradcheck(lambda x: x * 2, np.zeros((0, 2)))
    assert gradgradcheck(lambda x: x * 2, np.zeros((0, 2)))


def test_inputs_are_left_alone():
    x, y = X.copy(), Y.copy()

    def f(x, y):
        if isinstance(x, np.ndarray):
            x += 0.0
            y[...] = y + 0.0
        return x * y

    assert gradcheck(f, (x, y))
    assert x.tobytes() == X.tobytes()


@pytest.mark.parametrize(
    "option",
    [
        {"check_batched_grad": True},
        {"check_batched_forward_grad": True},
        {"check_forward_ad": True},
        {"check_backward_ad": False},
        {"masked": True},
    ],
)
def test_options_without_meaning_are_refused(option):
    (name,) = option
    with pytest.raises(ValueError, match=rf"{name}=(True|False) has no meaning here"):
        gradcheck(np.sin, X, **option)
    assert gradcheck(np.sin, X, **{name: not option[name]})


@pytest.mark.parametrize("option", [{"check_fwd_over_rev": True}, {"check_rev_over_rev": False}, {"masked": True}])
def test_options_of_gradgradcheck_without_meaning_are_refused(option):
    (name,) = option
    with pytest.raises(ValueError, match=rf"{name}=(True|False) has no meaning here"):
        gradgradcheck(np.sin, X, **option)


def test_grad_outputs():
    f = lambda x: (x**2, np.exp(x).sum())  # noqa: E731
    assert gradgradcheck(f, X, (np.ones_like(X), np.array(2.0)))
    assert gradgradcheck(f, X, gen_non_contig_grad_outputs=True)
    with pytest.raises(ValueError, match=r"outputs' shapes, \[\(2, 3\), \(\)\]. Received: \[\(2, 3\)\]"):
        gradgradcheck(f, X, np.ones_like(X))
    with pytest.warns(UserWarning, match="Input 1"):
        gradgradcheck(np.sin, X, np.ones(X.shape, np.float32), raise_exception=False)


def test_non_contiguous_cotangents_reach_the_pullback():
    seen = []

    def pull(g, x):
        seen.append(beras.stop_gradient(g).flags.c_contiguous)
        return g * np.cos(x)

    gradgradcheck(ours(np.sin, pull), X, gen_non_contig_grad_outputs=True)
    assert not all(seen)
    seen.clear()
    gradgradcheck(ours(np.sin, pull), X)
    assert all(seen)


def test_is_called_outside_tapes():
    with beras.GradientTape(), pytest.raises(RuntimeError, match="outside every tape"):
        gradcheck(np.sin, X)
