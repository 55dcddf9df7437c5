"""Sequential by itself: building, user-written modules, data of all kinds, errors, repeatability."""

from __future__ import annotations

import numpy as np
import pytest

import beras

RNG = np.random.default_rng(0)
X = RNG.normal(size=(96, 4)).astype(np.float32)
LABELS = (X[:, 0] > X[:, 1]).astype(np.int64) + (X[:, 2] > 1)


class OnlyForward(beras.Diffable):
    """The tape follows its NumPy."""

    def forward(self, inputs):
        return np.sin(inputs)


class OwnInputGradients(OnlyForward):
    """The local Jacobian is written by hand."""

    elementwise = True

    def forward(self, inputs):
        self.inputs = inputs
        return np.sin(inputs)

    def input_gradients(self):
        return np.cos(self.inputs)


class OwnComposition(OwnInputGradients):
    """So is its composition."""

    elementwise = None

    def compose_to_input(self, J):
        return np.cos(self.inputs) * J


class CourseDense(beras.Diffable):
    """A dense layer as a student of the course writes it."""

    def __init__(self, n_in, n_out):
        super().__init__()
        rng = np.random.default_rng(1)
        self.w = beras.Variable(rng.normal(size=(n_in, n_out)) * 0.5, dtype="float32")
        self.b = beras.Variable(np.zeros(n_out), dtype="float32")
        self.weights = [self.w, self.b]

    def forward(self, inputs):
        self.inputs = inputs
        return inputs @ self.w + self.b

    def input_gradients(self):
        return self.w

    def weight_gradients(self):
        factor = np.broadcast_to(self.inputs[:, :, None], (*self.inputs.shape, self.w.shape[1]))
        return factor, np.ones_like(self.b.value)


