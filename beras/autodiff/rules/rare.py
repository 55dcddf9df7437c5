"""The rest of the table: rules for functions that few programs use, and the refusals."""

from beras.autodiff.rules import (
    einsum,
    fourier,
    linear_algebra,
    missing,
    norms,
    polynomials,
    refused,
    samples,
    sorting,
    spacings,
    statistics,
    variances,
)
