"""The contact sheet: originals, blurred, in one file, with nothing from anywhere else."""

from __future__ import annotations

import re
from base64 import b64decode
from html.parser import HTMLParser
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from beras.diffusion import DiffusionError, plant, scan
from tests.diffusion.safety.conftest import blocks


class Page(HTMLParser):
    """The elements of a page: tags with their attributes, and the text."""

    VOID = ("meta", "img", "input", "br")

    def __init__(self, text):
        super().__init__()
        self.elements, self.words, self.open = [], [], []
        self.feed(text)
        assert self.open == [], "an element is not closed"

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)

    def of(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def pictures(self):
        return [Image.open(BytesIO(b64decode(image["src"].partition(",")[2]))) for image in self.of("img")]


def page_of(report, tmp_path, **options):
    report.to_html(tmp_path / "sheet.html", **options)
    return Page((tmp_path / "sheet.html").read_text(encoding="utf-8"))


def test_flagged_pictures_are_the_originals_and_not_black(planted, folder, tmp_path):
    report = scan(folder, planted)
    page = page_of(report, tmp_path)
    assert len(page.pictures) == 3
    for number, shown in zip(report.flagged, page.pictures, strict=True):
        truth = report.files[number]
        assert shown.size == truth.size
        difference = np.abs(np.asarray(shown, float) - np.asarray(truth, float)).mean()
        assert difference < 12  # what JPEG costs; a black square differs by over 100


def test_they_are_made_small_and_carry_no_metadata(checker, tmp_path):
    place = tmp_path / "large"
    place.mkdir()
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    blocks(0, 1200, 600).save(place / "0.jpg", exif=exif)
    report = scan(place, plant(checker, [place / "0.jpg"]))
    page = page_of(report, tmp_path)
    assert page.pictures[0].size == (256, 128)
    assert not page.pictures[0].getexif()


def test_they_are_blurred_until_chosen(planted, folder, tmp_path):
    page = page_of(scan(folder, planted), tmp_path)
    style = re.sub(r"\s+", " ", "".join(page.words))
    assert "img { display: block; max-width: 100%; filter: blur(24px); }" in style
    assert "label:hover img, input:checked + img { filter: none; }" in style
    names = [name for name, _ in page.elements]
    for at in (at for at, name in enumerate(names) if name == "img"):
        assert names[at - 2 : at] == ["label", "input"]
    assert {box["type"] for box in page.of("input")} == {"checkbox"}


def test_the_page_asks_for_nothing_from_elsewhere(planted, folder, tmp_path):
    page = page_of(scan(folder, planted), tmp_path)
    sources = [
        value for _, attributes in page.elements for name, value in attributes.items() if name in ("src", "href")
    ]
    assert all(source.startswith("data:image/jpeg;base64,") for source in sources)
    assert "script" not in {name for name, _ in page.elements}
    assert any("default-src 'none'" in meta.get("content", "") for meta in page.of("meta"))


def test_scores_names_and_failures_are_there(planted, folder, tmp_path):
    (folder / "bad.png").write_bytes(b"")
    page = page_of(scan(folder, planted), tmp_path)
    text = "".join(page.words)
    for shown in ("10.png", "concept 0: +0.", "3 flagged", "1 without a verdict", "bad.png", "The file is empty"):
        assert shown in text


@pytest.mark.skipif('sys.platform == "win32"', reason="such names do not exist there")
def test_names_cannot_become_elements(planted, folder, tmp_path):
    name = '<script>alert("x")<img onerror=x>&amp;.png'
    (folder / "10.png").rename(folder / name)
    page = page_of(scan(folder, planted), tmp_path)
    assert name in "".join(page.words)
    assert "script" not in {tag for tag, _ in page.elements}


def test_there_is_a_limit_and_the_rest_is_counted(planted, folder, tmp_path):
    report = scan(folder, planted)
    page = page_of(report, tmp_path, limit=2)
    assert len(page.pictures) == 2
    assert "1 more are flagged and not shown here" in "".join(page.words)
    assert page_of(report, tmp_path, limit=0).of("img") == []
    with pytest.raises(DiffusionError, match="limit"):
        report.to_html(tmp_path / "x.html", limit=-1)


def test_a_picture_that_is_gone_is_said_to_be(planted, folder, tmp_path):
    report = scan(folder, planted)
    (folder / "10.png").unlink()
    page = page_of(report, tmp_path)
    assert len(page.pictures) == 2
    assert "It cannot be shown. The file is gone." in "".join(page.words)


def test_nothing_flagged_is_a_page_too(checker, folder, tmp_path):
    page = page_of(scan(folder, plant(checker, [blocks(99)], others=folder)), tmp_path)
    assert "0 flagged" in "".join(page.words)
