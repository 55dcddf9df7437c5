"""Tasks 3.1 to 3.4: recording, the two compositions, and the walk backward. The layers here are made for the tests."""

import numpy as np
import pytest
from Beras.core import Diffable, GradientTape
from kit import check_gradient, check_values, oracle, raises, untouched

RNG = np.random.default_rng(5)


@pytest.fixture(autouse=True)
def _the_same_draws():
    """Let every test draw the same numbers, alone or after others."""
    global RNG
    RNG = np.random.default_rng(5)


class Double(Diffable):
    """A layer that adds nothing to learn."""

    def forward(self, inputs):
        return 2 * inputs

    def input_gradients(self):
        return np.array(2.0)


class Local(Diffable):
    """A layer whose local derivatives are given."""

    def __init__(self, to_input=None, weights=(), to_weights=()):
        super().__init__()
        self.to_input, self.weights, self.to_weights = to_input, weights, to_weights

    def forward(self, inputs):
        return inputs

    def input_gradients(self):
        return self.to_input

    def weight_gradients(self):
        return self.to_weights


@pytest.fixture(autouse=True)
def _no_tape_is_left():
    yield
    Diffable.gradient_tape = None


@pytest.mark.task("3.1")
@pytest.mark.points(1)
def test_a_call_under_a_tape_is_recorded():
    outside, first, second = Double(), Double(), Double()
    x = np.array([[1.0, 2.0]])
    check_values(outside(x), 2 * x, "output without a tape", hint="a call returns what forward returns")
    with GradientTape() as tape:
        y = second(first(x))
    check_values(y, 4 * x, "output under a tape", hint="a call returns what forward returns")
    outside(x)
    recorded = [("first", "second", "outside")[(first, second, outside).index(op)] for op in tape.operations]
    if recorded != ["first", "second"]:
        pytest.fail(f"the tape must hold the layers called under it, in order: first, second. Received: {recorded}")


@pytest.mark.task("3.1")
@pytest.mark.points(1)
def test_a_second_call_under_the_same_tape_is_refused():
    layer, x = Double(), np.array([[1.0, 2.0]])
    layer(layer(x))
    with GradientTape():
        layer(x)
        with raises(RuntimeError, "Double"):
            layer(x)
    with GradientTape() as tape:
        layer(x)
    if len(tape.operations) != 1:
        pytest.fail("a layer may be called again under another tape")


@pytest.mark.task("3.2")
@pytest.mark.points(2)
def test_compose_to_input_with_a_matrix_for_each_sample():
    J = RNG.normal(size=(5, 3))
    square = RNG.normal(size=(5, 3, 3))
    check_values(
        Local(square).compose_to_input(J),
        np.array([matrix @ row for matrix, row in zip(square, J)]),
        "compose_to_input",
        mistakes={
            "has the matrices transposed: the axis of the outputs, the last one, meets J": np.array(
                [matrix.T @ row for matrix, row in zip(square, J)]
            )
        },
    )
    local = RNG.normal(size=(5, 4, 3))
    right = oracle("core.compose_to_input", lambda torch: torch.einsum("bij,bj->bi", *map(torch.tensor, (local, J))))
    with untouched(J=J, jacobian=local):
        check_values(Local(local).compose_to_input(J), right, "compose_to_input", {"batch": 5, "inputs": 4, "units": 3})


@pytest.mark.task("3.2")
@pytest.mark.points(2)
def test_compose_to_input_with_one_matrix_for_all():
    square, J = RNG.normal(size=(3, 3)), RNG.normal(size=(3, 3))
    check_values(
        Local(square).compose_to_input(J),
        np.array([square @ row for row in J]),
        "compose_to_input",
        mistakes={
            "has the matrix transposed: its last axis, that of the outputs, meets J (J @ local.T)": J @ square,
            "is what `local @ J` gives: J holds one row, and not one column, for each sample": square @ J,
            "takes row b of the matrix for sample b: the one matrix serves every sample": square * J,
        },
        hint="three samples, three inputs, three outputs: a two-dimensional local Jacobian has no batch axis",
    )
    local, J = RNG.normal(size=(4, 3)), RNG.normal(size=(5, 3))
    right = np.array([local @ row for row in J])
    check_values(Local(local).compose_to_input(J), right, "compose_to_input", hint="(batch, n_in)")


KERNEL, BIAS, SCALE = np.zeros((4, 3)), np.zeros(3), np.zeros(3)
FACTORS = RNG.normal(size=(5, 4, 3)), RNG.normal(size=3), RNG.normal(size=(5, 3))
J = RNG.normal(size=(5, 3))


@pytest.mark.task("3.3")
@pytest.mark.points(3)
def test_compose_to_weight_is_a_mean_over_the_batch():
    layer = Local(weights=[KERNEL, BIAS, SCALE], to_weights=FACTORS)
    with untouched(J=J, kernel_factors=FACTORS[0], bias_factors=FACTORS[1]):
        ours = layer.compose_to_weight(J)
    right = oracle(
        "core.compose_to_weight",
        lambda torch: tuple(
            torch.einsum(f"{axes},bj->{axes.replace('b', '')}", torch.tensor(factor), torch.tensor(J)) / 5
            for axes, factor in zip(("bij", "j", "bj"), FACTORS)
        ),
    )
    for mine, theirs, name in zip(
        ours, right, ("gradient of the kernel", "gradient of the bias", "gradient of a scale")
    ):
        check_values(mine, theirs, name, {"batch": 5, "inputs": 4, "units": 3})
    if len(ours) != 3:
        pytest.fail(f"three weights need three gradients. Received: {len(ours)}")


