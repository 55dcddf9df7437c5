"""THE TABLE: one line per NumPy function and its gradient. Importing this package fills the registry.

What few programs use is in the modules that `rare` imports, at the first function that is not in the registry yet.
"""

from beras.autodiff.rules import (
    arithmetic,
    choosing,
    constants,
    exponential,
    indexing,
    joining,
    products,
    reductions,
    running,
    shapes,
    trigonometric,
)
