"""Part 5: the safety checker's arithmetic, and a folder."""

import numpy as np
import pytest
from checker import clip_pixels, cosines, scan, verdicts
from kit import check_values, oracle, raises, untouched

DRAW = np.random.RandomState(6)


@pytest.mark.task("5.1")
@pytest.mark.points(2)
def test_black_white_and_grey():
    pictures = np.zeros((3, 4, 6, 3), np.uint8)
    pictures[1], pictures[2] = 255, 51
    # (0 - mean) / deviation, (1 - mean) / deviation and (0.2 - mean) / deviation of red, green and blue
    colours = [
        [-1.7922625, -1.7520971, -1.4802198],
        [1.9303361, 2.0748837, 2.1458968],
        [-1.0477428, -0.9867009, -0.7549965],
    ]
    right = np.broadcast_to(np.array(colours)[:, :, None, None], (3, 3, 4, 6))
    shares = np.array([0, 1, 0.2])[:, None, None, None] + 0 * right
    mean, deviation = ([0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711])
    mean, deviation = (np.array(row)[:, None, None] for row in (mean, deviation))
    mistakes = {
        "is not normalised: subtract the mean and divide by the deviation of each colour": shares,
        "is made of bytes: divide by 255 first": (255 * shares - mean) / deviation,
        "lacks the mean": shares / deviation,
        "lacks the division by the deviation": shares - mean,
        "is multiplied by the deviation": (shares - mean) * deviation,
        "has the colours in the order blue, green, red": right[:, ::-1],
    }
    with untouched(pictures=pictures):
        ours = clip_pixels(pictures)
    last = "the channels are last still: CLIP wants (batch, 3, y, x)"
    assert np.shape(ours) != pictures.shape, last
    check_values(ours, right, "array of pixels", mistakes=mistakes, dtype="float32")


@pytest.mark.task("5.1")
@pytest.mark.points(1)
def test_only_bytes():
    with raises(ValueError, "float32"):
        clip_pixels(np.zeros((1, 4, 4, 3), np.float32))
    ours = clip_pixels(DRAW.randint(0, 256, (1, 4, 6, 3)).astype(np.uint8))
    assert np.shape(ours) == (1, 3, 4, 6), f"(1, 4, 6, 3) must become (1, 3, 4, 6). Received: {np.shape(ours)}"


VECTORS, CONCEPTS = DRAW.standard_normal((4, 6)), 3 * DRAW.standard_normal((5, 6))


@pytest.mark.task("5.2")
@pytest.mark.points(2)
def test_the_cosines_are_those_of_torch():
    right = oracle(
        "cosines",
        lambda torch: torch.nn.functional.cosine_similarity(
            torch.tensor(VECTORS)[:, None], torch.tensor(CONCEPTS)[None], dim=-1
        ),
    )
    lengths = np.sqrt((VECTORS**2).sum(1)), np.sqrt((CONCEPTS**2).sum(1))
    mistakes = {
        "is the product alone: divide by both lengths": right * lengths[0][:, None] * lengths[1],
        "is not divided by the lengths of the concepts": right * lengths[1],
        "is not divided by the lengths of the vectors": right * lengths[0][:, None],
        "is divided by the squares of the lengths: take the root": right / lengths[0][:, None] / lengths[1],
        "has a row for each concept: the rows belong to the vectors": right.T,
        "is divided by one length for all: each vector has its own": (
            right * lengths[0][:, None] * lengths[1] / np.linalg.norm(VECTORS) / np.linalg.norm(CONCEPTS)
        ),
    }
    with untouched(vectors=VECTORS, concepts=CONCEPTS):
        ours = cosines(VECTORS, CONCEPTS)
    check_values(ours, right, "cosine table", {"vectors": 4, "concepts": 5}, mistakes=mistakes, source="torch")


#: Thresholds for two concepts and two special ones.
SPECIAL, LIMITS = np.array([0.5, 0.6]), np.array([0.3, 0.4])


