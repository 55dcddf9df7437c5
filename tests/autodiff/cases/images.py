"""Rows of the primitives of the layers on images: convolution, pooling and resampling."""

from typing import Any

import numpy as np

from beras.layers.convolution import convolve, convolve_to_input, convolve_to_kernel
from beras.layers.depthwise import convolve_depthwise, convolve_depthwise_to_input, convolve_depthwise_to_kernel
from beras.layers.pooling import average_pool, average_pool_to_input, max_pool, max_pool_from_input, max_pool_to_input
from beras.layers.resampling import resample, resample_to_input
from beras.layers.windows import Windows
from tests.autodiff.case import Case, points

WHY = "beras's own"

#: Windows, shape of the images, shape of the kernel, shape of the output.
CONVOLUTIONS = (
    (Windows((2, 2)), (2, 3, 3, 1), (2, 2, 1, 2), (2, 2, 2, 2)),
    (Windows((2, 3), strides=(2, 1), padding=((0, 1), (1, 1))), (1, 3, 3, 2), (2, 3, 2, 1), (1, 2, 3, 1)),
    (Windows((2, 2), dilation=(2, 1)), (1, 3, 3, 2), (2, 2, 1, 4), (1, 1, 2, 4)),  # two groups
    (Windows((1, 2), strides=(1, 3)), (1, 2, 3, 8), (1, 2, 8, 2), (1, 2, 1, 2)),  # windows of many channels
)

#: As above, of kernels of each channel's own: strides, also longer than the windows and than the padding, dilation,
#: padding on one side only, also with pixels left over, and windows in the padding alone.
DEPTHWISE = (
    (Windows((2, 2)), (2, 3, 3, 2), (2, 2, 2, 1), (2, 2, 2, 2)),
    (Windows((3, 2), padding=((1, 1), (0, 1))), (1, 3, 2, 2), (3, 2, 2, 1), (1, 3, 2, 2)),
    (Windows((2, 2), strides=(2, 2), padding=((1, 0), (0, 1))), (1, 3, 3, 2), (2, 2, 2, 2), (1, 2, 2, 4)),
    (Windows((3, 3), strides=(2, 1), padding=((1, 1), (1, 1))), (1, 3, 2, 1), (3, 3, 1, 2), (1, 2, 2, 2)),
    (Windows((1, 2), strides=(2, 3)), (2, 3, 5, 1), (1, 2, 1, 2), (2, 2, 2, 2)),
    (Windows((2, 2), strides=(2, 2), padding=((1, 0), (1, 0))), (1, 4, 4, 1), (2, 2, 1, 2), (1, 2, 2, 2)),
    (Windows((2, 2), dilation=(2, 1), padding=((1, 1), (0, 0))), (1, 2, 3, 2), (2, 2, 2, 1), (1, 2, 2, 2)),
    (Windows((1, 2), strides=(2, 2), padding=((3, 0), (0, 3))), (1, 2, 3, 1), (1, 2, 1, 2), (1, 3, 3, 2)),
)

#: Windows, shape of the images, shape of the output: side by side with pixels left over, overlapping, apart, padded.
POOLS = (
    (Windows((2, 2), (2, 2)), (2, 5, 4, 1), (2, 2, 2, 1)),
    (Windows((3, 2), (1, 1)), (1, 4, 3, 2), (1, 2, 2, 2)),
    (Windows((1, 2), (2, 3)), (1, 3, 5, 1), (1, 2, 2, 1)),
    (Windows((3, 2), (2, 2), padding=((1, 1), (0, 1))), (1, 3, 3, 2), (1, 2, 2, 2)),
)

IMAGES = (2, 3, 4, 2)
#: Rows and columns from which `IMAGES` are sampled, some of them far outside.
COORDINATES = np.random.default_rng(0).uniform(-5.0, 8.0, (2, *IMAGES[:3]))
SAMPLINGS = (
    ("bilinear", "reflect", 0.0),
    ("bilinear", "wrap", 0.0),
    ("bilinear", "constant", 0.5),
    ("nearest", "nearest", 0.0),
)


