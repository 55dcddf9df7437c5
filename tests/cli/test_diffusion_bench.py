"""`beras diffusion bench`: tiny networks anywhere, the full ones on a GPU alone."""

from __future__ import annotations

import json

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("diffusers")
pytestmark = pytest.mark.torch


def test_without_a_gpu_it_counts_and_says_what_it_needs(beras_command):
    result = beras_command("diffusion", "bench", "--device", "cpu")
    assert result.exit_code == 1
    assert "| a picture, 34 steps" in result.stdout
    assert "57.326" in result.stdout
    assert "needs a GPU that PyTorch can use" in result.stderr
    assert "--tiny" in result.stderr


def test_tiny_networks_are_measured_anywhere(beras_command):
    arguments = (
        "--tiny",
        "--device",
        "cpu",
        "--variants",
        "fp32,bf16",
        "--batches",
        "1",
        "--steps",
        "1",
        "--repeats",
        "1",
    )
    result = beras_command("diffusion", "bench", *arguments, "--json")
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    assert [row["variant"] for row in found["images"]] == ["fp32", "bf16"]
    assert found["settings"]["networks"] == "tiny"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--variants", "fp23"], "Did you mean 'fp32'?"),
        (["--batches", "1,x"], "--batches takes whole numbers"),
        (["--batches", "0"], "--batches takes whole numbers"),
        (["--steps", "0"], "steps takes a whole number"),
    ],
)
def test_bad_usage_is_a_sentence(beras_command, arguments, sentence):
    result = beras_command("diffusion", "bench", "--tiny", *arguments)
    assert result.exit_code == 2
    assert sentence in result.stderr