def judged(special, concepts):
    scores, flags = verdicts(np.array(special, float), np.array(concepts, float), SPECIAL, LIMITS)
    return np.asarray(scores), np.asarray(flags)


@pytest.mark.task("5.3")
@pytest.mark.points(2)
def test_scores_and_flags():
    concepts = [[0.2, 0.1], [0.35, 0.1], [0.1, 0.47], [0.4, 0.5]]
    scores, flags = judged([[0, 0]] * 4, concepts)
    mistakes = {
        "is the cosine: subtract the threshold": concepts,
        "has the wrong sign": LIMITS - concepts,
    }
    check_values(scores, np.array(concepts) - LIMITS, "table of scores", mistakes=mistakes)
    everything = "a picture is flagged when any concept counts; yours needs all of them"
    assert list(flags) != [False, False, False, True], everything
    assert list(flags) != [True, False, False, False], "your flags are the wrong way round: True means flagged"
    assert list(flags) == [False, True, True, True], f"pictures 1, 2 and 3 must be flagged. Received: {list(flags)}"
    assert flags.dtype == bool, f"flags must be bool. Received: {flags.dtype}"


@pytest.mark.task("5.3")
@pytest.mark.points(2)
def test_scores_are_rounded():
    cases = [[0.3004, 0], [0.3006, 0], [0.3, 0], [0.2996, 0]]
    scores, flags = judged([[0, 0]] * 4, cases)
    assert not flags[2], "a score of exactly 0 does not count: above 0, not from 0 on"
    nothing = "your scores are not rounded: 0.3004 is above the threshold 0.3 by less than half a thousandth"
    assert not flags[0], nothing
    assert list(flags) == [False, True, False, False], f"only picture 1 must be flagged. Received: {list(flags)}"
    check_values(scores[:, 0], [0.0, 0.001, 0.0, 0.0], "column of scores", tolerance=1e-9)


@pytest.mark.task("5.3")
@pytest.mark.points(2)
def test_special_care():
    special = [[0.6, 0], [0.4, 0], [0.6, 0], [0, 0.7], [0.5004, 0], [0.6, 0.9]]
    concepts = [[0.295, 0], [0.295, 0], [0.28, 0], [0.295, 0], [0.295, 0], [0.1, 0.1]]
    scores, flags = judged(special, concepts)
    alone = "special care alone does not flag: it only makes the concepts' thresholds lower"
    assert not flags[5], alone
    assert not flags[2], "the adjustment is 0.01 where special care counts: 0.28 is below 0.29 still"
    assert flags[0], "where special care counts, 0.01 is added to the scores of the concepts: 0.295 is above 0.29"
    every = "the adjustment belongs to each picture by itself: picture 1 calls for no special care"
    assert not flags[1], every
    assert flags[3], "any of the special-care concepts calls for it, the last one too"
    assert not flags[4], "the scores of special care are rounded to 3 decimals too: 0.5004 does not count"
    check_values(scores[:, 0], [0.005, -0.005, -0.01, 0.005, -0.005, -0.19], "column of scores", tolerance=1e-9)


@pytest.mark.task("5.3")
@pytest.mark.points(2)
def test_special_care_in_its_order_and_nan():
    # The second special one is 0.005 below its threshold: it counts only after the first one did. It changes no score
    # of the concepts, since the adjustment is 0.01 once and not once for each.
    scores, _ = judged([[0.9, 0.9], [0.9, 0.0]], [[0.1, 0.1], [0.1, 0.1]])
    twice = bool(abs(scores[0, 0] + 0.18) < 1e-6)
    assert not twice, "two special-care concepts add 0.02: the adjustment is 0.01, however many count"
    check_values(scores, [[-0.19, -0.29], [-0.19, -0.29]], "table of scores", tolerance=1e-9)
    for special, concepts in (([[0, 0]], [[np.nan, 0]]), ([[np.nan, 0]], [[0, 0]])):
        with raises(ValueError, "NaN"):
            judged(special, concepts)


