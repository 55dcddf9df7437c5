"""Activations by name."""

import numpy as np
import pytest

from beras import activations


@pytest.mark.parametrize(
    "name", [name for name in activations.__all__ if name not in ("deserialize", "get", "serialize")]
)
def test_every_name_is_found_and_written_down(name):
    function = activations.get(name)
    assert function is getattr(activations, name)
    assert activations.get(activations.serialize(function)) is function


def test_any_spelling_is_found():
    assert activations.get("ReLU") is activations.relu
    assert activations.get("LeakyRelu") is activations.leaky_relu
    assert activations.get("Log-Softmax") is activations.log_softmax


def test_none_is_linear_and_functions_pass():
    assert activations.get(None) is activations.linear
    assert activations.get(np.sin) is np.sin


def test_an_unknown_name_gets_the_nearest():
    with pytest.raises(ValueError, match=r"Unknown activation 'sigmiod'. Did you mean 'sigmoid'\?"):
        activations.get("sigmiod")


def test_other_things_are_refused():
    with pytest.raises(TypeError, match="Received: 3 of type int"):
        activations.get(3)
    with pytest.raises(TypeError, match=r"Write Marker\(\)"):
        activations.get(type("Marker", (), {}))


def test_a_users_function_cannot_be_written_down():
    with pytest.raises(ValueError, match="'sin' is not built in"):
        activations.serialize(np.sin)
