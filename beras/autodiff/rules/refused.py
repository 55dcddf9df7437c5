"""Functions that a tape cannot record, each with what to write instead."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np

from beras.autodiff.registry import refuse


def _refuse(instead: str, names: str, namespace: ModuleType | Any = np) -> None:
    """Refuse those of ``names`` that this version of NumPy has; an alias is entered once."""
    found = {getattr(namespace, name) for name in names.split() if hasattr(namespace, name)}
    refuse(instead, *found)


# They write into an array that a record may need.
_refuse(
    "It writes into its argument, whose old value the tape needs. Make a new Tensor: np.where(mask, value, t).",
    "copyto fill_diagonal place put put_along_axis putmask",
)

# They make arrays of their own, and would take in the value without its history.
_refuse(
    "It would make a plain array. Use np.stack([...]) or np.concatenate([...]) for several Tensors, t itself for one.",
    "array asarray asanyarray ascontiguousarray asfortranarray require fromiter fromfunction",
)
_refuse("Write value * np.ones(shape).", "full")
_refuse("Write start + step * np.arange(n), with a whole number n.", "arange")
_refuse("Write start * (stop / start) ** np.linspace(0, 1, n).", "geomspace")

# Complex numbers; those of np.fft stand in fourier.py.
_refuse(
    "Its result may be complex. Use the real function of the same name: np.sqrt, np.log, np.arccos.",
    "arccos arcsin arctanh log log10 log2 logn power sqrt",
    np.emath,
)
_refuse("Sorted complex numbers have no gradient. Use np.sort(t).", "sort_complex")

# Sets: how many entries there are depends on the values.
_refuse(
    "How many entries it returns depends on the values. Find the places outside the tape and index with them: "
    "_, index = np.unique(t.numpy(), return_index=True), then t[index].",
    "intersect1d setdiff1d setxor1d union1d unique unique_all unique_counts unique_inverse unique_values",
)

# Histograms.
_refuse(
    "Counts do not vary smoothly. For plain counts: np.histogram(t.numpy()); for a sum of weights in each bin: "
    "np.bincount(np.digitize(t.numpy(), edges), weights=w).",
    "histogram histogram2d histogramdd histogram_bin_edges",
)

# Polynomials.
_refuse(
    "Write the polynomial out: np.polyval(p, t), np.convolve(p, q) for a product, p + q for a sum.",
    "poly polyadd polyder polydiv polyfit polyint polymul polysub roots",
)

_refuse(
    "NumPy lacks its derivative, the Bessel function I1. Give it one with beras.custom_gradient and scipy.special.i1.",
    "i0",
)

# Files and bytes.
_refuse("Save the value: np.save(file, t.numpy()).", "save savez savez_compressed savetxt")

# Indices and dates.
_refuse("Its arguments are indices: whole numbers, no Tensors.", "ix_")
_refuse(
    "Its arguments are dates, which have no gradient.",
    "busday_count busday_offset is_busday datetime_as_string datetime_data",
)
