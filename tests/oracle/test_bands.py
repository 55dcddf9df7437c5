"""The verdict bands, and the differences that they are words for."""

import numpy as np
import pytest

from beras.oracle.bands import BANDS, band, largest, rel_error, relative_difference, verdict

NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("relative", "word"),
    [
        (0.0, "exact"),
        (5e-324, "happy"),
        (1e-7, "happy"),
        (np.nextafter(1e-7, 1), "fine"),
        (np.nextafter(1e-4, 0), "fine"),
        (1e-4, "uncomfortable"),
        (1e-2, "uncomfortable"),
        (np.nextafter(1e-2, 1), "wrong"),
        (INF, "wrong"),
        (NAN, "wrong"),
        (-1.0, "exact"),
    ],
)
def test_verdict(relative, word):
    assert verdict(relative) == word
    assert band(relative).word == word


def test_every_band_has_a_word_and_a_sentence_of_its_own():
    assert len({b.word for b in BANDS}) == len({b.sentence for b in BANDS}) == len(BANDS) == 5
    assert [b.limit for b in BANDS] == sorted(b.limit for b in BANDS)


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        (1.0, 1.0, 0.0),
        (0.0, -0.0, 0.0),
        (1.0, 2.0, 0.5),
        (2.0, 1.0, 0.5),
        (1.0, -1.0, 2.0),
        (0.0, 1e-300, 1.0),
        (1e308, -1e308, 2.0),
        (5e-324, 1e-323, 0.5),
        (INF, INF, 0.0),
        (INF, -INF, INF),
        (NAN, NAN, 0.0),
        (NAN, 1.0, INF),
        (1.0, INF, INF),
        (NAN, INF, INF),
    ],
)
def test_relative_difference(ours, theirs, expected):
    assert float(relative_difference(ours, theirs)) == expected


def test_an_allowance_is_taken_off_but_excuses_no_infinity():
    found = relative_difference([1.0, 1.0, 1.0, INF], [1.25, 2.0, 1.0, 1.0], allowance=0.5)
    np.testing.assert_array_equal(found, [0.0, 0.25, 0.0, INF])
    by_entry = relative_difference([1.0, 1.0], [2.0, 2.0], allowance=[0.0, 1.0])
    np.testing.assert_array_equal(by_entry, [0.5, 0.0])


def test_shapes_are_not_broadcast():
    with pytest.raises(ValueError, match=r"\(3,\) and \(3, 1\)"):
        relative_difference(np.ones(3), np.ones((3, 1)))
    with pytest.raises(ValueError, match="one shape"):
        largest(np.ones(3), 1.0)


def test_largest_names_the_place_and_both_values():
    ours = np.array([[1.0, 100.0], [1e-3, 4.0]])
    theirs = np.array([[1.0, 101.0], [2e-3, 4.0]])
    found = largest(ours, theirs)
    assert found.place == (1, 0)
    assert (found.ours, found.theirs, found.relative) == (1e-3, 2e-3, 0.5)
    assert found.absolute == 1e-3
    assert found.verdict == "wrong"


def test_among_infinite_differences_the_largest_absolute_one_counts():
    assert largest([NAN, 1.0], [1.0, 1.0]).place == (0,)
    found = largest([1.0, INF, NAN], [NAN, 1.0, NAN])
    assert found.relative == found.absolute == INF
    assert largest([INF, NAN], [INF, NAN]) == (0.0, (0,), INF, INF, 0.0)


def test_largest_of_scalars_and_of_nothing():
    assert largest(1.0, 2.0).place == ()
    empty = largest(np.zeros((0, 3)), np.zeros((0, 3)))
    assert empty.relative == empty.absolute == 0.0
    assert np.isnan(empty.ours)


def test_rel_error_is_the_one_of_the_notebooks():
    x, y = np.array([1.0, -2.0, 0.0, 1e-12]), np.array([1.5, -2.0, 0.0, 0.0])
    assert rel_error(x, y) == np.max(np.abs(x - y) / np.maximum(1e-8, np.abs(x) + np.abs(y))) == 0.2
    assert rel_error(1e-12, 0.0) == 1e-12 / 1e-8  # 1e-8 is the least denominator
    assert rel_error(1.0, -1.0) == 1.0
    assert rel_error([INF, 1.0], [INF, 1.0]) == 0.0
    assert verdict(rel_error([NAN], [1.0])) == verdict(rel_error([NAN], [NAN])) == "wrong"
    assert rel_error(np.ones((2, 3)), 1.0) == 0.0
    with pytest.raises(ValueError, match="at least one entry"):
        rel_error([], [])
