"""compare, for what is right: functions, layers, losses, models; and what it leaves behind."""

from __future__ import annotations

import json

import numpy as np
import pytest

import beras
from beras.oracle import assert_matches_torch, compare
from beras.viz.style import save_figure

pytestmark = pytest.mark.torch
torch = pytest.importorskip("torch")
rng = np.random.default_rng(0)
X, W = rng.normal(size=(4, 3)), rng.normal(size=(3, 2))
IMAGES, LABELS = rng.normal(size=(6, 5)).astype("float32"), np.array([0, 2, 1, 1, 0, 2])


TABLE = beras.Variable(rng.normal(size=(3, 2)), name="table")


class Cube(beras.Diffable):
    elementwise = True

    def forward(self, inputs):
        self.inputs = inputs
        return inputs**3

    def input_gradients(self):
        return 3 * self.inputs**2


class Linear(beras.Diffable):
    def __init__(self, n_in, n_out):
        super().__init__()
        self.w = beras.Variable(np.linspace(-1, 1, n_in * n_out).reshape(n_in, n_out))
        self.b = beras.Variable(np.linspace(0, 1, n_out))

    def forward(self, inputs):
        self.inputs = inputs
        return inputs @ self.w + self.b

    def input_gradients(self):
        return self.w

    def weight_gradients(self):
        return [np.expand_dims(self.inputs, -1), np.ones_like(self.b)]


