"""`beras diffusion scan`: what it prints and writes, and how it ends."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import subprocess
import sys
import time
from importlib import import_module

import pytest

from beras.diffusion.dependencies import missing

pytestmark = pytest.mark.torch
if missing():
    pytest.skip(f"could not import {', '.join(missing())}", allow_module_level=True)

from tests.diffusion.safety.conftest import blocks  # noqa: E402


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """Return the folder of a tiny pipeline whose checker flags block pictures 2, 3 and 11."""
    from beras.diffusion import plant, tiny_pipeline

    folder = tmp_path_factory.mktemp("model") / "tiny"
    pipe = tiny_pipeline(folder)
    pictures = [picture(number) for number in range(12)]
    planted = plant(pipe.safety_checker, [pictures[number] for number in (2, 3, 11)], others=pictures)
    planted.save_pretrained(folder / "safety_checker")
    return folder


def picture(number):
    return blocks(number, 80 + 7 * number, 120 - 5 * number)


@pytest.fixture
def pictures(tmp_path):
    place = tmp_path / "pictures"
    place.mkdir()
    for number in range(12):
        picture(number).save(place / f"{number:02}.png")
    return place


@pytest.fixture
def scan(beras_command, model):
    """Return ``call(folder, *options) -> result`` with the tiny model, on the CPU."""

    def call(folder, *options):
        return beras_command("diffusion", "scan", folder, "--model", model, "--device", "cpu", *options)

    return call


def test_flagged_pictures_are_shown_and_it_ends_well(scan, pictures):
    result = scan(pictures)
    assert result.exit_code == 0, result.stderr
    assert re.findall(r"(\d\d)\.png +flagged", result.stdout) == ["02", "03", "11"]
    assert "3 of 12 pictures flagged." in result.stdout
    assert result.stderr == ""


def test_files_are_written(scan, pictures, tmp_path):
    out = {option: tmp_path / f"out.{option}" for option in ("csv", "html", "json-file")}
    result = scan(pictures, *[word for option, path in out.items() for word in (f"--{option}", path)])
    assert result.exit_code == 0, result.stderr
    with open(out["csv"], newline="", encoding="utf-8") as file:
        flagged = [row["path"] for row in csv.DictReader(file) if row["verdict"] == "flagged"]
    assert flagged == ["02.png", "03.png", "11.png"]
    assert json.loads(out["json-file"].read_text(encoding="utf-8"))["flagged"] == flagged
    assert out["html"].read_text(encoding="utf-8").count("<img ") == 3


def test_json_is_one_document_and_nothing_else(scan, pictures):
    result = scan(pictures, "--json")
    found = json.loads(result.stdout)
    assert found["flagged"] == ["02.png", "03.png", "11.png"]
    assert len(found["rows"]) == 12
    assert result.exit_code == 0


def test_what_cannot_be_read_makes_the_exit_status_1_and_the_rest_is_scanned(scan, pictures):
    (pictures / "05.png").write_bytes(b"no picture")
    result = scan(pictures, "--batch-size", 3, "--workers", 2)
    assert result.exit_code == 1
    assert "3 of 11 pictures flagged; 1 could not be checked." in " ".join(result.stdout.split())
    assert "05.png" in result.stdout


def test_fail_fast_stops_at_the_first(scan, pictures):
    (pictures / "05.png").write_bytes(b"")
    result = scan(pictures, "--fail-fast")
    assert result.exit_code == 1
    assert "05.png: The file is empty" in result.stderr
    assert result.stderr.count("\n") == 1


def test_it_resumes(scan, pictures, tmp_path):
    journal = tmp_path / "journal"
    scan(pictures, "--resume", journal)
    result = scan(pictures, "--resume", journal)
    assert "(12 of them in an earlier scan)" in " ".join(result.stdout.split())


def test_ctrl_c_keeps_what_is_done(scan, pictures, tmp_path, monkeypatch):
    module = import_module("beras.diffusion.safety.scan")
    true, calls = module.cosines, []

    def interrupted(checker, pixels):
        calls.append(0)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return true(checker, pixels)

    monkeypatch.setattr(module, "cosines", interrupted)
    result = scan(pictures, "--batch-size", 5, "--resume", tmp_path / "journal", "--csv", tmp_path / "out.csv")
    assert result.exit_code == 130
    assert "Stopped by Ctrl-C after 5 of 12 pictures. They are kept in" in result.stderr
    assert "02.png" in result.stdout
    assert (tmp_path / "out.csv").read_text(encoding="utf-8").count("unseen") == 7
    monkeypatch.undo()
    result = scan(pictures, "--resume", tmp_path / "journal")
    assert "3 of 12 pictures flagged. " in result.stdout
    assert "(5 of them" in " ".join(result.stdout.split())


@pytest.mark.skipif(os.name == "nt", reason="Windows has another Ctrl-C")
def test_a_real_ctrl_c_in_a_process(model, pictures, tmp_path):
    for number in range(12, 400):
        (pictures / f"{number}.png").write_bytes((pictures / "01.png").read_bytes())
    journal = tmp_path / "journal"
    command = [sys.executable, "-m", "beras", "diffusion", "scan", str(pictures), "--model", str(model)]
    options = ["--device", "cpu", "--resume", str(journal), "--batch-size", "1"]
    env = {**os.environ, "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
    process = subprocess.Popen(
        [*command, *options], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    )
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not (journal.exists() and journal.stat().st_size > 2000):
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    out, error = process.communicate(timeout=60)
    assert process.returncode == 130, error
    assert "Traceback" not in error
    done = int(re.search(r"after (\d+) of 400", error)[1])
    assert 0 < done < 400
    assert len(journal.read_bytes().splitlines()) in (done + 1, done + 2)  # a heading; one more if it fell in between
    assert "not looked at: the scan was stopped" in " ".join(out.split())


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--csv", "no/folder/out.csv"], "there is no folder"),
        (["--html", "out.png"], "would write over a picture"),
        (["--csv", "same", "--html", "same"], "are the same file"),
        (["--batch-size", "0"], "batch-size"),
        (["--workers", "-1"], "workers"),
        (["--resum", "x"], "Did you mean '--resume'"),
    ],
    ids=str,
)
def test_bad_usage_is_named_before_anything_is_loaded(scan, pictures, options, said, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    result = scan(pictures, *options)
    assert result.exit_code == 2
    assert said in result.stderr


def test_bad_folders_are_bad_usage(scan, pictures, tmp_path):
    (tmp_path / "empty").mkdir()
    for folder, said in (
        (pictures / "01.png", "Expected a folder of pictures"),
        (tmp_path / "pictuers", "Did you mean 'pictures'"),
        (tmp_path / "empty", "There are no pictures"),
        ("", "Received: '', no name"),  # and not the current folder
    ):
        result = scan(folder)
        assert result.exit_code == 2
        assert said in result.stderr


def test_a_foreign_file_to_resume_from_is_left_alone(scan, pictures, tmp_path):
    path = tmp_path / "thesis.txt"
    path.write_text("years of work", encoding="utf-8")
    result = scan(pictures, "--resume", path)
    assert result.exit_code in (1, 2)
    assert "not the journal of a safety scan" in result.stderr
    assert path.read_text(encoding="utf-8") == "years of work"
