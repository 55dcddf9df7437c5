"""read_picture(): every oddity of picture files, each read rightly or refused in one sentence."""

from __future__ import annotations

import os
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from beras.diffusion.safety import PictureError, read_picture
from beras.diffusion.safety.picture import MAX_PIXELS, pillow_quiet
from tests.diffusion.safety.conftest import blocks


def png_header(width: int, height: int) -> bytes:
    """Return the start of a PNG that says it is so large, without the pixels."""
    content = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    checked = struct.pack(">I", 13) + content + struct.pack(">I", zlib.crc32(content))
    rest = b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in ((b"IDAT", zlib.compress(b"\0")), (b"IEND", b""))
    )
    return b"\x89PNG\r\n\x1a\n" + checked + rest


@pytest.mark.parametrize("mode", ["L", "RGBA", "P", "1", "CMYK", "LA", "RGB"])
def test_other_modes_are_read_as_torchvision_reads_them(tmp_path, mode):
    from torchvision.datasets.folder import pil_loader

    path = tmp_path / ("picture.tif" if mode == "CMYK" else "picture.png")
    blocks(1).convert(mode).save(path)
    found = read_picture(path)
    assert found.mode == "RGB"
    assert found.tobytes() == pil_loader(str(path)).tobytes()


def test_a_palette_with_transparent_entries_is_read_without_a_warning(tmp_path):
    picture = blocks(1).quantize(8)
    picture.save(tmp_path / "p.png", transparency=bytes(range(8)))
    assert read_picture(tmp_path / "p.png").tobytes() == picture.convert("RGB").tobytes()


@pytest.mark.parametrize("ending", ["png", "tif"])
def test_sixteen_bits_are_scaled_and_not_clipped_to_white(tmp_path, ending):
    values = np.linspace(0, 65535, 96 * 80).reshape(80, 96).astype(np.uint16)
    path = tmp_path / f"deep.{ending}"
    Image.fromarray(values).save(path)
    np.testing.assert_array_equal(np.asarray(read_picture(path))[..., 0], values // 256)


def test_numbers_of_unknown_range_are_refused(tmp_path):
    Image.fromarray(np.random.default_rng(0).random((9, 9), np.float32)).save(tmp_path / "f.tif")
    with pytest.raises(PictureError, match="floating-point numbers"):
        read_picture(tmp_path / "f.tif")


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_stored_on_its_side_is_turned(tmp_path, orientation):
    from PIL import ImageOps

    picture = blocks(2)
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture.save(tmp_path / "turned.png", exif=exif)
    with Image.open(tmp_path / "turned.png") as stored:
        truth = ImageOps.exif_transpose(stored)
    assert read_picture(tmp_path / "turned.png").tobytes() == truth.tobytes()


def test_damaged_exif_does_not_stop_it(tmp_path):
    blocks(2).save(tmp_path / "x.jpg", exif=b"Exif\0\0II*\0\xff\xff\xff\xff" + bytes(range(40)))
    with pillow_quiet():
        assert read_picture(tmp_path / "x.jpg").size == (96, 80)


def test_the_content_decides_and_not_the_ending(tmp_path):
    blocks(3).save(tmp_path / "really.png")
    (tmp_path / "really.png").rename(tmp_path / "said.jpg")
    assert read_picture(tmp_path / "said.jpg").tobytes() == blocks(3).tobytes()


def broken_files(folder):
    whole = folder / "whole.png"
    blocks(4, 300, 300).save(whole)
    jpeg = folder / "whole.jpg"
    blocks(4, 300, 300).save(jpeg)
    contents = {
        "empty.png": b"",
        "text.png": b"this is no picture",
        "cut.png": whole.read_bytes()[: whole.stat().st_size // 2],
        "cut.jpg": jpeg.read_bytes()[: jpeg.stat().st_size // 2],
        "head.png": whole.read_bytes()[:20],
        "damaged.png": whole.read_bytes()[:43] + b"\xff" * 40 + whole.read_bytes()[83:],
        "large.png": png_header(10_000, 9_000),
        "bomb.png": png_header(60_000, 60_000),
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return contents


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("empty.png", "empty"),
        ("text.png", "not a picture"),
        ("cut.png", "cannot be decoded"),
        ("cut.jpg", "truncated"),
        ("head.png", "cannot be decoded|not a picture"),
        ("damaged.png", "cannot be decoded"),
        ("large.png", "too large"),
        ("bomb.png", "too large"),
        ("absent.png", "gone"),
    ],
)
def test_what_is_broken_is_named_in_one_sentence(tmp_path, name, said):
    broken_files(tmp_path)
    with pytest.raises(PictureError, match=said) as caught:
        read_picture(tmp_path / name)
    assert "\n" not in str(caught.value)
    assert str(tmp_path) not in str(caught.value)


def test_the_limit_is_pillows_own():
    assert MAX_PIXELS == Image.MAX_IMAGE_PIXELS


def test_a_folder_is_no_picture(tmp_path):
    (tmp_path / "x.png").mkdir()
    with pytest.raises(PictureError, match="not a plain file"):
        read_picture(tmp_path / "x.png")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes in folders here")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(PictureError, match="not a plain file"):
        read_picture(tmp_path / "pipe.png")


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_a_link_to_nothing_is_named(tmp_path):
    (tmp_path / "link.png").symlink_to(tmp_path / "absent.png")
    with pytest.raises(PictureError, match="link to a file that does not exist"):
        read_picture(tmp_path / "link.png")


@pytest.mark.parametrize(
    "error", [MemoryError(), SyntaxError("broken PNG"), struct.error("x"), EOFError(), ValueError("v")]
)
def test_whatever_a_decoder_raises_becomes_one_sentence(tmp_path, monkeypatch, error):
    blocks(0).save(tmp_path / "x.png")

    def fail(*arguments, **options):
        raise error

    monkeypatch.setattr(Image.Image, "convert", fail)
    with pytest.raises(PictureError):
        read_picture(tmp_path / "x.png")
