import sys
import warnings

import numpy as np
import pytest

from beras.datasets import digits
from beras.datasets.idx import read_idx
from beras.datasets.locate import find_file, search_folders
from beras.training.image import FRAMES, Frame, ImageError, prepare_image

Image = pytest.importorskip("PIL.Image")
MNIST = FRAMES["mnist"]


def save(path, array, **options):
    Image.fromarray(array).save(path, **options)
    return path


def stroke(height=100, width=80, thick=12):
    """A light figure 7 on dark ground, uint8."""
    picture = np.zeros((height, width), np.uint8)
    picture[20 : 20 + thick, 15:60] = 255
    picture[20:85, 60 - thick : 60] = 255
    return picture


def prepared(path, frame=MNIST):
    return prepare_image(path, (28, 28), 255, frame)


def test_ink_touches_the_box_and_its_mass_is_in_the_middle(tmp_path):
    pixels = prepared(save(tmp_path / "7.png", stroke())).pixels
    rows, columns = np.flatnonzero(pixels.max(axis=1)), np.flatnonzero(pixels.max(axis=0))
    assert max(rows[-1] - rows[0], columns[-1] - columns[0]) + 1 == 20
    mass = pixels / pixels.sum()
    assert abs((mass.sum(axis=1) * np.arange(28)).sum() - 14) <= 0.5
    assert abs((mass.sum(axis=0) * np.arange(28)).sum() - 14) <= 0.5
    assert pixels.max() == 255
    assert pixels.dtype == np.uint8


@pytest.mark.parametrize("factor", [1, 3, 8])
def test_size_and_position_do_not_matter(tmp_path, factor):
    big = np.kron(stroke(), np.ones((factor, factor), np.uint8))
    moved = np.pad(big, ((0, 50), (90, 3)))
    expected = prepared(save(tmp_path / "a.png", stroke())).pixels.astype(int)
    assert np.abs(prepared(save(tmp_path / "b.png", moved)).pixels - expected).mean() < 4


