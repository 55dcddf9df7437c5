"""Callable: an object that is called like a function."""

from __future__ import annotations

from typing import Any

__all__ = ["Callable"]


class Callable:
    """An object whose call is its `forward`: ``module(x)`` and ``module.forward(x)`` are the same.

    A subclass defines ``forward`` (the course's name) or ``call`` (Keras's), not both.

    >>> class Double(Callable):
    ...     def forward(self, x):
    ...         return 2 * x
    >>> Double()(4)
    8
    """

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        own = cls.__dict__
        if "call" in own and "forward" in own:
            raise TypeError(f"{cls.__name__} defines both forward and call. Keep one: they are names of one method.")
        if "call" in own and cls.forward is not Callable.forward:
            owner = next(base.__name__ for base in cls.__mro__ if "forward" in base.__dict__)
            raise TypeError(
                f"{cls.__name__} defines call, but {owner}, from which it is derived, defines forward, which would be "
                f"used instead. Rename {cls.__name__}.call to forward."
            )

    def __call__(self, *args: Any, **params: Any) -> Any:
        return self.forward(*args, **params)

    def forward(self, *args: Any, **params: Any) -> Any:
        """Compute the output from the inputs; the default is `call`."""
        return self.call(*args, **params)

    def call(self, *args: Any, **params: Any) -> Any:
        """Compute the output from the inputs, under Keras's name."""
        raise NotImplementedError(f"{type(self).__name__} must define forward(...) or call(...).")
