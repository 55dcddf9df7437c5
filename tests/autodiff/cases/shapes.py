"""Rows for ``beras/autodiff/rules/shapes.py`` and ``spacings.py``."""

from contextlib import suppress
from inspect import signature

import numpy as np

from tests.autodiff.case import Case, points

MATRIX = points((2, 3))
CUBE = points((2, 3, 2))
VECTOR = points((4,))
SCALAR = points(())
HOLES = np.array([0.0, 0.0, 1.5, 0.0, 2.0, 0.0])
NOT_THERE = {"hips": False, "why": "not in autograd"}
WRONG_THERE = {"hips": False, "why": "autograd fails on this way of calling it, or is wrong"}


CASES = [
    Case(np.reshape, lambda np, x: np.reshape(x, (3, 2)), MATRIX),
    Case(np.reshape, lambda np, x: np.reshape(x, -1), MATRIX),
    Case(np.reshape, lambda np, x: x.reshape(3, -1), MATRIX),
    Case(np.reshape, lambda np, x: np.reshape(x, (3, 2), order="F"), MATRIX),
    Case(np.reshape, lambda np, x: np.reshape(x, (3, 2), "F"), MATRIX),
    Case(np.reshape, lambda np, x: np.reshape(np.transpose(x), (2, 3), order="A"), MATRIX, **NOT_THERE),
    Case(np.reshape, lambda np, x: np.reshape(x, (3, 2), order="A"), MATRIX, **NOT_THERE),
    Case(np.reshape, lambda np, x: np.reshape(np.transpose(x), (2, 3)), MATRIX),
    Case(np.reshape, lambda np, x: np.reshape(x, (1, 1)), SCALAR),
    Case(np.reshape, lambda np, x: np.reshape(x, (0, 5)), points((0, 3))),
    Case(np.ravel, lambda np, x: np.ravel(x), MATRIX),
    Case(np.ravel, lambda np, x: np.ravel(x, order="F"), CUBE),
    Case(np.ravel, lambda np, x: np.ravel(np.transpose(x), "K"), MATRIX, **NOT_THERE),
    Case(np.ravel, lambda np, x: np.ravel(np.transpose(x, (1, 0, 2))[::-1], "K"), CUBE, **NOT_THERE),
    Case(np.ravel, lambda np, x: np.ravel(x, "A"), MATRIX, **NOT_THERE),
    Case(np.ravel, lambda np, x: np.ravel(x), SCALAR),
    Case(np.squeeze, lambda np, x: np.squeeze(x), points((1, 3, 1))),
    Case(np.squeeze, lambda np, x: np.squeeze(x, axis=-1), points((1, 3, 1))),
    Case(np.squeeze, lambda np, x: np.squeeze(x, (0, 2)), points((1, 3, 1))),
    Case(np.expand_dims, lambda np, x: np.expand_dims(x, 0), MATRIX),
    Case(np.expand_dims, lambda np, x: np.expand_dims(x, axis=(0, -1)), VECTOR),
    Case(np.expand_dims, lambda np, x: np.expand_dims(x, 0), SCALAR),
    Case(np.atleast_1d, lambda np, x: np.atleast_1d(x), SCALAR),
    Case(np.atleast_1d, lambda np, x, y: np.atleast_1d(x, 5.0, y), points((), (2,)), **NOT_THERE),
    Case(np.atleast_2d, lambda np, x: np.atleast_2d(x), VECTOR),
    Case(np.atleast_2d, lambda np, x, y: np.atleast_2d(x, y), points((), (2, 2)), **NOT_THERE),
    Case(np.atleast_3d, lambda np, x: np.atleast_3d(x), MATRIX),
    Case(np.atleast_3d, lambda np, x: np.atleast_3d(x), VECTOR),
    #
    Case(np.transpose, lambda np, x: np.transpose(x), MATRIX),
    Case(np.transpose, lambda np, x: x.T, CUBE),
    Case(np.transpose, lambda np, x: np.transpose(x, (2, 0, 1)), CUBE),
    Case(np.transpose, lambda np, x: np.transpose(x, axes=(-1, 0, -2)), CUBE, **WRONG_THERE),
    Case(np.transpose, lambda np, x: np.transpose(x), SCALAR),
    Case(np.permute_dims, lambda np, x: np.permute_dims(x, (1, 2, 0)), CUBE, **NOT_THERE),
    Case(np.matrix_transpose, lambda np, x: np.matrix_transpose(x), CUBE, **NOT_THERE),
    Case(np.swapaxes, lambda np, x: np.swapaxes(x, 0, -1), CUBE),
    Case(np.moveaxis, lambda np, x: np.moveaxis(x, 0, -1), CUBE),
    Case(np.moveaxis, lambda np, x: np.moveaxis(x, (0, 1), (2, 0)), CUBE),
    Case(np.rollaxis, lambda np, x: np.rollaxis(x, 2), CUBE),
    Case(np.rollaxis, lambda np, x: np.rollaxis(x, 0, 2), CUBE),
    #
    Case(np.broadcast_to, lambda np, x: np.broadcast_to(x, (2, 3)), points((3,)), **NOT_THERE),
    Case(np.broadcast_to, lambda np, x: np.broadcast_to(x, shape=(2, 2, 3)), points((2, 1)), **NOT_THERE),
    Case(np.broadcast_to, lambda np, x: np.broadcast_to(x, (3,)), SCALAR, **NOT_THERE),
    Case(np.broadcast_arrays, lambda np, x, y: np.broadcast_arrays(x, y), points((2, 1), (3,)), **NOT_THERE),
    Case(np.broadcast_arrays, lambda np, x: np.broadcast_arrays(x, [1.0, 2.0])[0], SCALAR, **NOT_THERE),
    Case(np.meshgrid, lambda np, x, y: np.meshgrid(x, y), points((2,), (3,)), **NOT_THERE),
    Case(np.meshgrid, lambda np, x, y: np.meshgrid(x, y, indexing="ij"), points((2,), (3,)), **NOT_THERE),
    Case(np.meshgrid, lambda np, x, y: np.meshgrid(x, y, sparse=True), points((2,), (3,)), **NOT_THERE),
    Case(np.meshgrid, lambda np, x, y, z: np.meshgrid(x, y, z), points((2,), (1,), (2,)), **NOT_THERE),
    Case(np.meshgrid, lambda np, x, y: np.meshgrid(x, y), points((), (2,)), **NOT_THERE),
    Case(np.meshgrid, lambda np, x: np.meshgrid(x), VECTOR, **NOT_THERE),
    #
    Case(np.flip, lambda np, x: np.flip(x), MATRIX, **NOT_THERE),
    Case(np.flip, lambda np, x: np.flip(x, axis=(0, -1)), CUBE, **NOT_THERE),
    Case(np.flip, lambda np, x: np.flip(x, 0), VECTOR, **NOT_THERE),
    Case(np.fliplr, lambda np, x: np.fliplr(x), MATRIX),
    Case(np.flipud, lambda np, x: np.flipud(x), MATRIX),
    Case(np.rot90, lambda np, x: np.rot90(x), MATRIX),
    Case(np.rot90, lambda np, x: np.rot90(x, 3), MATRIX),
    Case(np.rot90, lambda np, x: np.rot90(x, k=-1, axes=(1, 2)), CUBE, **NOT_THERE),
    Case(np.roll, lambda np, x: np.roll(x, 2), MATRIX),
    Case(np.roll, lambda np, x: np.roll(x, -1, axis=1), MATRIX),
    Case(np.roll, lambda np, x: np.roll(x, (1, 2), (0, 1)), MATRIX, **NOT_THERE),
    Case(np.fft.fftshift, lambda np, x: np.fft.fftshift(x), points((5,))),
    Case(np.fft.ifftshift, lambda np, x: np.fft.ifftshift(x, axes=1), MATRIX),
    #
    Case(np.tile, lambda np, x: np.tile(x, 3), VECTOR),
    Case(np.tile, lambda np, x: np.tile(x, (2, 1)), MATRIX),
    Case(np.tile, lambda np, x: np.tile(x, (2, 1, 2)), MATRIX),
    Case(np.tile, lambda np, x: np.tile(x, reps=2), MATRIX, **WRONG_THERE),
    Case(np.tile, lambda np, x: np.tile(x, (2, 2)), SCALAR, **NOT_THERE),
    Case(np.repeat, lambda np, x: np.repeat(x, 2), MATRIX),
    Case(np.repeat, lambda np, x: np.repeat(x, 3, axis=0), MATRIX),
    Case(np.repeat, lambda np, x: np.repeat(x, repeats=2, axis=-1), MATRIX, **WRONG_THERE),
    Case(np.repeat, lambda np, x: np.repeat(x, [2], axis=1), MATRIX, **WRONG_THERE),
    Case(np.repeat, lambda np, x: np.repeat(x, [0, 2, 1], axis=1), MATRIX, **WRONG_THERE),
    Case(np.repeat, lambda np, x: np.repeat(x, [2, 0, 2], axis=1), MATRIX, **WRONG_THERE),
    Case(np.repeat, lambda np, x: np.repeat(x, [1, 3], axis=0), points((2, 3)), **WRONG_THERE),
    Case(np.repeat, lambda np, x: np.repeat(x, 0), VECTOR, **NOT_THERE),
    Case(np.repeat, lambda np, x: np.repeat(x, 3), SCALAR, **NOT_THERE),
    Case(np.repeat, lambda np, x: np.repeat(x, 3, axis=0), SCALAR, **NOT_THERE),
    Case(np.resize, lambda np, x: np.resize(x, (2, 4)), MATRIX, **NOT_THERE),
    Case(np.resize, lambda np, x: np.resize(x, 3), MATRIX, **NOT_THERE),
    Case(
        np.lib.stride_tricks.sliding_window_view,
        lambda np, x: np.lib.stride_tricks.sliding_window_view(x, 3),
        points((5,)),
        **NOT_THERE,
    ),
    Case(
        np.lib.stride_tricks.sliding_window_view,
        lambda np, x: np.lib.stride_tricks.sliding_window_view(x, (2, 2), axis=(0, 1)),
        points((3, 3)),
        **NOT_THERE,
    ),
    #
    Case(np.pad, lambda np, x: np.pad(x, 1), MATRIX, **WRONG_THERE),
    Case(np.pad, lambda np, x: np.pad(x, ((1, 0), (0, 2)), "constant"), MATRIX),
    Case(np.pad, lambda np, x: np.pad(x, (2, 1), constant_values=3.0), VECTOR, **NOT_THERE),
    Case(np.pad, lambda np, x: np.pad(x, [(1, 2)], mode="constant", constant_values=(1, 2)), MATRIX, **NOT_THERE),
    Case(np.pad, lambda np, x: np.pad(x, 2, "edge"), VECTOR, **NOT_THERE),
    Case(np.pad, lambda np, x: np.pad(x, 2, "reflect"), VECTOR, **NOT_THERE),
    Case(np.pad, lambda np, x: np.pad(x, ((1, 1), (2, 1)), mode="symmetric"), MATRIX, **NOT_THERE),
    Case(np.pad, lambda np, x: np.pad(x, (1, 3), "wrap"), MATRIX, **NOT_THERE),
    Case(np.trim_zeros, lambda np, x: np.trim_zeros(x * HOLES), points((6,)), **NOT_THERE),
    Case(np.trim_zeros, lambda np, x: np.trim_zeros(x * HOLES, "f"), points((6,)), **NOT_THERE),
    Case(np.trim_zeros, lambda np, x: np.trim_zeros(x * HOLES, trim="b"), points((6,)), **NOT_THERE),
    Case(np.trim_zeros, lambda np, x: np.trim_zeros(x * 0.0), VECTOR, **NOT_THERE),
    Case(np.trim_zeros, lambda np, x: np.trim_zeros(x), VECTOR, **NOT_THERE),
    #
    Case(np.triu, lambda np, x: np.triu(x), points((3, 3))),
    Case(np.triu, lambda np, x: np.triu(x, 1), MATRIX),
    Case(np.triu, lambda np, x: np.triu(x, k=-1), points((3, 2))),
    Case(np.triu, lambda np, x: np.triu(x), points((3,)), **NOT_THERE),
    Case(np.tril, lambda np, x: np.tril(x), points((2, 2, 2)), **NOT_THERE),
    Case(np.tril, lambda np, x: np.tril(x, k=1), MATRIX),
    Case(np.diag, lambda np, x: np.diag(x), points((3,))),
    Case(np.diag, lambda np, x: np.diag(x, k=-1), points((2,))),
    Case(np.diag, lambda np, x: np.diag(x), points((3, 3))),
    Case(np.diag, lambda np, x: np.diag(x, 1), MATRIX, **NOT_THERE),
    Case(np.diagflat, lambda np, x: np.diagflat(x), points((2, 2)), **NOT_THERE),
    Case(np.diagflat, lambda np, x: np.diagflat(x, k=-2), points((2,)), **NOT_THERE),
    Case(np.diagonal, lambda np, x: np.diagonal(x), points((3, 3)), **NOT_THERE),
    Case(np.diagonal, lambda np, x: np.diagonal(x, 1, 0, 2), CUBE, **NOT_THERE),
    Case(np.diagonal, lambda np, x: x.diagonal(offset=-1, axis1=1, axis2=0), MATRIX, **NOT_THERE),
    Case(np.trace, lambda np, x: np.trace(x), points((3, 3))),
    Case(np.trace, lambda np, x: np.trace(x, offset=1), MATRIX, **NOT_THERE),
    Case(np.trace, lambda np, x: x.trace(0, 1, 2), CUBE, **NOT_THERE),
    #
    Case(np.copy, lambda np, x: np.copy(x), MATRIX, **NOT_THERE),
    Case(np.real, lambda np, x: np.real(x), MATRIX),
    Case(np.conjugate, lambda np, x: np.conj(x), MATRIX),
    Case(np.real_if_close, lambda np, x: np.real_if_close(x), MATRIX, **NOT_THERE),
    Case(np.full_like, lambda np, x: x * np.full_like(x, 2.0), MATRIX, **NOT_THERE),
    Case(np.full_like, lambda np, x: x * np.full_like(x, fill_value=3), MATRIX, **NOT_THERE),
    Case(np.heaviside, lambda np, x: np.heaviside(np.array([-1.0, 0.0, 2.0, 0.0]), x), VECTOR, **NOT_THERE),
    Case(np.nextafter, lambda np, x: np.nextafter(x, 9.0), VECTOR, **NOT_THERE),
    #
    Case(np.linspace, lambda np, x, y: np.linspace(x, y, 5), points((), ()), **NOT_THERE),
    Case(np.linspace, lambda np, x, y: np.linspace(x, y, num=3, endpoint=False), points((), ()), **NOT_THERE),
    Case(np.linspace, lambda np, x, y: np.linspace(x, y, 3, axis=-1), points((2,), ()), **NOT_THERE),
    Case(np.linspace, lambda np, x: np.linspace(0.0, x, 1), points((2,)), **NOT_THERE),
    Case(np.linspace, lambda np, x, y: np.linspace(x, y, 2), points((), ()), **NOT_THERE),
    Case(np.linspace, lambda np, x, y: np.linspace(x, y) ** 2, points((), ()), **NOT_THERE),
    Case(np.logspace, lambda np, x, y: np.logspace(x, y), points((), ()), **NOT_THERE),
    Case(np.logspace, lambda np, x, y: np.logspace(x, y, 4), points((), ()), **NOT_THERE),
    Case(np.logspace, lambda np, x: np.logspace(x, 1.0, num=3, base=2.0), points((2,)), **NOT_THERE),
    #
    Case(np.polyval, lambda np, p, x: np.polyval(p, x), points((3,), (2,)), **NOT_THERE),
    Case(np.polyval, lambda np, x: np.polyval([2.0, 0.0, -1.0], x), MATRIX, **NOT_THERE),
    Case(np.vander, lambda np, x: np.vander(x), points((3,)), **NOT_THERE),
    Case(np.vander, lambda np, x: np.vander(x, N=2, increasing=True), points((3,)), **NOT_THERE),
]

