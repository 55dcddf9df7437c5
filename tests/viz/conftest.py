"""The figures need matplotlib; without it there is nothing to test here."""

import pytest

pytest.importorskip("matplotlib")
