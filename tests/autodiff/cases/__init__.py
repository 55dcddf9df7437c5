"""The rows, one module per module of ``beras/autodiff/rules``; each has a list ``CASES``."""

from importlib import import_module
from pkgutil import iter_modules

ALL = [
    case
    for module in sorted(m.name for m in iter_modules(__path__))
    for case in import_module(f"{__name__}.{module}").CASES
]