# New in NumPy 2.2.
if "axis" in signature(np.trim_zeros).parameters:
    BORDERED = np.pad(np.ones((2, 2)), 1)
    CASES.append(Case(np.trim_zeros, lambda np, x: np.trim_zeros(x * BORDERED), points((4, 4)), **NOT_THERE))
    CASES.append(Case(np.trim_zeros, lambda np, x: np.trim_zeros(x * BORDERED, axis=0), points((4, 4)), **NOT_THERE))
with suppress(TypeError, ValueError):
    np.pad(MATRIX[0], {1: (2, 1)})
    CASES.append(Case(np.pad, lambda np, x: np.pad(x, {1: (2, 1)}), MATRIX, **NOT_THERE))
    CASES.append(Case(np.pad, lambda np, x: np.pad(x, {-2: 1}), MATRIX, **NOT_THERE))

# New in NumPy 2.1.
if hasattr(np, "astype"):
    CASES.append(Case(np.astype, lambda np, x: np.astype(x, np.float64), MATRIX, **NOT_THERE))
if hasattr(np, "unstack"):
    CASES.append(Case(np.unstack, lambda np, x: np.unstack(x), MATRIX, **NOT_THERE))
    CASES.append(Case(np.unstack, lambda np, x: np.unstack(x, axis=-1)[1], CUBE, **NOT_THERE))
