"""Mutants that no test can catch, each with the reason: what they compute is the same, or as right.

The name of a mutant is what ``python -m tests.mutants --all --list`` shows. An entry that names no mutant, or one that
the tests do catch, is an error.
"""

from __future__ import annotations

from tests.mutants import equivalent_library, equivalent_linear_algebra, equivalent_rules

EQUIVALENT: dict[str, str] = {
    **equivalent_linear_algebra.EQUIVALENT,
    **{
        f"{folder}{name}" if "::" in name else name: reason
        for folder, reasons in (
            ("beras/autodiff/rules/", equivalent_rules.REASONS),
            ("beras/", equivalent_library.REASONS),
        )
        for reason, names in reasons.items()
        for name in names
    },
}