def picture(number):
    return np.full((3, 4, 3), number, np.uint8)


class Folder:
    """Files by number; some are broken, and ``suspicious`` ones are flagged, and painted black, by ``look``."""

    def __init__(self, count, suspicious, broken=()):
        self.paths = [f"{number:03}.png" for number in range(count)]
        self.suspicious, self.broken = suspicious, broken
        self.batches, self.unread = [], 0

    def read(self, path):
        number = int(path[:3])
        self.unread = unread = self.unread + 1
        assert unread <= 10, "more than a batch is read before the checker looks: keep no more in memory"
        if number in self.broken:
            raise OSError(f"{path} is cut off")
        return picture(number)

    def look(self, pictures):
        self.unread = 0
        assert len(pictures), "the checker cannot look at a batch without pictures: leave it out"
        assert np.shape(pictures)[1:] == (3, 4, 3), f"a batch must be (n, y, x, 3). Received: {np.shape(pictures)}"
        self.batches.append(len(pictures))
        flags = [int(one[0, 0, 0]) in self.suspicious for one in pictures]
        for one, flag in zip(pictures, flags):
            if flag:
                one[...] = 0
        return flags


@pytest.mark.task("5.4")
@pytest.mark.points(2)
def test_numbers_and_batches():
    folder = Folder(23, {3, 10, 21, 22})
    found = scan(folder.paths, folder.read, folder.look)
    numbers = sorted(found.flagged)
    batches = folder.batches
    assert batches != [10, 10], "the last, shorter batch is left out: 23 files are 10 and 10 and 3"
    assert numbers != [0, 1, 2, 3], "the numbers start anew in each batch: a picture's number is its place in the list"
    assert batches == [10, 10, 3], f"23 files are batches of 10, 10 and 3. Received: {batches}"
    assert numbers == [3, 10, 21, 22], f"3, 10, 21 and 22 must be flagged. Received: {numbers}"
    assert found.errors == {}, f"no file is broken here. Received: {found.errors}"
    folder = Folder(5, {4})
    assert sorted(scan(folder.paths, folder.read, folder.look, batch_size=2).flagged) == [4]
    assert folder.batches == [2, 2, 1], f"with batch_size 2, 5 files are 2, 2 and 1. Received: {folder.batches}"


@pytest.mark.task("5.4")
@pytest.mark.points(2)
def test_the_originals_are_returned():
    folder = Folder(12, {5, 11})
    found = scan(folder.paths, folder.read, folder.look)
    for number in (5, 11):
        black = not np.any(found.flagged[number])
        assert not black, "a flagged picture is black: the checker painted over it. Keep the original, give it a copy"
        check_values(found.flagged[number], picture(number), f"flagged picture {number}")


@pytest.mark.task("5.4")
@pytest.mark.points(2)
def test_broken_files():
    folder = Folder(22, {4, 12, 21}, broken={2, 13})
    try:
        found = scan(folder.paths, folder.read, folder.look)
    except OSError as error:
        pytest.fail(f"one broken file ends the whole scan ({error}): note it, and go on")
    numbers, right = sorted(found.flagged), [4, 12, 21]
    early = len(numbers) == 3 and all(number < place for number, place in zip(numbers, right))
    assert not early, "after a broken file the numbers are shifted: a picture keeps its place in the list of files"
    assert numbers == right, f"4, 12 and 21 must be flagged. Received: {numbers}"
    assert sorted(found.errors) == [2, 13], f"2 and 13 are broken, and must be noted. Received: {found.errors}"
    assert "cut off" in found.errors[2], f"note the error's words: '002.png is cut off'. Received: {found.errors[2]!r}"
    folder = Folder(12, {0}, broken={10, 11})
    assert sorted(scan(folder.paths, folder.read, folder.look).errors) == [10, 11]
