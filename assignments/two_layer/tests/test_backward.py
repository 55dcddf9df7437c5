"""Tasks 4.1 to 4.4: the backward pass."""

import numpy as np
import pytest
from cases import LAYER_1_MISTAKES, LAYER_2_MISTAKES, PAIRS, PARAMETERS, SQUARE_MISTAKES, Case, against_torch, explained
from kit import check_gradient, check_values, raises, untouched

#: f and g differ, and in each case the derivative that matters tells its input from its output.
LAYER_2 = Case("relu", "sigmoid")
LAYER_1 = Case("sigmoid", "relu")
SHAPES = "a gradient has the shape of its parameter; that of a bias is summed over the batch"


def after_layer_2(case):
    """Return the network after forward and backward_layer_2, and what that returned."""
    net = case.network()
    net.forward(case["x"])
    with explained(SHAPES):
        return net, net.backward_layer_2(case["by y_hat"])


def after_layer_1(case):
    """Return the network after forward and backward_layer_1."""
    net = case.network()
    net.forward(case["x"])
    with explained(SHAPES):
        net.backward_layer_1(case["by z_1"])
    return net


def of_a_sum(right, case):
    """Return what a gradient becomes when it is averaged over the batch, where it must be summed."""
    words = "is averaged over the batch, and must be summed: the mean is in the loss, so in dJdy_hat already"
    return {words: right / case.batch, "is minus the right one: backward adds, the step down comes later": -right}


@pytest.mark.task("4.1")
@pytest.mark.points(2)
def test_the_gradient_by_the_second_weights():
    net, _ = after_layer_2(LAYER_2)
    right = LAYER_2.gradient("W2", "y_hat")
    mistaken = {**LAYER_2.mistakes("W2", "y_hat", LAYER_2_MISTAKES), **of_a_sum(right, LAYER_2)}
    against_torch(net.grads["dJdW2"], right, "dJdW2", LAYER_2.sizes, mistakes=mistaken)


@pytest.mark.task("4.1")
@pytest.mark.points(1)
def test_the_gradient_by_the_second_bias():
    net, _ = after_layer_2(LAYER_2)
    right = LAYER_2.gradient("b2", "y_hat")
    mistaken = {**of_a_sum(right, LAYER_2), **LAYER_2.mistakes("b2", "y_hat", LAYER_2_MISTAKES)}
    against_torch(net.grads["dJdb2"], right, "dJdb2", LAYER_2.sizes, mistakes=mistaken)


@pytest.mark.task("4.1")
@pytest.mark.points(2)
def test_what_goes_back_to_the_first_layer():
    _, ours = after_layer_2(LAYER_2)
    right = LAYER_2.gradient("z_1", "y_hat")
    mistaken = LAYER_2.mistakes("z_1", "y_hat", LAYER_2_MISTAKES)
    hint = "backward_layer_2 returns the gradient by z_1, one row for each sample, (batch, n_hidden)"
    against_torch(ours, right, "returned dJdz_1", LAYER_2.sizes, hint=hint, mistakes=mistaken)


@pytest.mark.task("4.1")
@pytest.mark.points(1)
def test_nothing_is_transposed_that_only_a_square_layer_would_allow():
    case = Case("relu", "sigmoid", batch=3, n_in=3, n_hidden=3, n_out=3)
    net, ours = after_layer_2(case)
    right = case.gradient("W2", "y_hat")
    against_torch(net.grads["dJdW2"], right, "dJdW2", mistakes={"is the right one transposed": right.T})
    mistaken = case.mistakes("z_1", "y_hat", SQUARE_MISTAKES)
    against_torch(ours, case.gradient("z_1", "y_hat"), "returned dJdz_1", mistakes=mistaken)


@pytest.mark.task("4.2")
@pytest.mark.points(2)
def test_the_gradient_by_the_first_weights():
    net = after_layer_1(LAYER_1)
    right = LAYER_1.gradient("W1", "z_1")
    mistaken = {**LAYER_1.mistakes("W1", "z_1", LAYER_1_MISTAKES), **of_a_sum(right, LAYER_1)}
    against_torch(net.grads["dJdW1"], right, "dJdW1", LAYER_1.sizes, mistakes=mistaken)


@pytest.mark.task("4.2")
@pytest.mark.points(2)
def test_the_gradient_by_the_first_bias():
    net = after_layer_1(LAYER_1)
    right = LAYER_1.gradient("b1", "z_1")
    mistaken = {**of_a_sum(right, LAYER_1), **LAYER_1.mistakes("b1", "z_1", LAYER_1_MISTAKES)}
    against_torch(net.grads["dJdb1"], right, "dJdb1", LAYER_1.sizes, mistakes=mistaken)


@pytest.mark.task("4.2")
@pytest.mark.points(1)
def test_a_square_first_layer():
    case = Case("sigmoid", "relu", batch=3, n_in=3, n_hidden=3, n_out=3)
    right = case.gradient("W1", "z_1")
    turned = {"is the right one transposed": right.T}
    against_torch(after_layer_1(case).grads["dJdW1"], right, "dJdW1", mistakes=turned)