def trained_loss(layers, epochs=15):
    model = beras.SequentialModel(layers)
    model.compile(beras.optimizers.Adam(0.02), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, model.fit(X, LABELS, batch_size=16, epochs=epochs, verbose=0, shuffle=False).history["loss"]


@pytest.mark.parametrize("activation", [OnlyForward, OwnInputGradients, OwnComposition])
def test_a_user_written_diffable_trains_like_numpy(activation):
    def layers(middle):
        beras.set_random_seed(0)
        return [beras.Dense(8), middle, beras.Dense(3, "softmax")]

    _, expected = trained_loss(layers(beras.Activation(lambda x: np.sin(x))))
    _, found = trained_loss(layers(activation()))
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    assert found[-1] < found[0] / 2


def test_the_courses_dense_trains_like_ours():
    beras.set_random_seed(0)
    model, found = trained_loss([CourseDense(4, 8), OwnInputGradients(), CourseDense(8, 3), beras.Softmax()])
    beras.set_random_seed(0)
    ours = [beras.Dense(8), OwnInputGradients(), beras.Dense(3), beras.Softmax()]
    for layer, (n_in, n_out) in ((ours[0], (4, 8)), (ours[2], (8, 3))):
        layer.build_for((None, n_in))
        layer.set_weights(CourseDense(n_in, n_out).get_weights())
    _, expected = trained_loss(ours)
    np.testing.assert_allclose(found, expected, rtol=1e-4)
    assert len(model.trainable_weights) == 4
    assert all(w.dtype == np.float32 for w in model.weights)


def test_a_frozen_layer_does_not_move():
    model = beras.Sequential([beras.Dense(8, "relu"), beras.Dense(3, "softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    model.build_for((None, 4))
    model.layers[0].trainable = False
    before = model.layers[0].get_weights()
    model.fit(X, LABELS, verbose=0)
    for old, new in zip(before, model.layers[0].get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    assert len(model.trainable_weights) == 2
    assert len(model.non_trainable_weights) == 2


def test_deferred_and_immediate_building():
    deferred = beras.Sequential([beras.Dense(3), beras.Dense(2)])
    assert not deferred.built
    assert deferred.weights == []
    deferred(X)
    assert deferred.built
    assert [w.shape for w in deferred.weights] == [(4, 3), (3,), (3, 2), (2,)]
    at_once = beras.Sequential([beras.Input((4,)), beras.Dense(3)])
    at_once.add(beras.Dense(2))
    assert [w.shape for w in at_once.weights] == [(4, 3), (3,), (3, 2), (2,)]
    at_once.pop()
    assert at_once.compute_output_shape((None, 4)) == (None, 3)
    hinted = beras.Sequential([beras.Dense(3, input_shape=(4,))])
    assert hinted.count_params() == 15


def test_bytes_are_scaled_a_batch_at_a_time():
    images = RNG.integers(0, 256, (40, 3, 3), dtype=np.uint8)
    model = beras.Sequential([beras.Rescaling(1 / 255), beras.Flatten(), beras.Dense(2, "softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(images, np.arange(40) % 2, batch_size=8, verbose=0)
    np.testing.assert_allclose(model.predict(images, verbose=0).sum(1), 1, rtol=1e-5)


def test_the_same_seed_gives_the_same_bits():
    def run():
        beras.set_random_seed(3)
        model = beras.Sequential([beras.Dense(8, "relu"), beras.Dropout(0.3), beras.Dense(3, "softmax")])
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        history = model.fit(X, LABELS, epochs=3, verbose=0).history
        return history, model.get_weights()

    (first_history, first), (second_history, second) = run(), run()
    assert first_history == second_history
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a, b)


def test_float32_stays_float32(monkeypatch):
    seen = set()
    from beras.autodiff import tape as tape_module

    add = tape_module.GradientTape.add

    def watched(self, record, keys, variables):
        seen.add((record.name, np.asarray(record.ans).dtype if not isinstance(record.ans, tuple) else None))
        return add(self, record, keys, variables)

    monkeypatch.setattr(tape_module.GradientTape, "add", watched)
    for loss, y in (("sparse_categorical_crossentropy", LABELS), ("mse", np.eye(3)[LABELS])):
        model = beras.Sequential([beras.Dense(8, "gelu"), beras.Dropout(0.1), beras.Dense(3, "softmax")])
        model.compile("adam", loss, metrics=["accuracy"])
        model.fit(X, y, verbose=0)
        assert {w.dtype for w in model.weights} == {np.dtype(np.float32)}
    assert {str(dtype) for _, dtype in seen} == {"float32"}, seen


def test_a_logit_gap_of_any_size_trains():
    model = beras.Sequential([beras.Dense(3, "softmax", kernel_initializer="ones")])
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    kernel = np.zeros((4, 3))
    kernel[:, 0] = 100
    model.build_for((None, 4))
    model.layers[0].kernel = kernel
    big = np.full((8, 4), 10.0)
    assert model.evaluate(big, np.ones(8, int), verbose=0)[0] == pytest.approx(4000)
    model.train_on_batch(big, np.ones(8, int))
    assert np.all(np.isfinite(model.layers[0].kernel.value))


def compiled():
    model = beras.Sequential([beras.Dense(3, "softmax", name="out")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def nan_at(place):
    x = X.copy()
    x[place] = np.nan
    return x


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda m: m.fit(X, LABELS[:-1]), ValueError, "as many samples. Received: 96 and 95"),
        (lambda m: m.fit(nan_at((2, 1)), LABELS), ValueError, r"x holds 1 values that are not finite.*x\[2, 1\]"),
        (lambda m: m.fit(X[:0], LABELS[:0]), ValueError, "at least one sample"),
        (lambda m: m.fit(X, LABELS, batch_size=0), ValueError, "batch_size must be a positive integer"),
        (lambda m: m.fit(X, LABELS, epochs=0), ValueError, "epochs must be a positive integer"),
        (lambda m: m.fit(X, LABELS, validation_split=1.5), ValueError, "between 0 and 1"),
        (lambda m: m.fit([[1, 2], [3]], [1, 2]), ValueError, "different lengths"),
        (lambda m: m.fit(np.array([["a"]] * 3), [0, 1, 2]), TypeError, "array of real numbers.*OneHotEncoder"),
        (lambda m: m.fit((row for row in X), LABELS), TypeError, "must be an array. Received: generator"),
        (lambda m: m.fit(X, LABELS + 7), ValueError, "class number 8.*has 3 classes"),
        (lambda m: m.fit(X, LABELS, class_weight=[1.0, 2.0]), TypeError, "class_weight maps class numbers"),
        (lambda m: m.compile("adm", "mse"), ValueError, "Did you mean 'adam'"),
        (lambda m: m.compile("adam", "categorical_crossentrpy"), ValueError, "Did you mean 'categorical_crossentropy'"),
        (lambda m: m.compile("adam", "mse", metrics=["acuracy"]), ValueError, "Did you mean 'accuracy'"),
        (lambda m: m.compile("adam", "mse", ["accuracy"]), ValueError, r"third argument.*metrics=\[...\]"),
        (lambda m: m.compile("adam", "mse", metric=["accuracy"]), TypeError, "Did you mean 'metrics'"),
        (lambda m: m.add(beras.Dense), TypeError, r"Write Dense\(...\)"),
        (lambda m: m.add(np.tanh), TypeError, "Activation"),
        (lambda m: m.add(beras.OneHotEncoder()), TypeError, "derive it from beras.Diffable"),
        (lambda m: m.add(beras.Input((3,))), ValueError, "Input comes first"),
        (lambda m: m.add(beras.Dense(3, name="out")), ValueError, "Two layers are named 'out'"),
        (lambda m: m.get_layer("outt"), ValueError, "Did you mean 'out'"),
        (lambda m: m.set_weights([np.ones(3)]), ValueError, "not built yet"),
    ],
)
def test_bad_input_says_what_to_do(call, error, message):
    with pytest.raises(error, match=message):
        call(compiled())


def test_before_compile_there_is_a_hint():
    model = beras.Sequential([beras.Dense(3)])
    with pytest.raises(RuntimeError, match=r"model.compile\('adam'"):
        model.fit(X, LABELS)
    with pytest.raises(RuntimeError, match=r"model.compile\('adam'"):
        model.evaluate(X, LABELS)


def test_bad_weights_change_nothing():
    model = compiled()
    model.build_for((None, 4))
    before = model.get_weights()
    with pytest.raises(ValueError, match=r"Weight 'bias' of .* has shape \(3,\). Received: \(4,\)"):
        model.set_weights([np.zeros((4, 3)), np.zeros(4)])
    np.testing.assert_array_equal(model.get_weights()[0], before[0])


def test_an_interrupt_leaves_a_usable_model_and_history():
    class Interrupt(beras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if batch == 2 and self.epoch == 1:
                raise KeyboardInterrupt

        def on_epoch_begin(self, epoch, logs=None):
            self.epoch = epoch

    model = compiled()
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, LABELS, batch_size=16, epochs=5, verbose=0, callbacks=[Interrupt()])
    assert model.history.epoch == [0]
    assert len(model.history.history["loss"]) == 1
    model.fit(X, LABELS, verbose=0)


def test_predict_gives_arrays_and_takes_a_last_short_batch():
    model = compiled()
    out = model.predict(X[:37], batch_size=16, verbose=0)
    assert type(out) is np.ndarray
    assert out.shape == (37, 3)
    assert type(model(X)) is np.ndarray
    np.testing.assert_allclose(out, model(X[:37]), rtol=1e-6)


def test_a_subclassed_model_with_branches_trains():
    class Branches(beras.Model):
        def __init__(self):
            super().__init__()
            self.left, self.right = beras.Dense(4, "tanh"), beras.Dense(4, "relu")
            self.out = beras.Dense(3, "softmax")

        def call(self, inputs):
            return self.out(np.concatenate([self.left(inputs), self.right(inputs) * 0.5], axis=-1))

    model = Branches()
    model.compile(beras.optimizers.Adam(0.02), "sparse_categorical_crossentropy", metrics=["accuracy"])
    loss = model.fit(X, LABELS, batch_size=16, epochs=15, verbose=0).history["loss"]
    assert loss[-1] < loss[0] / 1.5
    assert len(model.weights) == 6


def test_one_layer_used_twice_gets_both_gradients():
    shared = beras.Dense(4, "tanh", dtype="float64")
    x = X.astype(np.float64)
    shared(x)
    with beras.GradientTape() as tape:
        loss = np.sum(shared(shared(x)) ** 2)
    dkernel, dbias = tape.gradient(loss, shared.trainable_weights)

    def by_hand(kernel, bias):
        h = np.tanh(x @ kernel + bias)
        return np.sum(np.tanh(h @ kernel + bias) ** 2)

    kernel, bias = (w.numpy() for w in shared.weights)
    for found, number in ((dkernel, 0), (dbias, 1)):
        arrays = [kernel, bias]

        def of_one(value, number=number, arrays=arrays):
            return by_hand(*[value if i == number else a for i, a in enumerate(arrays)])

        np.testing.assert_allclose(found, beras.numerical_gradient(of_one, arrays[number]), rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize(
    "end",
    [
        lambda: [beras.Dense(3, "softmax")],
        lambda: [beras.Dense(3, activation=beras.activations.softmax)],
        lambda: [beras.Dense(3), beras.Softmax()],
        lambda: [beras.Dense(3), beras.Activation("softmax")],
        lambda: [beras.Sequential([beras.Dense(3), beras.Softmax()])],
    ],
)
@pytest.mark.parametrize(
    ("loss", "y"),
    [
        ("sparse_categorical_crossentropy", np.array([1, 2])),
        ("categorical_crossentropy", np.eye(3)[[1, 2]]),
        (beras.losses.CategoricalCrossentropy(label_smoothing=0.0), np.eye(3)[[1, 2]]),
    ],
)
def test_softmax_and_cross_entropy_are_fused_however_they_are_spelled(end, loss, y):
    model = beras.Sequential([beras.Flatten(), *end()])
    model.compile("sgd", loss)
    model.build_for((None, 4))
    kernel = np.zeros((4, 3))
    kernel[:, 0] = 100
    model.set_weights([kernel, np.zeros(3)])
    big = np.full((2, 4), 10.0)
    assert model.evaluate(big, y, verbose=0) == pytest.approx(4000)
    assert model.train_on_batch(big, y) == pytest.approx(4000)
    assert np.all(np.isfinite(model.get_weights()[0]))
    np.testing.assert_allclose(model.predict(big, verbose=0), [[1, 0, 0]] * 2, atol=1e-7)


def test_sigmoid_and_binary_cross_entropy_are_fused_too():
    model = beras.Sequential([beras.Dense(1, "sigmoid", kernel_initializer="ones")])
    model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
    assert model.evaluate(np.full((2, 4), 100.0), np.zeros((2, 1)), verbose=0) == pytest.approx([400, 0])


def test_a_subclassed_model_of_which_a_part_is_built_trains_all_parts():
    class Net(beras.Model):
        def __init__(self):
            super().__init__()
            self.first, self.last = beras.Dense(4, "tanh"), beras.Dense(3, "softmax")
            self.first.build((None, 4))

        def call(self, inputs):
            return self.last(self.first(inputs))

    drawn = []

    class Watch(beras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            drawn.extend(self.model.get_weights())

    model = Net()
    model.compile("sgd", "sparse_categorical_crossentropy")
    model.fit(X, LABELS, verbose=0, callbacks=[Watch()])
    assert len(drawn) == 4
    for before, after in zip(drawn, model.get_weights(), strict=True):
        assert not np.array_equal(before, after)


def test_call_may_take_more_than_one_argument():
    class Cell(beras.Model):
        def __init__(self):
            super().__init__()
            self.dense = beras.Dense(2)

        def call(self, inputs, state):
            return np.tanh(self.dense(inputs) + state)

    cell = Cell()
    assert cell(X[:5], np.zeros((5, 2), np.float32)).shape == (5, 2)
    assert cell.input_shape == (None, 4)


def test_the_courses_batch_step_gives_the_metrics_of_its_batch():
    model = beras.SequentialModel([beras.Dense(3, "softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.build((None, 4))
    before = model.get_weights()
    scores = X[:8] @ before[0] + before[1]
    shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
    p = shifted / shifted.sum(axis=1, keepdims=True)
    loss = -np.mean(np.log(p[np.arange(8), LABELS[:8]]))
    expected = {"accuracy": np.mean(p.argmax(axis=1) == LABELS[:8]), "loss": loss}
    assert model.batch_step(X[:8], LABELS[:8], training=False) == pytest.approx(expected, rel=1e-5)
    np.testing.assert_array_equal(model.get_weights()[0], before[0])
    assert int(model.optimizer.iterations) == 0
    model.batch_step(X[8:16], LABELS[8:16], training=False)
    assert model.batch_step(X[:8], LABELS[:8]) == pytest.approx(expected, rel=1e-5)
    step = 0.01 / 8 * X[:8].T @ (p - np.eye(3)[LABELS[:8]])
    np.testing.assert_allclose(model.get_weights()[0], before[0] - step, rtol=1e-5)


def test_a_layer_may_stand_twice_and_two_of_one_name_may_not():
    shared = beras.Dense(4, name="shared")
    assert beras.Sequential([shared, shared]).layers == [shared, shared]
    with pytest.raises(ValueError, match="Two layers are named 'shared'"):
        beras.Sequential([shared, beras.Dense(4, name="shared")])


def test_a_layer_that_was_frozen_stays_so_in_a_model():
    model = beras.Sequential([beras.Input((4,)), beras.Dense(3, trainable=False), beras.Dense(2)])
    for made in (model, beras.Sequential.from_config(model.get_config())):
        assert [layer.trainable for layer in made.layers] == [False, True]
        assert len(made.trainable_weights) == 2
    assert not beras.Sequential([beras.Input((4,)), beras.Dense(3)], trainable=False).trainable_weights


def test_the_regularizer_of_a_last_softmax_counts_and_uses_this_batch():
    def evaluated(**options):
        layer = beras.Dense(2, "softmax", kernel_initializer="ones", **options)
        model = beras.Sequential([beras.Input((4,)), layer])
        model.compile("sgd", "sparse_categorical_crossentropy")
        model.predict(np.ones((7, 4)), verbose=0)
        return model.evaluate(X[:8], LABELS[:8] % 2, verbose=0)

    # Equal scores give probabilities of a half: 0.01 * 2 * 0.5**2 for each sample.
    assert evaluated(activity_regularizer="l2") == pytest.approx(evaluated() + 0.005, rel=1e-6)
