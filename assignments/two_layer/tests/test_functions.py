"""Tasks 1.1 and 1.2: the functions and their derivatives."""

import numpy as np
import pytest
from cases import finite_arithmetic
from kit import check_gradient, check_values, oracle, untouched
from mlp import d_identity, d_relu, d_sigmoid, identity, relu, sigmoid

S = ((-30.0, -2.5, -0.25), (0.125, 1.0, 6.0))
HUGE = (-1000.0, -50.0, 50.0, 1000.0)
FUNCTIONS = {"relu": (relu, d_relu), "sigmoid": (sigmoid, d_sigmoid), "identity": (identity, d_identity)}


@pytest.fixture
def s():
    return np.array(S)


@pytest.mark.task("1.1")
@pytest.mark.points(1)
def test_the_values_are_those_of_torch(s):
    right = {
        "relu": oracle("relu", lambda torch: torch.relu(torch.tensor(S, dtype=torch.float64))),
        "sigmoid": oracle("sigmoid", lambda torch: torch.sigmoid(torch.tensor(S, dtype=torch.float64))),
        "identity": s,
    }
    mistaken = {
        "relu": {"keeps what is negative: relu is max(0, s)": np.minimum(s, 0), "is |s|": abs(s)},
        "sigmoid": {"falls where it must rise, it is 1 - sigmoid(s): the exponent is -s": 1 - right["sigmoid"]},
        "identity": {},
    }
    for name, (function, _) in FUNCTIONS.items():
        check_values(function(s.copy()), right[name], f"{name}(s)", mistakes=mistaken[name])


@pytest.mark.task("1.1")
@pytest.mark.points(1)
@pytest.mark.hint("where s is negative, use exp(s) / (1 + exp(s)): the same number without a huge exponent")
def test_the_sigmoid_takes_numbers_of_any_size():
    right = oracle("sigmoid of huge numbers", lambda torch: torch.sigmoid(torch.tensor(HUGE, dtype=torch.float64)))
    with finite_arithmetic("sigmoid must not ask for the exponential of a large positive number"):
        ours = sigmoid(np.array(HUGE))
    check_values(ours, right, "sigmoid(s)", source="torch")
    lost = {"is 0: exp(-50) is small but not 0, and is lost next to a 1 that is subtracted or added again": 0.0}
    check_values(ours[1] / right[1], 1.0, "sigmoid(-50), relative to the right one,", mistakes=lost)


@pytest.mark.task("1.1")
@pytest.mark.points(1)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_input_is_left_alone_and_float32_stays_float32(name, s):
    function, _ = FUNCTIONS[name]
    single = s.astype(np.float32)
    with untouched(s=single):
        value = function(single)
    check_values(value, function(s), f"{name}(s)", dtype="float32")


@pytest.mark.task("1.2")
@pytest.mark.points(1)
def test_the_slope_of_relu_is_0_at_0():
    s = np.array([-2.0, -0.0, 0.0, 1e-300, 3.0])
    mistaken = {
        "is 1 at exactly 0: the convention, torch's too, is 0 there": np.array([0.0, 1.0, 1.0, 1.0, 1.0]),
        "is relu itself": np.maximum(s, 0),
    }
    check_values(d_relu(s), np.array([0.0, 0.0, 0.0, 1.0, 1.0]), "d_relu(s)", mistakes=mistaken)


@pytest.mark.task("1.2")
@pytest.mark.points(1)
def test_the_slope_of_the_sigmoid_is_taken_at_the_pre_activation(s):
    mistaken = {
        "is s * (1 - s): that takes s for the output, and it is the pre-activation": s * (1 - s),
        "is the sigmoid itself": (1 + np.tanh(s / 2)) / 2,
    }
    check_gradient(lambda s: (np.tanh(s / 2) / 2).sum(), s, d_sigmoid(s.copy()), "d_sigmoid(s)", mistakes=mistaken)


@pytest.mark.task("1.2")
@pytest.mark.points(1)
@pytest.mark.hint("exp(-s) / (1 + exp(-s))^2 is inf / inf for s = -1000; there is a form with the sigmoid alone")
def test_the_slope_of_the_sigmoid_takes_numbers_of_any_size():
    with finite_arithmetic("d_sigmoid must not ask for the exponential of a large positive number"):
        ours = d_sigmoid(np.array(HUGE))
    check_values(ours, np.zeros(4), "d_sigmoid(s)", hint="the sigmoid is flat there, so its slope is 0")


@pytest.mark.task("1.2")
@pytest.mark.points(1)
def test_the_slope_of_the_identity_is_an_array_of_ones(s):
    mistaken = {
        "is zero everywhere: the identity is no constant, its slope is 1": np.zeros_like(s),
        "has a number for each axis of s: make it like s, not like s.shape": np.ones(s.ndim),
    }
    check_values(d_identity(s.copy()), np.ones_like(s), "d_identity(s)", mistakes=mistaken)


@pytest.mark.task("1.2")
@pytest.mark.points(1)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_slopes_leave_their_input_alone_and_have_its_shape(name, s):
    _, derivative = FUNCTIONS[name]
    with untouched(s=s):
        value = derivative(s)
    if np.shape(value) != s.shape:
        pytest.fail(f"your d_{name}(s) has shape {np.shape(value)} for s of shape {s.shape}")
