"""The fixture: modules of equal name in two homeworks never meet."""

import sys

import pytest

from tests.reference import conftest


@pytest.fixture
def folders(tmp_path, monkeypatch):
    monkeypatch.setattr(conftest, "REFERENCE", tmp_path)
    for name in ("first", "second"):
        (tmp_path / name / "inner").mkdir(parents=True)
        (tmp_path / name / "shared_name.py").write_text(f"from inner import where\nname = {name!r}\n", "utf-8")
        (tmp_path / name / "inner" / "__init__.py").write_text(f"where = {name!r}\n", "utf-8")
    return tmp_path


@pytest.fixture
def nothing_stays(folders):
    path = list(sys.path)
    yield
    assert sys.path == path
    assert not {"shared_name", "inner"} & set(sys.modules)


def test_the_second_replaces_the_first(nothing_stays, folders, homework):
    for name in ("first", "second", "first"):
        assert homework(name) == folders / name
        import shared_name

        assert (shared_name.name, shared_name.where) == (name, name)
        assert not list(folders.rglob("__pycache__"))


def test_an_unknown_homework_is_an_error(homework):
    with pytest.raises(ValueError, match="reference/no_such_homework"):
        homework("no_such_homework")
