"""A job in a process of its own, so that no contender inherits what another one loaded, compiled or set."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.measurements import MEASUREMENTS
from benchmarks.peers import PEERS, missing_parts
from benchmarks.run.neighbours import Neighbours
from benchmarks.run.plan import Job
from benchmarks.run.threads import thread_variables

__all__ = ["records_of"]

ROOT = Path(__file__).resolve().parents[2]
#: Those that are measured on MNIST are told the folder that has it.
NEEDS_NO_DIGITS = {"import", "tape", "sweep"}


def records_of(job: Job, folder: str, threads: int, limit: float) -> list[dict[str, Any]]:
    """Return a record for each of the job's cases: what was measured, or ``missing``, or ``failed`` and why.

    ``limit`` is how many seconds it may take.
    """
    absent = missing_parts(PEERS[job.peer])
    with Neighbours() as others:
        if absent:
            answers = _all(job, "missing", f"not installed: pip install {' '.join(absent)}")
        else:
            answers = _run(job, folder, threads, limit)
    return [
        {"case": case, "peer": job.peer, **answers[variant], "others": others.processors}
        for case, variant in zip(job.cases, job.variants, strict=True)
    ]


def _all(job: Job, kind: str, why: str) -> dict[str, dict[str, Any]]:
    return {variant: {kind: why} for variant in job.variants}


def _run(job: Job, folder: str, threads: int, limit: float) -> dict[str, dict[str, Any]]:
    place = {} if job.measurement in NEEDS_NO_DIGITS else {"folder": folder}
    question = {
        "measure": MEASUREMENTS[job.measurement].measure,
        "part": job.entry.part,
        "options": job.entry.options,
        "variants": {variant: arguments | place for variant, arguments in job.variants.items()},
    }
    environment = os.environ | PEERS[job.peer].environment | thread_variables(threads)
    try:
        run = subprocess.run(
            [sys.executable, "-m", "benchmarks.run.child"],
            input=json.dumps(question),
            capture_output=True,
            text=True,
            encoding="utf-8",
            cwd=ROOT,
            env=environment,
            timeout=limit,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return _all(job, "failed", f"took longer than {limit:.0f} s")
    if run.returncode == 0:
        return json.loads(run.stdout.splitlines()[-1])
    reasons = run.stderr.strip().splitlines() or ["no message"]
    return _all(job, "failed", f"exit status {run.returncode}: {reasons[-1][:300]}")
