"""``python -m beras`` is the command ``beras``."""

from beras.cli import main

if __name__ == "__main__":
    main()
