"""The complex step, operation by operation, against torch: equal to the last digits."""

import numpy as np
import pytest

import beras
from beras.activations.gaussian import gaussian_cdf
from beras.autodiff.primitives import masked
from beras.autodiff.rules.exponential import log_sum_exp
from beras.autodiff.rules.running import linear_recurrence, running_max, running_min
from beras.layers.dense import affine
from beras.losses.logits import (
    sigmoid_cross_entropy,
    softmax_cross_entropy,
    softmax_excess,
    sparse_softmax_cross_entropy,
)
from beras.oracle.analytic import ANALYTIC
from beras.oracle.complex_step import complex_step, stopped_by
from beras.oracle.program import trace

pytestmark = pytest.mark.torch
torch = pytest.importorskip("torch")
F = torch.nn.functional

RNG = np.random.default_rng(5)
X = RNG.normal(size=(3, 4)) * 1.5
Y = RNG.normal(size=(3, 4)) * 1.5
SQUARE = RNG.normal(size=(3, 3)) + 3 * np.eye(3)
SPD = SQUARE @ SQUARE.T
STACK = RNG.normal(size=(2, 3, 3)) + 3 * np.eye(3)
P = RNG.uniform(0.2, 2.0, (3, 4))
U = RNG.uniform(-0.9, 0.9, (3, 4))
V = RNG.normal(size=5)
W = RNG.normal(size=5)
LABELS = np.array([2, 0, 3])
MASK = X > 0.3

