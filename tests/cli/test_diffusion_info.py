"""`beras diffusion` and `beras diffusion info`."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("diffusers")
pytestmark = pytest.mark.torch

VERBS = ("info", "generate", "tensors", "scan", "demo", "bench")
SCALARS = {"vae": 83_653_863, "text_encoder": 123_060_480, "unet": 859_520_964, "safety_checker": 303_981_588}


def test_without_a_verb_it_shows_them(beras_command):
    result = beras_command("diffusion")
    assert result.exit_code == 0
    assert all(verb in result.stdout for verb in VERBS)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help_with_an_example_in_80_columns(beras_command, verb):
    result = beras_command("diffusion", verb, "--help")
    assert result.exit_code == 0
    assert f"beras diffusion {verb}" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80


def test_no_verb_is_cut_off_in_the_list(beras_command):
    shown = beras_command("diffusion").stdout
    assert "..." not in shown[shown.index("Commands:") :]


@pytest.mark.parametrize("verb", [["info"], ["tensors", "--meta"], ["bench"], ["scan", "."], ["generate", "a cat"]])
def test_a_device_that_nobody_has_is_bad_usage(beras_command, verb):
    result = beras_command("diffusion", *verb, "--device", "tpu")
    assert result.exit_code == 2
    assert "Received: 'tpu'. Did you mean 'cpu'?" in result.stderr


def test_an_unknown_verb_gets_the_nearest(beras_command):
    result = beras_command("diffusion", "inof")
    assert result.exit_code == 2
    assert "Did you mean 'info'?" in result.stderr


def test_v1_4_without_weights(beras_command):
    result = beras_command("diffusion", "info")
    assert result.exit_code == 0
    assert all(f"{scalars:,}" in result.stdout for scalars in SCALARS.values())
    assert "Tensors and scalars belong to the model" in result.stdout
    assert "safety_checker: 298 modules with transformers from 5.6" in result.stdout
    assert result.stderr == ""


def test_json_is_one_document(beras_command):
    result = beras_command("diffusion", "info", "--json")
    document = json.loads(result.stdout)
    assert {row["attribute"]: row["scalars"] for row in document["networks"]} == SCALARS
    assert set(document["versions"]) == {"transformers", "diffusers"}


def test_quiet_is_the_table_alone(beras_command):
    lines = beras_command("diffusion", "info", "--quiet").stdout.splitlines()
    assert len(lines) == 6
    assert all(line.startswith("|") for line in lines)


def test_of_a_folder(beras_command, tiny_folder):
    result = beras_command("diffusion", "info", "--model", tiny_folder, "--json")
    document = json.loads(result.stdout)
    assert document["about"] == str(tiny_folder)
    assert [row["type"] for row in document["networks"]][2] == "UNet2DConditionModel"
    assert document["modules"] == []


def test_a_broken_folder_is_one_sentence_and_exit_code_1(beras_command, tmp_path):
    result = beras_command("diffusion", "info", "--model", tmp_path)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "no model_index.json" in result.stderr
    assert "not foreseen" not in result.stderr


def test_a_model_that_is_not_in_the_cache(beras_command, tmp_path):
    result = beras_command("diffusion", "info", "--model", "a/b", "--offline", "--cache-dir", tmp_path)
    assert result.exit_code == 1
    assert "beras diffusion demo" in result.stderr
