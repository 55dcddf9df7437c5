import os
import subprocess
import sys

import pytest
from PIL import Image

import beras
from beras.viz import plot_history, save_figure


def test_a_file_is_a_png_with_metadata_and_the_same_figure_gives_the_same_bytes(tmp_path):
    for name in ("a.png", "b.png"):
        save_figure(plot_history({"loss": [1.0, 0.5]}), tmp_path / name, title="Curves")
    with Image.open(tmp_path / "a.png") as image:
        assert image.format == "PNG"
        assert image.text["Title"] == "Curves"
        assert image.text["Software"] == f"beras {beras.__version__}"
        assert image.width > 400
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.png", "b.png"]


def test_drawing_leaves_pyplot_alone_and_says_nothing(tmp_path):
    # In a process of its own, with an empty configuration folder: there matplotlib has to build its font cache.
    code = (
        "import sys\n"
        "from beras.viz import plot_history, save_figure\n"
        "save_figure(plot_history({'loss': [1.0]}), sys.argv[1])\n"
        "assert 'matplotlib.pyplot' not in sys.modules\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "f.png")],
        env={**os.environ, "MPLCONFIGDIR": str(tmp_path / "fresh")},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_without_matplotlib_the_error_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.font_manager", None)
    with pytest.raises(ImportError, match=r'pip install "beras\[viz\]"'):
        plot_history({"loss": [1.0]})
