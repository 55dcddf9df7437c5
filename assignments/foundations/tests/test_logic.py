"""Part 3: the step, the neuron, the network, and the 14 cases."""

import sys
from functools import partial

import numpy as np
import pytest
from kit import check_values, oracle, raises
from logic import CASES, McCullochPittsNeuron, Network, Sign, logic_networks, truth_table

A = np.array([1.0, -1.0, 1.0, -1.0])
B = np.array([1.0, 1.0, -1.0, -1.0])


def output(net, name="out", **inputs):
    """Call a net and return one entry of its dictionary."""
    state = net(inputs)
    assert isinstance(state, dict), f"forward must return a dictionary. Received: {type(state).__name__}"
    assert name in state, f"the returned dictionary lacks {name!r}. Received: {', '.join(state)}"
    return state[name]


def check_refused(error, word, sentence, call):
    """Fail with the sentence where nothing is refused; the error must be of the right kind and quote the word."""
    __tracebackhide__ = True
    try:
        call()
    except Exception as found:
        problem = found
    else:
        pytest.fail(sentence, pytrace=False)
    with raises(error, word):
        raise problem


@pytest.mark.task("3.1")
@pytest.mark.points(2)
def test_the_step():
    x = np.array([-3.14, 1e-6, 0.0, -0.0, 2.0])
    right = oracle("sign", lambda torch: torch.tensor(x).sign())
    stays = "is wrong at 0: the sign of 0 stays 0, undecided"
    mistakes = {stays: [-1, 1, -1, -1, 1], stays + ".": [-1, 1, 1, 1, 1]}
    check_values(Sign()(x), right, "sign", mistakes=mistakes)
    check_values(Sign()(x.astype(np.float32)), right, "sign in float32", dtype="float32")
    torch = sys.modules.get("torch")  # the oracle has imported it, where it is installed
    if torch is not None:
        assert isinstance(Sign()(torch.tensor(x)), torch.Tensor), "torch tensors in, torch tensors out: use xp"


@pytest.mark.task("3.2")
@pytest.mark.points(2)
def test_the_weights_by_the_names_of_the_inputs():
    neuron = McCullochPittsNeuron(weight_a=0.5, weight_b=-0.3, weight_rain=2, bias=1.0)
    names = list(neuron.weights)
    assert names != ["weight_a", "weight_b", "weight_rain"], "the inputs are named without weight_: 'a', 'b', 'rain'"
    assert names == ["a", "b", "rain"], f"the inputs are named 'a', 'b', 'rain'. Received: {names}"
    check_values(list(neuron.weights.values()), [0.5, -0.3, 2.0], "weights")


@pytest.mark.task("3.2")
@pytest.mark.points(2)
@pytest.mark.hint("argument.startswith('weight_')")
def test_an_argument_that_is_no_weight_is_refused():
    for argument in ("bais", "wait_b"):
        silent = (
            f"{argument}=2.0 is a misspelt argument, and your neuron takes it: what is no weight_NAME is a TypeError"
        )
        call = partial(McCullochPittsNeuron, weight_a=1.0, **{argument: 2.0})
        check_refused(TypeError, argument, silent, call)


@pytest.mark.task("3.3")
@pytest.mark.points(2)
def test_the_weighted_sum_and_its_sign():
    linear = McCullochPittsNeuron(weight_a=0.5, weight_b=-0.25, bias=1.0, activation=None)
    right = np.array([1.25, 0.25, 1.75, 0.75])
    mistakes = {
        "is the weighted sum without the bias": right - 1,
        "went through the activation, and activation=None means that there is none": np.ones(4),
        "is the plain sum: each input must be multiplied by its weight": A + B + 1,
    }
    check_values(output(linear, a=A, b=B), right, "weighted sum", mistakes=mistakes)
    step = McCullochPittsNeuron(weight_a=1.0, weight_b=0.5, bias=0.5)
    undecided = {"is the weighted sum itself: the activation is missing": [2, 0, 1, -1]}
    check_values(output(step, a=A, b=B), [1, 0, 1, -1], "output", mistakes=undecided)


