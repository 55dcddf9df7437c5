import pytest

from beras.viz.stacks import largest_side, sheets_of
from beras.viz.stages import Stage


def stack(*shape):
    return Stage("stack", shape, ("",), "black")


@pytest.mark.parametrize(("channels", "number"), [(1, 1), (2, 2), (3, 3), (32, 8), (64, 9), (512, 12), (10**6, 12)])
def test_more_channels_are_more_sheets_up_to_twelve(channels, number):
    assert sheets_of(stack(8, 8, channels), 8).number == number


def test_a_quarter_of_the_side_is_drawn_as_half():
    large, small = (sheets_of(stack(n, n, 1), 28) for n in (28, 7))
    assert large.height == large.width == 2 * small.height == 2 * small.width


def test_sheets_are_as_wide_in_proportion_to_their_height_as_the_images():
    drawn = sheets_of(stack(10, 30, 1), 40)
    assert drawn.width == pytest.approx(3 * drawn.height)


@pytest.mark.parametrize("shape", [(1, 1, 4), (1000, 1, 1), (None, None, None), (None, 6, 3)])
def test_no_sheet_is_too_small_to_be_seen_or_larger_than_the_largest(shape):
    largest = sheets_of(stack(1000, 1000, 1), 1000)
    drawn = sheets_of(stack(*shape), 1000)
    assert 0.3 <= min(drawn.height, drawn.width) <= max(drawn.height, drawn.width) <= largest.height
    assert drawn.number >= 1


def test_the_largest_side_is_that_of_the_stacks():
    column = Stage("column", (784,), ("",), "black")
    assert largest_side([stack(28, 20, 512), column, stack(None, 30, 1)]) == 30
    assert largest_side([column]) == 1


def test_the_middle_of_all_sheets_is_at_the_place():
    sheets = sheets_of(stack(8, 8, 64), 8)
    left, bottom = sheets.front(10.0)
    assert left == pytest.approx(10 - sheets.half)
    assert bottom == pytest.approx(-sheets.tall / 2)
    assert sheets.tall > sheets.height
