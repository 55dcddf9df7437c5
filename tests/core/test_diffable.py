"""Diffable: every layout of local Jacobians, and what is told when one does not fit."""

import numpy as np
import pytest

import beras

RNG = np.random.default_rng(11)
X = RNG.normal(size=(4, 3))
C = RNG.normal(size=(4, 2))


def module(**methods):
    """Return a Diffable made of the given methods and attributes."""
    return type("Module", (beras.Diffable,), methods)()


def remember(function):
    def forward(self, inputs):
        self.inputs = inputs
        return function(inputs)

    return forward


def gradient(layer, point, weights=None):
    """Return the tape's gradient of ``sum(weights * layer(x))``."""
    with beras.GradientTape() as tape:
        x = tape.watch(point)
        y = layer(x)
        y = np.sum(y if weights is None else y * weights)
    return tape.gradient(y, x)


W = RNG.normal(size=(3, 2))


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


LAYOUTS = {
    "one matrix": (lambda x: x @ W, lambda self: W, {}, C),
    "one matrix, told": (lambda x: x @ W, lambda self: W, {"elementwise": False}, C),
    "square matrix, told": (lambda x: x @ W[:, :1] @ W[:, 1:].T, lambda self: W[:, :1] @ W[:, 1:].T, {}, X[:, ::-1]),
    "a matrix for each sample": (
        softmax,
        lambda self: np.einsum("bi,ij->bij", s := softmax(self.inputs), np.eye(3)) - s[:, :, None] * s[:, None, :],
        {},
        X[:, ::-1],
    ),
    "elementwise": (np.sin, lambda self: np.cos(self.inputs), {"elementwise": True}, X[:, ::-1]),
    "a scalar loss": (lambda x: np.mean(x**2), lambda self: 2 * self.inputs / 12, {}, 3.0),
    "a list of one": (lambda x: x @ W, lambda self: [W], {}, C),
    "a loss for each sample": (lambda x: np.sum(x**2, axis=1), lambda self: 2 * self.inputs, {}, C[:, 0]),
}


@pytest.mark.parametrize("names", [("forward", "input_gradients"), ("call", "get_input_gradients")])
@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_input_gradients_of_every_layout(layout, names):
    function, local, declared, weights = layout
    layer = module(**{names[0]: remember(function), names[1]: local}, **declared)
    numerical = beras.numerical_gradient(lambda x: np.sum(weights * function(x)), X)
    np.testing.assert_allclose(gradient(layer, X, weights), numerical, atol=1e-8)


def test_elementwise_in_any_number_of_dimensions():
    layer = module(forward=remember(np.sin), input_gradients=lambda self: np.cos(self.inputs), elementwise=True)
    for shape in [(), (5,), (2, 3, 4), (2, 1, 2, 2), (0, 3)]:
        x = RNG.normal(size=shape)
        np.testing.assert_allclose(gradient(layer, x), np.cos(x))


def affine(weight_gradients, **more):
    class Affine(beras.Diffable):
        def __init__(self):
            super().__init__()
            self.w = beras.Variable(W, name="w")
            self.b = beras.Variable(np.zeros(2), name="b")

        def forward(self, inputs):
            self.inputs = inputs
            return inputs @ self.w + self.b

        def input_gradients(self):
            return self.w

    Affine.weight_gradients = weight_gradients
    for name, value in more.items():
        setattr(Affine, name, value)
    return Affine()


FACTORS = {
    "batch axes": lambda self: (
        np.broadcast_to(np.expand_dims(self.inputs, -1), (4, 3, 2)),
        np.ones((4, 2)),
    ),
    "one for all": lambda self: (np.expand_dims(self.inputs, -1) * np.ones(2), np.ones(2)),
}


@pytest.mark.parametrize("factors", FACTORS.values(), ids=FACTORS)
def test_weight_gradients_with_and_without_a_batch_axis_are_summed(factors):
    layer = affine(factors)
    with beras.GradientTape() as tape:
        x = tape.watch(X)
        y = np.sum(layer(x) * C)
    gx, gw, gb = tape.gradient(y, [x, layer.w, layer.b])
    np.testing.assert_allclose(gx, C @ W.T)
    np.testing.assert_allclose(gw, X.T @ C)
    np.testing.assert_allclose(gb, C.sum(axis=0))


def test_a_frozen_layer_has_no_entry_and_a_frozen_variable_no_gradient():
    layer = affine(FACTORS["batch axes"])
    layer.b.trainable = False
    with beras.GradientTape() as tape:
        y = np.sum(layer(X))
    gw, gb = tape.gradient(y, [layer.w, layer.b])
    assert gw.shape == (3, 2)
    assert gb is None