#: What is computed in NumPy, the same in torch, and the arrays to differentiate by.
CASES = {
    "positive": (np.positive, lambda x: x, [X]),
    "negative": (np.negative, torch.negative, [X]),
    "add, broadcast": (np.add, torch.add, [X, V[:4]]),
    "subtract": (np.subtract, torch.subtract, [X, Y]),
    "multiply": (np.multiply, torch.multiply, [X, Y[:, :1]]),
    "divide": (np.true_divide, torch.divide, [X, P]),
    "reciprocal": (np.reciprocal, torch.reciprocal, [P]),
    "square": (np.square, torch.square, [X]),
    "sqrt": (np.sqrt, torch.sqrt, [P]),
    "cbrt": (np.cbrt, lambda x: torch.sign(x) * torch.abs(x) ** (1 / 3), [X]),
    "absolute": (np.abs, torch.abs, [X]),
    "fabs": (np.fabs, torch.abs, [X]),
    "copysign": (lambda x: np.copysign(x, Y), lambda x: torch.copysign(x, torch.tensor(Y)), [X]),
    "hypot": (np.hypot, torch.hypot, [X, Y]),
    "power": (np.power, torch.pow, [P, Y]),
    "power of a negative": (lambda x: x**3, lambda x: x**3, [X]),
    "power of zero": (lambda x: x**2 + x**1 + x**0, lambda x: x**2 + x + 1, [np.zeros(2)]),
    "float_power": (np.float_power, torch.pow, [P, Y]),
    "remainder": (np.remainder, torch.remainder, [X, P]),
    "fmod": (np.fmod, torch.fmod, [X, P]),
    "divmod": (lambda x, y: np.divmod(x, y)[1], torch.remainder, [X, P]),
    "modf": (lambda x: np.modf(x)[0], torch.frac, [X]),
    "frexp": (lambda x: np.frexp(x)[0], lambda x: x / 2.0 ** torch.frexp(x)[1], [X]),
    "ldexp": (lambda x: np.ldexp(x, [1, 2, 3, -4]), lambda x: x * torch.tensor([2.0, 4.0, 8.0, 0.0625]), [X]),
    "exp": (np.exp, torch.exp, [X]),
    "exp2": (np.exp2, torch.exp2, [X]),
    "expm1": (np.expm1, torch.expm1, [X * 1e-3]),
    "log": (np.log, torch.log, [P]),
    "log2": (np.log2, torch.log2, [P]),
    "log10": (np.log10, torch.log10, [P]),
    "log1p": (np.log1p, torch.log1p, [U]),
    "logaddexp": (np.logaddexp, torch.logaddexp, [X, Y]),
    "logaddexp of equals": (np.logaddexp, torch.logaddexp, [X, X]),
    "logaddexp2": (np.logaddexp2, torch.logaddexp2, [X, Y]),
    "log_sum_exp": (lambda x: log_sum_exp(x, 1), lambda x: torch.logsumexp(x, 1), [X * 300]),
    "sin": (np.sin, torch.sin, [X]),
    "cos": (np.cos, torch.cos, [X]),
    "tan": (np.tan, torch.tan, [U]),
    "sinh": (np.sinh, torch.sinh, [X]),
    "cosh": (np.cosh, torch.cosh, [X]),
    "tanh": (np.tanh, torch.tanh, [X]),
    "arcsin": (np.arcsin, torch.arcsin, [U]),
    "arccos": (np.arccos, torch.arccos, [U]),
    "arctan": (np.arctan, torch.arctan, [X]),
    "arcsinh": (np.arcsinh, torch.arcsinh, [X]),
    "arccosh": (np.arccosh, torch.arccosh, [1.5 + P]),
    "arctanh": (np.arctanh, torch.arctanh, [U]),
    "arctan2": (np.arctan2, torch.arctan2, [X, Y]),
    "sinc": (np.sinc, torch.sinc, [X]),
    "deg2rad": (np.deg2rad, torch.deg2rad, [X]),
    "radians": (np.radians, torch.deg2rad, [X]),
    "rad2deg": (np.rad2deg, torch.rad2deg, [X]),
    "degrees": (np.degrees, torch.rad2deg, [X]),
    "unwrap": (lambda x: np.unwrap(x * 9, None, 0), lambda x: x * 9, [X]),
    "maximum": (np.maximum, torch.maximum, [X, Y]),
    "minimum": (np.minimum, torch.minimum, [X, Y]),
    "fmax": (np.fmax, torch.fmax, [X, Y]),
    "fmin": (np.fmin, torch.fmin, [X, Y]),
    "clip": (lambda x: np.clip(x, -0.5, 0.8), lambda x: torch.clip(x, -0.5, 0.8), [X]),
    "nan_to_num": (lambda x: np.nan_to_num(x, nan=3.0), lambda x: torch.nan_to_num(x, nan=3.0), [X]),
    "heaviside": (
        lambda z: np.heaviside([-1.0, 0.0, 1.0], z),
        lambda z: torch.heaviside(torch.tensor([-1.0, 0.0, 1.0]).double(), z.detach()) + z * torch.eye(3)[1],
        [V[:3]],
    ),
    "nextafter": (lambda x: np.nextafter(x, 9.0), lambda x: x, [X]),
    "where": (lambda x, y: np.where(MASK, x, y), lambda x, y: torch.where(torch.tensor(MASK), x, y), [X, Y]),
    "matmul": (np.matmul, torch.matmul, [X, Y.T]),
    "linalg.matmul": (np.linalg.matmul, torch.matmul, [STACK, SQUARE]),
    "dot": (np.dot, torch.matmul, [X, Y.T]),
    "inner": (np.inner, torch.inner, [X, Y]),
    "vdot": (np.vdot, torch.dot, [V, W]),
    "outer": (np.outer, torch.outer, [V, W]),
    "linalg.outer": (np.linalg.outer, torch.outer, [V, W]),
    "vecdot": (np.vecdot, lambda x, y: (x * y).sum(-1), [X, Y]),
    "linalg.vecdot": (lambda x, y: np.linalg.vecdot(x, y, axis=0), lambda x, y: (x * y).sum(0), [X, Y]),
    "tensordot": (lambda x, y: np.tensordot(x, y, (0, 0)), lambda x, y: x.T @ y, [X, Y]),
    "linalg.tensordot": (lambda x, y: np.linalg.tensordot(x, y, axes=2), lambda x, y: (x * y).sum(), [X, Y]),
    "multi_dot": (
        lambda x, y, z: np.linalg.multi_dot([x, y, z]),
        lambda x, y, z: x @ y @ z,
        [X, Y.T, SQUARE],
    ),
    "cross": (np.cross, lambda x, y: torch.linalg.cross(x, y), [SQUARE, SPD]),
    "linalg.cross": (np.linalg.cross, lambda x, y: torch.linalg.cross(x, y), [SQUARE, SPD]),
    "convolve": (np.convolve, lambda x, y: F.conv1d(x[None, None], y.flip(0)[None, None], padding=4)[0, 0], [V, W]),
    "correlate": (
        lambda x, y: np.correlate(x, y, "full"),
        lambda x, y: F.conv1d(x[None, None], y[None, None], padding=4)[0, 0],
        [V, W],
    ),
    "einsum": (lambda x, y: np.einsum("ij,kj->ik", x, y), lambda x, y: x @ y.T, [X, Y]),
    "sum": (lambda x: x.sum(axis=0, keepdims=True), lambda x: x.sum(0, keepdim=True), [X]),
    "sum in float32": (lambda x: np.sum(x, 0, np.float64), lambda x: x.sum(0), [X]),
    "mean": (lambda x: np.mean(x, (0, 1)), torch.mean, [X]),
    "prod": (lambda x: np.prod(x, 1), lambda x: x.prod(1), [X]),
    "cumsum": (lambda x: np.cumsum(x, 1), lambda x: x.cumsum(1), [X]),
    "cumprod": (lambda x: np.cumprod(x, 1), lambda x: x.cumprod(1), [X]),
    "max": (lambda x: np.max(x, 1), lambda x: torch.amax(x, 1), [X]),
    "min": (lambda x: np.min(x, axis=0, keepdims=True), lambda x: torch.amin(x, 0, keepdim=True), [X]),
    "amax": (np.amax, torch.max, [X]),
    "amin": (np.amin, torch.min, [X]),
    "nanmax": (lambda x: np.nanmax(x, 0), lambda x: torch.amax(x, 0), [X]),
    "nanmin": (lambda x: np.nanmin(x), torch.min, [X]),
    "maximum.accumulate": (lambda x: running_max(x, 1), lambda x: x.cummax(1)[0], [X]),
    "minimum.accumulate": (lambda x: running_min(x, 0), lambda x: x.cummin(0)[0], [X]),
    "linear_recurrence": (
        lambda a, b: linear_recurrence(a, b, 0),
        lambda a, b: torch.stack([b[0], a[1] * b[0] + b[1], a[2] * (a[1] * b[0] + b[1]) + b[2]]),
        [X, Y],
    ),
    "sort": (lambda x: np.sort(x, 0), lambda x: x.sort(0)[0], [X]),
    "sort all": (lambda x: np.sort(x, None), lambda x: x.reshape(-1).sort()[0], [X]),
    "partition": (lambda x: np.partition(x, 2)[:, 2], lambda x: x.kthvalue(3, 1)[0], [X]),
    "median": (lambda x: np.median(x, 0), lambda x: x.quantile(0.5, 0), [X]),
    "median of all": (np.median, lambda x: x.quantile(0.5), [X]),
    "quantile": (
        lambda x: np.quantile(x, [0.2, 0.9], 1),
        lambda x: x.quantile(torch.tensor([0.2, 0.9], dtype=x.dtype), 1),
        [X],
    ),
    "percentile": (
        lambda x: np.percentile(x, 30, axis=1, keepdims=True, method="lower"),
        lambda x: x.quantile(0.3, 1, keepdim=True, interpolation="lower"),
        [X],
    ),
    "var": (lambda x: np.var(x, 1, ddof=1), lambda x: x.var(1), [X]),
    "std": (lambda x: np.std(x, 0, keepdims=True), lambda x: x.std(0, correction=0, keepdim=True), [X]),
    "norm": (np.linalg.norm, torch.linalg.norm, [X]),
    "norm 3": (lambda x: np.linalg.norm(x, 3, 1), lambda x: torch.linalg.norm(x, 3, 1), [X]),
    "norm 1": (lambda x: np.linalg.norm(x, 1), lambda x: torch.linalg.norm(x, 1), [X]),
    "norm -inf": (lambda x: np.linalg.norm(x, -np.inf, keepdims=True), lambda x: torch.linalg.norm(x, -np.inf), [X]),
    "vector_norm": (
        lambda x: np.linalg.vector_norm(x, axis=0, ord=np.inf),
        lambda x: torch.linalg.norm(x, np.inf, 0),
        [X],
    ),
    "matrix_norm": (np.linalg.matrix_norm, torch.linalg.matrix_norm, [STACK]),
    "inv": (np.linalg.inv, torch.linalg.inv, [STACK]),
    "solve": (np.linalg.solve, torch.linalg.solve, [SQUARE, X]),
    "det": (np.linalg.det, torch.linalg.det, [STACK]),
    "slogdet": (lambda x: np.linalg.slogdet(x)[1], lambda x: torch.linalg.slogdet(x)[1], [STACK]),
    "cholesky": (np.linalg.cholesky, torch.linalg.cholesky, [SPD]),
    "reshape": (lambda x: x.reshape(2, -1), lambda x: x.reshape(2, -1), [X]),
    "ravel": (lambda x: np.ravel(x, "F"), lambda x: x.T.reshape(-1), [X]),
    "squeeze": (np.squeeze, torch.squeeze, [X[:, :1]]),
    "expand_dims": (lambda x: np.expand_dims(x, 1), lambda x: x[:, None], [X]),
    "atleast_1d": (np.atleast_1d, lambda x: x.reshape(1), [V[0]]),
    "atleast_2d": (np.atleast_2d, lambda x: x[None], [V]),
    "atleast_3d": (np.atleast_3d, lambda x: x[..., None], [X]),
    "transpose": (np.transpose, lambda x: x.T, [X]),
    "matrix_transpose": (np.matrix_transpose, lambda x: x.mT, [STACK]),
    "linalg.matrix_transpose": (np.linalg.matrix_transpose, lambda x: x.mT, [STACK]),
    "swapaxes": (lambda x: np.swapaxes(x, 0, 2), lambda x: x.swapaxes(0, 2), [STACK]),
    "moveaxis": (lambda x: np.moveaxis(x, 0, 2), lambda x: x.movedim(0, 2), [STACK]),
    "rollaxis": (lambda x: np.rollaxis(x, 2), lambda x: x.movedim(2, 0), [STACK]),
    "broadcast_to": (lambda x: np.broadcast_to(x, (2, 5)), lambda x: x.expand(2, 5), [V]),
    "broadcast_arrays": (lambda x, y: np.broadcast_arrays(x, y)[1], lambda x, y: y.expand(3, 4) + 0 * x, [X, V[:4]]),
    "meshgrid": (lambda x, y: np.meshgrid(x, y)[0], lambda x, y: torch.meshgrid(x, y, indexing="xy")[0], [V, W]),
    "flip": (np.flip, lambda x: x.flip(0, 1), [X]),
    "fliplr": (np.fliplr, torch.fliplr, [X]),
    "flipud": (np.flipud, torch.flipud, [X]),
    "rot90": (np.rot90, torch.rot90, [X]),
    "roll": (lambda x: np.roll(x, 2, 1), lambda x: x.roll(2, 1), [X]),
    "tile": (lambda x: np.tile(x, (2, 2)), lambda x: x.tile(2, 2), [X]),
    "repeat": (lambda x: np.repeat(x, 2, 0), lambda x: x.repeat_interleave(2, 0), [X]),
    "resize": (lambda x: np.resize(x, (7,)), lambda x: torch.cat([x, x])[:7], [V]),
    "sliding_window_view": (
        lambda x: np.lib.stride_tricks.sliding_window_view(x, 3),
        lambda x: x.unfold(0, 3, 1),
        [V],
    ),
    "triu": (np.triu, torch.triu, [X]),
    "tril": (np.tril, torch.tril, [X]),
    "diag": (np.diag, torch.diag, [V]),
    "diagflat": (np.diagflat, torch.diagflat, [X]),
    "diagonal": (lambda x: np.diagonal(x, 1), lambda x: x.diagonal(1), [X]),
    "copy": (np.copy, torch.clone, [X]),
    "real": (np.real, lambda x: x, [X]),
    "conjugate": (np.conjugate, lambda x: x, [X]),
    "real_if_close": (np.real_if_close, lambda x: x, [X]),
    "astype": (lambda x: x.astype(np.float32), lambda x: x, [X.astype(np.float32).astype(np.float64)]),
    "linspace": (
        lambda a, b: np.linspace(a, b, 4),
        lambda a, b: a + (b - a) * torch.arange(4)[:, None].double() / 3,
        [V, W],
    ),
    "fftshift": (np.fft.fftshift, torch.fft.fftshift, [X]),
    "ifftshift": (np.fft.ifftshift, torch.fft.ifftshift, [X]),
    "getitem": (lambda x: x[[0, 2, 0], 1:], lambda x: x[[0, 2, 0], 1:], [X]),
    "pad": (lambda x: np.pad(x, 1), lambda x: F.pad(x, (1, 1, 1, 1)), [X]),
    "masked": (lambda x: masked(x, MASK), lambda x: x * torch.tensor(MASK), [X]),
    "take": (lambda x: np.take(x, [3, 3, 0], 1), lambda x: x[:, [3, 3, 0]], [X]),
    "take_along_axis": (
        lambda x: np.take_along_axis(x, LABELS[:, None], 1),
        lambda x: x.gather(1, torch.tensor(LABELS[:, None])),
        [X],
    ),
    "compress": (lambda x: np.compress([True, False, True], x, 0), lambda x: x[[0, 2]], [X]),
    "extract": (lambda x: np.extract(MASK, x), lambda x: x[torch.tensor(MASK)], [X]),
    "choose": (
        lambda x, y: np.choose(MASK.astype(int), [x, y]),
        lambda x, y: torch.where(torch.tensor(MASK), y, x),
        [X, Y],
    ),
    "delete": (lambda x: np.delete(x, 1, 1), lambda x: x[:, [0, 2, 3]], [X]),
    "insert": (
        lambda x, y: np.insert(x, 2, y),
        lambda x, y: torch.cat([x[:2], y[None], x[2:]]),
        [V, W[0]],
    ),
    "bincount": (
        lambda x: np.bincount([0, 2, 0, 1, 2], x),
        lambda x: torch.zeros(3).double().index_add(0, torch.tensor([0, 2, 0, 1, 2]), x),
        [V],
    ),
    "concatenate": (lambda x, y: np.concatenate([x, y, X]), lambda x, y: torch.cat([x, y, torch.tensor(X)]), [X, Y]),
    "stack": (lambda x, y: np.stack([x, y], -1), lambda x, y: torch.stack([x, y], -1), [X, Y]),
    "vstack": (lambda x, y: np.vstack([x, y]), lambda x, y: torch.vstack([x, y]), [V, W]),
    "hstack": (lambda x, y: np.hstack([x, y]), lambda x, y: torch.hstack([x, y]), [X, Y]),
    "dstack": (lambda x, y: np.dstack([x, y]), lambda x, y: torch.dstack([x, y]), [X, Y]),
    "column_stack": (lambda x, y: np.column_stack([x, y]), lambda x, y: torch.column_stack([x, y]), [V, W]),
    "split": (lambda x: np.split(x, 2, 1)[1], lambda x: x[:, 2:], [X]),
    "array_split": (lambda x: np.array_split(x, 2)[0], lambda x: x[:3], [V]),
    "vsplit": (lambda x: np.vsplit(x, 3)[1], lambda x: x[1:2], [X]),
    "hsplit": (lambda x: np.hsplit(x, 2)[1], lambda x: x[:, 2:], [X]),
    "dsplit": (lambda x: np.dsplit(x, 3)[1], lambda x: x[..., 1:2], [STACK]),
    "gaussian_cdf": (gaussian_cdf, torch.special.ndtr, [X]),
    "relu": (beras.activations.relu, torch.relu, [X]),
    "relu6 with a slope": (
        lambda x: beras.activations.relu(x, 0.1, 1.2, 0.4),
        lambda x: torch.where(x > 0.4, torch.minimum(x, torch.tensor(1.2)), 0.1 * (x - 0.4)),
        [X],
    ),
    "leaky_relu": (beras.activations.leaky_relu, lambda x: F.leaky_relu(x, 0.2), [X]),
    "sigmoid": (beras.activations.sigmoid, torch.sigmoid, [X * 20]),
    "softplus": (beras.activations.softplus, lambda x: F.softplus(x, threshold=1000), [X * 20]),
    "silu": (beras.activations.silu, F.silu, [X]),
    "gelu": (beras.activations.gelu, F.gelu, [X]),
    "gelu, approximate": (
        lambda x: beras.activations.gelu(x, approximate=True),
        lambda x: F.gelu(x, approximate="tanh"),
        [X],
    ),
    "softmax": (beras.activations.softmax, lambda x: x.softmax(-1), [X]),
    "log_softmax": (lambda x: beras.activations.log_softmax(x, 0), lambda x: x.log_softmax(0), [X * 5]),
    "sparsemax": (
        beras.activations.sparsemax,
        lambda x: torch.stack([x[0] - (x[0] + x[1] - 1) / 2, x[1] - (x[0] + x[1] - 1) / 2, 0 * x[2]]),
        [np.array([0.9, 0.6, -0.7])],
    ),
    "affine": (affine, lambda x, kernel, bias: x @ kernel + bias, [X, Y.T, V[:3]]),
    "softmax_cross_entropy": (
        softmax_cross_entropy,
        lambda x, y: -(x.log_softmax(-1) * y).sum(-1),
        [X, P],
    ),
    "sparse_softmax_cross_entropy": (
        lambda x: sparse_softmax_cross_entropy(x, LABELS),
        lambda x: F.cross_entropy(x, torch.tensor(LABELS), reduction="none"),
        [X],
    ),
    "softmax_excess": (
        lambda x: softmax_excess(x, LABELS),
        lambda x: x.softmax(-1) - F.one_hot(torch.tensor(LABELS), 4),
        [X],
    ),
    "sigmoid_cross_entropy": (
        sigmoid_cross_entropy,
        lambda x, y: F.binary_cross_entropy_with_logits(x, y, reduction="none"),
        [X, U],
    ),
}
# Newer functions of NumPy
if hasattr(np, "matvec"):
    CASES["matvec"] = (np.matvec, torch.mv, [X, V[:4]])
    CASES["vecmat"] = (np.vecmat, lambda x, y: x @ y, [V[:3], X])
