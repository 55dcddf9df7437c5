"""What the student is given runs: the notebook from first to last cell, the labelled folder, the figures."""

import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[3]
PNG = b"\x89PNG\r\n"


@pytest.mark.torch
def test_the_notebook_runs_as_a_script(tiny, solution, tmp_path):
    pytest.importorskip("matplotlib")
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join((str(solution), str(ROOT))),
        "MPLBACKEND": "Agg",
        "PYTHONDONTWRITEBYTECODE": "1",
        "OMP_NUM_THREADS": "1",
        "TMPDIR": str(tmp_path),
        "TEMP": str(tmp_path),
    }
    done = subprocess.run(
        [sys.executable, "-W", "error::RuntimeWarning", str(solution / "diffusion.py")],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    for line in (
        "unet            UNet2DConditionModel              709   686    859,520,964",
        "conv_in                      11,840",
        "TensorRow(name='text_tokens', dtype='int64', shape=(2, 77), numel=154, batch=2, feature=None, spatial=(77,))",
        "'cat', 'and'",
        "flagged: [7, 42]   could not be read: {33: 'image file is truncated'}",
    ):
        assert line in done.stdout, done.stdout
    difference, size = map(float, re.search(r"difference from diffusers (\S+) of (\S+)", done.stdout).groups())
    assert difference < 1e-4 * size


@pytest.mark.torch
def test_a_pipeline_from_a_folder_is_asked_as_the_small_one_is(tiny, tmp_path):
    from pipeline import Pipeline

    from beras.diffusion import tiny_pipeline

    tiny_pipeline(tmp_path / "model", seed=1)
    small, loaded = Pipeline(), Pipeline(str(tmp_path / "model"), quiet=True, device="cpu")
    assert loaded.parts.keys() == small.parts.keys()
    tokens, vectors = loaded.encode("a cat", negative="a dog")
    assert (tokens.dtype, tokens.shape, vectors.dtype) == (np.int64, (2, 77), np.float32)
    assert [loaded.word(token) for token in tokens[:, 2]] == ["dog", "cat"]
    noise = loaded.noise(seed=3, batch=2)
    np.testing.assert_array_equal(noise, np.random.RandomState(3).randn(2, 4, 8, 8).astype(np.float32))
    for ask in (lambda pipe: pipe.network(noise, 500, vectors), lambda pipe: pipe.decode(noise)):
        np.testing.assert_array_equal(ask(loaded), ask(small))
    assert [len(table) for table in loaded.concepts()] == [3, 17, 3, 17]


def test_the_students_modules_import_nothing_but_numpy(solution):
    names = "counting, tensors, guidance, ddim, checker, evaluation, pipeline, labelled, figures"
    program = (
        f"import sys, {names}; assert not {{'torch', 'beras', 'PIL', 'matplotlib', 'diffusers'}} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-B", "-c", program], cwd=solution, check=True)


def test_without_the_extra_it_is_named(monkeypatch):
    from pipeline import Pipeline

    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(ImportError, match=r'pip install "beras\[diffusion\]"'):
        Pipeline()


def test_without_pillow_the_extra_is_named(monkeypatch, tmp_path):
    from labelled import write_folder
    from pipeline import read_picture

    monkeypatch.setitem(sys.modules, "PIL", None)
    for ask in (lambda: write_folder(tmp_path, []), lambda: read_picture(tmp_path / "0.png")):
        with pytest.raises(ImportError, match=r"beras\[diffusion\]"):
            ask()


def is_red(picture):
    """Return the share of pixels that have the colour of a disc."""
    red, green, blue = np.moveaxis(picture.astype(int), -1, 0)
    return ((red > 150) & (green < 60) & (blue < 60)).mean()


def test_the_labels_are_those_of_the_discs():
    from labelled import examples, labelled_pictures

    pictures, labels = labelled_pictures(60)
    again, _ = labelled_pictures(60)
    np.testing.assert_array_equal(pictures, again)
    assert 12 < labels.sum() < 30
    shares = np.array([is_red(picture) for picture in pictures])
    assert shares[labels].min() > 0.05
    assert np.median(shares[~labels]) < 0.01
    with_disc, without = examples()
    assert len(with_disc) == len(without) == 20
    assert min(map(is_red, with_disc)) > 0.05
    assert all(picture.shape == (96, 96, 3) and picture.dtype == np.uint8 for picture in pictures + with_disc + without)


def test_a_folder_with_broken_files(tmp_path):
    pytest.importorskip("PIL")
    from labelled import labelled_pictures, write_folder
    from pipeline import read_picture

    pictures, _ = labelled_pictures(12)
    paths = write_folder(tmp_path / "pictures", pictures, broken=[3])
    assert [path.name for path in paths] == [f"{number:04}.png" for number in range(12)]
    for number, path in enumerate(paths):
        if number == 3:
            with pytest.raises(OSError):
                read_picture(path)
        else:
            np.testing.assert_array_equal(read_picture(path, size=96), pictures[number])
    assert read_picture(paths[0]).shape == (224, 224, 3)


def test_the_figures():
    pytest.importorskip("matplotlib")
    from evaluation import trade_off
    from figures import draw_levels, draw_pictures, draw_trade_off

    picture = np.zeros((4, 4, 3), np.uint8)
    figure = draw_pictures(dict.fromkeys(range(8), picture))
    assert [axes.get_title() for axes in figure.axes] == [*map(str, range(8)), *[""] * 4]
    assert figure._repr_png_().startswith(PNG)
    assert draw_pictures({})._repr_png_().startswith(PNG)
    labels = np.arange(20) % 3 == 0
    curve = trade_off(np.sin(np.arange(20.0)), labels)
    moved, against = draw_trade_off(curve, labels, {"here": float(curve.thresholds[4])}).axes
    np.testing.assert_array_equal(moved.lines[0].get_ydata(), curve.precision)
    np.testing.assert_array_equal(moved.lines[1].get_ydata(), curve.recall)
    assert against.lines[-1].get_xdata() == [curve.recall[4]]
    [axes] = draw_levels(np.linspace(1, 0, 1000), [961, 1]).axes
    assert list(axes.lines[1].get_xdata()) == [961, 1]


def test_without_matplotlib_the_extra_is_named(monkeypatch):
    from figures import draw_levels

    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ImportError, match=r"beras\[viz\]"):
        draw_levels(np.ones(3))


def test_the_picture_of_the_sheet(solution):
    linked = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", (solution / "README.md").read_text(encoding="utf-8"))
    assert linked == [f"pictures/{path.name}" for path in sorted((solution / "pictures").glob("*.svg"))]
    for path in linked:
        assert ElementTree.parse(solution / path).getroot().tag.endswith("svg")