@pytest.mark.parametrize(
    "names", [("compose_to_input", "compose_to_weight"), ("compose_input_gradients", "compose_weight_gradients")]
)
def test_compose_overrides_are_used(names):
    to_input, to_weight = names
    layer = affine(FACTORS["batch axes"])
    doubled = type(
        "Doubled",
        (type(layer),),
        {
            to_input: lambda self, J: 2 * (J @ np.transpose(self.w)),
            to_weight: lambda self, J: [3 * np.transpose(self.inputs) @ J, 4 * np.sum(J, axis=0)],
        },
    )()
    with beras.GradientTape() as tape:
        x = tape.watch(X)
        y = np.sum(doubled(x) * C)
    gx, gw, gb = tape.gradient(y, [x, doubled.w, doubled.b])
    np.testing.assert_allclose(gx, 2 * C @ W.T)
    np.testing.assert_allclose(gw, 3 * X.T @ C)
    np.testing.assert_allclose(gb, 4 * C.sum(axis=0))


def test_the_names_of_later_years_call_the_same():
    layer = affine(FACTORS["batch axes"])
    layer(X)
    assert layer.get_input_gradients() is layer.w
    assert len(layer.get_weight_gradients()) == 2
    np.testing.assert_allclose(layer.compose_input_gradients(C), layer.compose_to_input(C))
    for a, b in zip(layer.compose_weight_gradients(C), layer.compose_to_weight(C), strict=True):
        np.testing.assert_allclose(a, b)


def test_a_class_with_only_forward_is_followed_by_all_its_arguments():
    class Mix(beras.Diffable):
        def forward(self, a, b):
            return np.sum(a * np.exp(b))

    with beras.GradientTape() as tape:
        a, b = tape.watch(X), tape.watch(X[0])
        y = Mix()(a, b=b)
    ga, gb = tape.gradient(y, [a, b])
    np.testing.assert_allclose(ga, np.broadcast_to(np.exp(X[0]), (4, 3)))
    np.testing.assert_allclose(gb, X.sum(axis=0) * np.exp(X[0]))


def test_hand_written_gradients_from_a_mixin_are_used():
    class Threefold:
        def compose_to_input(self, J):
            return 3 * J

    class Layer(Threefold, beras.Diffable):
        def forward(self, inputs):
            return inputs * 1.0

    np.testing.assert_array_equal(gradient(Layer(), X), np.full((4, 3), 3.0))


def test_outside_a_tape_it_is_plain_numpy():
    layer = affine(FACTORS["batch axes"])
    assert type(layer(X)) is np.ndarray
    assert type(layer(beras.Variable(X))) is np.ndarray
    assert layer.inputs.shape == (4, 3)


def test_a_gradient_has_the_dtype_of_what_it_belongs_to():
    layer = module(forward=remember(lambda x: x * 2), compose_to_input=lambda self, J: np.full((4, 3), 2.0))
    g = gradient(layer, X.astype(np.float32))
    assert g.dtype == np.float32


def test_a_prediction_is_found_by_its_name():
    class Loss(beras.Diffable):
        def call(self, y_true, y_pred):
            self.difference = y_pred - y_true
            return np.mean(self.difference**2)

        def input_gradients(self):
            return 2 * self.difference / self.difference.size

    for use in (lambda p: Loss()(X, p), lambda p: Loss()(y_pred=p, y_true=X)):
        with beras.GradientTape() as tape:
            p = tape.watch(X + 1)
            y = use(p)
        np.testing.assert_allclose(tape.gradient(y, p), np.full((4, 3), 2 / 12))


def test_the_course_form_of_gradient():
    first, second, frozen = (affine(FACTORS["batch axes"]) for _ in range(3))
    second.w.assign(W)
    frozen.trainable = False
    square = module(forward=remember(lambda x: np.mean(x**2)), input_gradients=lambda self: 2 * self.inputs / 8)
    pad = module(forward=lambda self, inputs: np.concatenate([inputs, inputs[:, :1]], axis=1))
    with beras.GradientTape() as tape:
        assert beras.Diffable.gradient_tape is tape
        y = square(frozen(pad(second(pad(first(X))))))
        np.argmax(y)  # recorded or not, the loss is the last scalar
    assert beras.Diffable.gradient_tape is None
    kinds = [type(o).__name__ for o in tape.operations]
    assert kinds == ["Affine", "Module", "Affine", "Module", "Affine", "Module"]
    grads = tape.gradient()
    weights = [first.w, first.b, second.w, second.b]
    assert len(grads) == 4
    for weight, g in zip(weights, grads, strict=True):
        start = weight.numpy()

        def loss(value, weight=weight):
            weight.assign(value)
            return square(frozen(pad(second(pad(first(X))))))

        np.testing.assert_allclose(g, beras.numerical_gradient(loss, start), atol=1e-8)
        weight.assign(start)


