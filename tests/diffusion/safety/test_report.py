"""The report: the same verdicts as table, CSV and JSON, and what has no verdict is never passed over."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest

from beras.diffusion import DiffusionError, scan

COLUMNS = ["number", "path", "class", "verdict", "score", "concepts", "special_care", "error"]


@pytest.fixture
def report(planted, folder):
    (folder / "list.txt").write_text("x", encoding="utf-8")
    (folder / "2x.png").write_bytes(b'not, "a" picture')
    return scan(folder, planted)


def test_the_csv_holds_every_picture(report, tmp_path):
    report.to_csv(tmp_path / "out.csv")
    with open(tmp_path / "out.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == COLUMNS
    assert [row["path"] for row in rows] == report.files.names
    assert [row["path"] for row in rows if row["verdict"] == "flagged"] == ["10.png", "11.png", "9.png"]
    assert {row["path"]: row["concepts"] for row in rows if row["concepts"]} == {
        "10.png": "0",
        "11.png": "1",
        "9.png": "2",
    }
    bad = next(row for row in rows if row["path"] == "2x.png")
    assert (bad["verdict"], bad["score"]) == ("error", "")
    assert "not a picture" in bad["error"]
    assert all((float(row["score"]) > 0) == (row["verdict"] == "flagged") for row in rows if row["score"])


def test_the_json_holds_the_same_and_all_scores(report, tmp_path):
    report.to_json(tmp_path / "out.json")
    found = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert found == json.loads(json.dumps(report.to_dict()))
    assert found["flagged"] == ["10.png", "11.png", "9.png"]
    assert list(found["errors"]) == ["2x.png"]
    assert (found["pictures"], found["looked_at"], found["unseen"], found["complete"]) == (13, 12, 0, False)
    assert found["skipped"] == {".txt": 1}
    scored = [row for row in found["rows"] if row["score"] is not None]
    assert len(scored) == 12
    assert all(max(row["concept_scores"]) == row["score"] and len(row["special_scores"]) == 3 for row in scored)


def test_scores_in_rows_are_those_of_the_arrays(report):
    scored = [row["concept_scores"] for row in report.rows() if "concept_scores" in row]
    np.testing.assert_allclose(scored, report.scores.concept_scores, atol=1e-6)


def test_the_table_shows_what_matters_and_the_sentence_counts_all(report):
    text = str(report)
    for shown in ("10.png", "11.png", "9.png", "2x.png", "not a picture"):
        assert shown in text
    assert "0.png  " not in text.replace("10.png", "")
    assert "3 of 12 pictures flagged; 1 could not be checked; left out: 1 .txt." in text


def test_markup_in_names_is_only_text(planted, folder):
    (folder / "10.png").rename(folder / "[bold red]x[9].png")
    assert "[bold red]x[9].png" in str(scan(folder, planted))


def test_a_long_table_is_cut_and_says_so(planted, folder):
    for number in range(60):
        (folder / f"bad{number:02}.png").write_bytes(b"")
    text = str(scan(folder, planted))
    assert "bad46.png" in text
    assert "bad47.png" not in text
    assert "... and 13 more" in text


def test_labels_come_from_class_folders(planted, folder):
    for place, names in (("good", ("0.png", "1.png")), ("bad", ("10.png", "11.png"))):
        (folder / place).mkdir()
        for name in names:
            (folder / name).rename(folder / place / name)
    report = scan(folder, planted)
    assert report.labels("bad").sum() == 2
    names = np.array(report.files.names)
    assert names[report.labels("bad", "good")].tolist() == ["bad/10.png", "bad/11.png", "good/0.png", "good/1.png"]
    with pytest.raises(DiffusionError, match="Did you mean 'good'"):
        report.labels("goods")


def test_a_flat_folder_has_no_classes(report):
    with pytest.raises(DiffusionError, match="no class 'bad': the pictures are in no folders of classes"):
        report.labels("bad")


def test_a_report_of_nothing_is_not_complete(planted, folder):
    for path in folder.glob("*.png"):
        path.write_bytes(b"")
    report = scan(folder, planted)
    assert report.flagged == []
    assert not report.complete
    assert "0 of 0 pictures flagged; 12 could not be checked" in report.sentence()


def test_a_file_that_cannot_be_written_leaves_the_old_one(report, tmp_path, monkeypatch):
    path = tmp_path / "out.csv"
    path.write_text("old", encoding="utf-8")
    monkeypatch.setattr(type(report), "rows", lambda self: iter([{}]))
    with pytest.raises(KeyError):
        report.to_csv(path)
    assert path.read_text(encoding="utf-8") == "old"
    assert [entry.name for entry in tmp_path.iterdir() if entry.is_file()] == ["out.csv"]