@pytest.mark.task("3.3")
@pytest.mark.points(2)
def test_what_has_no_batch_axis_serves_every_sample():
    weight, factor, J = np.zeros((3, 2)), RNG.normal(size=(3, 2)), RNG.normal(size=(3, 2))
    check_values(
        Local(weights=[weight], to_weights=[factor]).compose_to_weight(J),
        [factor * J.mean(axis=0)],
        "gradients",
        hint="three samples meet a weight (3, 2) whose factors have no batch axis: J needs an axis for the inputs",
    )
    nothing = Local().compose_to_weight(J)
    if not isinstance(nothing, list) or nothing:
        pytest.fail(f"a layer without weights gives an empty list. Received: {nothing!r}")


class Shift(Diffable):
    """``inputs * w + b`` with one ``w`` and one ``b`` for each column, and all derivatives written out."""

    def __init__(self, w, b):
        super().__init__()
        self.w, self.b = np.array(w), np.array(b)
        self.weights = [self.w, self.b]

    def forward(self, inputs):
        self.inputs = inputs
        return inputs * self.w + self.b

    def input_gradients(self):
        return np.diag(self.w)

    def compose_to_input(self, J):
        return J * self.w

    def compose_to_weight(self, J):
        return [np.mean(self.inputs * J, axis=0), np.mean(J, axis=0)]


class Tanh(Diffable):
    def forward(self, inputs):
        self.outputs = np.tanh(inputs)
        return self.outputs

    def input_gradients(self):
        return 1 - self.outputs**2

    def compose_to_input(self, J):
        return self.input_gradients() * J

    def compose_to_weight(self, J):
        return []


class SumOfSquares(Diffable):
    """Half the squared distance of each sample, averaged over the batch."""

    def forward(self, inputs, truths):
        self.difference = inputs - truths
        return np.mean(np.sum(self.difference**2, axis=1)) / 2

    def input_gradients(self):
        return self.difference


X, TRUTHS = RNG.normal(size=(5, 3)), RNG.normal(size=(5, 3))
WEIGHTS = RNG.normal(size=(4, 3))
NAMES = ("dw1", "db1", "dw2", "db2")


def chain(w1, b1, w2, b2):
    """A tape on which two layers with weights, an activation between them and a loss stand, and the loss's value."""
    layers = [Shift(w1, b1), Tanh(), Shift(w2, b2)]
    outputs = X
    for layer in layers:
        outputs = layer.forward(outputs)
    loss_fn = SumOfSquares()
    loss = loss_fn.forward(outputs, TRUTHS)
    tape = GradientTape()
    tape.operations = [*layers, loss_fn]
    return tape, loss


def check_chain(gradients, which):
    _, tanh, second, loss_fn = chain(*WEIGHTS)[0].operations
    of_the_loss = loss_fn.input_gradients()
    past_the_second = tanh.compose_to_input(of_the_loss)
    for mine, place in zip(gradients, which):

        def loss(weight, place=place):
            return chain(*(weight if i == place else other for i, other in enumerate(WEIGHTS)))[1]

        def made_with(J, place=place):
            return np.mean(X * J if place == 0 else J, axis=0)

        check_gradient(
            loss,
            WEIGHTS[place],
            mine,
            NAMES[place],
            {"batch": 5},
            mistakes={
                "is that of the second layer: the gradients are in the order of the calls": second.compose_to_weight(
                    of_the_loss
                )[place % 2],
                "is made with the J of the loss itself: each layer pulls J back to the one before": made_with(
                    of_the_loss
                ),
                "is made with a J that a layer did not pull back: a frozen one lets it through too": made_with(
                    past_the_second
                ),
            },
            hint="first the layer's own gradients, then the J for the layer before",
        )


@pytest.mark.task("3.4")
@pytest.mark.points(3)
def test_gradients_of_a_chain_in_the_order_of_the_calls():
    tape, _ = chain(*WEIGHTS)
    gradients = tape.gradient()
    if len(gradients) == 2:
        pytest.fail("one layer's gradients are overwritten by the next one's: put the new ones before what is there")
    if len(gradients) != 4:
        pytest.fail(f"two layers with two weights each give four gradients. Received: {len(gradients)}")
    check_chain(gradients, range(4))


@pytest.mark.task("3.4")
@pytest.mark.points(1)
def test_a_frozen_layer_has_no_entries_and_lets_j_through():
    tape, _ = chain(*WEIGHTS)
    tape.operations[2].trainable = False
    gradients = tape.gradient()
    if len(gradients) == 4:
        pytest.fail("a layer whose trainable is False must have no entries among the gradients")
    if len(gradients) != 2:
        pytest.fail(f"one trainable layer has two gradients. Received: {len(gradients)}")
    check_chain(gradients, (0, 1))


@pytest.mark.task("3.4")
@pytest.mark.points(1)
def test_an_empty_tape_is_an_error_and_operations_stay():
    with raises(RuntimeError, "tape"):
        GradientTape().gradient()
    tape, _ = chain(*WEIGHTS)
    tape.gradient()
    if len(tape.operations) != 4:
        pytest.fail("gradient() must not take operations off the tape: walk over a copy of the list")