def classifier(**options):
    model = beras.Sequential([beras.Dense(4, "tanh", **options), beras.Dense(3, "softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


@beras.custom_gradient
def clipped(x):
    return np.tanh(x), lambda g: g * (1 - np.tanh(x) ** 2)


RIGHT = {
    "function": (lambda x, w: np.tanh(x @ w), X, W),
    "scalar": (lambda x, w: np.sum(np.exp(x) @ w), X, W),
    "several outputs": (lambda x: (np.sin(x), x * 2, np.argmax(x)), X),
    "list": (lambda pair: pair[0] @ pair[1], [X, W]),
    "dict": (lambda named: {"y": named["x"] @ named["w"]}, {"x": X, "w": W}),
    "integers beside": (lambda x, index: x[index], X, np.array([0, 0, 3])),
    "integers inside": (lambda at: at["x"][at["rows"][0]] ** at["power"], {"x": X, "rows": [np.arange(2)], "power": 2}),
    "tensors of torch": (lambda x, w: np.tanh(x @ w[0]), torch.tensor(X, requires_grad=True), [torch.tensor(W)]),
    "weights alone": (lambda: np.tanh(TABLE * 2),),
    "weights at integers": (lambda index: np.exp(TABLE[index]), np.array([0, 2, 2])),
    "layer": (beras.Dense(3, "gelu"), IMAGES),
    "sequence layer": (beras.Dense(3, "relu"), rng.normal(size=(2, 3, 4))),
    "loss": (beras.losses.Huber(), np.ones((4, 3)), X),
    "model": (classifier(), IMAGES),
    "own gradients": (Cube(), X),
    "own gradients with weights": (Linear(3, 2), X),
    "own gradients in a model": (beras.Sequential([Linear(5, 4), Cube(), beras.Dense(2)]), IMAGES),
    "custom gradient": (clipped, X),
    "custom gradient inside": (lambda x: clipped(x) * x, X),
    "gradient inside": (lambda x: beras.grad(lambda z: np.sum(np.sin(z) ** 2))(x) * x, X),
}


@pytest.mark.parametrize("name", RIGHT)
def test_what_is_right_agrees(name):
    report = compare(*RIGHT[name])
    assert report.ok, report
    assert report.operations > 0
    assert not report.diagnoses
    for row in report.rows:
        assert row.by("torch").relative <= 1e-9
        assert row.by("torch", "float32").ok
        if row.order:
            assert row.numerical.ok


@pytest.mark.parametrize("name", ["function", "layer", "model", "own gradients", "own gradients with weights"])
def test_second_derivatives(name):
    report = compare(*RIGHT[name], order=2)
    assert report.ok, report
    second = [row for row in report.rows if row.order == 2]
    assert len(second) == len([row for row in report.rows if row.order == 1])
    assert all(row.numerical.ok for row in second)


def test_a_compiled_models_loss_is_the_one_of_fit():
    model = classifier(kernel_regularizer="l2")
    report = compare(model, IMAGES, y=LABELS)
    assert report.ok, report
    logits = torch.tensor(model.logits(IMAGES))
    penalty = 0.01 * float((model.layers[0].kernel.numpy() ** 2).sum())
    expected = float(torch.nn.functional.cross_entropy(logits, torch.tensor(LABELS))) + penalty
    assert report["output"].by("torch").theirs == pytest.approx(expected, rel=1e-5)
    assert [row.name for row in report.rows if row.kind == "weight"] == [
        f"{layer.name}/{part}" for layer in model.layers for part in ("kernel", "bias")
    ]


@pytest.mark.parametrize("loss", ["mse", beras.losses.Huber(), lambda y_true, y_pred: np.mean(np.abs(y_true - y_pred))])
def test_a_loss_of_any_kind(loss):
    assert compare(beras.Dense(2), IMAGES, y=rng.normal(size=(6, 2)), loss=loss).ok


def test_dropout_draws_the_same_for_everybody():
    model = beras.Sequential([beras.Input((5,)), beras.Dense(4), beras.Dropout(0.5), beras.Dense(2)])
    beras.set_random_seed(3)
    assert compare(lambda x: model(x, training=True), IMAGES).ok
    after = beras.config.generator().random()
    beras.set_random_seed(3)
    model(IMAGES, training=True)
    assert beras.config.generator().random() == after


def test_the_loss_of_fit_drops_units_as_fit_does():
    model = beras.Sequential([beras.Flatten(), beras.Dropout(0.9, seed=0), beras.Dense(3, "softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    report = compare(model, IMAGES, y=LABELS)
    assert report.ok, report
    assert np.count_nonzero(report["inputs"].ours) < report["inputs"].ours.size / 2


def test_it_leaves_everything_as_a_call_would():
    model = classifier()
    model(IMAGES)
    weights, dtypes = model.get_weights(), [layer.dtype for layer in model.layers]
    versions = [w.version for w in model.weights]
    compare(model, IMAGES, y=LABELS, order=2)
    assert all(np.array_equal(a, b) and a.dtype == b.dtype for a, b in zip(weights, model.get_weights(), strict=True))
    assert dtypes == [layer.dtype for layer in model.layers]
    assert versions == [w.version for w in model.weights]
    assert beras.floatx() == "float32"
    assert model(IMAGES).dtype == np.float32
    layer = Cube()
    compare(layer, X)
    assert type(layer.inputs) is np.ndarray
    np.testing.assert_array_equal(layer.inputs, X)
    model.fit(IMAGES, LABELS, verbose=0)


def test_a_reference_implementation():
    good = compare(Linear(3, 2), X, reference=Linear(3, 2))
    assert good.ok
    assert good["w"].by("reference").ok
    other = compare(lambda x: x**2, X, reference=lambda x: x**2 + 0.001 * x**3)
    assert not other.ok
    assert other["x"].by("torch").ok
    assert not other["x"].by("reference").ok
    unlike = compare(beras.Dense(2), X, reference=beras.Sequential([beras.Dense(3), beras.Dense(2)]))
    assert any("other weights" in note for note in unlike.notes)


def test_an_operation_without_a_twin_is_named_and_differentiated_numerically():
    from beras.autodiff.registry import RULES, define

    @beras.primitive
    def fifth(x):
        return x**5

    define(fifth, lambda g, ans, x: g * 5 * x**4)
    try:
        report = compare(lambda x: np.sin(fifth(x)), X)
        assert [name.split(".")[-1] for name in report.without_twin] == ["fifth"]
        assert "fifth" in str(report)
        assert "beras.oracle.twin" in str(report)
        assert report["x"].by("torch").relative < 1e-6
        RULES.pop(fifth)
        define(fifth, lambda g, ans, x: g * 4 * x**4)
        assert not compare(lambda x: np.sin(fifth(x)), X).ok
        beras.oracle.twin(fifth, lambda x: x**5)
        assert compare(lambda x: np.sin(fifth(x)), X).without_twin == []
    finally:
        RULES.pop(fifth)


def test_a_forward_that_cannot_be_followed_is_differentiated_numerically():
    class Loop(beras.Diffable):
        elementwise = True
        factor = 2.0

        def forward(self, inputs):
            self.inputs = inputs
            out = np.zeros(inputs.shape)
            for place in np.ndindex(inputs.shape):
                out[place] = inputs[place] ** 2
            return out

        def input_gradients(self):
            return self.factor * self.inputs

    report = compare(Loop(), X)
    assert report.ok, report
    assert any("cannot be replayed" in note for note in report.notes)
    Loop.factor = 3.0
    assert not compare(Loop(), X).ok


def test_a_kink_is_told_from_a_fault():
    report = compare(lambda x: np.maximum(x, 0.0), np.array([-1.0, 0.0, 2.0]))
    assert report.ok
    stopped = compare(lambda x: x * beras.stop_gradient(x), X)
    assert stopped.ok
    assert any("stop_gradient" in note for note in stopped.notes)


def test_the_report_as_text_json_and_figure(tmp_path):
    report = compare(classifier(), IMAGES, y=LABELS)
    text = str(report)
    assert "✓ All" in text
    assert "torch" in text
    assert max(map(len, text.splitlines())) <= 120
    assert repr(report) == text
    assert json.loads(json.dumps(report.to_dict()))["ok"] is True
    save_figure(report.figure(), tmp_path / "report.png")
    assert (tmp_path / "report.png").stat().st_size > 1000
    with pytest.raises(KeyError, match="Did you mean 'dense"):
        report[f"{report.rows[-1].name}x"]


def test_long_names_are_shortened_and_no_number_is_cut_off():
    name = "the_projection_of_the_attention_of_the_first_encoder_block"
    model = beras.Sequential([beras.Dense(3, name=name), beras.Dense(2, name=f"{name}_that_goes_on_and_on_and_on")])
    report = compare(model, IMAGES, order=2)
    lines = str(report).splitlines()
    for row in report.rows:
        ours = f"{row.by('torch').ours:.6g}"
        assert any(f" {ours} " in line and f"{row.shape}" in line for line in lines), row.label
    assert any(line.startswith(" d2/d the_") and "k/kernel " in line for line in lines), report
    assert max(map(len, lines)) <= 120


def test_assert_matches_torch():
    assert_matches_torch(np.sin, X)
    with pytest.raises(AssertionError, match="rows differ"):
        assert_matches_torch(beras.custom_gradient(lambda x: (np.sin(x), lambda g: g * np.sin(x))), X)


BAD = [
    (lambda: compare(3, X), TypeError, "Received: int"),
    (lambda: compare(Cube, X), TypeError, "not a class"),
    (lambda: compare(np.sin), TypeError, "no inputs"),
    (lambda: compare(np.sin, np.arange(3)), TypeError, "astype"),
    (lambda: compare(np.argmax, X), TypeError, "floating-point"),
    (lambda: compare(lambda x: (x * i for i in range(3)), X), TypeError, "Received: generator"),
    (lambda: compare(lambda x: None, X), TypeError, "Received: NoneType"),
    (lambda: compare(np.sin, X, checks=-1), ValueError, "checks"),
    (lambda: compare(np.sin, X, reference=3), TypeError, "Received: int"),
    (lambda: compare(np.sin, X, reference=lambda x: np.sin(x)[:2]), ValueError, "reference must give outputs"),
    (lambda: compare(np.sin, X, reference=lambda x: (x, x)), ValueError, "reference must give outputs"),
    (lambda: compare(lambda x: np.add(x, 1, out=x), X), ValueError, "writes into its inputs"),
    (lambda: compare(np.sin, X, order=3), ValueError, "Received: 3"),
    (lambda: compare(beras.Dense(2), IMAGES, y=IMAGES), ValueError, "loss='mse'"),
    (lambda: compare(beras.Dense(2), IMAGES, loss="mse"), ValueError, "without y"),
    (lambda: compare(beras.Dense(2), IMAGES, y=IMAGES, loss="msee"), ValueError, "Did you mean 'mse'"),
    (lambda: compare(lambda x: x * np.random.default_rng().normal(), X), ValueError, "two results"),
]


@pytest.mark.parametrize(("call", "error", "message"), BAD)
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_inside_a_tape_it_refuses():
    with beras.GradientTape(), pytest.raises(RuntimeError, match="outside every tape"):
        compare(np.sin, X)
