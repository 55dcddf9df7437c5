"""What the student is given runs: the notebook from first to last cell, the figures, the slider, the pictures."""

import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[3]
PNG = b"\x89PNG\r\n"


def run(*command, solution, folder):
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join((str(solution), str(ROOT))),
        "MPLBACKEND": "Agg",
        "PYTHONDONTWRITEBYTECODE": "1",
        "OMP_NUM_THREADS": "1",
    }
    done = subprocess.run(
        [sys.executable, "-W", "error::RuntimeWarning", *map(str, command)],
        cwd=folder,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_notebook_runs_as_a_script(solution, tmp_path):
    pytest.importorskip("matplotlib")
    printed = run(solution / "foundations.py", solution=solution, folder=tmp_path)
    for line in (
        "[0.6903 0.906 ]",
        "[6 2]",
        "p1: largest difference 7.6e-06",
        "12 of 14 are one neuron, and of the four of the later sheet 3",
        "CE  0.670545",
        "KL  0.108210",
    ):
        assert line in printed, printed


def test_the_pictures_of_the_sheet_can_be_drawn_and_are_there(solution, tmp_path):
    pytest.importorskip("matplotlib")
    run(solution / "pictures" / "draw.py", tmp_path, solution=solution, folder=tmp_path)
    drawn = {path.name for path in tmp_path.glob("*.svg")}
    assert drawn == {path.name for path in (solution / "pictures").glob("*.svg")}
    linked = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", (solution / "README.md").read_text(encoding="utf-8"))
    assert {f"pictures/{name}" for name in drawn} == set(linked)
    for path in tmp_path.glob("*.svg"):
        assert path.read_text(encoding="utf-8").rstrip().endswith("</svg>")


def test_the_figure_of_the_derivatives():
    pytest.importorskip("matplotlib")
    from calculus import plot_derivatives

    figure = plot_derivatives()
    left, right = figure.axes
    curves = [[line.get_ydata() for line in axes.lines if len(line.get_ydata()) == 100] for axes in (left, right)]
    assert [len(lines) for lines in curves] == [5, 5]
    np.testing.assert_allclose(curves[0], curves[1], atol=1e-5)
    assert figure._repr_png_().startswith(PNG)


def test_the_figure_of_the_truth_tables():
    pytest.importorskip("matplotlib")
    from logic import CASES, McCullochPittsNeuron, logic_networks, visualize_logic

    figure = visualize_logic(logic_networks())
    assert [axes.get_title() for axes in figure.axes] == list(CASES)
    for axes, table in zip(figure.axes, CASES.values()):
        [image] = axes.images
        np.testing.assert_array_equal(image.get_array(), table)
        # A column is where its label stands, and row 0, b = -1, is on top.
        assert [label.get_text() for label in axes.get_yticklabels()] == ["b=−1", "b=+1"]
        assert axes.yaxis_inverted()
    undecided = McCullochPittsNeuron(weight_a=1.0, weight_b=1.0)
    for nets, places in ((undecided, 1), ([undecided, undecided], 2), ([[undecided] * 2, [undecided]], 4)):
        figure = visualize_logic(nets)
        assert len(figure.axes) == places
    white, orange, black = (tuple(figure.axes[0].images[0].to_rgba(value)[:3]) for value in (1.0, 0.0, -1.0))
    assert white == (1.0, 1.0, 1.0)
    assert max(black) < 0.05
    assert orange[0] == 1.0
    assert orange[2] < 0.1
    assert orange[1] > 0.2


def test_other_names_for_the_inputs():
    pytest.importorskip("matplotlib")
    from logic import McCullochPittsNeuron, visualize_logic

    figure = visualize_logic(McCullochPittsNeuron(weight_rain=1.0, weight_wind=1.0, bias=-1.0), "rain", "wind")
    np.testing.assert_array_equal(figure.axes[0].images[0].get_array(), [[-1, -1], [-1, 1]])
    assert figure.axes[0].get_xticklabels()[1].get_text() == "rain=+1"


def drawn_names(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()] if axes.get_legend() else []


def test_the_two_plots():
    pytest.importorskip("matplotlib")
    from softmax_losses import compare_grad, compare_loss, gradient_curves, loss_curves

    [axes] = compare_loss(0.1, curves=("KL", "SE", "CE", "L1")).axes
    assert sorted(drawn_names(axes)) == ["CE", "KL", "L1", "SE"]
    for line in axes.lines[:4]:
        np.testing.assert_array_equal(line.get_ydata(), loss_curves(0.1)[line.get_label()])
    [axes] = compare_grad(0.1).axes
    for line, name in zip(axes.lines, ("KL", "SE")):
        assert name in line.get_label()
        np.testing.assert_array_equal(line.get_ydata(), gradient_curves(0.1)[name])
    [axes] = compare_grad(0.1, curves=("CE",)).axes  # the derivative of CE is that of KL
    assert len(drawn_names(axes)) == 1
    [axes] = compare_loss(0.1, curves=()).axes
    assert drawn_names(axes) == []


def test_without_matplotlib_the_extra_is_named(monkeypatch):
    from softmax_losses import compare_loss

    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ImportError, match=r"beras\[viz\]"):
        compare_loss()


def test_outside_a_notebook_the_explorer_is_a_static_figure():
    pytest.importorskip("matplotlib")
    from explorer import in_notebook
    from softmax_losses import explore

    assert not in_notebook()
    loss, gradient = explore(0.2, curves=("KL",)).axes
    assert drawn_names(loss) == ["KL"]
    assert "0.200" in loss.get_title(loc="left")
    assert len(drawn_names(gradient)) == 1


@pytest.mark.parametrize(
    ("shell", "answer"), [(None, False), (SimpleNamespace(), False), (SimpleNamespace(kernel=object()), True)]
)
def test_a_notebook_is_a_shell_with_a_kernel(shell, answer, monkeypatch):
    from explorer import in_notebook

    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    assert in_notebook() is answer


def test_a_notebook_without_ipywidgets_gets_the_figure_and_a_hint(monkeypatch, capsys):
    pytest.importorskip("matplotlib")
    monkeypatch.setattr("explorer.in_notebook", lambda: True)
    from softmax_losses import explore

    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    assert len(explore().axes) == 2
    assert "beras[notebooks]" in capsys.readouterr().out


def test_a_notebook_gets_a_slider_and_boxes(monkeypatch):
    pytest.importorskip("matplotlib")
    pytest.importorskip("ipywidgets")
    monkeypatch.setattr("explorer.in_notebook", lambda: True)
    from softmax_losses import explore

    controls, picture = explore(0.5).children
    slider, *boxes = controls.children
    assert (slider.min, slider.max, slider.step, slider.value) == (0.001, 0.999, 0.001, 0.5)
    assert [(box.description, box.value) for box in boxes] == [("KL", True), ("CE", False), ("SE", True), ("L1", False)]
    pictures = [bytes(picture.value)]
    assert pictures[0].startswith(PNG)
    slider.value = 0.9
    pictures.append(bytes(picture.value))
    boxes[1].value = True
    pictures.append(bytes(picture.value))
    boxes[0].value = boxes[1].value = boxes[2].value = False
    pictures.append(bytes(picture.value))
    assert len(set(pictures)) == 4
    slider.value, boxes[0].value, boxes[2].value = 0.5, True, True
    assert picture.value == pictures[0]