@pytest.mark.parametrize(
    ("convert", "inverted"),
    [
        (lambda a: a, False),
        (lambda a: 255 - a, True),
        (lambda a: (a // 4 + 30).astype(np.uint8), False),
        (lambda a: (200 - a // 3).astype(np.uint8), True),
        (lambda a: np.stack([a // 2, a, a // 3], axis=-1), False),
        (lambda a: np.stack([255 - a] * 3 + [np.full_like(a, 255)], axis=-1), True),
        (lambda a: np.stack([a * 0] * 3 + [a], axis=-1), True),
        (lambda a: np.stack([a * 0 + 255] * 3 + [a], axis=-1), False),
        (lambda a: a > 0, False),
        (lambda a: a.astype(np.uint16) * 200, False),
    ],
    ids=[
        "light",
        "dark",
        "faint",
        "faint-dark",
        "rgb",
        "rgba",
        "black-on-nothing",
        "white-on-nothing",
        "1-bit",
        "16-bit",
    ],
)
def test_every_polarity_and_mode_gives_the_same_image(tmp_path, convert, inverted):
    expected = prepared(save(tmp_path / "a.png", stroke())).pixels.astype(int)
    found = prepared(save(tmp_path / "b.png", convert(stroke())))
    assert found.inverted is inverted
    assert np.abs(found.pixels - expected).max() <= 6


def test_palettes_greys_with_alpha_and_jpeg_are_read(tmp_path):
    Image.fromarray(stroke()).convert("P").save(tmp_path / "p.gif")
    Image.fromarray(stroke()).convert("LA").save(tmp_path / "la.png")
    Image.fromarray(stroke()).save(tmp_path / "j.jpg", quality=90)
    expected = prepared(save(tmp_path / "a.png", stroke())).pixels.astype(int)
    for name in ("p.gif", "la.png", "j.jpg"):
        assert np.abs(prepared(tmp_path / name).pixels - expected).mean() < 4


def test_a_rotated_photograph_is_turned_upright(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = np.ascontiguousarray(np.rot90(stroke()))
    found = prepared(save(tmp_path / "r.jpg", turned, exif=exif, quality=95)).pixels.astype(int)
    assert np.abs(found - prepared(save(tmp_path / "a.png", stroke())).pixels).mean() < 4


def test_thin_strokes_do_not_fade(tmp_path):
    assert prepared(save(tmp_path / "t.png", np.kron(stroke(thick=1), np.eye(3, dtype=np.uint8)))).pixels.max() == 255


@pytest.mark.parametrize(("height", "width"), [(400, 2), (2, 400), (1, 1)])
def test_extreme_shapes_of_ink_fit(tmp_path, height, width):
    picture = np.pad(np.full((height, width), 255, np.uint8), 30)
    assert prepared(save(tmp_path / "x.png", picture)).pixels.max() == 255


def test_ink_off_its_centre_of_mass_stays_inside_the_frame(tmp_path):
    picture = np.zeros((100, 100), np.uint8)
    picture[10:90, 10:12] = 255
    picture[88:90, 10:90] = 255
    picture[60:90, 10:40] = 255
    assert prepared(save(tmp_path / "l.png", picture), Frame(28, 28, 14.0)).pixels.any()


def test_an_image_of_the_models_own_size_is_taken_as_it_is(tmp_path):
    (_, _), (images, _) = digits.load_data()
    shown = (images[0].astype(int) * 255 // 16).astype(np.uint8)
    for inverted, array in ((False, shown), (True, 255 - shown)):
        found = prepare_image(save(tmp_path / "d.png", array), (8, 8), 16, FRAMES["digits"])
        np.testing.assert_array_equal(found.pixels, images[0])
        assert found.inverted is inverted


def test_images_of_mnist_enlarged_moved_and_inverted_come_back(tmp_path):
    found = [find_file(folder, "t10k-images-idx3-ubyte") for folder in search_folders("mnist")]
    if not any(found):
        pytest.skip("MNIST is not on this machine")
    images = read_idx(next(filter(None, found)), ndim=3, dtype=np.uint8)[:200]
    errors = []
    for image in images:
        big = 255 - np.pad(np.kron(image, np.ones((7, 7), np.uint8)), ((40, 0), (0, 60)))
        errors.append(np.abs(prepared(save(tmp_path / "m.png", big)).pixels.astype(int) - image).mean())
    # Seen at first: 3.4 grey levels of 255 on average; a shift by one pixel is above 20.
    assert np.mean(errors) < 8


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "cannot be read"),
        (b"not a picture", "cannot be read"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 30, "cannot be read"),
    ],
)
def test_files_that_are_no_pictures_are_said(tmp_path, content, message):
    (tmp_path / "x.png").write_bytes(content)
    with pytest.raises(ImageError, match=message):
        prepared(tmp_path / "x.png")


def test_a_truncated_picture_is_said(tmp_path):
    path = save(tmp_path / "t.png", np.random.default_rng(0).integers(0, 256, (64, 64)).astype(np.uint8))
    path.write_bytes(path.read_bytes()[:1500])
    with pytest.raises(ImageError, match="cannot be read"):
        prepared(path)


def test_a_picture_without_contrast_a_folder_and_an_absent_file_are_said(tmp_path):
    with pytest.raises(ImageError, match="alike"):
        prepared(save(tmp_path / "blank.png", np.full((50, 50), 250, np.uint8)))
    with pytest.raises(ImageError, match="folder"):
        prepared(tmp_path)
    with pytest.raises(ImageError, match="no such file"):
        prepared(tmp_path / "absent.png")


def test_a_picture_too_large_to_be_one_is_refused_without_a_warning(tmp_path, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ImageError, match="cannot be read"):
            prepared(save(tmp_path / "b.png", np.zeros((40, 40), np.uint8)))


def test_without_pillow_the_error_names_the_extra(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(ImportError, match=r'pip install "beras\[viz\]"'):
        prepared(tmp_path / "x.png")


def test_every_data_set_has_a_frame_that_fits():
    from beras.training import PRESETS

    assert set(FRAMES) == set(PRESETS)
    assert all(frame.box_height <= (8 if name == "digits" else 28) for name, frame in FRAMES.items())
