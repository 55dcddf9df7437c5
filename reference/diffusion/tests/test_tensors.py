"""Part 2: what each dimension stands for, and pixels."""

import numpy as np
import pytest
from kit import check_values, oracle, raises, untouched
from library import library, pictures
from tensors import describe, to_pixels
from toys import torch_if_imported

SHEET = {
    "text_tokens": (np.empty((2, 77), np.int64), ("int64", 154, 2, None, (77,))),
    "text_vectors": (np.empty((2, 77, 768), np.float32), ("float32", 118_272, 2, 768, (77,))),
    "image_vectors": (np.empty((1, 4, 64, 64), np.float32), ("float32", 16_384, 1, 4, (64, 64))),
    "rgb_vectors": (np.empty((1, 3, 512, 512), np.float16), ("float16", 786_432, 1, 3, (512, 512))),
}


@pytest.mark.task("2.1")
@pytest.mark.points(3)
@pytest.mark.parametrize("name", SHEET)
def test_the_tensors_of_the_sheet(name):
    tensor, (dtype, numel, batch, feature, spatial) = SHEET[name]
    row = describe(name, tensor)
    assert row.name == name, f"the row's name must be {name!r}. Received: {row.name!r}"
    assert isinstance(row.dtype, str), f"the dtype must be {dtype!r}, as a text. Received: {row.dtype!r}"
    assert row.dtype == dtype, f"the dtype must be {dtype!r}. Received: {row.dtype!r}"
    assert tuple(row.shape) == tensor.shape, f"the shape must be {tensor.shape}. Received: {row.shape}"
    check_values(row.numel, numel, "numel")
    check_values(row.batch, batch, "batch")
    swapped = (row.feature,) == spatial or (feature,) == row.spatial
    assert not swapped, "feature and positions are swapped: text vectors are (batch, positions, feature)"
    last = feature is not None and len(spatial) == 2 and row.feature == tensor.shape[-1]
    assert not last, "pictures have their channels first, (batch, feature, y, x): the feature is the second number"
    none = "each token is one number: there is no feature, and so None"
    assert feature is not None or row.feature is None, f"{none}. Received: {row.feature}"
    assert row.feature == feature, f"feature must be {feature}. Received: {row.feature}"
    assert tuple(row.spatial) == spatial, f"spatial must be {spatial}. Received: {row.spatial}"


@pytest.mark.task("2.1")
@pytest.mark.points(1)
def test_other_sizes_and_tensors_of_torch():
    row = describe("latents", np.empty((3, 4, 48, 80), np.float32))
    assert tuple(row.spatial) == (48, 80), f"a picture may be wider than high: (y, x). Received: {row.spatial}"
    with raises(ValueError, "(2, 3, 4, 5, 6)"):
        describe("video", np.empty((2, 3, 4, 5, 6)))
    dtype = str(oracle("dtype", lambda torch: torch.zeros(1, dtype=torch.float16)).dtype)
    torch = torch_if_imported()
    if torch is not None:
        row = describe("tokens", torch.zeros(2, 77, dtype=torch.float16))
        assert row.dtype == dtype, f"a tensor of torch must give 'float16' too. Received: {row.dtype!r}"
        assert row.numel == 154, f"numel of a tensor of torch must be 154. Received: {row.numel}"


RGB = np.random.RandomState(3).uniform(-1.3, 1.3, (2, 3, 4, 6)).astype(np.float32)


@pytest.mark.task("2.2")
@pytest.mark.points(3)
def test_the_pixels_are_those_of_diffusers():
    right = library("pixels", lambda torch: pictures(torch, RGB)).astype(int)
    shares = np.clip(RGB.transpose(0, 2, 3, 1) * 0.5 + 0.5, 0, 1)
    mistakes = {
        "is cut down to whole numbers: round to the nearest": np.floor(shares * 255),
        "wraps around beyond -1 and 1: cut off first": (np.round((RGB.transpose(0, 2, 3, 1) + 1) * 127.5) % 256),
        "treats 0 as black: -1 is black and 1 is white": np.round(np.clip(2 * shares - 1, 0, 1) * 255),
        "goes to 256": np.round(shares * 256),
    }
    with untouched(rgb=RGB):
        ours = to_pixels(RGB)
    first = "the channels are first still: Pillow wants (batch, y, x, 3)"
    assert np.shape(ours) != RGB.shape, first
    turned = "x and y are swapped: (batch, 3, y, x) becomes (batch, y, x, 3)"
    assert np.shape(ours) != (2, 6, 4, 3), turned
    assert ours.dtype == np.uint8, f"pixels must be uint8. Received: {ours.dtype}"
    check_values(ours.astype(int), right, "array of pixels", mistakes=mistakes, source="diffusers", tolerance=1e-9)


@pytest.mark.task("2.2")
@pytest.mark.points(1)
def test_nan_is_no_pixel():
    for value in (np.nan, np.inf):
        rgb = np.zeros((1, 3, 2, 2), np.float32)
        rgb[0, 1, 1, 0] = value
        with np.errstate(invalid="ignore"), raises(ValueError):
            to_pixels(rgb)
