"""McCulloch and Pitts's neurons: what they compute, copy and refuse; the 14 cases and the four of the later sheet."""

import numpy as np
import pytest

import beras

PAIRS = [(a, b) for b in (-1, 1) for a in (-1, 1)]
LOGIC = {
    "OR": lambda a, b: a or b,
    "a or not b": lambda a, b: a or not b,
    "NAND": lambda a, b: not (a and b),
    "not a or b": lambda a, b: not a or b,
    "AND": lambda a, b: a and b,
    "a and not b": lambda a, b: a and not b,
    "NOR": lambda a, b: not (a or b),
    "not a and b": lambda a, b: not a and b,
    "a": lambda a, b: a,
    "b": lambda a, b: b,
    "XOR": lambda a, b: a != b,
    "XNOR": lambda a, b: a == b,
    "not a": lambda a, b: not a,
    "not b": lambda a, b: not b,
}


def test_the_fourteen_cases_in_their_order():
    from logic import CASES, McCullochPittsNeuron, logic_networks, truth_table

    nets = logic_networks()
    assert list(nets) == list(CASES) == list(LOGIC)
    for name, net in nets.items():
        right = np.reshape([1 if LOGIC[name](a > 0, b > 0) else -1 for a, b in PAIRS], (2, 2))
        np.testing.assert_array_equal(CASES[name], right, err_msg=name)
        np.testing.assert_array_equal(truth_table(net), right, err_msg=name)
    single = [name for name, net in nets.items() if isinstance(net, McCullochPittsNeuron)]
    assert len(single) == 12
    assert [name for name in nets if name not in single] == ["XOR", "XNOR"]
    assert all(len(nets[name]) == 2 for name in ("XOR", "XNOR"))


def test_the_four_cases_of_the_later_sheet():
    from logic import LATER_SHEET, McCullochPittsNeuron, logic_networks

    nets = logic_networks()
    assert LATER_SHEET == ("OR", "not a and b", "XNOR", "not a")
    assert [name for name in LATER_SHEET if not isinstance(nets[name], McCullochPittsNeuron)] == ["XNOR"]


def test_the_step():
    from logic import Sign

    x = np.array([-3.14, 1e-6, 0.0, -0.0], dtype=np.float32)
    assert isinstance(Sign(), beras.Callable)
    np.testing.assert_array_equal(Sign()(x), [-1.0, 1.0, 0.0, 0.0])
    assert Sign()(x).dtype == np.float32


def test_the_examples_of_the_sheet():
    from logic import McCullochPittsNeuron, McCulloughPittsNeuron, Network

    assert McCulloughPittsNeuron is McCullochPittsNeuron
    inputs = {"a": np.array([1.0]), "b": np.array([-1.0]), "c": np.array([-1.0])}
    first = McCullochPittsNeuron(weight_a=0.5, weight_b=-0.3, weight_c=2.0, bias=1.0)
    assert first(inputs)["out"] == np.sign(0.5 + 0.3 - 2.0 + 1.0)
    net = Network(
        McCullochPittsNeuron(weight_a=-1.0, weight_b=1.0, output_name="d"),
        McCullochPittsNeuron(weight_b=1.0, weight_d=1.0, bias=1.0),
    )
    state = net({"a": np.array([1.0]), "b": np.array([-1.0])})
    assert list(state) == ["a", "b", "d", "out"]
    assert (state["d"], state["out"]) == (-1.0, -1.0)


@pytest.mark.torch
def test_torch_tensors_give_torch_tensors():
    torch = pytest.importorskip("torch")
    from logic import logic_networks

    a, b = torch.tensor([[-1.0, 1.0, -1.0, 1.0], [-1.0, -1.0, 1.0, 1.0]])
    for name, net in logic_networks().items():
        out = net({"a": a, "b": b})["out"]
        assert isinstance(out, torch.Tensor)
        assert out.tolist() == [1.0 if LOGIC[name](*pair) else -1.0 for pair in zip(a > 0, b > 0)], name


def test_the_callers_dictionary_is_copied():
    from logic import McCullochPittsNeuron, Network

    a = np.array([1.0])
    inputs = {"a": a, "unread": "kept"}
    neuron = McCullochPittsNeuron(weight_a=1.0, output_name="d")
    for net in (neuron, Network(neuron), Network()):
        state = net(inputs)
        assert state is not inputs
        assert inputs == {"a": a, "unread": "kept"}
        assert state["unread"] == "kept"


@pytest.mark.parametrize("arguments", [{"bais": 1.0}, {"weight_": 1.0}, {"a": 1.0}, {}])
def test_an_argument_that_is_no_weight_is_refused(arguments):
    from logic import McCullochPittsNeuron

    with pytest.raises(TypeError, match=next(iter(arguments), "at least one input")):
        McCullochPittsNeuron(**arguments)
    if arguments:
        with pytest.raises(TypeError, match=r"Received"):
            McCullochPittsNeuron(weight_a=1.0, **arguments)


def test_wires_that_do_not_fit_are_refused():
    from logic import McCullochPittsNeuron, Network

    a = np.array([1.0])
    twice = Network(McCullochPittsNeuron(weight_a=1.0), McCullochPittsNeuron(weight_a=1.0))
    with pytest.raises(ValueError, match="an entry 'out' already"):
        twice({"a": a})
    with pytest.raises(ValueError, match="reads 'b'"):
        McCullochPittsNeuron(weight_a=1.0, weight_b=1.0)({"a": a})


def test_a_neuron_without_activation_is_differentiable():
    from logic import McCullochPittsNeuron

    neuron = McCullochPittsNeuron(weight_a=0.5, weight_b=-2.0, bias=3.0, activation=None)
    with beras.GradientTape() as tape:
        a, b = tape.watch([np.ones(3, np.float32), np.zeros(3, np.float32)])
        out = neuron({"a": a, "b": b})["out"]
    gradients = tape.gradient(out, [a, b])
    np.testing.assert_array_equal(gradients, [[0.5] * 3, [-2.0] * 3])
    assert all(gradient.dtype == np.float32 for gradient in gradients)


def test_what_is_printed():
    from logic import McCullochPittsNeuron, Network

    neuron = McCullochPittsNeuron(weight_a=1, weight_b=-0.5, bias=2, output_name="d")
    assert repr(Network(neuron)) == (
        "Network(McCullochPittsNeuron(weight_a=1, weight_b=-0.5, bias=2, output_name='d'))"
    )
    assert neuron.input_names == ["a", "b"]
