"""ImageFiles: which files are pictures, in which order, and what is wrong with a folder that has none."""

from __future__ import annotations

import os
from collections import Counter

import pytest

from beras.diffusion import DiffusionError, ImageFiles
from tests.diffusion.safety.conftest import blocks


def put(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        blocks(0, 8, 8).save(folder / name, "PNG")
    return folder


def test_a_flat_folder_is_in_the_order_of_its_names_as_text(tmp_path):
    put(tmp_path, "2.png", "10.png", "1.png", "B.jpg", "a.JPEG")
    assert ImageFiles(tmp_path).names == ["1.png", "10.png", "2.png", "B.jpg", "a.JPEG"]


def test_numbers_are_those_of_torchvisions_image_folder(tmp_path):
    put(
        tmp_path, "b/2.png", "b/10.png", "a/z.png", "a/deep/y.png", "a/deep er/x.png", "a/deep/more/w.webp", "c d/é.png"
    )
    (tmp_path / "a" / "notes.txt").write_text("no picture", encoding="utf-8")
    from torchvision.datasets import ImageFolder

    theirs = ImageFolder(str(tmp_path))
    ours = ImageFiles(tmp_path)
    assert [str(ours.path(number)) for number in range(len(ours))] == [path for path, _ in theirs.samples]
    assert ours.classes == theirs.classes
    assert [ours.class_of(number) for number in range(len(ours))] == [theirs.classes[t] for t in theirs.targets]
    assert ours.skipped == Counter({".txt": 1})


def test_the_endings_are_torchvisions():
    from torchvision.datasets.folder import IMG_EXTENSIONS

    from beras.diffusion.safety.files import EXTENSIONS

    assert set(EXTENSIONS) == set(IMG_EXTENSIONS)


def test_pictures_beside_class_folders_come_first(tmp_path):
    files = ImageFiles(put(tmp_path, "z.png", "a/1.png"))
    assert files.names == ["z.png", "a/1.png"]
    assert files.classes == ["", "a"]


def test_hidden_files_and_folders_are_left_out_and_counted(tmp_path):
    put(tmp_path, "x.png", "._x.png", ".hidden.png", ".cache/y.png", "__MACOSX/._x.png", "film.gif", "README")
    files = ImageFiles(tmp_path)
    assert files.names == ["x.png"]
    assert files.skipped == Counter({"hidden": 4, ".gif": 1, "no ending": 1})


def test_an_empty_class_folder_is_no_error(tmp_path):
    put(tmp_path, "a/1.png")
    (tmp_path / "b").mkdir()
    assert ImageFiles(tmp_path).names == ["a/1.png"]


def test_a_folder_that_ends_like_a_picture_is_a_folder(tmp_path):
    assert ImageFiles(put(tmp_path, "odd.png/1.png")).names == ["odd.png/1.png"]


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_links_are_followed_once_and_a_circle_ends(tmp_path):
    put(tmp_path, "a/1.png")
    (tmp_path / "a" / "back").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "gone.png").symlink_to(tmp_path / "nowhere.png")
    assert ImageFiles(tmp_path).names == ["gone.png", "a/1.png"]


def test_a_folder_that_cannot_be_listed_is_named(tmp_path, monkeypatch):
    put(tmp_path, "a/1.png", "b/2.png")
    true = os.scandir

    def scandir(path):
        if os.fspath(path).endswith("b"):
            raise PermissionError(13, "Permission denied")
        return true(path)

    monkeypatch.setattr(os, "scandir", scandir)
    files = ImageFiles(tmp_path)
    assert files.names == ["a/1.png"]
    assert files.unreadable == {"b": "The folder cannot be read: Permission denied."}


def test_a_picture_can_be_read_by_its_number(tmp_path):
    files = ImageFiles(put(tmp_path, "1.png"))
    assert files[0].size == (8, 8)
    assert repr(files).endswith(": 1 pictures)")


def test_folders_without_pictures_are_explained(tmp_path):
    (tmp_path / "photos").mkdir()
    with pytest.raises(DiffusionError, match=r"no pictures in .*an empty folder"):
        ImageFiles(tmp_path / "photos")
    (tmp_path / "photos" / "list.txt").write_text("x", encoding="utf-8")
    with pytest.raises(DiffusionError, match=r"other files \(1 \.txt\)"):
        ImageFiles(tmp_path / "photos")
    with pytest.raises(DiffusionError, match="Did you mean 'photos'"):
        ImageFiles(tmp_path / "fotos")
    with pytest.raises(DiffusionError, match="Received: the file"):
        ImageFiles(tmp_path / "photos" / "list.txt")


def test_no_name_is_not_the_current_folder(tmp_path, monkeypatch):
    put(tmp_path, "a.png")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DiffusionError, match=r"Received: '', no name"):
        ImageFiles("")
    assert ImageFiles(".").names == ["a.png"]
