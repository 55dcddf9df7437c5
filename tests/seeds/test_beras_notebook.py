"""Document 002: the cells of Brown's notebook run unchanged on the reference package, and print what it prints."""

import os
import shutil
from pathlib import Path

import pytest

from tests.seeds.cells import cut, needs_seeds
from tests.seeds.shell import run_cells

REFERENCE = Path(__file__).resolve().parents[2] / "reference" / "beras"
MNIST = Path(os.environ.get("BERAS_DATA_DIR", "data")) / "mnist"


@needs_seeds
@pytest.mark.skipif(not MNIST.is_dir(), reason="needs MNIST: BERAS_DATA_DIR must name the folder that holds mnist/")
def test_all_89_lines(tmp_path):
    pytest.importorskip("IPython")
    cells = cut("002")
    (tmp_path / "data" / "mnist").mkdir(parents=True)
    (tmp_path / "notebook").mkdir()
    for file in MNIST.glob("*.gz"):
        shutil.copyfile(file, tmp_path / "data" / "mnist" / file.name)
    printed = run_cells((cell.source for cell in cells), path=REFERENCE, folder=tmp_path / "notebook")
    expected = [list(cell.printed) for cell in cells]
    assert printed == expected
    assert sum(map(len, printed)) == 89
