"""Second and third derivatives through hand-written layers equal those of the same function in plain NumPy."""

import numpy as np
import pytest

import beras


class Sin(beras.Diffable):
    elementwise = True

    def forward(self, inputs):
        self.inputs = inputs
        return np.sin(inputs)

    def input_gradients(self):
        return np.cos(self.inputs)


class Tanh(beras.Diffable):
    def forward(self, inputs):
        self.outputs = np.tanh(inputs)
        return self.outputs

    def compose_to_input(self, J):
        return J * (1 - self.outputs**2)


class Affine(beras.Diffable):
    def __init__(self):
        super().__init__()
        self.w = beras.Variable(np.array([[0.4, -0.3], [0.8, 0.5], [-0.6, 0.2]]))
        self.b = beras.Variable(np.array([0.1, -0.2]))

    def forward(self, inputs):
        self.inputs = inputs
        return inputs @ self.w + self.b

    def input_gradients(self):
        return self.w

    def weight_gradients(self):
        return np.expand_dims(self.inputs, -1) * np.ones(2), np.ones(2)


def test_x_times_sin_x():
    layer = Sin()
    second = beras.grad(beras.grad(lambda x: x * layer(x)))(0.7)
    np.testing.assert_allclose(second, 2 * np.cos(0.7) - 0.7 * np.sin(0.7))
    assert round(float(second), 3) == 1.079  # with what forward stored cut off from the outer tape it is 1.530
    third = beras.grad(beras.grad(beras.grad(lambda x: x * layer(x))))(0.5)
    np.testing.assert_allclose(third, -3 * np.sin(0.5) - 0.5 * np.cos(0.5))


X = np.array([[0.2, -0.5, 0.9], [1.1, 0.3, -0.7]])


def by_hand(x, layer):
    return np.sum(Tanh()(layer(Sin()(x) * x)) ** 2)


def plain(x, w, b):
    return np.sum(np.tanh((np.sin(x) * x) @ w + b) ** 2)


def test_the_hessian_by_the_input():
    layer = Affine()
    w, b = layer.w.numpy(), layer.b.numpy()
    ours = beras.hessian(lambda x: by_hand(x, layer))(X)
    expected = beras.hessian(lambda x: plain(x, w, b))(X)
    np.testing.assert_allclose(ours, expected, atol=1e-12)
    beras.check_grads(lambda x: by_hand(x, layer), X, order=3, rtol=1e-5)


def test_second_derivatives_by_weights():
    layer = Affine()
    with beras.GradientTape() as outer:
        x = outer.watch(X)
        with beras.GradientTape() as inner:
            inner.watch(x)
            y = by_hand(x, layer)
        gx, gw = inner.gradient(y, [x, layer.w])
        penalty = np.sum(gx**2) + np.sum(gw**2)
    ours = outer.gradient(penalty, [layer.w, layer.b, x])

    def both(w, b, x):
        gx, gw = beras.grad(plain, argnums=(0, 1))(x, w, b)
        return np.sum(gx**2) + np.sum(gw**2)

    points = (layer.w.numpy(), layer.b.numpy(), X)
    for n, g in enumerate(ours):
        numerical = beras.numerical_gradient(lambda p, n=n: both(*points[:n], p, *points[n + 1 :]), points[n])
        np.testing.assert_allclose(g, numerical, atol=1e-7)


def test_an_instance_called_twice_under_two_tapes():
    layer = Tanh()
    ours = beras.hessian(lambda x: np.sum(layer(layer(x) * x)))(X[0])
    expected = beras.hessian(lambda x: np.sum(np.tanh(np.tanh(x) * x)))(X[0])
    np.testing.assert_allclose(ours, expected, atol=1e-12)


class ItemByItem(beras.Diffable):
    """Right, and good for first derivatives only."""

    def forward(self, inputs):
        self.inputs = inputs
        return np.sum(inputs**3)

    def input_gradients(self):
        out = np.zeros(self.inputs.shape)
        for i in range(len(out)):
            out[i] = 3 * self.inputs[i] ** 2
        return out


@pytest.mark.parametrize("point", [X, X[0]])
def test_an_item_by_item_gradient_gives_first_derivatives_and_says_so(point):
    layer = ItemByItem()
    np.testing.assert_allclose(beras.grad(layer)(point), 3 * point**2)
    with pytest.raises(TypeError, match="first derivatives only"):
        beras.hessian(layer)(point)
    np.testing.assert_allclose(beras.grad(layer)(point), 3 * point**2)


def test_an_item_by_item_forward_says_so_too():
    class Filling(beras.Diffable):
        elementwise = True

        def forward(self, inputs):
            self.inputs = inputs
            out = np.zeros(inputs.shape)
            for i in range(len(out)):
                out[i] = inputs[i] ** 2
            return out

        def input_gradients(self):
            return 2 * self.inputs

    layer = Filling()
    np.testing.assert_allclose(beras.grad(lambda x: np.sum(layer(x)))(X), 2 * X)
    with pytest.raises(TypeError, match=r"Filling\.forward .*first derivatives only"):
        beras.hessian(lambda x: np.sum(layer(x)))(X)


def test_a_first_derivative_inside_an_outer_tape_that_does_not_follow_it():
    w = beras.Variable(2.0)
    with beras.GradientTape() as outer:
        y = w * float(beras.grad(lambda x: np.sum(Sin()(x)))(np.array(0.0)))
    assert outer.gradient(y, w) == 1.0
