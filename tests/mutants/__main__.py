"""``python -m tests.mutants``: plant every fault, and say which ones the test suite does not see."""

from __future__ import annotations

import argparse
import json
import sys
import time

from tests.mutants.areas import AREAS, TESTS
from tests.mutants.collection import all_mutants, is_essential
from tests.mutants.equivalents import EQUIVALENT
from tests.mutants.mutant import Mutant
from tests.mutants.pool import Pool, Verdict
from tests.mutants.report import Report, as_json, show
from tests.mutants.source import ROOT


def main() -> int:
    """Return the exit status: 1 when a mutant escaped or was not planted, or the list of equivalents is wrong."""
    options = _options()
    mutants = {
        name: mutant
        for name, mutant in all_mutants().items()
        if (not options.only or mutant.area in options.only)
        and options.match in name
        and (options.all or is_essential(mutant))
    }
    if options.list:
        for mutant in mutants.values():
            print(f"{mutant.area}  {mutant.place}  {mutant.name}")
        return 0
    begin, before = time.perf_counter(), _fingerprint()
    verdicts: dict[str, Verdict] = {}

    def heard(name: str, verdict: Verdict) -> None:
        verdicts[name] = verdict
        if verdict.status != "caught" and name not in EQUIVALENT:
            _say(begin, f"{verdict.status}: {mutants[name].place}  {name}")
        if len(verdicts) % 100 == 0 or len(verdicts) == len(mutants):
            _say(begin, f"{len(verdicts)} of {len(mutants)} judged")

    with Pool(options.tests or TESTS, options.processes) as pool:
        failing = pool.measure()
        _say(begin, f"{len(pool.uses)} tests pass without a fault and show what they use")
        pool.judge(list(mutants), heard)
    changed = _fingerprint() != before
    report = Report(mutants, verdicts, failing, _stale(mutants, verdicts, options), time.perf_counter() - begin)
    if options.json:
        print(json.dumps(as_json(report), indent=1))
    else:
        show(report)
    if changed:
        _say(begin, "files were changed in the meantime: what is said here may be wrong, run it again")
    return int(changed or not report.is_clean)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--only", action="append", choices=AREAS, metavar="AREA", help=f"one of {', '.join(AREAS)}")
    parser.add_argument("--match", default="", metavar="TEXT", help="only mutants whose name holds TEXT")
    parser.add_argument("--all", action="store_true", help="also every change of the source of everything else")
    parser.add_argument("--list", action="store_true", help="show the mutants and stop")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--tests", action="append", metavar="PATH", help="judge by these tests instead of all")
    return parser.parse_args()


def _fingerprint() -> dict[str, int]:
    """Return when each file was written: workers that start later must find what the first ones found."""
    files = [path for folder in ("beras", "tests") for path in (ROOT / folder).rglob("*.py")]
    return {str(path): path.stat().st_mtime_ns for path in files}


def _say(begin: float, message: str) -> None:
    print(f"{time.perf_counter() - begin:6.0f} s  {message}", file=sys.stderr, flush=True)


def _stale(mutants: dict[str, Mutant], verdicts: dict[str, Verdict], options: argparse.Namespace) -> dict[str, str]:
    """Return the entries of the list of equivalents that are wrong, with what is wrong about each."""
    everything = options.all and not options.only and not options.match
    wrong = {name: "names no mutant" for name in EQUIVALENT if everything and name not in mutants}
    for name in EQUIVALENT:
        if name in verdicts and verdicts[name].status == "caught":
            wrong[name] = f"is caught by {verdicts[name].test}"
    return wrong


if __name__ == "__main__":
    sys.exit(main())
