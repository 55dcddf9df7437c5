"""What the student is given runs: the notebook from first to last cell, the figures, the download."""

import gzip
import hashlib
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest


def test_the_notebook_runs_as_a_script(data_path, solution, tmp_path):
    pytest.importorskip("matplotlib")
    (tmp_path / "data" / "mnist").mkdir(parents=True)
    (tmp_path / "work").mkdir()
    for file in (data_path / "mnist").glob("*.gz"):
        shutil.copyfile(file, tmp_path / "data" / "mnist" / file.name)
    environment = os.environ | {"PYTHONPATH": str(solution), "MPLBACKEND": "Agg", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-W", "error::RuntimeWarning", str(solution / "explore.py")],
        cwd=tmp_path / "work",
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    for line in ("dw [-2. -4. -6. -8.]", "db [-2.]", "the same: True", "[3. 0.75 0. 0.75 3. ]"):
        assert " ".join(line.split()) in " ".join(done.stdout.split()), f"{line!r} is not in\n{done.stdout}"


@pytest.fixture
def trained():
    import assignment
    import Beras

    rng = np.random.default_rng(0)
    x, y = rng.random((40, 784), np.float32), np.eye(10, dtype=np.float32)[rng.integers(0, 10, 40)]
    model = assignment.SequentialModel([Beras.Dense(784, 10, seed=0), Beras.Softmax()])
    model.compile(Beras.BasicOptimizer(0.01), Beras.MeanSquaredError(), Beras.CategoricalAccuracy())
    return model, x, y


def test_figures(trained, monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "Agg")
    plt = pytest.importorskip("matplotlib.pyplot")
    import visualize

    model, x, y = trained
    history = model.fit(x, y, 3, 8, seed=0, verbose=False)
    loss, acc = visualize.visualize_metrics(history).axes
    np.testing.assert_array_equal(loss.lines[0].get_ydata(), history["loss"])
    np.testing.assert_array_equal(acc.lines[0].get_ydata(), history["acc"])
    np.testing.assert_array_equal(acc.lines[0].get_xdata(), [1, 2, 3])

    probs, digits = model(x), y.argmax(axis=1)
    surest = max((p.max(), f"{p.argmax()} ({p.max():.0%}), is {k}") for p, k in zip(probs, digits) if p.argmax() != k)
    figure = visualize.visualize_images(model, x, y, count=7)
    assert figure.axes[0].get_title() == surest[1]
    assert sum(bool(axis.images) for axis in figure.axes) == 7
    right = probs.argmax(axis=1)
    figure = visualize.visualize_images(model, x, np.eye(10)[right])
    assert not any(axis.images for axis in figure.axes)

    pictures = visualize.visualize_weights(model.layers[0]).axes
    assert len(pictures) == 10
    np.testing.assert_array_equal(pictures[3].images[0].get_array(), model.layers[0].w[:, 3].reshape(28, 28))
    plt.close("all")


@pytest.fixture
def mirrors(tmp_path, monkeypatch):
    """Three mirrors: one that has nothing, one with a page under every name, and a right one."""
    import download

    contents = {name: f"content of {name}".encode() for name in download.SHA256}
    monkeypatch.setattr(
        download, "SHA256", {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    )
    for mirror in ("nothing", "page", "right"):
        (tmp_path / mirror).mkdir()
    for name, content in contents.items():
        (tmp_path / "page" / name).write_bytes(b"<html>")
        (tmp_path / "right" / name).write_bytes(gzip.compress(content))
    return tuple((tmp_path / mirror).as_uri() + "/" for mirror in ("nothing", "page", "right"))


def test_download_takes_the_right_file_only_and_keeps_it(mirrors, tmp_path, capsys):
    import download

    download.download(tmp_path / "data", mirrors)
    assert capsys.readouterr().out.count("fetched") == 4
    files = sorted((tmp_path / "data" / "mnist").iterdir())
    assert [file.name for file in files] == sorted(download.SHA256)
    assert all(file.read_bytes() == (tmp_path / "right" / file.name).read_bytes() for file in files)
    files[0].write_bytes(b"cut off")
    download.download(tmp_path / "data", mirrors)
    told = capsys.readouterr().out
    assert (told.count("fetched"), told.count("is there")) == (1, 3)


def test_a_failed_download_says_what_each_mirror_gave_and_leaves_nothing(mirrors, tmp_path):
    import download

    with pytest.raises(OSError, match=r"(?s)No mirror gave.*nothing/: .*page/: something else came under this name"):
        download.download(tmp_path / "data", mirrors[:2])
    assert not list((tmp_path / "data" / "mnist").iterdir())


def test_the_digests_are_those_of_mnist(data_path):
    import download

    for name in download.SHA256:
        content = (data_path / "mnist" / name).read_bytes()
        assert download.right(name, content)
        assert not download.right(name, content[:-9])
