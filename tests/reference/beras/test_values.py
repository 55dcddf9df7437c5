"""Every known value of the package: numbers worked out by hand or printed by the course."""

import numpy as np
import pytest


def test_callable_and_diffable():
    from Beras.core import Callable, Diffable, GradientTape

    class Twice(Diffable):
        def forward(self, x, offset=0):
            return 2 * x + offset

        def input_gradients(self):
            return np.full((), 2.0)

    assert issubclass(Diffable, Callable)
    assert Diffable.gradient_tape is None
    twice = Twice()
    assert twice.trainable
    assert twice(3, offset=1) == 7
    assert twice.weight_gradients() == ()
    assert twice.compose_to_weight(np.ones((2, 3))) == []
    with GradientTape() as tape:
        assert Diffable.gradient_tape is tape
        assert twice(3) == 6
    assert tape.operations == [twice]
    assert Diffable.gradient_tape is None


def test_a_tape_ends_with_an_exception_and_refuses_another():
    from Beras.core import Diffable, GradientTape

    with pytest.raises(ZeroDivisionError), GradientTape():
        _ = 1 / 0
    assert Diffable.gradient_tape is None
    with GradientTape(), pytest.raises(RuntimeError, match="records already"):
        GradientTape().__enter__()
    assert Diffable.gradient_tape is None


def test_composing_in_both_forms_of_a_local_jacobian():
    from Beras.core import Diffable

    class Given(Diffable):
        def forward(self):
            raise AssertionError("not called")

        def input_gradients(self):
            return self.local

    rng, layer = np.random.default_rng(0), Given()
    for batch, n_in, n_out in ((5, 4, 3), (3, 3, 3), (1, 2, 6)):
        J = rng.normal(size=(batch, n_out))
        for shape in ((n_in, n_out), (batch, n_in, n_out)):
            layer.local = rng.normal(size=shape)
            by_hand = [(layer.local[b] if layer.local.ndim == 3 else layer.local) @ J[b] for b in range(batch)]
            composed = layer.compose_to_input(J)
            assert composed.shape == (batch, n_in)
            np.testing.assert_allclose(composed, by_hand, rtol=1e-12)


def test_composing_to_weights_is_a_mean_of_products():
    from Beras import Dense, Diffable

    rng = np.random.default_rng(1)
    for batch, n_in, n_out in ((5, 4, 3), (3, 3, 3), (4, 1, 1)):
        layer, J = Dense(n_in, n_out, seed=0), rng.normal(size=(batch, n_out))
        layer(rng.normal(size=(batch, n_in)))
        wg, bg = layer.weight_gradients()
        assert (wg.shape, bg.shape) == ((batch, n_in, n_out), (n_out,))
        by_hand = [np.mean([wg[b] * J[b] for b in range(batch)], 0), np.mean([bg * J[b] for b in range(batch)], 0)]
        for composed in (Diffable.compose_to_weight(layer, J), layer.compose_to_weight(J)):
            assert isinstance(composed, list)
            for ours, right in zip(composed, by_hand, strict=True):
                np.testing.assert_allclose(ours, right, rtol=1e-12, atol=1e-15)


def test_dense():
    from Beras import Dense

    layer = Dense(4, 3, "normal")
    assert layer.weights[0] is layer.w
    assert layer.weights[1] is layer.b
    x = np.array([[1.0, 2, 3, 4], [0, 0, 0, 1]])
    np.testing.assert_allclose(layer(x), x @ layer.w + layer.b, rtol=1e-6)
    np.testing.assert_array_equal(layer.input_gradients(), layer.w)
    wg, bg = layer.weight_gradients()
    np.testing.assert_array_equal(wg, np.stack([np.outer(row, np.ones(3)) for row in x]))
    np.testing.assert_array_equal(bg, np.ones(3))


@pytest.mark.parametrize(
    ("initializer", "deviation"),
    [("zero", 0), ("Normal", 1), ("XAVIER", np.sqrt(2 / 700)), ("kaiming", np.sqrt(2 / 400)), (None, np.sqrt(2 / 400))],
)
def test_initializers(initializer, deviation):
    from Beras import Dense

    layer = Dense(400, 300, *([initializer] if initializer else []), seed=1)
    assert layer.w.dtype == layer.b.dtype == np.float32
    assert not layer.b.any()
    assert layer.w.std() == pytest.approx(deviation, rel=0.01)
    assert abs(layer.w.mean()) <= 4 * deviation / np.sqrt(layer.w.size)


