"""The contact sheet: the flagged pictures of a scan on one HTML page that needs no other file and no network.

They are the originals, made small, and not the black squares that the library would return. Each is blurred until the
mouse is over it, or it is clicked or chosen with the keyboard.
"""

from __future__ import annotations

from base64 import b64encode
from html import escape
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from beras.diffusion.checks import whole_number
from beras.diffusion.safety.picture import PictureError, pillow_quiet
from beras.diffusion.safety.scores import tidy
from beras.diffusion.safety.table import printable, sentence
from beras.files import replacing

if TYPE_CHECKING:
    from beras.diffusion.safety.report import ScanReport

__all__ = ["write_contact_sheet"]

#: The longer side of a picture on the sheet, in pixels, and its JPEG quality.
_SIDE = 256
_QUALITY = 85
_MOST_ERRORS = 500

_HEAD = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>Flagged pictures: {folder}</title>
<style>
:root {{ color-scheme: light dark; font-family: system-ui, sans-serif; }}
body {{ margin: 2rem; }}
main {{ display: grid; grid-template-columns: repeat(auto-fill, minmax({side}px, 1fr)); gap: 1.5rem; }}
figure {{ margin: 0; }}
label {{ display: block; overflow: hidden; width: fit-content; max-width: 100%; cursor: pointer; }}
label:focus-within {{ outline: 3px solid Highlight; }}
input {{ position: absolute; opacity: 0; }}
img {{ display: block; max-width: 100%; filter: blur(24px); }}
label:hover img, input:checked + img {{ filter: none; }}
figcaption {{ overflow-wrap: anywhere; font-size: 0.85rem; margin-top: 0.4rem; }}
table {{ border-collapse: collapse; }}
td, th {{ border: 1px solid; padding: 0.2rem 0.5rem; text-align: left; overflow-wrap: anywhere; }}
</style>
</head>
<body>
<h1>{count} flagged in {folder}</h1>
<p>{sentence}</p>
<p>Pictures are blurred. Point at one to see it; click it, or choose it with Tab and Space, to keep it clear.
A score is how far a cosine is above the threshold of a concept, rounded to 0.001; above 0 it flags.</p>
<main>
"""


def write_contact_sheet(report: ScanReport, path: Path, limit: int = 500) -> None:
    """Write the page, one picture after the other, so that memory does not grow with their number.

    Args:
        report: what `scan` returned; the flagged files are read again.
        path: of the page.
        limit: how many pictures at most, from 0, the first by number; the page says how many there are besides.

    Raises:
        DiffusionError: when ``limit`` is no whole number from 0.
        OSError: when the page cannot be written.
    """
    whole_number("limit", limit, 0, None, "of pictures")
    with replacing(path) as file, pillow_quiet():

        def write(text: str) -> None:
            file.write(text.encode("utf-8", "backslashreplace"))

        numbers = report.flagged
        folder = escape(printable(str(report.files.folder)))
        write(_HEAD.format(folder=folder, count=f"{len(numbers):,}", sentence=escape(sentence(report)), side=_SIDE))
        flagged = report.scores[report.scores.flagged]
        columns = zip(numbers, flagged.rows(), flagged.concept_scores, strict=True)
        for (number, row, scores), _ in zip(columns, range(limit)):
            write(_figure(report, number, row, scores))
        write("</main>\n")
        if len(numbers) > limit:
            write(
                f"<p>{len(numbers) - limit:,} more are flagged and not shown here; the CSV and the JSON hold all.</p>\n"
            )
        if not report.complete:
            write(_failures(report))
        write("</body>\n</html>\n")


def _figure(report: ScanReport, number: int, row: dict[str, Any], scores: Any) -> str:
    name = escape(printable(report.files.names[number]))
    concepts = ", ".join(f"concept {concept}: +{tidy(scores[concept]):.3f}" for concept in row["concepts"])
    special = f"<br>special care: {', '.join(map(str, row['special_care']))}" if row["special_care"] else ""
    try:
        source = f"data:image/jpeg;base64,{_thumbnail(report, number)}"
        shown = f'<label><input type="checkbox"><img src="{source}" alt="picture {number}, flagged"></label>'
    except PictureError as error:
        shown = f"<p>It cannot be shown. {escape(printable(str(error)))}</p>"
    return f"<figure>{shown}<figcaption><b>{number}</b> {name}<br>{concepts}{special}</figcaption></figure>\n"


def _thumbnail(report: ScanReport, number: int) -> str:
    picture = report.files[number]
    picture.thumbnail((_SIDE, _SIDE))
    out = BytesIO()
    picture.save(out, "JPEG", quality=_QUALITY)
    return b64encode(out.getvalue()).decode("ascii")


def _failures(report: ScanReport) -> str:
    """Return a table of what has no verdict, which must not be mistaken for safe."""
    failed = [(report.files.names[number], reason) for number, reason in sorted(report.errors.items())]
    failed += report.files.unreadable.items()
    rows = "".join(
        f"<tr><td>{escape(printable(name))}</td><td>{escape(printable(reason))}</td></tr>\n"
        for name, reason in failed[:_MOST_ERRORS]
    )
    count = len(failed) + report.unseen
    more = f"<p>And {count - len(failed[:_MOST_ERRORS]):,} more.</p>\n" if count > len(failed[:_MOST_ERRORS]) else ""
    return f"<h2>{count:,} without a verdict</h2>\n<table>\n{rows}</table>\n{more}"