if hasattr(np, "unstack"):
    CASES["unstack"] = (lambda x: np.unstack(x)[1], lambda x: x[1], [X])

#: Where torch's own arithmetic, or the condition of the problem, costs digits.
LOOSE = {"inv": 1e-13, "solve": 1e-13, "det": 1e-13, "slogdet": 1e-13, "cholesky": 1e-13, "gaussian_cdf": 1e-13}
LOOSE |= {"tan": 3e-14, "power": 3e-14, "float_power": 3e-14, "arccosh": 3e-14, "prod": 3e-14, "cumprod": 3e-14}


def slopes(program, cotangents=None):
    """Return the derivatives by every entry of every source."""
    found = []
    for number, source in enumerate(program.sources):
        entries = complex_step(program, number, list(np.ndindex(source.array.shape)), cotangents)
        assert entries is not None, stopped_by(program)
        found.append(entries.reshape(source.array.shape))
    return found


@pytest.mark.parametrize("name", CASES)
def test_equals_torch(name):
    ours, theirs, arrays = CASES[name]
    program = trace(ours, [np.asarray(a) for a in arrays], range(len(arrays)))
    weights = [RNG.uniform(0.5, 1.5, y.array.shape) for y in program.outputs]
    tensors = [torch.tensor(a, requires_grad=True, dtype=torch.float64) for a in arrays]
    total = (theirs(*tensors).reshape(weights[0].shape) * torch.tensor(weights[0])).sum()
    right = torch.autograd.grad(total, tensors, allow_unused=True)
    limit = LOOSE.get(name, 1e-14)
    for mine, slope in zip(slopes(program, weights), right, strict=True):
        expected = np.zeros(mine.shape) if slope is None else slope.numpy()
        np.testing.assert_allclose(mine, expected, rtol=limit, atol=limit * max(np.abs(expected).max(), 1e-3))


