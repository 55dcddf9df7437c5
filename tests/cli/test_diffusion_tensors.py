"""`beras diffusion tensors`: the table of a prompt, and of v1.4 without weights."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("torch")
pytest.importorskip("diffusers")
pytestmark = pytest.mark.torch


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """Return the folder of a tiny pipeline."""
    from beras.diffusion import tiny_pipeline

    folder = tmp_path_factory.mktemp("model") / "tiny"
    tiny_pipeline(folder)
    return folder


def test_without_weights_it_shows_the_full_size(beras_command):
    result = beras_command("diffusion", "tensors", "--meta")
    assert result.exit_code == 0, result.stderr
    assert "| rgb_vectors   | float32 | 1x3x512x512 | 786,432 |" in result.stdout
    assert "4 (latent channels)" in result.stdout


def test_of_a_prompt_it_shows_its_own(beras_command, model):
    result = beras_command("diffusion", "tensors", "a cat", "--model", model, "--json")
    assert result.exit_code == 0, result.stderr
    rows = json.loads(result.stdout)["tensors"]
    assert [row["shape"] for row in rows] == [[2, 77], [2, 77, 32], [1, 4, 8, 8], [2, 4, 8, 8], [1, 3, 64, 64]]


@pytest.mark.parametrize("arguments", [[], ["a cat", "--meta"]])
def test_it_takes_a_prompt_or_meta(beras_command, arguments):
    result = beras_command("diffusion", "tensors", *arguments)
    assert result.exit_code == 2
    assert "A prompt or --meta" in result.stderr