def test_gradient_tape_is_the_innermost_that_records():
    layer = module(forward=lambda self, x: x)
    with beras.GradientTape() as outer:
        with beras.GradientTape() as inner:
            assert layer.gradient_tape is inner
            with inner.stop_recording():
                assert layer.gradient_tape is outer
        assert layer.gradient_tape is outer
        with beras.no_gradient():
            assert layer.gradient_tape is None


# What is told


def test_ambiguous_elementwise():
    x = RNG.normal(size=(3, 3))
    layer = module(forward=remember(np.sin), input_gradients=lambda self: np.cos(self.inputs))
    with pytest.raises(ValueError, match="Say which in the class: elementwise = True, or elementwise = False"):
        gradient(layer, x)
    kernel = x.copy()
    dense = module(forward=remember(lambda x: x @ kernel), input_gradients=lambda self: kernel, elementwise=False)
    np.testing.assert_allclose(gradient(dense, x), np.ones((3, 3)) @ kernel.T)


def test_wrong_shapes():
    with pytest.raises(ValueError, match=r"must have shape \(n_in, n_out\).*Received: \(5,\)"):
        gradient(module(forward=remember(np.sin), input_gradients=lambda self: np.ones(5)), X)
    with pytest.raises(ValueError, match=r"must return the shape of 'inputs', \(4, 3\)\. Received: \(4,\)"):
        gradient(module(forward=remember(np.sin), compose_to_input=lambda self, J: np.sum(J, axis=1)), X)
    transposed = module(forward=remember(lambda x: x @ W), input_gradients=lambda self: W.T)
    with pytest.raises(ValueError):
        gradient(transposed, X)
    layer = affine(lambda self: (np.ones((4, 3, 2)), np.ones((4, 3, 2))))
    with beras.GradientTape() as tape:
        y = np.sum(layer(X))
    with pytest.raises(ValueError, match=r"gradient of weight 'b' must have its shape \(2,\)\. Received: \(4, 3, 2\)"):
        tape.gradient(y, layer.weights)


@pytest.mark.parametrize("returned", [(), (np.ones((4, 3, 2)),), np.ones((4, 3, 2))])
def test_weights_without_as_many_weight_gradients(returned):
    layer = affine(lambda self: returned)
    with beras.GradientTape() as tape:
        y = np.sum(layer(X))
    with pytest.raises(ValueError, match=r"Affine has 2 weights, so weight_gradients\(\) must return as many"):
        tape.gradient(y, layer.weights)


def test_a_followed_second_argument():
    class Loss(beras.Diffable):
        def forward(self, inputs, truths):
            self.inputs, self.truths = inputs, truths
            return np.mean((inputs - truths) ** 2)

        def input_gradients(self):
            return 2 * (self.inputs - self.truths) / self.inputs.size

    with beras.GradientTape() as tape:
        x = tape.watch(X)
        for call in (lambda: Loss()(x, x), lambda: Loss()(X, x), lambda: Loss()(X, truths=x)):
            with pytest.raises(TypeError, match=r"followed Tensor as 'truths'.*about 'inputs'"):
                call()
        y = Loss()(x, beras.stop_gradient(x) + 1)
    np.testing.assert_allclose(tape.gradient(y, x), np.full((4, 3), -2 / 12))


@pytest.mark.parametrize("returned", [None, (1.0, 2.0), [np.ones(3)], "text", 1.0])
def test_forward_returns_no_array(returned):
    layer = module(forward=lambda self, inputs: returned, input_gradients=lambda self: np.ones(3))
    with beras.GradientTape() as tape:
        x = tape.watch(X)
        with pytest.raises(
            TypeError, match=r"Module\.forward must return one array.*Received: " + type(returned).__name__
        ):
            layer(x)


def test_input_gradients_are_missing_where_they_are_needed():
    layer = module(forward=lambda self, inputs: inputs * 2, weight_gradients=lambda self: ())
    with pytest.raises(NotImplementedError, match=r"does not define input_gradients\(\)"):
        gradient(layer, X)


def test_an_error_in_a_hand_written_gradient_is_the_students_own():
    layer = module(forward=remember(np.sin), input_gradients=lambda self: self.nothing, elementwise=True)
    with pytest.raises(AttributeError, match="nothing"):
        gradient(layer, X)
    layer = module(forward=remember(np.sin), input_gradients=lambda self: 1 + "a", elementwise=True)
    with pytest.raises(TypeError, match="unsupported operand"):
        gradient(layer, X)


def test_forward_and_call_together():
    with pytest.raises(TypeError, match="defines both forward and call"):
        module(forward=lambda self, x: x, call=lambda self, x: x)
