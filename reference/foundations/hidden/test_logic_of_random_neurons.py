"""Part 3 with random neurons, and inside a tape."""

import numpy as np
import pytest
from kit import check_values
from logic import McCullochPittsNeuron, Network

import beras

pytestmark = pytest.mark.visibility("hidden")


@pytest.mark.task("3.3")
@pytest.mark.points(1)
def test_a_random_network_against_a_loop():
    rng = np.random.default_rng(3)
    (u, v, w), (a, b) = rng.normal(size=3), rng.normal(size=(2, 50))
    net = Network(
        McCullochPittsNeuron(weight_a=u, weight_b=v, output_name="first"),
        McCullochPittsNeuron(weight_b=w, weight_first=0.5, bias=-0.25),
    )
    right = []
    for a_, b_ in zip(a, b):
        first = 1.0 if u * a_ + v * b_ > 0 else -1.0
        right.append(1.0 if w * b_ + 0.5 * first - 0.25 > 0 else -1.0)
    check_values(net({"a": a, "b": b})["out"], right, "output of a random network")


@pytest.mark.task("3.3")
@pytest.mark.points(1)
def test_a_tape_goes_through_a_neuron_without_activation():
    neuron = McCullochPittsNeuron(weight_a=0.5, weight_b=-2.0, bias=1.0, activation=None)
    with beras.GradientTape() as tape:
        a, b = tape.watch([np.ones(4), np.zeros(4)])
        out = neuron({"a": a, "b": b})["out"]
    by_a, by_b = tape.gradient(out, [a, b])
    check_values(by_a, 0.5 * np.ones(4), "d out / d a")
    check_values(by_b, -2.0 * np.ones(4), "d out / d b")
