"""``python -m beras.oracle.frozen`` checks beras against the frozen values; ``--make`` has torch make them anew."""

from __future__ import annotations

import sys


def make() -> None:
    """Write the files anew, for developers of beras with torch."""
    from beras.oracle.frozen.file import VALUES, write
    from beras.oracle.frozen.made_by_torch import every_array
    from beras.oracle.torch_module import torch_module

    torch = torch_module()
    torch.set_num_threads(1)
    arrays = every_array()
    digest = write(arrays, f"torch {torch.__version__.partition('+')[0]}")
    print(f"{len(arrays)} arrays in {VALUES}, {VALUES.stat().st_size:,} bytes, SHA-256 {digest}.")


def main(arguments: list[str]) -> int:
    """Return the exit code: 0 when all agree, 1 when something differs, 2 for bad usage."""
    if arguments == ["--make"]:
        make()
        return 0
    if arguments:
        print(f"Expected nothing, or --make. Received: {' '.join(arguments)}.", file=sys.stderr)
        return 2
    from beras.oracle.frozen.check import check_frozen

    report = check_frozen()
    print(report)
    return 0 if report.ok else 1


if __name__ == "__main__":
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]  # for a terminal that cannot show a line
    raise SystemExit(main(sys.argv[1:]))