def test_every_function_in_the_table_is_tested():
    tested = set()
    for ours, _, arrays in CASES.values():
        tested |= {r.function for r in trace(ours, [np.asarray(a) for a in arrays], range(len(arrays))).records}
    assert {f.__name__ for f in set(ANALYTIC) - tested} == set()


def test_a_wrong_entry_of_the_table_is_noticed(monkeypatch):
    program = trace(np.abs, [X], [0])
    monkeypatch.setitem(ANALYTIC, np.absolute, np.abs)  # of a complex number: not analytic
    assert np.all(slopes(program)[0] == 0)
    monkeypatch.setitem(ANALYTIC, np.absolute, lambda x: 1.001 * x)
    assert stopped_by(program) == "np.absolute"
    assert complex_step(program, 0, [(0, 0)]) is None


@pytest.mark.parametrize(
    ("function", "point"),
    [
        (np.abs, 0.0),
        (np.sqrt, 0.0),
        (np.cbrt, 0.0),
        (np.log, 0.0),
        (np.arcsin, 1.0),
        (np.linalg.norm, 0.0),
        (beras.activations.relu, 0.0),
        (lambda x: np.maximum(x, 2.0), 2.0),
        (lambda x: np.clip(x, -1, 1), -1.0),
        (lambda x: np.remainder(x, 2.0), 4.0),
        (lambda x: np.max(np.concatenate([x, np.ones(1)])), 1.0),
        (lambda x: np.sort(np.concatenate([x, np.ones(1)])), 1.0),
        (lambda x: x**0.5, 0.0),
        (lambda x: np.float64(-2.0) ** x, 2.0),
        (lambda x: np.maximum.accumulate(np.concatenate([np.ones(1), x])), 1.0),
    ],
)
def test_there_is_no_derivative_at_a_kink(function, point):
    at, beside = np.array([point]), np.array([point + 0.25])
    with np.errstate(divide="ignore", invalid="ignore"):
        assert np.isnan(complex_step(trace(function, [at], [0]), 0, [(0,)])).all()
        if np.isfinite(function(beside)).all():
            assert np.isfinite(complex_step(trace(function, [beside], [0]), 0, [(0,)])).all()


