"""Tasks 1.2 and 1.3: the fully connected layer."""

import numpy as np
import pytest
from hw2.arrays import as_numpy, each_kind, set_seed, standard_normal
from hw2.blocks import Linear
from kit import check_gradient, check_values, oracle, untouched

BATCH, N_IN, N_OUT = 5, 3, 4
SIZES = {"batch": BATCH, "in_features": N_IN, "out_features": N_OUT}
FLOAT64 = np.zeros(0)
DRAW = np.random.RandomState(1)
X, X2 = DRAW.standard_normal((2, BATCH, N_IN))
DOUT, DOUT2 = DRAW.standard_normal((2, BATCH, N_OUT))
W, B = DRAW.standard_normal((N_OUT, N_IN)), DRAW.standard_normal(N_OUT)


@pytest.fixture(autouse=True)
def _the_same_draws():
    """Let every test draw the same numbers, alone or after others."""
    global DRAW
    DRAW = np.random.RandomState(1)


def layer(w=W, b=B, like=FLOAT64):
    fc = Linear(w.shape[1], w.shape[0], like=like)
    as_numpy(fc.w)[...], as_numpy(fc.b)[...] = w, b
    return fc


def backward(fc, dout):
    """Run backward; of NumPy's words about shapes make a sentence about the gradient."""
    try:
        return fc.backward(dout)
    except ValueError as error:
        words = {
            f"({len(dout)},{N_OUT})": "db is not summed over the batch: dout has one row for each sample, b is one row",
            f"({N_IN},{N_OUT})": "what is added to dw is transposed: w is (out_features, in_features), and so is dw",
        }
        for shape, sentence in words.items():
            if shape in str(error):
                pytest.fail(f"{sentence}. ({error})", pytrace=False)
        raise


@pytest.mark.task("1.2")
@pytest.mark.points(2)
def test_parameters_are_drawn():
    drawn = []
    for _ in range(2):
        set_seed(3)
        fc = Linear(N_IN, N_OUT, wstd=0.5, like=FLOAT64)
        drawn.append(fc.w)
    set_seed(3)
    w, b = standard_normal((N_OUT, N_IN), FLOAT64), standard_normal((N_OUT,), FLOAT64)
    set_seed(3)
    b_first, w_second = standard_normal((N_OUT,), FLOAT64), standard_normal((N_OUT, N_IN), FLOAT64)
    if np.shape(drawn[0]) == np.shape(drawn[1]) and not np.array_equal(drawn[0], drawn[1]):
        pytest.fail("your w is another one each time, though the seed is the same: draw with standard_normal", False)
    ignores = "is drawn with a standard deviation of its own: use wstd"
    b_is_first = "is the one that is drawn when b comes first: draw w, then b"
    squared = "is wstd^2 times a standard normal: wstd is the standard deviation, not the variance"
    wrong_w = {ignores: 0.1 * w, f"{ignores} ": w, b_is_first: 0.5 * w_second, squared: 0.25 * w}
    check_values(fc.w, 0.5 * w, "w", mistakes=wrong_w)
    zero = "is zero, and must be drawn from N(0, wstd^2) as w is"
    wrong_b = {zero: 0 * b, ignores: 0.1 * b, f"{ignores} ": b, b_is_first: 0.5 * b_first}
    check_values(fc.b, 0.5 * b, "b", mistakes=wrong_b)


@pytest.mark.task("1.2")
@pytest.mark.points(2)
def test_forward():
    right = oracle("linear.forward", lambda torch: torch.nn.functional.linear(*map(torch.tensor, (X, W, B))))
    mistakes = {"leaves out b": X @ W.T}
    with untouched(x=X):
        for (x,) in each_kind(X):
            check_values(layer()(x), right, "z", mistakes=mistakes, source="torch")
        z = layer(like=np.zeros(0, np.float32))(X.astype(np.float32))
    check_values(z, right, "z", dtype="float32")


@pytest.mark.task("1.3")
@pytest.mark.points(3)
def test_gradients():
    def by_torch(torch):
        leaves = [torch.tensor(a, requires_grad=True) for a in (X, W, B)]
        return torch.autograd.grad(torch.nn.functional.linear(*leaves), leaves, torch.tensor(DOUT))

    torch_dx, torch_dw, torch_db = oracle("linear.backward", by_torch)
    for x, dout in each_kind(X, DOUT):
        fc = layer()
        fc(x)
        with untouched(x=X, dout=DOUT):
            dx = backward(fc, dout)
        check_gradient(lambda x: x @ W.T + B, X, dx, "dx", SIZES, J=DOUT, torch=torch_dx)
        check_gradient(lambda w: X @ w.T + B, W, fc.dw, "dw", SIZES, J=DOUT, torch=torch_dw)
        check_gradient(lambda b: X @ W.T + b, B, fc.db, "db", SIZES, J=DOUT, torch=torch_db)


@pytest.mark.task("1.3")
@pytest.mark.points(1)
def test_as_many_outputs_as_inputs():
    w = DRAW.standard_normal((N_IN, N_IN))
    dout = DRAW.standard_normal((BATCH, N_IN))
    fc = layer(w, np.zeros(N_IN))
    fc(X)
    dx = backward(fc, dout)
    check_gradient(lambda x: x @ w.T, X, dx, "dx", SIZES, J=dout, mistakes={"is dout times w transposed": dout @ w.T})
    check_gradient(lambda w: X @ w.T, w, fc.dw, "dw", SIZES, J=dout)


@pytest.mark.task("1.3")
@pytest.mark.points(2)
def test_gradients_add_up():
    fc = layer()
    listed = fc.params()
    for x, dout in ((X, DOUT), (X2, DOUT2)):
        fc(x)
        backward(fc, dout)
    last = "is that of the last call alone: gradients are overwritten, and must be added to those that are there"
    right = DOUT.T @ X + DOUT2.T @ X2
    check_values(fc.dw, right, "dw", SIZES, mistakes={last: DOUT2.T @ X2})
    check_values(fc.db, DOUT.sum(axis=0) + DOUT2.sum(axis=0), "db", SIZES, mistakes={last: DOUT2.sum(axis=0)})
    sentence = "params() gave an array that backward does not add to: the sum must be made in place (dw += ...)"
    assert np.array_equal(as_numpy(listed[0][1]), as_numpy(fc.dw)), sentence
    assert listed[0][1] is fc.params()[0][1], sentence


@pytest.mark.task("1.3")
@pytest.mark.points(2)
@pytest.mark.hint("What is pushed last is popped first. Does forward remember its x, and backward recall it once?")
def test_two_calls_wait_for_backward():
    fc = layer()
    fc(X)
    fc(X2)
    dx2 = backward(fc, DOUT2)
    dx = backward(fc, DOUT)
    mistakes = {
        "uses the last input for both calls: one cache for all calls is not enough": DOUT.T @ X2 + DOUT2.T @ X2,
        "takes the inputs in the wrong order: the last call comes first on the way back": DOUT.T @ X2 + DOUT2.T @ X,
    }
    check_values(fc.dw, DOUT.T @ X + DOUT2.T @ X2, "dw", SIZES, mistakes=mistakes)
    check_values(dx2, DOUT2 @ W, "dx of the second call", SIZES)
    check_values(dx, DOUT @ W, "dx of the first call", SIZES)
