"""What diffusers, transformers and huggingface_hub say by themselves, kept from the terminal."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["quiet_libraries"]


@contextmanager
def quiet_libraries() -> Iterator[None]:
    """Within the block the libraries log nothing and draw no progress bars; afterwards they are as they were."""
    from diffusers.utils import logging as diffusers_log
    from transformers.utils import logging as transformers_log

    logs: tuple[Any, ...] = (diffusers_log, transformers_log)
    before = [(log, log.get_verbosity(), log.is_progress_bar_enabled()) for log in logs]
    try:
        for log, _, _ in before:
            log.set_verbosity(logging.CRITICAL)
            _show_bars(log, False)
        yield
    finally:
        for log, level, bars in before:
            log.set_verbosity(level)
            _show_bars(log, bars)


def _show_bars(log: Any, wanted: bool) -> None:
    with warnings.catch_warnings():
        # HF_HUB_DISABLE_PROGRESS_BARS decides where it is set, and huggingface_hub warns that it does.
        warnings.filterwarnings("ignore", message=".*HF_HUB_DISABLE_PROGRESS_BARS")
        (log.enable_progress_bar if wanted else log.disable_progress_bar)()
