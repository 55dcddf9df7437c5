"""What tests read off a figure."""

from __future__ import annotations

from typing import Any

import matplotlib.text


def texts(figure: Any) -> list[str]:
    """Return all texts of a figure that are not empty."""
    return [text.get_text() for text in figure.findobj(matplotlib.text.Text) if text.get_text()]
