"""What the sheets of 2022 and 2025 say of Stable Diffusion: the numbers that hold, and the errors that were put right.

Their cells cannot be run: one sheet needs downloads, the other is the text of a PDF.
"""

import os
import re
from pathlib import Path

import pytest

from tests.seeds.cells import VARIABLE, needs_seeds

ROOT = Path(__file__).resolve().parents[2]
HOMEWORK = ROOT / "reference" / "diffusion"


def sheet(document):
    [path] = Path(os.environ[VARIABLE]).glob(f"{document}_*.txt")
    return path.read_text(encoding="utf-8")


def number(text):
    return int(re.sub(r"\D", "", text))


def rows(text, names):
    """Return the cells of the tab-separated rows that begin with one of the names."""
    found = [line.split("\t") for line in text.splitlines()]
    return {cells[0]: cells[1:] for cells in found if len(cells) > 3 and cells[0] in names}


@needs_seeds
@pytest.mark.torch
def test_the_table_of_the_networks():
    pytest.importorskip("diffusers")
    from beras.diffusion import network_table

    networks = {row.attribute: row for row in network_table("sd-v1-4")}
    solved = rows(sheet("001"), networks)
    assert len(solved) == 4
    for name, (_, modules, tensors, scalars) in solved.items():
        row = networks[name]
        assert (number(tensors), number(scalars)) == (row.tensors, row.scalars)
        assert number(modules) in (row.modules, row.modules - 23, row.modules + 1)  # see question Q1
    assert [cells[0] for cells in solved.values()].count("NeuralNetwork") == 3  # which is the type of none
    [old] = re.findall(r"pipe.safety_checker` \| (\w+) \|\s+(\d+)\s+\|\s+(\d+)\s+\|\s+([\d,]+)", sheet("000"))
    checker = networks["safety_checker"]
    assert (old[0], number(old[2]), number(old[3])) == (checker.type, checker.tensors - 2, checker.scalars - 20)
    for text in ("`AutoencoderKL`", "`CLIPTextModel`", "`UNet2DConditionModel`"):
        assert text in (HOMEWORK / "answers.md").read_text("utf-8")


@needs_seeds
@pytest.mark.torch
def test_the_table_of_the_tensors():
    pytest.importorskip("diffusers")
    from beras.diffusion.tensors import meta_tensor_table

    tensors = {row.name: row for row in meta_tensor_table()}
    solved = rows(sheet("001"), tensors)
    assert solved.keys() == tensors.keys() - {"update"}
    for name, (_, shape, *cells) in solved.items():
        # The PDF's text has the last row's shape and number run into each other: "1x3x512x51", "12786,432".
        assert "x".join(map(str, tensors[name].shape)).startswith(shape)
        assert str(number(cells[0])).endswith(str(tensors[name].numel))
    assert solved["image_vectors"][4] == "4 (RGB+Alpha)"
    assert "latent" in tensors["image_vectors"].feature


@needs_seeds
def test_the_flagged_pictures_of_the_solved_sheet_were_black():
    text = sheet("001")
    flagged = list(map(int, re.findall(r"Image (\d+) flagged as NSFW\.", text)))
    assert flagged == [65, 71, 162, 166, 392, 432, 440, 572, 626, 928, 964]
    call, drawn = text.index("images=numpy_list, clip_input"), text.index("display_image(numpy_list[idx])")
    assert call < drawn  # the checker has overwritten the list by then
    assert re.search(r"found 11 unsafe images and when looking at them actually 0 were offensive", text)
    answer = " ".join((HOMEWORK / "answers.md").read_text("utf-8").split())
    assert "eleven black" in answer
    assert "$0 / 11 = 0$" in answer


@needs_seeds
def test_a_transform_without_a_resize():
    """Both sheets normalise without bringing the pictures to 224 x 224; the homework's reader does it."""
    for document in ("000", "001"):
        lines = sheet(document)
        assert "Normalize(" in lines
        assert "Resize(" not in lines
    assert "resize((size, longer)" in (HOMEWORK / "pipeline.py").read_text("utf-8")