@pytest.mark.task("3.3")
@pytest.mark.points(2)
def test_the_dictionary_is_copied_and_passed_on():
    neuron = McCullochPittsNeuron(weight_a=1.0, output_name="d")
    mine = {"a": A, "b": B}
    state = neuron(mine)
    assert list(mine) == ["a", "b"], "your forward changes the dictionary that it was given: put the output into a copy"
    assert list(state) == ["a", "b", "d"], f"expected a, b and d in the new dictionary. Received: {', '.join(state)}"
    check_values(state["d"], A, "output d")
    assert state["b"] is B, "what the neuron does not read is passed on as it is"


@pytest.mark.task("3.3")
@pytest.mark.points(1)
def test_what_cannot_be_wired_is_refused():
    taken = "your neuron overwrites an entry that is there already: an output name that exists is a ValueError"
    check_refused(ValueError, "out", taken, partial(McCullochPittsNeuron(weight_a=1.0), {"a": A, "out": B}))
    missing = "your neuron goes on without one of its inputs: an input that is missing is a ValueError"
    neuron = McCullochPittsNeuron(weight_a=1.0, weight_rain=1.0)
    check_refused(ValueError, "rain", missing, partial(neuron, {"a": A}))


@pytest.mark.task("3.4")
@pytest.mark.points(2)
def test_two_neurons_in_a_row():
    net = Network(
        McCullochPittsNeuron(weight_a=-1.0, weight_b=1.0, output_name="d"),
        McCullochPittsNeuron(weight_b=0.5, weight_d=0.5, bias=1.0),
    )
    try:
        state = net({"a": A, "b": B})
    except (KeyError, ValueError) as error:
        pytest.fail(
            f"each part must get what the one before it returned, so that it can read d: {error}", pytrace=False
        )
    assert state is not None, "forward returns None: is a return missing?"
    check_values(state.get("d"), [0, 1, -1, 0], "d of the first neuron")
    check_values(state.get("out"), [1, 1, 0, 1], "output of the network")


@pytest.mark.task("3.4")
@pytest.mark.points(1)
def test_networks_of_networks_leave_the_inputs_alone():
    inner = Network(McCullochPittsNeuron(weight_a=2.0, output_name="c", activation=None))
    mine = {"a": A}
    state = Network(inner, McCullochPittsNeuron(weight_c=3.0, activation=None))(mine)
    check_values(state["out"], 6 * A, "output of the outer network")
    assert list(mine) == ["a"], "your forward changes the dictionary that it was given"


def check_cases(names):
    __tracebackhide__ = True
    nets = logic_networks()
    for name in names:
        assert name in nets, f"there is no network {name!r}. Received: {', '.join(nets)}"
        ours = truth_table(nets[name])
        if np.array_equal(ours, CASES[name]):
            continue
        pairs = [(a, b) for b in (-1, 1) for a in (-1, 1)]
        torn = [f"a={a:+d}, b={b:+d}" for (a, b), value in zip(pairs, ours.ravel()) if value == 0]
        if torn:
            pytest.fail(f"your {name} is undecided (0) for {' and '.join(torn)}: move the bias", pytrace=False)
        instead = [other for other, table in CASES.items() if np.array_equal(ours, table)]
        what = f"it computes {instead[0]}" if instead else f"its table is {ours.tolist()}"
        pytest.fail(f"your {name} is not right: {what}, and {[*map(list, CASES[name])]} is right", pytrace=False)


@pytest.mark.task("3.5")
@pytest.mark.points(3)
def test_the_eight_cases_of_and_and_or():
    check_cases(list(CASES)[:8])


@pytest.mark.task("3.5")
@pytest.mark.points(1)
def test_the_four_cases_of_one_input():
    check_cases(["a", "b", "not a", "not b"])


@pytest.mark.task("3.5")
@pytest.mark.points(2)
@pytest.mark.hint("let a first neuron compute AND under another name; then a and b outweigh it or are outweighed")
def test_the_two_cases_that_need_a_second_neuron():
    check_cases(["XOR", "XNOR"])


@pytest.mark.task("3.5")
@pytest.mark.points(2)
def test_all_cases_in_order_with_one_neuron_where_one_is_enough():
    nets = logic_networks()
    assert list(nets) == list(CASES), f"expected the names of CASES in their order. Received: {', '.join(nets)}"
    for name, net in nets.items():
        if name not in ("XOR", "XNOR"):
            assert isinstance(net, McCullochPittsNeuron), f"one neuron is enough for {name}. Received: {net!r}"
