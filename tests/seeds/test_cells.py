"""The extractor gives the whole cells and outputs, and notices another document; the shell runs them as a notebook."""

import shutil

import pytest

from tests.seeds.cells import CELLS, cut, needs_seeds
from tests.seeds.shell import run_cells


@needs_seeds
@pytest.mark.parametrize(("document", "cells", "printed"), [("002", 5, 89), ("004", 11, 35)])
def test_every_cell_and_every_printed_line_is_found(document, cells, printed):
    found = cut(document)
    assert len(found) == cells
    assert sum(len(cell.printed) for cell in found) == printed
    assert not any("Expected Output" in cell.source or "```" in cell.source for cell in found)


@needs_seeds
def test_outputs_begin_and_end_where_they_should():
    _, shapes, labels, sine, loss = (cell.printed for cell in cut("002"))
    assert shapes[0] == "Training Shapes: (60000, 784) (60000,)"
    assert (labels[0], labels[-1]) == ("Getting label sample:", "[5 0 4 1 9 2 1 3 1 4]")
    assert (sine[0], sine[-1]) == ("Activation Input:", "The world still makes sense")
    assert (loss[0], loss[-1]) == ("Awful performance", "The world still makes sense")
    blocks = [cell.printed for cell in cut("004")]
    assert blocks[4][-1] == "param#02 diff=0.000"
    assert blocks[8][-1] == "param#14 diff=0.000"
    assert blocks[9][0] == "MLP, Sequential"
    assert blocks[9][-1] == "\t[6] Linear(100, 10)"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("In [1]:\nprint(1)\n", "must have 5 cells. Received: 1"),
        ("In [1]:\na\nb\nc\n\n" * 5, "not the cell of the table"),
    ],
)
def test_another_document_is_noticed(tmp_path, monkeypatch, text, says):
    monkeypatch.setenv("BERAS_SEEDS_DIR", str(tmp_path))
    with pytest.raises(ValueError, match="must hold one file"):
        cut("002")
    (tmp_path / "002_other.txt").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=says):
        cut("002")


def test_the_table_has_no_empty_cell():
    assert all(entry.lines > 0 and len(entry.sha256) == 64 for table in CELLS.values() for entry in table)


def test_the_shell_knows_magics_help_and_what_cells_share(tmp_path):
    pytest.importorskip("IPython")
    here, modules = tmp_path / "here", tmp_path / "modules"
    here.mkdir()
    modules.mkdir()
    (modules / "seven.py").write_text("def seven():\n    return 7\n", encoding="utf-8")
    shutil.copy(modules / "seven.py", here / "eight.py")
    cells = ["%load_ext autoreload\n%autoreload 1\n%aimport seven\n", "print(seven.seven(), '  ')", "seven.seven??"]
    nothing, printed, shown = run_cells(cells, path=modules, folder=here)
    assert (nothing, printed) == ([], ["7"])
    assert "    return 7" in shown


def test_a_cell_that_raises_is_named_with_its_traceback(tmp_path):
    pytest.importorskip("IPython")
    with pytest.raises(AssertionError, match="cell 2 of the notebook raised") as caught:
        run_cells(["a = 1", "a / 0", "print('not reached')"], path=tmp_path, folder=tmp_path)
    assert "ZeroDivisionError" in str(caught.value)
