"""NumPy's functions on complex arrays, continued from the real axis: what the complex step runs.

Wherever a function chooses by size (maximum, where, sort, relu), the real parts choose. None of them is taken as NumPy
has it for complex numbers if that is not analytic: ``abs``, ``var`` and ``norm`` of complex numbers, and the products
that conjugate, have no derivative at all. The modules enter their functions into the table `ANALYTIC`.
"""

from beras.oracle.analytic import choices, elementwise, library, norms, orders, plain
from beras.oracle.analytic.table import ANALYTIC, NotAnalytic, OnKink

__all__ = ["ANALYTIC", "NotAnalytic", "OnKink", "choices", "elementwise", "library", "norms", "orders", "plain"]