def largest_of(x: np.ndarray, windows: Windows) -> np.ndarray:
    """Return the largest number in each window, one window after the other."""
    rows, columns = windows.grid(x.shape[1:3])
    padded = np.pad(x, ((0, 0), *windows.padding, (0, 0)), constant_values=-np.inf)
    out = np.empty((len(x), rows, columns, x.shape[3]))
    for row, column in np.ndindex(rows, columns):
        top, left = row * windows.strides[0], column * windows.strides[1]
        out[:, row, column] = padded[:, top : top + windows.size[0], left : left + windows.size[1]].max((1, 2))
    return out


ORDINARY = convolve, convolve_to_input, convolve_to_kernel
OF_CHANNELS = convolve_depthwise, convolve_depthwise_to_input, convolve_depthwise_to_kernel


def convolutions(functions: Any, windows: Windows, x: Any, kernel: Any, out: Any) -> tuple[Case, ...]:
    convolve, convolve_to_input, convolve_to_kernel = functions
    bias = out[3:]
    return (
        Case(
            convolve,
            lambda np, x, kernel, bias: convolve(x, kernel, bias, windows) ** 2,
            points(x, kernel, bias),
            hips=False,
            why=WHY,
        ),
        Case(
            convolve,
            lambda np, x, kernel: convolve(x, kernel, None, windows),
            points(x, kernel),
            hips=False,
            why=WHY,
        ),
        Case(
            convolve_to_input,
            lambda np, g, kernel: convolve_to_input(g, kernel, x, windows) ** 2,
            points(out, kernel),
            hips=False,
            why=WHY,
        ),
        Case(
            convolve_to_kernel,
            lambda np, x, g: convolve_to_kernel(x, g, kernel, windows) ** 2,
            points(x, out),
            hips=False,
            why=WHY,
        ),
    )


def pools(windows: Windows, shape: Any, out: Any) -> tuple[Case, ...]:
    (x,) = points(shape, seed=1)  # no two numbers are alike
    largest = largest_of(x, windows)
    return (
        Case(max_pool, lambda np, x: max_pool(x, windows) ** 2, (x,), hips=False, why=WHY),
        Case(
            max_pool_to_input,
            lambda np, g: max_pool_to_input(g, x, largest, windows) ** 2,
            points(out),
            hips=False,
            why=WHY,
        ),
        Case(
            max_pool_from_input,
            lambda np, u: max_pool_from_input(u, x, largest, windows) ** 2,
            points(shape),
            hips=False,
            why=WHY,
        ),
        Case(average_pool, lambda np, x: average_pool(x, windows) ** 2, (x,), hips=False, why=WHY),
        Case(
            average_pool_to_input,
            lambda np, g: average_pool_to_input(g, shape, windows) ** 2,
            points(out),
            hips=False,
            why=WHY,
        ),
    )


def samplings(interpolation: str, fill_mode: str, fill_value: float) -> tuple[Case, ...]:
    return (
        Case(
            resample,
            lambda np, x: resample(x, COORDINATES, interpolation, fill_mode, fill_value) ** 2,
            points(IMAGES),
            hips=False,
            why=WHY,
        ),
        Case(
            resample_to_input,
            lambda np, g: resample_to_input(g, COORDINATES, interpolation, fill_mode) ** 2,
            points(IMAGES),
            hips=False,
            why=WHY,
        ),
    )


CASES = [
    *(case for row in CONVOLUTIONS for case in convolutions(ORDINARY, *row)),
    *(case for row in DEPTHWISE for case in convolutions(OF_CHANNELS, *row)),
    *(case for row in POOLS for case in pools(*row)),
    *(case for row in SAMPLINGS for case in samplings(*row)),
]
