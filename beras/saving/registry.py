"""Classes by name, for whoever writes a layer of their own."""

from beras.core.classes import lookup, register

__all__ = ["lookup", "register"]