def test_an_entry_that_does_not_move_the_kink_is_no_kink():
    program = trace(lambda x: beras.activations.relu(x).sum(), [np.array([0.0, 3.0])], [0])
    np.testing.assert_array_equal(complex_step(program, 0, [(0,), (1,)]), [np.nan, 1.0])


def test_outside_the_domain_it_is_nan():
    with np.errstate(invalid="ignore"):
        program = trace(lambda x: np.sqrt(x) + np.log(x) + np.arcsin(x - 1), [np.array([-1.0])], [0])
    assert np.isnan(complex_step(program, 0, [(0,)])).all()


def test_names_what_stops_it():
    program = trace(lambda x: np.linalg.eigvalsh(np.exp(x)), [SPD], [0])
    assert stopped_by(program) == "np.linalg.eigvalsh"
    assert complex_step(program, 0, [(0, 0)]) is None
    assert stopped_by(trace(lambda x: np.linalg.norm(x, "nuc"), [SQUARE], [0])) == "np.linalg.norm"


def test_arguments_that_the_table_does_not_know_stop_it(monkeypatch):
    monkeypatch.setitem(ANALYTIC, np.sum, lambda x: np.sum(x))
    assert stopped_by(trace(lambda x: np.sum(x, axis=0), [X], [0])) == "np.sum"


