"""The group of commands: how a line of arguments is read, and how every verb ends."""

from __future__ import annotations

import sys
from typing import Any

from typer.core import TyperGroup

from beras.cli.errors import AT_ONCE, NOTHING_SAVED, BadUsage, Interrupted, debugging, report
from beras.errors import unknown_name

__all__ = ["Verbs"]


class Verbs(TyperGroup):
    """The group of commands: errors become one sentence, and unknown names get the nearest one."""

    def main(self, *args: Any, standalone_mode: bool = True, **options: Any) -> Any:
        """Run, and exit with 0, 1 (failure), 2 (bad usage) or 130 (Ctrl-C)."""
        options["standalone_mode"] = False
        if not standalone_mode:
            return super().main(*args, **options)
        try:
            code = super().main(*args, **options)
        except (Exception, KeyboardInterrupt) as error:
            if debugging() and not isinstance(error, Interrupted):
                raise
            code = report(error)
        sys.exit(code if isinstance(code, int) else 0)

    def make_context(self, info_name: str | None, args: list[str], *rest: Any, **extra: Any) -> Any:
        """Read the arguments; Ctrl-C meanwhile is kept from typer, as in `invoke`."""
        training = "train" in args
        try:
            return super().make_context(info_name, args, *rest, **extra)
        except KeyboardInterrupt:
            raise Interrupted(NOTHING_SAVED if training else AT_ONCE) from None

    def invoke(self, ctx: Any) -> Any:
        """Run a verb; its Ctrl-C is kept from typer, which would end without a word."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise Interrupted(AT_ONCE) from None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the verb, or name the nearest."""
        if args and not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            raise BadUsage(unknown_name("command", args[0], self.list_commands(ctx)))
        return super().resolve_command(ctx, args)
