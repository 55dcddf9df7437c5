"""``beras course``: what is printed, and the exit status."""

import json
import shutil
import sys

import pytest

from tests.course.small import make

pytest.importorskip("jupytext")


@pytest.mark.parametrize("verb", ["build", "prove", "freeze"])
def test_every_verb_has_help_with_an_example_in_80_columns(beras_command, verb):
    result = beras_command("course", verb, "--help")
    assert result.exit_code == 0
    assert f"beras course {verb}" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80


def test_without_a_verb_it_shows_them(beras_command):
    result = beras_command("course")
    assert result.exit_code == 0
    assert all(verb in result.stdout for verb in ("build", "prove", "freeze"))


def test_unknown_names_get_the_nearest(beras_command, tmp_path):
    result = beras_command("course", "biuld")
    assert (result.exit_code, "Did you mean 'build'?" in result.stderr) == (2, True)
    make(tmp_path)
    result = beras_command("course", "build", "smal", "--root", tmp_path)
    assert (result.exit_code, "Unknown homework 'smal'. Did you mean 'small'?" in result.stderr) == (2, True)


def test_where_there_are_no_homeworks_it_says_so(beras_command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = beras_command("course", "build")
    assert result.exit_code == 2
    assert "There are no homeworks here: neither" in result.stderr


def test_build_writes_and_check_compares(beras_command, tmp_path, monkeypatch):
    folder = make(tmp_path)
    monkeypatch.chdir(folder / "net")  # the homeworks are found from below
    missing = beras_command("course", "build", "--check")
    assert missing.exit_code == 1
    assert f"missing: {tmp_path / 'assignments' / 'small' / 'main.py'}" in missing.stdout.replace("\n", "")
    assert not (tmp_path / "assignments").exists()

    assert beras_command("course", "build").exit_code == 0
    checked = beras_command("course", "build", "--check")
    assert (checked.exit_code, checked.stdout) == (0, "assignments/ is what the references make.\n")
    assert "0 written" in beras_command("course", "build").stdout

    (tmp_path / "assignments" / "small" / "given.py").write_text("x", encoding="utf-8")
    (tmp_path / "assignments" / "small" / "more.py").write_text("x", encoding="utf-8")
    changed = beras_command("course", "build", "small", "--check")
    assert changed.exit_code == 1
    assert "changed: " in changed.stdout
    assert "not made by the build: " in changed.stdout
    assert "(2 files). Build it: beras course build" in changed.stderr
    assert "removed, since the build does not make it" in beras_command("course", "build").stdout


def test_the_name_is_that_of_the_folder(beras_command, tmp_path):
    shutil.move(make(tmp_path), tmp_path / "reference" / "other")
    result = beras_command("course", "build", "--root", tmp_path)
    assert result.exit_code == 1
    assert "name must be that of the folder, 'other'. Received: 'small'." in result.stderr


def test_prove_prints_and_exits_with_1_on_any_failure(beras_command, tmp_path):
    make(tmp_path)
    result = beras_command("course", "prove", "--root", tmp_path, "--jobs", 2, "--json")
    assert result.exit_code == 1
    report = json.loads(result.stdout)
    (small,) = report["homeworks"]
    assert not report["ok"]
    assert small["name"] == "small"
    assert small["score"]["stencil"] == 0
    assert small["mistakes"][0]["caught"]
    failing = [found["name"] for found in small["properties"] if not found["ok"]]
    assert set(failing) <= {"mistakes", "torch"}
    assert "mistakes" in failing


def test_prove_says_what_does_not_hold(beras_command, tmp_path):
    make(tmp_path, {"net/layers.py": ("    # END SOLUTION\n\n", "\n")})
    result = beras_command("course", "prove", "--root", tmp_path)
    assert result.exit_code == 1
    assert "small: NOT PROVEN" in result.stdout
    assert "DOES NOT HOLD: the assignment can be built" in result.stdout


def test_without_torch_there_is_nothing_to_freeze_with(beras_command, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    make(tmp_path)
    result = beras_command("course", "freeze", "--root", tmp_path)
    assert result.exit_code == 1
    assert 'pip install "beras[oracle]"' in result.stderr