def test_an_unknown_initializer_is_quoted():
    from Beras import Dense

    with pytest.raises(ValueError, match=r"'uniform'.*zero, normal, xavier, kaiming"):
        Dense(4, 3, "uniform")


def test_leaky_relu_and_relu():
    from Beras import LeakyReLU, ReLU

    x = np.array([[-2.0, 0.0, 3.0]])
    for layer, alpha in ((LeakyReLU(), 0.3), (LeakyReLU(alpha=0.1), 0.1), (ReLU(), 0)):
        np.testing.assert_allclose(layer(x), [[-2 * alpha, 0, 3]])
        np.testing.assert_allclose(layer.input_gradients(), [[alpha, 0, 1]])
        np.testing.assert_allclose(layer.compose_to_input(np.array([[5.0, 5, 5]])), [[5 * alpha, 0, 5]])


def test_softmax():
    from Beras import Softmax

    layer = Softmax()
    probs = layer(np.arange(-8, 8).reshape(4, 4))
    np.testing.assert_allclose(probs, [[0.0320586, 0.08714432, 0.23688282, 0.64391426]] * 4, atol=5e-9)
    jacobians = layer.input_gradients()
    assert jacobians.shape == (4, 4, 4)
    diagonal = [0.03103085, 0.07955019, 0.18076935, 0.22928869]
    np.testing.assert_allclose(np.diagonal(jacobians, axis1=1, axis2=2), [diagonal] * 4, atol=5e-9)
    with np.errstate(all="raise", under="ignore"):
        np.testing.assert_array_equal(layer(np.array([[1e4, -1e4], [-1e4, -1e4]])), [[1, 0], [0.5, 0.5]])


def test_the_smallest_network():
    from Beras import Dense, GradientTape, MeanSquaredError

    dense, loss_fn = Dense(4, 1, "zero"), MeanSquaredError()
    with GradientTape() as tape:
        loss = loss_fn(dense(np.array([[1.0, 2, 3, 4]])), np.array([[1.0]]))
    assert loss == 1
    dw, db = tape.gradient()
    np.testing.assert_array_equal(dw, [[-2], [-4], [-6], [-8]])
    np.testing.assert_array_equal(db, [-2])
    dense.trainable = False
    assert tape.gradient() == []


def test_mean_squared_error_leaves_a_division_out():
    from Beras import MeanSquaredError

    rng = np.random.default_rng(2)
    p, y = rng.normal(size=(5, 4)), rng.normal(size=(5, 4))
    loss_fn = MeanSquaredError()
    assert loss_fn(p, y) == pytest.approx(np.square(p - y).sum() / 20)
    np.testing.assert_array_equal(loss_fn.input_gradients(), 2 * (p - y))
    assert "learning rate" in MeanSquaredError.input_gradients.__doc__


def test_crossentropy_as_the_notebook_has_it():
    from Beras import CategoricalCrossentropy

    loss_fn, ones, zeros = CategoricalCrossentropy(), np.ones((3, 3)), np.zeros((3, 3))
    assert loss_fn(ones, zeros) == pytest.approx(13.815510557964274, rel=1e-12)
    assert loss_fn(zeros, ones) == pytest.approx(13.815510557964274, rel=1e-12)
    np.testing.assert_allclose(loss_fn.input_gradients(), np.full((3, 3), -333333.33333333), rtol=1e-12)
    assert loss_fn(ones, ones) == pytest.approx(1.000000500029089e-06, rel=1e-9)
    np.testing.assert_array_equal(loss_fn.input_gradients(), zeros)
    assert loss_fn(ones * 0.5, ones) == pytest.approx(0.6931471805599453, rel=1e-12)
    np.testing.assert_allclose(loss_fn.compose_to_input(np.eye(3)), np.full((3, 3), -2 / 3), rtol=1e-12)
    assert loss_fn.weight_gradients() == ()


