"""Make docs/images/run.png, the picture in the README, from the figures of a run: python docs/make_images.py RUN."""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image

WIDTH, GAP = 1400, 30


def fitted(path: Path, width: int) -> Image.Image:
    picture = Image.open(path).convert("RGB")
    return picture.resize((width, round(picture.height * width / picture.width)), Image.Resampling.LANCZOS)


def main() -> None:
    figures = Path(sys.argv[1]) / "figures"
    half = (WIDTH - GAP) // 2
    rows = [
        [fitted(figures / "model.png", half), fitted(figures / "history.png", half)],
        [fitted(figures / "mistakes.png", half), fitted(figures / "weights.png", half)],
    ]
    heights = [max(picture.height for picture in row) for row in rows]
    sheet = Image.new("RGB", (WIDTH, sum(heights) + GAP), "white")
    top = 0
    for row, height in zip(rows, heights, strict=True):
        for column, picture in enumerate(row):
            sheet.paste(picture, (column * (half + GAP), top))
        top += height + GAP
    target = Path(__file__).parent / "images" / "run.png"
    sheet.quantize(256, dither=Image.Dither.NONE).save(target, optimize=True)
    print(f"{target}: {sheet.width}x{sheet.height}, {target.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
