"""plot_model: the text of the graph, and what is done where Graphviz is not there."""

from __future__ import annotations

import re
import shutil
import stat
import sys

import numpy as np
import pytest

import beras
from beras import layers
from beras.utils import model_to_dot, plot_model


def chain():
    model = beras.Sequential(
        [
            beras.Input((4, 4)),
            layers.Flatten(name="flatten"),
            layers.Dense(3, "relu", name="hidden"),
            layers.Dense(2, name="last"),
        ],
        name="chain",
    )
    model.layers[1].trainable = False
    return model


def branches():
    x = beras.Input((3,), name="x")
    h = layers.Dense(3, name="h")(x)
    return beras.Model(x, layers.Add(name="sum")([x, h]), name="branches")


def titles(dot):
    return dict(re.findall(r"(layer\d+) \[label=<.*?<b>(.*?)</b>", dot))


def arrows(dot):
    names = titles(dot)
    return [(names[a], names[b]) for a, b in re.findall(r"(layer\d+) -> (layer\d+)", dot)]


def test_a_chain_in_dot():
    dot = model_to_dot(chain(), show_shapes=True, show_layer_activations=True, show_trainable=True, show_dtype=True)
    assert arrows(dot) == [
        ("input (InputLayer)", "flatten (Flatten)"),
        ("flatten (Flatten)", "hidden (Dense)"),
        ("hidden (Dense)", "last (Dense)"),
    ]
    for line in ("Input shape: (None, 4, 4)", "Output shape: (None, 16)", "Activation: relu", "Output dtype: float32"):
        assert line in dot
    assert dot.count("Non-trainable") == 1
    assert dot.count(">Trainable<") == 1


def test_branches_and_directions():
    dot = model_to_dot(branches(), rankdir="LR", splines="curved", dpi=96)
    assert arrows(dot) == [("x (InputLayer)", "h (Dense)"), ("x (InputLayer)", "sum (Add)"), ("h (Dense)", "sum (Add)")]
    assert "graph [rankdir=LR, dpi=96, splines=curved];" in dot


def test_a_model_within_a_model():
    model = beras.Sequential([beras.Input((3,)), branches(), layers.Dense(1, name="head")])
    closed, opened = model_to_dot(model), model_to_dot(model, expand_nested=True)
    assert ("branches (Functional)", "head (Dense)") in arrows(closed)
    assert arrows(opened)[-1] == ("sum (Add)", "head (Dense)")
    assert ("input (InputLayer)", "x (InputLayer)") in arrows(opened)
    assert 'subgraph "cluster_branches" { label="branches";' in opened
    assert opened.count("{") == opened.count("}")


def test_of_a_class_of_the_users_only_the_layers_are_known():
    class Own(beras.Model):
        def __init__(self):
            super().__init__(name="own")
            self.first, self.second = layers.Dense(2, name="first"), layers.Dense(1, name="second")

        def call(self, inputs):
            return self.second(self.first(inputs))

    model = Own()
    model(np.ones((1, 3)))
    dot = model_to_dot(model)
    assert list(titles(dot).values()) == ["first (Dense)", "second (Dense)"]
    assert not arrows(dot)


def test_text_needs_no_program(tmp_path):
    plot_model(chain(), tmp_path / "model.dot", show_layer_names=True)
    plot_model(chain(), tmp_path / "model.mmd", show_shapes=True, rankdir="LR")
    assert (tmp_path / "model.dot").read_text("utf-8").startswith("digraph model {")
    lines = (tmp_path / "model.mmd").read_text("utf-8").splitlines()
    assert lines[0] == "flowchart LR"
    assert lines[2] == '  layer1["<b>Flatten</b><br/>Input shape: (None, 4, 4)<br/>Output shape: (None, 16)"]'
    assert lines[-1] == "  layer2 --> layer3"


def test_without_graphviz_the_model_is_written_as_mermaid_and_a_sentence_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.warns(UserWarning, match=r"drawn by Graphviz, whose program 'dot' was not found.*model.mmd' instead"):
        assert plot_model(chain(), tmp_path / "model.png") is None
    assert [path.name for path in tmp_path.iterdir()] == ["model.mmd"]


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in for Graphviz is a script")
def test_a_picture_is_what_graphviz_makes_of_the_text(tmp_path, monkeypatch):
    program = tmp_path / "dot"
    program.write_text(f"#!{sys.executable}\nimport sys\nprint(sys.argv[1] + sys.stdin.read())\n", encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IEXEC)
    monkeypatch.setattr(shutil, "which", lambda name: str(program))
    plot_model(chain(), tmp_path / "model")
    drawn = (tmp_path / "model.png").read_text("utf-8")
    assert drawn.rstrip() == "-Tpng" + model_to_dot(chain(), show_layer_names=False).rstrip()
    program.write_text(f"#!{sys.executable}\nimport sys\nsys.exit('no such format')\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"could not draw a \.xyz file: no such format"):
        plot_model(chain(), tmp_path / "model.xyz")
    assert not (tmp_path / "model.xyz").exists()


def test_what_is_refused():
    with pytest.raises(ValueError, match=r"is not built, so there is nothing to draw"):
        plot_model(beras.Sequential([layers.Dense(2)]))
    with pytest.raises(ValueError, match=r"Unknown rankdir 'UP'"):
        model_to_dot(chain(), rankdir="UP")
    with pytest.raises(TypeError, match=r"has no argument 'show_shape'. Did you mean 'show_shapes'?"):
        plot_model(chain(), show_shape=True)
    with pytest.raises(ValueError, match="subgraph is for Keras's own use"):
        model_to_dot(chain(), subgraph=True)