def whole(case, loss):
    """Return torch's gradient by the prediction, and by each of the four parameters."""

    def pull_back(torch, layers):
        functional = torch.nn.functional
        losses = {
            "mse": lambda p: 0.5 * functional.mse_loss(p, torch.tensor(case["y"])),
            "bce": lambda p: functional.binary_cross_entropy(p, torch.tensor(case.labels)),
        }
        wanted = [layers["y_hat"], *(layers[name] for name in PARAMETERS)]
        return torch.autograd.grad(losses[loss](layers["y_hat"]), wanted)

    return case.torch(f"gradients of {loss}", pull_back)


def check_whole(case, loss):
    dJdy_hat, *right = whole(case, loss)
    net = case.network()
    net.forward(case["x"])
    with explained(SHAPES):
        net.backward(dJdy_hat)
    for name, value in zip(PARAMETERS, right):
        against_torch(net.grads[f"dJd{name}"], value, f"dJd{name} ({case.f}, {case.g}, {loss})", case.sizes)


@pytest.mark.task("4.3")
@pytest.mark.points(2)
@pytest.mark.parametrize(("f", "g"), PAIRS)
def test_every_pair_of_functions_with_mse_against_autograd(f, g):
    check_whole(Case(f, g), "mse")


@pytest.mark.task("4.3")
@pytest.mark.points(1)
@pytest.mark.parametrize("f", ["relu", "sigmoid", "identity"])
def test_a_sigmoid_output_with_bce_against_autograd(f):
    check_whole(Case(f, "sigmoid"), "bce")


@pytest.mark.task("4.3")
@pytest.mark.points(1)
def test_the_gradients_are_those_of_your_own_forward():
    case = Case("sigmoid", "sigmoid")
    net = case.network()
    net.forward(case["x"])
    net.backward(case["by y_hat"])

    for name in PARAMETERS:

        def forward(value, name=name):
            other = case.network()
            other.parameters[name][...] = value
            return other.forward(case["x"])

        check_gradient(forward, case[name], net.grads[f"dJd{name}"], f"dJd{name}", case.sizes, J=case["by y_hat"])


@pytest.mark.task("4.3")
@pytest.mark.points(1)
def test_gradients_add_up_over_two_batches():
    case = Case("sigmoid", "identity")
    net = case.network()
    first, second = slice(0, 2), slice(2, 5)
    J = case["by y_hat"]
    for rows in (first, second):
        net.forward(case["x"][rows])
        net.backward(J[rows])
    for name in PARAMETERS:
        right = case.gradient(name, "y_hat")
        last = case.network()
        last.forward(case["x"][second])
        last.backward(J[second])
        words = "holds the last batch alone: backward adds to the gradients (+=), as torch does"
        mistaken = {words: last.grads[f"dJd{name}"].copy()}
        against_torch(net.grads[f"dJd{name}"], right, f"dJd{name} after two batches", mistakes=mistaken)


@pytest.mark.task("4.3")
@pytest.mark.points(1)
def test_backward_changes_nothing_but_the_gradients():
    case = Case("relu", "sigmoid")
    net, J = case.network(), case["by y_hat"]
    net.forward(case["x"])
    with untouched(dJdy_hat=J, **net.parameters, **net.cache):
        net.backward(J)
    with raises(RuntimeError, "forward"):
        case.network().backward(J)


@pytest.mark.task("4.4")
@pytest.mark.points(1)
def test_the_gradients_become_zero_in_place():
    case = Case("relu", "relu")
    net = case.network()
    held = dict(net.grads)
    for gradient in held.values():
        gradient[...] = 7.0
    with untouched(**net.parameters):
        net.clear_grad_and_cache()
    for name, gradient in held.items():
        if name not in net.grads:
            pytest.fail(f"your grads has no {name!r} after clear_grad_and_cache: the arrays stay, filled with zeros")
        mistaken = {"is not cleared: it is what it was before": np.full(gradient.shape, 7.0)}
        check_values(net.grads[name], np.zeros(gradient.shape), name, mistakes=mistaken)
        if net.grads[name] is not gradient:
            pytest.fail(f"your {name} is another array after clear_grad_and_cache: write the zeros into the old one")


@pytest.mark.task("4.4")
@pytest.mark.points(1)
def test_the_cache_is_empty():
    case = Case("relu", "relu")
    net = case.network()
    net.cache = dict.fromkeys(("x", "s_1", "z_1", "s_2"), case["x"])
    net.clear_grad_and_cache()
    if net.cache:
        pytest.fail(f"your cache is not cleared. It holds: {', '.join(map(repr, net.cache))}")
    with raises(RuntimeError, "forward"):
        net.backward(case["by y_hat"])


@pytest.mark.task("4.4")
@pytest.mark.points(1)
def test_after_it_the_next_batch_stands_alone():
    case = Case("sigmoid", "sigmoid")
    net = case.network()
    for _ in range(2):
        net.clear_grad_and_cache()
        net.forward(case["x"])
        net.backward(case["by y_hat"])
    for name in PARAMETERS:
        right = case.gradient(name, "y_hat")
        mistaken = {"is that of two batches: the gradients of the first were not cleared": 2 * right}
        against_torch(net.grads[f"dJd{name}"], right, f"dJd{name}", mistakes=mistaken)
