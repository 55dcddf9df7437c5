from beras.course.runner.guard import Guarded


def names(folder):
    return sorted(path.name.split("-", 2)[2] for path in (folder / ".beras" / "aside").iterdir())


def test_without_a_change_nothing_is_written(mini):
    assert Guarded(mini).put_back() == []
    assert not (mini / ".beras").exists()


def test_changed_removed_and_new_files_are_put_right(mini):
    guarded = Guarded(mini)
    test, kit, new = (mini / "tests" / name for name in ("test_sums.py", "kit.py", "new.py"))
    before = test.read_bytes(), kit.read_bytes()
    test.write_text("changed")
    kit.unlink()
    new.write_text("new")
    assert guarded.put_back() == ["tests/kit.py", "tests/new.py", "tests/test_sums.py"]
    assert (test.read_bytes(), kit.read_bytes()) == before
    assert not new.exists()
    assert names(mini) == ["tests-new.py", "tests-test_sums.py"]


def test_what_is_no_test_is_left_alone(mini):
    guarded = Guarded(mini)
    (mini / "tests" / "picture.png").write_bytes(b"1")
    (mini / "mini" / "numbers.py").write_text("mine")
    assert guarded.put_back() == []
    assert (mini / "tests" / "picture.png").exists()


def test_a_removed_folder_comes_back(mini):
    import shutil

    guarded = Guarded(mini)
    shutil.rmtree(mini / "tests")
    assert len(guarded.put_back()) == 4
    assert (mini / "tests" / "test_numbers.py").exists()
