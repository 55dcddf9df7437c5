"""`beras compare`: what it compares, what it says, and how it ends."""

from __future__ import annotations

import json
import sys

import pytest

MODULE = '''
import numpy as np
import beras


class Averaged(beras.Diffable):
    """A linear layer whose weight gradient is divided by the batch."""

    def __init__(self):
        super().__init__()
        self.w = beras.Variable(np.linspace(-1.0, 1.0, 12).reshape(4, 3))

    def forward(self, inputs):
        self.inputs = inputs
        return inputs @ self.w

    def input_gradients(self):
        return self.w.value

    def weight_gradients(self):
        return [np.broadcast_to(self.inputs[..., None], (*self.inputs.shape, 3)) / len(self.inputs)]


class Needing(beras.Diffable):
    def __init__(self, factor):
        super().__init__()


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / np.sum(e, -1, keepdims=True)


def affine(x, w, b=0.0):
    return x @ w + b


def case():
    print("made by case")
    return Averaged(), np.random.default_rng(1).normal(size=(5, 4))


def right_case():
    return np.tanh, np.array([0.5, 1.0])


def only_target():
    return softmax


def no_case():
    return 3


def raising(x):
    raise RuntimeError("not today")


def leaving():
    raise SystemExit(0)


def root(x):
    return np.sqrt(x)


layer = beras.Dense(3, "tanh")
model = beras.Sequential([beras.Input((4,)), beras.Dense(3, "softmax")])
loss = beras.losses.MeanSquaredError()
number = 3
'''


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A folder of its own with the modules ``own_layers``, ``own_broken`` and ``own_leaving``, and a package."""
    (tmp_path / "own_layers.py").write_text(MODULE, encoding="utf-8")
    (tmp_path / "own_broken.py").write_text("def f(x:\n", encoding="utf-8")
    (tmp_path / "own_leaving.py").write_text("raise SystemExit(0)\n", encoding="utf-8")
    (tmp_path / "own_course").mkdir()
    (tmp_path / "own_course" / "__init__.py").write_text("", encoding="utf-8")
    (tmp_path / "own_course" / "blocks.py").write_text("import numpy as np\ndef f(x): return x * x\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        if name.startswith("own_"):
            del sys.modules[name]


@pytest.fixture
def without_torch(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)


torch = pytest.mark.torch


# Exit 1, with the mistake by name


@torch
@pytest.mark.parametrize("target", [["own_layers:Averaged", "--shape", "5,4"], ["own_layers:case"]])
def test_a_wrong_layer_is_named_with_its_mistake(beras_command, own, target):
    pytest.importorskip("torch")
    result = beras_command("compare", *target)
    assert result.exit_code == 1
    assert "1/5 of the right one" in result.stdout
    assert "averaged over the batch (5)" in result.stdout
    assert result.stderr == ""


@torch
def test_json_is_one_document_and_nothing_else(beras_command, own):
    pytest.importorskip("torch")
    result = beras_command("compare", "own_layers:case", "--json")
    assert result.exit_code == 1
    found = json.loads(result.stdout)
    assert (found["ok"], found["torch"]) == (False, True)
    (report,) = found["reports"]
    assert report["about"] == "own_layers:case"
    wrong = [row for row in report["rows"] if not row["ok"]]
    assert [(row["name"], row["what"]) for row in wrong] == [("w", "gradient")]
    assert "averaged over the batch (5)" in wrong[0]["diagnosis"]["fix"]
    assert "made by case" in result.stderr


def test_without_torch_a_wrong_layer_is_wrong_too(beras_command, own, without_torch):
    result = beras_command("compare", "own_layers:case")
    assert result.exit_code == 1
    assert "PyTorch is not installed" in result.stdout
    assert "d/d w is wrong" in result.stdout
    assert result.stdout.count("own_layers:case") == 1


# Exit 0


@torch
@pytest.mark.parametrize(
    "target",
    [
        ["own_layers:softmax", "--shape", "4,10"],
        ["own_layers:only_target", "--shape", "(4, 10)"],
        ["own_layers:affine", "--shape", "3,4", "--shape", "4,2"],
        ["own_layers:affine", "--shape", "3,4", "--shape", "4,2", "--shape", ""],
        ["own_layers:right_case", "--order", "2"],
        ["own_layers:layer", "--shape", "2,4"],
        ["own_layers:model", "--batch", "4"],
        ["own_layers:loss", "--shape", "3,2", "--shape", "3,2"],
        ["own_layers:np.tanh", "--shape", "3"],
        ["own_course.blocks:f", "--shape", "3"],
    ],
    ids=" ".join,
)
def test_what_is_right_exits_with_0(beras_command, own, target):
    pytest.importorskip("torch")
    result = beras_command("compare", *target)
    assert (result.exit_code, result.stderr) == (0, "")
    assert f"{target[0]}\n" in result.stdout
    assert "rows agree" in result.stdout
    assert ("d2/d x" in result.stdout) is ("--order" in target)


def test_the_seed_decides_the_inputs(beras_command, own):
    def values(seed):
        found = json.loads(
            beras_command("compare", "own_layers:softmax", "--shape", "2,3", "--seed", seed, "--json").stdout
        )
        return [a["ours"] for row in found["reports"][0]["rows"] for a in row["agreements"]]

    assert values(1) == values(1) != values(2)


def test_outputs_that_are_not_finite_are_said_to_show_little(beras_command, own):
    result = beras_command("compare", "own_layers:root", "--shape", "20")
    assert "not all finite" in result.stdout
    assert result.stderr == ""


def test_a_model_knows_its_shape_and_batch_says_how_many(beras_command, own):
    result = beras_command("compare", "own_layers:model", "--batch", "7", "--json")
    assert json.loads(result.stdout)["reports"][0]["rows"][0]["shape"] == [7, 3]


# A run


@torch
def test_a_run_is_compared_on_its_data_with_its_loss(beras_command, digits_run):
    pytest.importorskip("torch")
    result = beras_command("compare", digits_run, "--batch", 8, "--json")
    assert result.exit_code == 0
    (report,) = json.loads(result.stdout)["reports"]
    assert report["about"].endswith("on 8 images of digits")
    shapes = {row["name"]: row["shape"] for row in report["rows"]}
    assert shapes["output"] == []
    assert shapes["inputs"] == [8, 8, 8]
    assert shapes["hidden_1/kernel"] == [64, 128]


def test_without_torch_frozen_values_of_the_runs_layers_decide_too(beras_command, digits_run, without_torch):
    result = beras_command("compare", digits_run, "--batch", 4, "--json")
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert found["torch"] is False
    assert [report["about"] for report in found["reports"]][1:] == ["Without PyTorch"]
    names = [row["name"] for row in found["reports"][1]["rows"]]
    assert {"Rescaling", "Flatten", "Dense", "relu", "softmax", "SparseCategoricalCrossentropy"} <= set(names)


def test_without_torch_a_wrong_frozen_row_is_exit_1(beras_command, digits_run, without_torch, monkeypatch):
    from beras.activations import relu
    from beras.autodiff.registry import RULES

    monkeypatch.setattr(RULES[relu], "vjps", (lambda g, ans, x, *_, **__: 2.0 * g * (ans > 0),))
    result = beras_command("compare", digits_run, "--batch", 4)
    assert result.exit_code == 1
    assert "2 times the right one" in result.stdout


@pytest.mark.parametrize("name", ["digit", "digits/model.safetensors"])
def test_a_run_that_is_not_there_is_bad_usage_with_the_nearest(beras_command, digits_run, name):
    result = beras_command("compare", digits_run.parent / name)
    assert result.exit_code == 2
    assert "Expected a run's folder, or module:name." in result.stderr
    assert "digits" in result.stderr


def test_a_damaged_run_is_no_bad_usage(beras_command, digits_run, tmp_path):
    (tmp_path / "config.json").write_bytes((digits_run / "config.json").read_bytes())
    (tmp_path / "model.safetensors").write_text("broken", encoding="utf-8")
    result = beras_command("compare", tmp_path)
    assert result.exit_code == 1
    assert "model.safetensors" in result.stderr
    assert "not foreseen" not in result.stderr


# The default models


@torch
def test_the_default_models_agree(beras_command, monkeypatch, tmp_path):
    pytest.importorskip("torch")
    from beras.activations.get import FUNCTIONS

    monkeypatch.setattr("beras.datasets.locate.search_folders", lambda *_: [tmp_path])  # no MNIST at hand
    result = beras_command("compare", "--batch", 4, "--json")
    assert result.exit_code == 0
    softmax, mlp, activations = json.loads(result.stdout)["reports"]
    assert softmax["about"] == "Softmax regression, 64-10, on 4 images of digits"
    assert mlp["about"] == "The MLP 64-256-128-10, on 4 images of digits"
    assert len(mlp["rows"]) == 1 + 1 + 6
    names = {row["name"] for row in activations["rows"]}
    assert {f"{function.__name__}/kernel" for function in FUNCTIONS} <= names


def test_mnist_is_taken_where_it_is(monkeypatch, tmp_path):
    import numpy as np

    from beras.cli.default_models import default_models
    from beras.datasets import Dataset

    asked = []

    def load(name, path):
        asked.append((name, path))
        images, labels = np.zeros((5, 28, 28), np.uint8), np.zeros(5, np.uint8)
        return Dataset(images, labels, images, labels, 255, "mnist", "")

    monkeypatch.setattr("beras.datasets.load", load)
    monkeypatch.setattr("beras.datasets.locate.find_files", lambda *_: (tmp_path, {}))
    models = default_models(32, 0, None)
    assert [compared.about for compared in models][1] == "The MLP 784-256-128-10, on 5 images of mnist"
    monkeypatch.setattr("beras.datasets.locate.find_files", lambda *_: None)
    default_models(32, 0, tmp_path)
    default_models(32, 0, None)
    assert asked == [("mnist", None), ("mnist", tmp_path), ("digits", None)]


# Figures


@torch
def test_a_figure_is_written(beras_command, own):
    pytest.importorskip("torch")
    pytest.importorskip("matplotlib")
    result = beras_command("compare", "own_layers:case", "--figure", "wrong.png")
    assert result.exit_code == 1
    assert (own / "wrong.png").read_bytes().startswith(b"\x89PNG")
    assert "Drawn: wrong.png." in result.stdout


@torch
def test_several_figures_are_numbered(beras_command, own, monkeypatch):
    pytest.importorskip("torch")
    pytest.importorskip("matplotlib")
    from beras.cli.compared import Compared

    monkeypatch.setattr(
        "beras.cli.compare.default_models", lambda *_: [Compared(n, abs, (-1.5,)) for n in ("first", "second")]
    )
    result = beras_command("compare", "--figure", "all.png")
    assert result.exit_code == 0, result.stderr
    assert "2 of 2 agree." in result.stdout
    assert sorted(path.name for path in own.glob("all*.png")) == ["all-1.png", "all-2.png"]


@pytest.mark.parametrize(
    ("figure", "sentence"),
    [("wrong.jpg", "writes PNG: wrong.png. Received: wrong.jpg"), ("no/wrong.png", "a folder that is there")],
)
def test_a_figure_that_cannot_be_written_is_refused_at_once(beras_command, own, figure, sentence):
    result = beras_command("compare", "own_layers:case", "--figure", figure)
    assert result.exit_code == 2
    assert sentence in result.stderr
    assert result.stdout == ""


def test_a_figure_needs_torch_and_says_so(beras_command, own, without_torch):
    pytest.importorskip("matplotlib")
    result = beras_command("compare", "own_layers:case", "--figure", "wrong.png")
    assert result.exit_code == 2
    assert 'pip install "beras[oracle]"' in result.stderr


# Bad usage


@pytest.mark.parametrize(
    ("arguments", "sentences"),
    [
        (["own_layers:affine"], ["takes x and w.", "--shape 4,3 --shape 4,3", "Received: no shapes."]),
        (["own_layers:layer"], ["takes inputs.", "Give its shape"]),
        (["own_layers:loss"], ["takes y_true and y_pred."]),
        (["own_layers:affine", "--shape", "3"], ["takes x and w.", "Received: 1 shape."]),
        (["own_layers:softmax", "--shape", "3", "--shape", "3"], ["takes x.", "Received: 2 shapes."]),
        (["own_layers:case", "--shape", "3"], ["brings its own inputs, so --shape has nothing to say."]),
        (["own_layers:case", "--batch", "3"], ["brings its own inputs, so --batch has nothing to say."]),
        (["own_layers:softmax", "--shape", "3", "--batch", "3"], ["--shape says everything"]),
        (["own_layers:softmax", "--shape", "3", "--data", "."], ["--data is for runs"]),
        (["own_layers:softmax", "--shape", "3;4"], ["such as 4,3. Received: '3;4'."]),
        (["own_layers:softmax", "--shape", "0,3"], ["1 or more", "Received: '0,3'."]),
        (["own_layers:no_case"], ["must return what to compare: (target, *inputs)", "Received: int."]),
        (["own_layers:number"], ["must be a function, a layer, a loss or a model. Received: int."]),
        (["own_layers:Needing"], ["is a class that needs factor.", "def case(): return Needing(...), x"]),
        (["own_layers:sofmax"], ["Did you mean 'softmax'?", "It has: Averaged, Needing, affine,"]),
        (["own_layres:softmax"], ["no module 'own_layres'", "Did you mean 'own_layers'?"]),
        (["own_course.block:f"], ["no module 'own_course.block'", "Did you mean 'blocks'?"]),
        (["own_layers.py:softmax"], ["Name the module, not its file: own_layers:softmax."]),
        (["own_course/blocks.py:f"], ["Name the module, not its file: own_course.blocks:f."]),
        (["own_layers"], ["Expected a run's folder, or module:name.", "write own_layers:NAME"]),
        (["own_layers.py"], ["write own_layers:NAME"]),
        (["own_broken:f"], ["Importing own_broken raised SyntaxError", "own_broken.py, line 1"]),
        (["own_leaving:f"], ["Importing own_leaving raised SystemExit: 0 (own_leaving.py, line 1)"]),
        (["own_layers:leaving"], ["own_layers:leaving() raised SystemExit: 0 (own_layers.py, line"]),
        (["own_layers:raising", "--shape", "3"], ["raised RuntimeError: not today (own_layers.py, line", "--debug"]),
        (["own_layers:affine", "--shape", "3,4", "--shape", "3,4"], ["raised ValueError", "(own_layers.py, line"]),
        (["--shape", "3"], ["--shape is for module:name"]),
        (["own_layers:softmax", "--shape", "3", "--order", "3"], ["--order"]),
        (["own_layers:softmax", "--shpe", "3"], ["Did you mean '--shape'?"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_bad_usage_says_what_to_do_and_exits_with_2(beras_command, own, arguments, sentences):
    result = beras_command("compare", *arguments)
    assert result.exit_code == 2
    assert result.stdout in ("", "made by case\n")
    assert "Traceback" not in result.stderr
    for sentence in sentences:
        assert sentence in result.stderr


def test_what_the_oracle_refuses_is_its_own_sentence(beras_command, own):
    (own / "own_random.py").write_text(
        "import numpy as np\nrng = np.random.default_rng()\ndef f(x): return x * rng.random()\n", encoding="utf-8"
    )
    result = beras_command("compare", "own_random:f", "--shape", "3")
    assert result.exit_code == 2
    assert result.stderr.startswith("Error: f gave two results for the same inputs")


def test_debug_shows_the_users_own_traceback(beras_command, own, monkeypatch):
    monkeypatch.setenv("BERAS_DEBUG", "1")
    with pytest.raises(AssertionError, match="not today"):
        beras_command("compare", "own_layers:raising", "--shape", "3")


def test_ctrl_c_has_its_word_and_code(beras_command, own, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("beras.oracle.compare", interrupted)
    result = beras_command("compare", "own_layers:softmax", "--shape", "3")
    assert (result.exit_code, result.stderr) == (130, "Stopped at once by Ctrl-C.\n")
