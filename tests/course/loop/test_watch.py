import os

from beras.course.loop.watch import saves
from beras.course.manifest import read


def test_saved_files_are_named_and_others_are_not(mini):
    numbers, sums = mini / "mini" / "numbers.py", mini / "mini" / "sums.py"

    def stamp(path, text):
        path.write_text(text)
        os.utime(path, ns=(next(times), next(times)))

    times = iter(range(10**18, 10**18 + 10**10, 10**9))
    actions = iter([
        lambda: (mini / "README.md").write_text("no file of the student's"),
        lambda: stamp(numbers, "1"),
        lambda: None,
        lambda: stamp(sums, "2"),
        lambda: stamp(numbers, "3"),  # a second one before all is quiet
        lambda: None,
        lambda: sums.unlink(),
        lambda: None,
        lambda: (mini / "mini" / "new.py").write_text("new"),
        lambda: None,
    ])  # fmt: skip
    found = saves(read(mini), sleep=lambda _: next(actions)())
    assert next(found) == []
    assert next(found) == ["mini/numbers.py"]
    assert next(found) == ["mini/numbers.py", "mini/sums.py"]
    assert next(found) == ["mini/sums.py"]
    assert next(found) == ["mini/new.py"]


def test_what_is_saved_while_the_first_check_runs_is_not_lost(mini):
    found = saves(read(mini), sleep=lambda _: None)
    assert next(found) == []
    (mini / "mini" / "numbers.py").write_text("saved during the check")
    assert next(found) == ["mini/numbers.py"]
