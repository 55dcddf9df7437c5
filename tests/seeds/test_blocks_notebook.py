"""The cells of the blocks notebook (seed 004), unchanged and in order, on the reference solution."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.seeds.cells import cut, needs_seeds
from tests.seeds.shell import run_cells

REFERENCE = Path(__file__).resolve().parents[2] / "reference" / "blocks"
NUMBER = re.compile(r"\d+\.\d{4,}")

pytestmark = [needs_seeds, pytest.mark.torch]


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    pytest.importorskip("IPython")
    pytest.importorskip("torch")
    cells = [cell.source for cell in cut("004")]
    return run_cells(cells, path=REFERENCE, folder=tmp_path_factory.mktemp("blocks_notebook"))


def numbers(lines):
    return [float(number) for number in NUMBER.findall("\n".join(lines))]


def test_every_cell_runs(printed):
    assert len(printed) == len(cut("004")) == 11


@pytest.mark.parametrize("number", [4, 5, 6, 7, 8, 9])
def test_what_the_document_shows_is_printed(printed, number):
    """The loss is compared as a number: its last digits are float32 rounding, which another processor may do apart."""
    came, shown = "\n".join(printed[number]), "\n".join(cut("004")[number].printed)
    assert numbers([came]) == pytest.approx(numbers([shown]), abs=5e-6)
    # Where a cell asks for a source with ??, the document shows only what comes after it.
    assert NUMBER.sub("#", came).rstrip().endswith(NUMBER.sub("#", shown).rstrip())


def test_the_loss_of_the_scores(printed):
    assert numbers(printed[7]) == pytest.approx([2.72836], abs=5e-6)


def test_the_recurrent_networks_which_failed_in_the_document(printed):
    lines = printed[10]
    assert numbers(lines) == pytest.approx([2.3071024, 2.3010878], abs=5e-6)
    assert [line.partition(", ")[2] for line in lines if line.startswith("MLP loss=")] == [
        "activation=relu",
        "activation=sigmoid",
    ]
    differences = [line for line in lines if "diff=" in line]
    assert len(differences) == 2 * (1 + 3 * 8)
    assert all(line.endswith("diff=0.000") for line in differences)


def test_the_help_and_the_source_are_shown(printed):
    assert any("class Block(abc.ABC)" in line for line in printed[1])
    assert any("def compare_block_to_torch(block" in line for line in printed[2])
