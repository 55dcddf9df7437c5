"""Modules as the notebook of Brown's second homework writes them, on beras.Diffable and beras.Callable."""

import numpy as np
import pytest

import beras


class Wave(beras.Diffable):
    """The notebook's sine: it remembers its input and multiplies instead of composing matrices."""

    def __init__(self):
        super().__init__()
        self.inputs = None

    def forward(self, inputs):
        self.inputs = inputs
        return np.sin(inputs)

    def input_gradients(self):
        return np.cos(self.inputs)

    def compose_to_input(self, J):
        return J * self.input_gradients()


def inside(x, eps=1e-6):
    return np.minimum(np.maximum(x, eps), 1 - eps)


class BinaryStyleCrossEntropy(beras.Diffable):
    """The notebook's clipped cross-entropy, whose gradient is built row by row and not divided by the batch."""

    def forward(self, inputs, truths):
        self.inputs, self.truths = inputs, truths
        right, wrong = truths * np.log(inside(inputs)), (1 - truths) * np.log(inside(1 - inputs))
        return np.mean(np.mean(-(right + wrong), axis=-1), axis=0)

    def input_gradients(self):
        grad = np.empty(self.inputs.shape)
        for row, p, y in zip(grad, self.inputs, self.truths, strict=True):
            row[:] = (p - y) / inside(p - p**2) / len(p)
        return grad


class OneHot(beras.Callable):
    """The notebook's encoder: fits itself at its first call."""

    def fit(self, labels):
        self.kinds = np.unique(labels)

    def forward(self, labels):
        if "kinds" not in self.__dict__:
            self.fit(labels)
        return (np.asarray(labels)[:, None] == self.kinds) * 1.0

    def inverse(self, encoded):
        return self.kinds[np.argmax(encoded, axis=-1)]


def test_the_sine_prints_what_the_notebook_prints():
    wave = Wave()
    sample = np.arange(-12, 12).reshape(2, 3, 4)
    out = wave(sample)
    assert str(out[0, 0]) == "[ 0.53657292  0.99999021  0.54402111 -0.41211849]"
    assert str(out[1, 0]) == "[0.         0.84147098 0.90929743 0.14112001]"
    assert str(wave.input_gradients()[1, 2]) == "[-0.14550003 -0.91113026 -0.83907153  0.0044257 ]"
    assert str(wave.compose_to_input(out)[0, 2]) == "[-0.49467912  0.13970775  0.37840125 -0.45464871]"
    once = wave.input_gradients()
    np.testing.assert_allclose(wave.compose_to_input(once), once * once)


def test_the_loss_prints_what_the_notebook_prints():
    loss = BinaryStyleCrossEntropy()
    ones, zeros = np.ones((3, 3)), np.zeros((3, 3))
    assert repr(float(loss(ones, zeros))) == "13.815510557964274"
    assert repr(float(loss(zeros, ones))) == "13.815510557964274"
    assert str(loss.input_gradients()[0]) == "[-333333.33333333 -333333.33333333 -333333.33333333]"
    assert repr(float(loss(ones, ones))) == "1.000000500029089e-06"
    assert repr(float(loss(zeros, zeros))) == "1.000000500029089e-06"
    assert str(loss.input_gradients()[0]) == "[0. 0. 0.]"
    assert repr(float(loss(ones / 2, ones))) == "0.6931471805599453"
    third = "[-0.66666667 -0.66666667 -0.66666667]"
    assert str(loss.input_gradients()[2]) == third
    assert loss.weight_gradients() == ()
    assert str(loss.compose_to_input(np.eye(3))) == f"[{third}\n {third}\n {third}]"
    once = loss.input_gradients()
    np.testing.assert_allclose(loss.compose_to_input(once), once @ once)


def test_the_encoder():
    labels = np.array([5, 0, 4, 1, 9, 2, 1, 3, 1, 4])
    encoder = OneHot()
    encoder.fit(np.arange(10))
    encoded = encoder(labels)
    assert str(encoded[0]) == "[0. 0. 0. 0. 0. 1. 0. 0. 0. 0.]"
    np.testing.assert_array_equal(encoder.inverse(encoded), labels)
    assert OneHot()(np.array(["b", "a", "b"])).tolist() == [[0.0, 1.0], [1.0, 0.0], [0.0, 1.0]]


def test_the_sine_under_a_tape():
    with beras.GradientTape() as tape:
        x = tape.watch(np.array([[0.1, 0.2]]))
        y = Wave()(Wave()(x))
    np.testing.assert_allclose(tape.gradient(y, x), np.cos(np.sin(x.numpy())) * np.cos(x.numpy()))


def test_the_loss_under_a_tape_is_batch_times_the_derivative():
    loss = BinaryStyleCrossEntropy()
    p, truths = np.array([[0.2, 0.3, 0.5], [0.6, 0.3, 0.1]]), np.eye(3)[:2]
    with beras.GradientTape() as tape:
        x = tape.watch(p)
        y = loss(x, truths)
    assert tape.operations == [loss]
    expected = 2 * beras.numerical_gradient(lambda p: BinaryStyleCrossEntropy()(p, truths), p)
    np.testing.assert_allclose(tape.gradient(y, x), expected, rtol=1e-6)


def test_the_loss_is_good_for_first_derivatives_only():
    truths = np.eye(3)
    with pytest.raises(TypeError, match="first derivatives only"):
        beras.hessian(lambda p: BinaryStyleCrossEntropy()(p, truths))(np.full((3, 3), 1 / 3))


def test_the_course_form_without_arguments():
    class Weighing(beras.Diffable):
        elementwise = True

        def __init__(self):
            super().__init__()
            self.w = beras.Variable(np.array([[0.5, 0.5, 0.5]]))

        def forward(self, inputs):
            self.inputs = inputs
            return inputs * self.w

        def input_gradients(self):
            return self.w

        def weight_gradients(self):
            return [np.expand_dims(self.inputs, 1)]

        def compose_to_weight(self, J):
            return [np.sum(J * self.inputs, axis=0, keepdims=True)]

    weighing, loss = Weighing(), BinaryStyleCrossEntropy()
    p, truths = np.full((3, 3), 0.8), np.eye(3)
    with beras.GradientTape() as tape:
        loss(weighing(p), truths)
    assert tape.operations == [weighing, loss]
    (g,) = tape.gradient()

    def printed(w):
        return BinaryStyleCrossEntropy()(p * w, truths)

    np.testing.assert_allclose(g, 3 * beras.numerical_gradient(printed, weighing.w.numpy()), rtol=1e-6)
