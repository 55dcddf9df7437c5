import runpy
from pathlib import Path

import numpy as np
import pytest

from beras.datasets import digits


def test_is_what_scikit_learn_carries():
    datasets = pytest.importorskip("sklearn.datasets")
    source = datasets.load_digits()
    (x_train, y_train), (x_test, y_test) = digits.load_data()
    images, labels = np.concatenate([x_train, x_test]), np.concatenate([y_train, y_test])

    def rows(images, labels):
        return sorted(zip(images.reshape(-1, 64).astype(int).tolist(), labels.astype(int).tolist()))

    assert rows(images, labels) == rows(source.images, source.target)


def test_is_what_the_script_makes():
    pytest.importorskip("sklearn.datasets")
    made = runpy.run_path(str(Path(__file__).with_name("make_digits.py")))["split_digits"]()
    (x_train, y_train), (x_test, y_test) = digits.load_data()
    for name, array in {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test}.items():
        assert array.dtype == made[name].dtype == np.uint8
        assert np.array_equal(array, made[name])


def test_split_is_stratified_80_to_20():
    (x_train, y_train), (x_test, y_test) = digits.load_data()
    assert (x_train.shape, x_test.shape) == ((1438, 8, 8), (359, 8, 8))
    assert (len(y_train), len(y_test)) == (1438, 359)
    assert len(x_test) / 1797 == pytest.approx(0.2, abs=3e-4)
    share = np.bincount(y_test) / (np.bincount(y_train) + np.bincount(y_test))
    assert share.shape == (10,)
    assert np.all(np.abs(share - 0.2) < 0.004)


def test_no_image_is_in_both_parts():
    (x_train, _), (x_test, _) = digits.load_data()
    train = {image.tobytes() for image in x_train}
    assert not any(image.tobytes() in train for image in x_test)


def test_scale_maps_to_the_unit_interval():
    (x_train, _), (x_test, _) = digits.load_data()
    for x in (x_train, x_test):
        assert (x.min(), x.max()) == (0, digits.SCALE)


def test_each_call_gives_arrays_of_its_own():
    (first, _), _ = digits.load_data()
    first[...] = 0
    (second, _), _ = digits.load_data()
    assert second.any()


def test_is_small_and_has_its_attribution():
    folder = Path(digits.__file__).parent
    assert (folder / "digits.npz").stat().st_size < 100_000
    text = (folder / "digits.LICENSE.txt").read_text(encoding="utf-8")
    for words in ("Alpaydin", "Kaynak", "CC BY 4.0", "10.24432/C50P49", "creativecommons.org/licenses/by/4.0"):
        assert words in text
