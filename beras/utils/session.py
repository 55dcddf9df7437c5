"""clear_session: names of layers begin anew."""

from __future__ import annotations

from beras.layers.layer import reset_names

__all__ = ["clear_session"]


def clear_session(free_memory: bool = True) -> None:
    """Start the numbering of layer names anew: the next Dense is ``dense`` again.

    There is no other state of a session, and Python frees the memory of what nobody holds. The Keras equivalent is
    ``keras.utils.clear_session``.
    """
    reset_names()