def test_one_hot():
    from Beras import OneHotEncoder

    encoder = OneHotEncoder()
    with pytest.raises(RuntimeError, match="fit or forward before inverse"):
        encoder.inverse(np.eye(2))
    labels = np.array([5, 0, 4, 1, 9, 2, 1, 3, 1, 4], np.uint8)
    encoder.fit(np.arange(10))
    np.testing.assert_array_equal(encoder(labels), np.eye(10)[labels])
    np.testing.assert_array_equal(encoder.inverse(encoder(labels)), labels)
    with pytest.raises(ValueError, match="11"):
        encoder(np.array([3, 11]))
    lazy = OneHotEncoder()
    np.testing.assert_array_equal(lazy(np.array(["b", "a"])), [[0, 1], [1, 0]])


def after_two_steps(optimizer):
    w, g, places = np.array([-1.0, 1.0]), np.array([0.5, -0.5]), []
    for _ in range(2):
        optimizer.apply_gradients([w], [g])
        places.append(w.copy())
    return places


@pytest.mark.parametrize(
    ("make", "first", "second"),
    [
        (lambda beras: beras.BasicOptimizer(0.05), 1.025, 1.05),
        (lambda beras: beras.RMSProp(0.05, beta=0.8, epsilon=1e-7), 1.11180335, 1.19513665),
        (lambda beras: beras.Adam(0.05, 0.8, 0.888, 1e-6), 1.0499999, 1.0999998),
    ],
)
def test_optimizers(make, first, second):
    import Beras

    np.testing.assert_allclose(after_two_steps(make(Beras)), np.outer([first, second], [-1, 1]), atol=5e-9)


def test_adams_running_means():
    import Beras

    optimizer, w, g = Beras.Adam(0.05, 0.8, 0.888, 1e-6), np.array([-1.0, 1.0]), np.array([0.5, -0.5])
    for m, v in ((0.1, 0.028), (0.18, 0.052864)):
        optimizer.apply_gradients([w], [g])
        np.testing.assert_allclose(optimizer.m[0], [m, -m], rtol=1e-12)
        np.testing.assert_allclose(optimizer.v[0], [v, v], rtol=1e-12)


def test_defaults_are_those_of_the_course():
    import inspect

    import Beras

    defaults = {
        kind: {name: p.default for name, p in inspect.signature(kind).parameters.items() if p.default is not p.empty}
        for kind in (Beras.RMSProp, Beras.Adam, Beras.LeakyReLU)
    }
    assert defaults[Beras.RMSProp] == {"beta": 0.9, "epsilon": 1e-6}
    assert defaults[Beras.Adam] == {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7, "amsgrad": False}
    assert defaults[Beras.LeakyReLU] == {"alpha": 0.3}


def test_model_history_and_bad_calls():
    import Beras
    from assignment import SequentialModel

    x, y = np.eye(4, dtype=np.float32), np.eye(4, dtype=np.float32)
    model = SequentialModel([Beras.Dense(4, 4, seed=0), Beras.Softmax()])
    with pytest.raises(RuntimeError, match="compile"):
        model.fit(x, y, 1, 2)
    model.compile(Beras.Adam(0.1), Beras.CategoricalCrossentropy(), Beras.CategoricalAccuracy())
    history = model.fit(x, y, 30, 3, verbose=False)
    assert {name: len(values) for name, values in history.items()} == {"loss": 30, "acc": 30}
    assert model.evaluate(x, y, 3)["acc"] == 1
    with pytest.raises(ValueError, match="4 and 3 rows"):
        model.fit(x, y[:3], 1, 2)
    with pytest.raises(ValueError, match=r"at least 1\. Received: 0"):
        model.evaluate(x, y, 0)


def test_importing_trains_nothing_and_needs_numpy_only():
    import subprocess
    import sys
    from pathlib import Path

    import assignment

    folder = Path(assignment.__file__).parent
    code = (
        f"import sys; sys.path.insert(0, {str(folder)!r}); import assignment, preprocess, visualize, Beras; "
        "print(sorted({'matplotlib', 'torch', 'beras'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-B", "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout == "[]\n"
