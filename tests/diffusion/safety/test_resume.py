"""resume=: a killed scan goes on where it was, and what has changed since is noticed."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import numpy as np
import pytest
import torch

from beras.diffusion import DiffusionError, ImageFiles, plant, scan
from beras.diffusion.safety import ScanInterrupted
from tests.diffusion.safety.conftest import SCAN, blocks


@pytest.fixture
def journal(tmp_path):
    return tmp_path / "scan.journal"


def stop_after(monkeypatch, batches):
    from beras.diffusion.safety.score import cosines

    calls = []

    def limited(checker, pixels):
        calls.append(0)
        if len(calls) > batches:
            raise KeyboardInterrupt
        return cosines(checker, pixels)

    monkeypatch.setattr(SCAN, "cosines", limited)


def same(one, other):
    np.testing.assert_array_equal(one.cosines, other.cosines)
    return one.flagged == other.flagged


def test_an_interrupted_scan_goes_on_and_ends_bit_for_bit_as_an_uninterrupted_one(
    planted, folder, journal, monkeypatch
):
    whole = scan(folder, planted, batch_size=4)
    with monkeypatch.context() as patch:
        stop_after(patch, 1)
        with pytest.raises(ScanInterrupted):
            scan(folder, planted, batch_size=4, resume=journal)
    report = scan(folder, planted, batch_size=4, resume=journal)
    assert report.restored == 4
    assert same(report, whole)
    again = scan(folder, planted, batch_size=4, resume=journal)
    assert again.restored == 12
    assert same(again, whole)


KILLED = """
import os, sys
import importlib
module = importlib.import_module("beras.diffusion.safety.scan")
from beras.diffusion.tiny import tiny_pipeline
true, calls = module.cosines, []
def dying(checker, pixels):
    calls.append(0)
    if len(calls) == 3:
        os._exit(9)
    return true(checker, pixels)