def test_rounding_to_zero_stops_nothing():
    program = trace(lambda x: (x + 1e-17) - x, [np.array([1.0])], [0])
    assert stopped_by(program) == ""
    assert complex_step(program, 0, [(0,)]) == 0.0


def test_a_model_in_float32_is_differentiated_in_float64():
    beras.set_random_seed(1)
    layers = [beras.Dense(6, activation="tanh"), beras.Dense(4, activation="softmax")]
    x = RNG.normal(size=(3, 5)).astype(np.float32)
    for layer in layers:
        layer.build_for((None, 5) if layer is layers[0] else (None, 6))
    loss = beras.losses.CategoricalCrossentropy()
    truth = np.eye(4, dtype=np.float32)[LABELS]
    program = trace(lambda x: loss(truth, layers[1](layers[0](x))), [x], [0])
    tensors = [torch.tensor(source.array, dtype=torch.float64, requires_grad=True) for source in program.sources]
    z, k1, b1, k2, b2 = tensors
    right = F.cross_entropy(torch.tanh(z @ k1 + b1) @ k2 + b2, torch.tensor(LABELS))
    for mine, slope in zip(slopes(program), torch.autograd.grad(right, tensors), strict=True):
        np.testing.assert_allclose(mine, slope.numpy(), rtol=1e-12, atol=1e-14)


