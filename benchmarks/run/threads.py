"""The same number of threads for everybody."""

from __future__ import annotations

import os

__all__ = ["default_threads", "thread_variables"]

#: OpenMP (PyTorch, scikit-learn), the BLAS libraries, and what XLA takes for the number of processors.
COUNTS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NPROC",
    "PJRT_NPROC",
)


def default_threads() -> int:
    """Return 2, or 1 where only one processor may be used."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(2, usable)


def thread_variables(threads: int) -> dict[str, str]:
    """Return the environment variables that hold every library to ``threads`` threads."""
    return dict.fromkeys(COUNTS, str(threads)) | {
        "XLA_FLAGS": f"--xla_cpu_multi_thread_eigen={str(threads > 1).lower()}"
    }
