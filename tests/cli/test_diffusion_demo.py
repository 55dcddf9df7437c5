"""`beras diffusion demo`: everything on the tiny pipeline, and it says what is random."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("diffusers")
pytestmark = pytest.mark.torch


def test_it_shows_everything_and_says_that_it_is_random(beras_command, tmp_path):
    result = beras_command("diffusion", "demo", "--out", tmp_path / "demo")
    assert result.exit_code == 0
    first, *_, last = result.stdout.splitlines()
    assert "random" in first
    assert "random" in last
    for said in (
        "UNet2DConditionModel",
        "updates",
        "rgb_vectors",
        "exactly the planted one",
        "1 of 12 pictures flagged",
    ):
        assert said in result.stdout
    made = {path.relative_to(tmp_path / "demo").as_posix() for path in (tmp_path / "demo").rglob("*") if path.is_file()}
    assert {"picture.png", "steps.png", "flagged.html", "pictures/picture-12.png"} <= made
    assert result.stderr == ""


@pytest.mark.parametrize("seed", [0, 4294967295])
def test_json_has_the_planted_picture_flagged_and_no_other(beras_command, tmp_path, seed):
    result = beras_command("diffusion", "demo", "--out", tmp_path, "--seed", seed, "--json")
    document = json.loads(result.stdout)
    assert document["flagged"] == document["planted"] == ["picture-8.png"]
    assert len(document["networks"]) == 4
    assert document["tensors"][0]["name"] == "text_tokens"
    assert "random" in document["random"]


def test_a_scan_that_finds_something_else_fails(beras_command, tmp_path, monkeypatch):
    from beras.diffusion.safety import report

    monkeypatch.setattr(report.ScanReport, "flagged", property(lambda self: []))
    result = beras_command("diffusion", "demo", "--out", tmp_path)
    assert result.exit_code == 1
    assert "exactly the planted one" not in result.stdout


def test_a_folder_with_something_in_it_is_refused_and_kept(beras_command, tmp_path):
    (tmp_path / "precious.txt").write_text("kept", encoding="utf-8")
    for out in (tmp_path, tmp_path / "precious.txt"):
        result = beras_command("diffusion", "demo", "--out", out)
        assert result.exit_code == 2
        assert "new or empty" in result.stderr
    assert (tmp_path / "precious.txt").read_text(encoding="utf-8") == "kept"


def test_quiet_prints_the_folder_alone(beras_command, tmp_path):
    assert beras_command("diffusion", "demo", "--out", tmp_path, "--quiet").stdout == f"{tmp_path}\n"