module.cosines = dying
module.scan(sys.argv[1], tiny_pipeline().safety_checker, batch_size=2, resume=sys.argv[2])
"""


def test_a_process_that_dies_loses_no_finished_batch(tiny, folder, journal):
    env = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run([sys.executable, "-c", KILLED, str(folder), str(journal)], env=env, capture_output=True)
    assert done.returncode == 9, done.stderr.decode()
    report = scan(folder, tiny.safety_checker, resume=journal)
    assert report.restored == 4
    np.testing.assert_allclose(report.cosines, scan(folder, tiny.safety_checker).cosines, atol=1e-5)


@pytest.mark.parametrize("cut", [1, 40, 200])
def test_a_last_line_that_was_not_finished_is_scanned_again(planted, folder, journal, cut):
    scan(folder, planted, batch_size=1, resume=journal)
    journal.write_bytes(journal.read_bytes()[:-cut])
    report = scan(folder, planted, batch_size=1, resume=journal)
    assert report.restored in (10, 11)
    assert report.flagged == [2, 3, 11]
    assert scan(folder, planted, resume=journal).restored == 12


def test_damaged_lines_are_scanned_again(planted, folder, journal):
    scan(folder, planted, resume=journal)
    lines = journal.read_text(encoding="ascii").splitlines()
    lines[3] = "garbage {"
    lines[5] = '["not", "an", "object"]'
    lines[7] = json.dumps({**json.loads(lines[7]), "cosines": "AAAA"})
    lines[9] = json.dumps({**json.loads(lines[9]), "cosines": 5})
    journal.write_text("\n".join(lines) + "\n", encoding="ascii")
    report = scan(folder, planted, resume=journal)
    assert report.restored == 8
    assert report.flagged == [2, 3, 11]


def test_nan_in_a_journal_is_not_believed(planted, folder, journal):
    from beras.diffusion.safety.journal import _encoded

    scan(folder, planted, resume=journal)
    lines = journal.read_text(encoding="ascii").splitlines()
    lines[1] = json.dumps({**json.loads(lines[1]), "cosines": _encoded(np.full(20, np.nan, np.float32))})
    journal.write_text("\n".join(lines) + "\n", encoding="ascii")
    assert scan(folder, planted, resume=journal).restored == 11


def test_a_changed_picture_is_looked_at_again(planted, folder, journal):
    scan(folder, planted, resume=journal)
    (folder / "0.png").write_bytes((folder / "10.png").read_bytes())
    report = scan(folder, planted, resume=journal)
    assert report.restored == 11
    assert report.flagged == [0, 2, 3, 11]
    assert scan(folder, planted, resume=journal).restored == 12


def test_a_change_that_keeps_size_and_time_is_noticed(planted, folder, journal):
    scan(folder, planted, resume=journal)
    path = folder / "0.png"
    before = path.stat()
    content = path.read_bytes()
    path.write_bytes(bytes([content[0]]) + content[1:])
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    if path.stat().st_ctime_ns == before.st_ctime_ns:
        pytest.skip("this file system does not say when an entry was last changed")
    assert scan(folder, planted, resume=journal).restored == 11


def test_new_and_removed_pictures(planted, folder, journal):
    scan(folder, planted, resume=journal)
    blocks(77).save(folder / "00.png")
    (folder / "5.png").unlink()
    report = scan(folder, planted, resume=journal)
    assert (report.total, report.restored) == (12, 11)
    assert [report.files.names[number] for number in report.flagged] == ["10.png", "11.png", "9.png"]


def test_another_checker_looks_at_everything_again_and_loses_nothing(planted, checker, folder, journal):
    scan(folder, planted, resume=journal)
    other = plant(checker, ImageFiles(folder)[6], others=folder)
    report = scan(folder, other, resume=journal)
    assert (report.restored, report.flagged) == (0, [6])
    assert scan(folder, planted, resume=journal).restored == 12
    assert scan(folder, other, resume=journal).restored == 12


def test_one_threshold_is_another_checker(planted, folder, journal):
    scan(folder, planted, resume=journal)
    with torch.no_grad():
        planted.concept_embeds_weights[0] = 2.0
    report = scan(folder, planted, resume=journal)
    assert (report.restored, report.flagged) == (0, [3, 11])


def test_another_way_of_reading_is_noticed(planted, folder, journal, monkeypatch):
    scan(folder, planted, resume=journal)
    monkeypatch.setattr(SCAN, "_READING", 99)
    assert scan(folder, planted, resume=journal).restored == 0


def test_what_failed_is_tried_again(planted, folder, journal):
    whole = (folder / "10.png").read_bytes()
    (folder / "10.png").write_bytes(whole[:50])
    assert list(scan(folder, planted, resume=journal).errors) == [2]
    (folder / "10.png").write_bytes(whole)
    report = scan(folder, planted, resume=journal)
    assert (report.restored, report.flagged) == (11, [2, 3, 11])


def test_another_batch_size_goes_on(planted, folder, journal):
    scan(folder, planted, batch_size=3, resume=journal)
    assert scan(folder, planted, batch_size=10, resume=journal).restored == 12


@pytest.mark.parametrize("content", [b"number,path\n1,a.png\n", b"\x89PNG\r\n\x1a\n", b"{}\n", b"{"], ids=str)
def test_a_file_that_is_no_journal_is_left_as_it_is(planted, folder, journal, content):
    journal.write_bytes(content)
    if content == b"{":  # may be a journal of which one byte was written
        assert scan(folder, planted, resume=journal).complete
        return
    with pytest.raises(DiffusionError, match="is not the journal of a safety scan, and was left as it is"):
        scan(folder, planted, resume=journal)
    assert journal.read_bytes() == content


def test_a_folder_is_no_journal(planted, folder, tmp_path):
    with pytest.raises(DiffusionError, match="must be a file"):
        scan(folder, planted, resume=tmp_path)