def test_cotangents_weight_the_outputs():
    program = trace(lambda x: (x**2, np.sin(x)), [V], [0])
    found = complex_step(program, 0, [(1,)], [np.full(5, 2.0), np.full(5, -1.0)])
    np.testing.assert_allclose(found, 4 * V[1] - np.cos(V[1]), rtol=1e-14)


def test_a_program_keeps_the_weights_that_it_was_recorded_with():
    w = beras.Variable(np.array([1.0, 2.0]))
    program = trace(lambda x: np.sum(np.exp(w * x)), [np.array([0.5, -0.5])], [0])
    w.assign(np.zeros(2))
    np.testing.assert_array_equal(program.sources[1].array, [1.0, 2.0])
    np.testing.assert_allclose(complex_step(program, 1, [(0,)]), 0.5 * np.exp(0.5), rtol=1e-15)


def test_what_did_not_move_is_not_computed_again(monkeypatch):
    calls = []
    tanh = ANALYTIC[np.tanh]
    monkeypatch.setitem(ANALYTIC, np.tanh, lambda x: (calls.append(x), tanh(x))[1])
    program = trace(lambda x, y: np.tanh(x) * y, [np.ones(3), np.ones(3)], [0, 1])
    assert complex_step(program, 1, [(0,), (1,)]) is not None
    assert len(calls) == 1
