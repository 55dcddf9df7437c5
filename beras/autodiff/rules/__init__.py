"""THE TABLE: one line per NumPy function and its gradient. Importing this package fills the registry."""

from beras.autodiff.rules import arithmetic, temporary
