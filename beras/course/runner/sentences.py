"""What happened, in one kind sentence each."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from typing import Any

from beras.course.runner.harness.channel import LOST
from beras.course.runner.limits import Limits
from beras.course.runner.results import Place

__all__ = ["about_account", "about_end", "about_timeout", "size"]

#: For each kind of account: what is said. ``{at}`` is " at Beras/layers.py:48" or nothing.
_ACCOUNTS = {
    "judged": "{message}",
    "error": "your code raises {type}{at}: {message}",
    "to do": "{message}",
    "syntax": "{where} cannot be read: {message}",
    "import": "an import fails{at}: {message}",
    "memory": "your code asks for more than {memory} of memory{at}: {message}",
    "recursion": "your code calls itself without end{at}",
    "exit": "your code ends the program{at} (sys.exit, exit or quit); return a value, or raise an error",
    "interrupt": "your code raises KeyboardInterrupt{at}",
    "input": "your code reads from the keyboard{at}, and there is none in a test (is there an input()?)",
    "steps": "your code was stopped after {steps:,} steps{at}: is there a loop that does not end?",
    "output": "your code printed more than {output}{at} and was stopped: is there a print in a loop?",
    "skipped": "your code skips this test{at}; a skipped test brings no points",
    "thread": "your code leaves a thread running ({what}); end it, or wait for it with join(), before you return",
    "equals": "objects of your class {what} claim to equal anything, so comparing them proves nothing; mend its __eq__",
    "replaced": "your code replaces {what}, with which the tests work; give your own thing another name",
    "broken test": "this test is broken, which is no fault of yours: {message}",
}
_ENDS = {
    "memory": "your code used more than {memory} of memory and was stopped",
    "processes": "your code started more than {processes} processes and was stopped with all of them",
    "output": "your code printed more than {output} and was stopped: is there a print in a loop?",
    "time": "your code was stopped after {seconds:g} s: is there a loop that does not end?",
}
_SIGNALS = {
    "SIGSEGV": "it touched memory that is not there",
    "SIGBUS": "it touched memory that is not there",
    "SIGABRT": "something called abort",
    "SIGFPE": "an arithmetic error in compiled code",
    "SIGILL": "an instruction that this processor does not know",
    "SIGXCPU": "it used too much processor time",
    "SIGKILL": "it was killed, by itself or for want of memory",
}


def about_account(account: Mapping[str, Any], limits: Limits) -> str:
    """Return what to say about an account that the harness gave."""
    place = account.get("place")
    where = str(Place(**place)) if place else "a file"
    known = {"message": "", "type": "", "task": "", "what": ""} | dict(account)
    template = _ACCOUNTS.get(account["kind"], _ACCOUNTS["error"])
    text = template.format(
        **{**known, "at": f" at {where}" if place else "", "where": where},
        memory=size(limits.memory),
        output=size(limits.output),
        steps=limits.steps,
    )
    return text.rstrip(": \n")


def about_timeout(message: Mapping[str, Any]) -> str:
    """Return what to say when the harness found that a test took too long."""
    place = message["place"]
    at = f" at {Place(**place)}" if place else ""
    what = (
        "is there a loop that does not end?"
        if message["busy"] > 0.2
        else "does it wait for something that never comes (a thread, a lock, a process)?"
    )
    return f"your code was still running{at} after {message['seconds']:g} s and was stopped: {what}"


def about_end(ended: str, code: int | None, foreign: int, seconds: float, limits: Limits) -> str:
    """Return what to say when the process ended, or was ended, in the middle."""
    if ended:
        return _ENDS[ended].format(
            memory=size(limits.memory),
            processes=limits.processes,
            output=size(limits.output),
            seconds=seconds,
        )
    if code is not None and code < 0:
        name = signal.Signals(-code).name if -code in set(signal.Signals) else f"signal {-code}"
        return f"your code crashed Python ({name}: {_SIGNALS.get(name, 'a signal from outside')})"
    if code == LOST or foreign:
        return "your code closed or broke the channel on which results are sent, so nothing is known of it"
    return f"your code ended Python itself with exit code {code} (is there an os._exit?)"


def size(count: int) -> str:
    """Return bytes in words: ``2 GB``.

    >>> size(2 << 30), size(1_000_000), size(300)
    ('2 GB', '1 MB', '300 bytes')
    """
    for name, unit in (("GB", 1 << 30), ("MB", 1_000_000), ("kB", 1000)):
        if count >= unit:
            return f"{count / unit:.3g} {name}"
    return f"{count} bytes"
