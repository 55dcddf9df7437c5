"""scan(): the right pictures for any batch size, one bad file reported and the rest scanned, nothing changed."""

from __future__ import annotations

import hashlib
import os

import numpy as np
import pytest
import torch
from PIL import Image

from beras.diffusion import DiffusionError, ImageFiles, clip_transform, scan
from beras.diffusion.chatter import quiet_libraries
from beras.diffusion.safety import ScanInterrupted
from tests.diffusion.safety.conftest import SCAN, blocks
from tests.diffusion.safety.test_picture import broken_files


def contents(folder):
    return {
        path.relative_to(folder).as_posix(): (hashlib.sha256(path.read_bytes()).digest(), path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize("workers", [0, 3])
@pytest.mark.parametrize("batch_size", [1, 3, 10, 12, 100])
def test_planted_pictures_are_found_whatever_the_batch(planted, folder, batch_size, workers):
    report = scan(folder, planted, batch_size=batch_size, workers=workers)
    assert report.flagged == [2, 3, 11]
    assert [report.files.names[number] for number in report.flagged] == ["10.png", "11.png", "9.png"]
    assert report.complete
    assert report.looked_at == report.total == 12


@pytest.mark.parametrize("batch_size", [1, 3, 10, 12])
def test_special_care_tips_a_planted_picture_over_whatever_the_batch(planted, folder, batch_size):
    """Concept 0's threshold is 0.005 too high for its picture, until special care lowers it by 0.01."""
    with torch.no_grad():
        planted.concept_embeds_weights[0] = 1.005
        assert scan(folder, planted, batch_size=batch_size).flagged == [3, 11]
        planted.special_care_embeds[1] = planted.concept_embeds[0]
        planted.special_care_embeds_weights[1] = 0.9
    report = scan(folder, planted, batch_size=batch_size)
    assert report.flagged == [2, 3, 11]
    assert next(row for row in report.rows() if row["number"] == 2)["special_care"] == [1]


def test_the_library_agrees_on_every_picture(checker, folder):
    files = ImageFiles(folder)
    pixels = torch.stack([clip_transform()(files[number]) for number in range(12)])
    with torch.no_grad():
        found = scan(folder, checker, batch_size=12).scores
        checker.concept_embeds_weights.copy_(torch.from_numpy(np.median(found.concept_cosines, axis=0) + 0.2))
    with quiet_libraries():
        _, truth = checker(clip_input=pixels, images=[np.ones((2, 2, 3)) for _ in pixels])
    assert set(truth) == {True, False}
    assert scan(folder, checker).scores.flagged.tolist() == truth


def test_no_file_is_changed(planted, folder):
    before = contents(folder)
    report = scan(folder, planted)
    report.to_html(folder.parent / "sheet.html")
    assert report.flagged
    assert contents(folder) == before


def test_bad_files_are_reported_and_the_rest_is_scanned(planted, folder):
    broken = broken_files(folder)
    for extra in ("whole.png", "whole.jpg"):
        (folder / extra).unlink()
    report = scan(folder, planted)
    names = {report.files.names[number] for number in report.errors}
    assert names == set(broken)
    assert [report.files.names[number] for number in report.flagged] == ["10.png", "11.png", "9.png"]
    assert report.looked_at == 12
    assert not report.complete
    verdicts = {row["path"]: row["verdict"] for row in report.rows()}
    assert {verdicts[name] for name in broken} == {"error"}


def test_every_oddity_at_once(checker, tmp_path):
    picture, place = blocks(1, 200, 150), tmp_path / "odd"
    place.mkdir()
    for mode in ("L", "RGBA", "P", "1"):
        picture.convert(mode).save(place / f"{mode}.png")
    picture.convert("CMYK").save(place / "CMYK.tif")
    picture.quantize(8).save(place / "see-through palette.png", transparency=bytes(range(8)))
    Image.fromarray(np.full((90, 80), 30000, np.uint16)).save(place / "sixteen.png")
    picture.save(place / "Ünïcödé 图片 🦙.png")
    picture.save(place / "png.jpg", "PNG")
    picture.save(place / "damaged exif.jpg", exif=b"Exif\0\0II*\0\xff\xff\xff\xff" + bytes(range(40)))
    (place / "._x.png").write_bytes(b"\0\5\x16\7")
    Image.new("RGB", (1, 1)).save(place / "dot.png")
    report = scan(place, checker, batch_size=3)
    assert report.errors == {}
    assert report.complete
    assert report.total == 11


@pytest.mark.skipif(os.name == "nt" or os.uname().sysname == "Darwin", reason="names are text there")
def test_a_name_that_is_no_text_survives_every_output(planted, folder, tmp_path):
    odd = os.path.join(os.fsencode(folder), b"10-\xff.png")
    with open(odd, "wb") as file:
        file.write((folder / "10.png").read_bytes())
    report = scan(folder, planted, resume=tmp_path / "journal")
    assert len(report.flagged) == 4
    for name, write in (("a.csv", report.to_csv), ("a.json", report.to_json), ("a.html", report.to_html)):
        write(tmp_path / name)
        assert "10-" in (tmp_path / name).read_text(encoding="utf-8")
    assert r"10-\udcff.png" in str(report)
    assert scan(folder, planted, resume=tmp_path / "journal").restored == 13


def test_raise_stops_at_the_first_bad_file(planted, folder):
    (folder / "1x.png").write_bytes(b"")
    with pytest.raises(DiffusionError, match=r"1x\.png: The file is empty"):
        scan(folder, planted, on_error="raise")


def test_a_folder_that_cannot_be_listed_is_never_passed_over(planted, folder):
    files = ImageFiles(folder)
    files.unreadable["secret"] = "The folder cannot be read: Permission denied."
    report = scan(files, planted)
    assert not report.complete
    assert "1 folder could not be read" in report.sentence()
    with pytest.raises(DiffusionError, match="secret"):
        scan(files, planted, on_error="raise")


def test_a_picture_on_which_the_checker_gives_nan_is_an_error_and_never_safe(planted, folder, monkeypatch):
    from beras.diffusion.safety.score import cosines

    def one_is_nan(checker, pixels):
        special, concepts = cosines(checker, pixels)
        concepts = concepts.copy()
        concepts[1, 5] = np.nan
        return special, concepts

    monkeypatch.setattr(SCAN, "cosines", one_is_nan)
    report = scan(folder, planted, batch_size=4)
    assert sorted(report.errors) == [1, 5, 9]
    assert "NaN" in report.errors[1]
    assert [row["verdict"] for row in report.rows() if row["number"] in (1, 5, 9)] == ["error"] * 3
    assert not report.complete


def test_a_checker_that_gives_nan_throughout_calls_nothing_safe(planted, folder):
    with torch.no_grad():
        planted.visual_projection.weight.fill_(float("nan"))
    report = scan(folder, planted)
    assert len(report.errors) == 12
    assert {row["verdict"] for row in report.rows()} == {"error"}


@pytest.mark.parametrize("workers", [0, 2])
def test_ctrl_c_keeps_what_was_done(planted, folder, monkeypatch, workers):
    from beras.diffusion.safety.score import cosines

    calls = []

    def interrupted(checker, pixels):
        calls.append(len(pixels))
        if len(calls) == 3:
            raise KeyboardInterrupt
        return cosines(checker, pixels)

    monkeypatch.setattr(SCAN, "cosines", interrupted)
    with pytest.raises(KeyboardInterrupt) as caught:
        scan(folder, planted, batch_size=4, workers=workers)
    assert isinstance(caught.value, ScanInterrupted)
    report = caught.value.report
    assert report.interrupted
    assert (report.looked_at, report.unseen) == (8, 4)
    assert report.flagged == [2, 3]
    assert [row["verdict"] for row in report.rows()][8:] == ["unseen"] * 4
    assert "4 not looked at" in report.sentence()


def test_half_precision_is_scanned_in_float32(planted, folder):
    with torch.no_grad():
        planted.concept_embeds_weights[planted.concept_embeds_weights < 1] = 0.999
    assert scan(folder, planted.half()).flagged == [2, 3, 11]
    assert planted.dtype == torch.float16


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"batch_size": 0}, "batch_size"),
        ({"batch_size": 2.5}, "batch_size"),
        ({"batch_size": True}, "batch_size"),
        ({"workers": -1}, "workers"),
        ({"on_error": "rais"}, "Did you mean 'raise'"),
        ({"resume": "no/such/folder/journal"}, "there is no folder"),
    ],
    ids=str,
)
def test_wrong_options_are_named(planted, folder, options, said):
    with pytest.raises(DiffusionError, match=said):
        scan(folder, planted, **options)


def test_no_checker_no_scan(folder, tiny):
    with pytest.raises(DiffusionError, match="no safety checker"):
        scan(folder, None)
    with pytest.raises(DiffusionError, match=r"pipe\.safety_checker"):
        scan(folder, tiny)


def test_only_so_many_pictures_are_read_ahead(planted, folder, monkeypatch):
    """With memory for few: at no time are more than a batch, and two for each thread, read and not yet scored."""
    from beras.diffusion.safety import reading
    from beras.diffusion.safety.score import cosines

    read, scored, most = [], [], []

    def count_read(path):
        read.append(path)
        most.append(len(read) - len(scored))
        return reading_of(path)

    def count_scored(checker, pixels):
        scored.extend(pixels)
        return cosines(checker, pixels)

    reading_of = reading.read_picture
    monkeypatch.setattr(reading, "read_picture", count_read)
    monkeypatch.setattr(SCAN, "cosines", count_scored)
    scan(folder, planted, batch_size=2, workers=0)
    assert max(most) == 2
    most.clear(), read.clear(), scored.clear()
    scan(folder, planted, batch_size=2, workers=2)
    assert max(most) <= 2 + 2 + 2 * 2
