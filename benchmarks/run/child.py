"""One job, in this process: it comes as JSON on stdin, and the last line of stdout is the answer as JSON."""

from benchmarks.startup import memory  # first, so that it sees an interpreter that has imported nothing

# ruff: noqa: I001
import json
import sys
import traceback
from functools import partial
from importlib import import_module
from typing import Any

__all__ = ["main"]


def main() -> None:
    """Answer ``{measure, part, options, variants}`` with ``{variant: result}``; a failed variant has ``failed``."""
    job = json.load(sys.stdin)
    answers = {variant: _answer(job, arguments) for variant, arguments in job["variants"].items()}
    threads = _threads()
    print()
    print(json.dumps({variant: answer | {"threads": threads} for variant, answer in answers.items()}))


def _answer(job: dict[str, Any], arguments: dict[str, Any]) -> dict[str, Any]:
    try:
        part = _found(job["part"]) if ":" in job["part"] else job["part"]
        measured = _found(job["measure"])(partial(part, **job["options"]) if callable(part) else part, **arguments)
    except Exception as error:
        traceback.print_exc()
        return {"failed": f"{type(error).__name__}: {error}".strip().splitlines()[0][:300]}
    return measured | {"peak": memory.peak() - memory.IDLE}


def _found(place: str) -> Any:
    module, name = place.split(":")
    return getattr(import_module(module), name)


def _threads() -> dict[str, int]:
    """Return how many threads the libraries that are loaded here use, as they say themselves."""
    found = {}
    if "numpy" in sys.modules:
        try:
            from threadpoolctl import threadpool_info
        except ImportError:
            pass
        else:
            for pool in threadpool_info():
                parts = (pool["internal_api"], pool["version"], pool.get("architecture"))
                found[" ".join(filter(None, parts))] = pool["num_threads"]
    if "torch" in sys.modules:
        found["torch"] = sys.modules["torch"].get_num_threads()
    return found


if __name__ == "__main__":
    main()
