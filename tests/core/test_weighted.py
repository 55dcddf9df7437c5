"""Weighted: finds Variables in attributes, parts and containers, and writes into them."""

import numpy as np
import pytest

import beras
from beras.core import Weighted


class Pair(Weighted):
    def __init__(self, size=2):
        self.kernel = beras.Variable(np.ones(size), name="kernel")
        self.scale = beras.Variable(3.0, trainable=False, name="scale")


class Tree(Weighted):
    def __init__(self):
        self.bias = beras.Variable(np.zeros(3), name="bias")
        self.parts = [Pair(), {"inner": Pair(4)}]
        self.again = self.parts[0]
        self.alias = self.bias
        self.label = "not a weight"


def same(found, expected):
    assert [id(w) for w in found] == [id(w) for w in expected]


def test_weights_in_the_order_of_setting_each_once():
    tree = Tree()
    first, second = tree.parts[0], tree.parts[1]["inner"]
    same(tree.weights, [tree.bias, first.kernel, first.scale, second.kernel, second.scale])
    same(tree.trainable_weights, [tree.bias, first.kernel, second.kernel])
    same(tree.non_trainable_weights, [first.scale, second.scale])
    same(tree.own_weights, [tree.bias])
    same(tree.variables, tree.weights)
    same(tree.trainable_variables, tree.trainable_weights)
    same(tree.non_trainable_variables, tree.non_trainable_weights)
    assert tree.count_params() == 3 + 2 + 1 + 4 + 1


def test_freezing_an_object_freezes_its_parts():
    tree = Tree()
    tree.trainable = False
    assert tree.trainable_weights == []
    assert not tree.parts[0].trainable
    tree.trainable = True
    assert len(tree.trainable_weights) == 3
    tree.parts[0].trainable = False
    same(tree.trainable_weights, [tree.bias, tree.parts[1]["inner"].kernel])
    assert len(tree.weights) == 5


def test_setting_an_attribute_that_holds_a_variable_assigns():
    pair = Pair()
    kernel = pair.kernel
    pair.kernel = [5.0, 6.0]
    assert pair.kernel is kernel
    np.testing.assert_array_equal(kernel.numpy(), [5.0, 6.0])
    pair.kernel -= np.ones(2)
    assert pair.kernel is kernel
    with pytest.raises(ValueError, match=r"has shape \(2,\)"):
        pair.kernel = np.ones(3)
    other = beras.Variable(np.zeros(7))
    pair.kernel = other  # a Variable takes the place of a Variable
    assert pair.kernel is other


def test_declared_weights_say_which_and_in_which_order():
    pair = Pair()
    pair.weights = [pair.scale, pair.kernel]
    same(pair.weights, [pair.scale, pair.kernel])
    same(pair.trainable_weights, [pair.kernel])


def test_get_and_set_weights():
    pair = Pair()
    taken = pair.get_weights()
    taken[0][...] = 9.0
    np.testing.assert_array_equal(pair.kernel.numpy(), np.ones(2))
    pair.set_weights(taken)
    np.testing.assert_array_equal(pair.kernel.numpy(), [9.0, 9.0])
    with pytest.raises(ValueError, match=r"has 2 weights.*Received: 1"):
        pair.set_weights([np.ones(2)])
    with pytest.raises(ValueError, match=r"'scale' of 'Pair' has shape \(\)\. Received: \(2,\)"):
        pair.set_weights([np.zeros(2), np.zeros(2)])
    np.testing.assert_array_equal(pair.kernel.numpy(), [9.0, 9.0])  # nothing was changed by the failure


def test_plain_arrays_are_no_weights():
    pair = Pair()
    with pytest.raises(TypeError, match=r"Received among them: ndarray\. Wrap it: beras\.Variable"):
        pair.weights = [pair.kernel, np.ones(2)]
    assert len(pair.weights) == 2
