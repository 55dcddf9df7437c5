"""``beras doctor``."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import re
import shutil
import sys
from typing import Any

from beras.cli.console import print_json, print_table
from beras.cli.options import AsJson

__all__ = ["doctor"]

THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def doctor(as_json: AsJson = False) -> None:
    """Show what beras finds on this machine.

    Versions, BLAS and its threads, data sets, extras (or the command that installs them), and the terminal.

    \b
    Example:
      beras doctor
    """
    sections = {
        "Versions": _versions(),
        "Computing": _computing(),
        "Data sets": _data_sets(),
        "Extras": _extras(),
        "Terminal": _terminal(),
    }
    for title, rows in sections.items():
        print_table(rows, title)
    if as_json:
        print_json(sections)


def _versions() -> dict[str, str]:
    from beras import __version__

    rows = {"beras": __version__, "python": f"{platform.python_version()} ({platform.python_implementation()})"}
    rows |= {name: _version(name) or "missing" for name in ("numpy", "rich", "typer", "safetensors")}
    return rows | {"system": f"{platform.system()} {platform.release()} {platform.machine()}"}


def _version(distribution: str) -> str | None:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None


def _computing() -> dict[str, str]:
    rows = {"cpus": _cpus()}
    pools = _thread_pools()
    if pools is None:
        rows["BLAS"] = _built_with()
        rows["threads"] = "unknown: pip install threadpoolctl to see them"
    else:
        rows["BLAS"] = ", ".join(f"{p['internal_api']} {p['version']} ({p.get('architecture', '?')})" for p in pools)
        rows["BLAS"] = rows["BLAS"] or _built_with()
        rows["threads"] = ", ".join(str(p["num_threads"]) for p in pools) or "not reported by this BLAS"
    variables = {name: os.environ[name] for name in THREAD_VARIABLES if name in os.environ}
    rows["limits"] = ", ".join(f"{n}={v}" for n, v in variables.items()) or f"none set ({THREAD_VARIABLES[0]} would)"
    return rows


def _cpus() -> str:
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{usable} usable of {os.cpu_count()}"


def _thread_pools() -> list[dict[str, Any]] | None:
    """Return the BLAS libraries that NumPy has loaded, or None where threadpoolctl is not there to ask."""
    import importlib

    import numpy as np

    try:
        threadpool_info = importlib.import_module("threadpoolctl").threadpool_info
    except ImportError:
        return None
    np.ones((2, 2)) @ np.ones((2, 2))
    return [pool for pool in threadpool_info() if pool["user_api"] == "blas"]


def _built_with() -> str:
    import numpy as np

    built: Any = np.show_config(mode="dicts")
    blas = (built or {}).get("Build Dependencies", {}).get("blas", {})
    return f"{blas.get('name', 'unknown')} {blas.get('version', '')}".strip()


def _data_sets() -> dict[str, str]:
    from beras.datasets.locate import download_folder, find_files
    from beras.datasets.sources import SOURCES, STEMS

    rows = {}
    for name in SOURCES:
        found = find_files(name, [stem for stems in STEMS.values() for stem in stems])
        rows[name] = f"in {found[0]}" if found else f"not here; would be downloaded to {download_folder(name)}"
    return rows | {"digits": "inside beras"}


def _extras() -> dict[str, str]:
    """Return, for each extra of the package, what of it is installed, or the command that installs it."""
    rows = {}
    for extra, needed in _requirements().items():
        missing = [name for name in needed if _version(name) is None]
        present = ", ".join(f"{name} {_version(name)}" for name in needed if name not in missing)
        rows[extra] = f'missing {", ".join(missing)}: pip install "beras[{extra}]"' if missing else present
    return rows or {"beras": "is not installed as a package, so its extras are unknown: pip install -e ."}


def _requirements() -> dict[str, list[str]]:
    """Return the distributions that each extra asks for, as the installed package's own metadata say."""
    try:
        stated = importlib.metadata.requires("beras") or []
    except importlib.metadata.PackageNotFoundError:
        return {}
    extras: dict[str, list[str]] = {}
    for requirement in stated:
        extra = re.search(r"extra\s*==\s*['\"]([^'\"]+)['\"]", requirement)
        name = re.match(r"[A-Za-z0-9._-]+", requirement)
        if extra and name:
            extras.setdefault(extra.group(1), []).append(name.group(0))
    return extras


def _terminal() -> dict[str, str]:
    size = shutil.get_terminal_size()
    kind = "a terminal" if sys.stdout.isatty() else "not a terminal: one line per epoch, no colour"
    return {
        "stdout": f"{kind}, {size.columns} columns, {getattr(sys.stdout, 'encoding', None) or 'unknown'}",
        "NO_COLOR": "set" if os.environ.get("NO_COLOR") else "not set",
    }
