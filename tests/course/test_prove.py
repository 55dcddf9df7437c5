"""The proof holds of a sound homework, and finds each property that is broken, one by one."""

import json
import py_compile
import re
import shutil
from dataclasses import replace

import pytest

from beras.course.build import contents, write
from beras.course.manifest import read
from beras.course.proof.between import between
from beras.course.proof.case import Case
from beras.course.proof.imports import imports
from beras.course.proof.leaks import leaks
from beras.course.proof.mistakes import caught, mistakes
from beras.course.proof.order import order
from beras.course.proof.own_file import own_file
from beras.course.proof.points import points
from beras.course.proof.pool import Pool
from beras.course.proof.ran import ran
from beras.course.proof.reference import reference
from beras.course.proof.stencil import blank, each_task
from beras.course.proof.without_torch import without_torch
from beras.course.proof_table import lines
from beras.course.prove import prove
from tests.course.small import frozen_text, make

pytest.importorskip("jupytext")


@pytest.fixture(scope="module")
def pool():
    with Pool(2) as pool:
        yield pool


@pytest.fixture
def case(tmp_path, pool):
    """Return ``case(changes) -> Case``: the small homework with changes in its reference.

    Torch, which takes a second to import, is left out unless it is asked for.
    """
    return lambda changes=None, torch=False: replace(Case.of(read(make(tmp_path, changes)), pool), torch=torch)


def tampered(case: Case, path: str, old: str, new: str) -> Case:
    """Return the case with a change in what the student gets, the reference as it was."""
    text = case.built[path].decode()
    assert text.count(old) == 1
    return replace(case, built={**case.built, path: text.replace(old, new).encode()}, _runs={})


def only(finding) -> str:
    assert len(finding.problems) == 1, finding.problems
    return finding.problems[0]


@pytest.mark.torch
def test_a_sound_homework_is_proven(tmp_path):
    folder = make(tmp_path)
    proof = prove(folder, tmp_path / "none", least_mistakes=3)
    assert proof.ok, [finding.problems for finding in proof.findings if not finding.ok]
    text = "\n".join(lines(proof))
    assert "reference 11/11 points   stencil 0/11 (4 tasks raise NotImplementedError)   leaks 0   skipped 0" in text
    assert "the student's own file was graded: yes    with and without torch the same: yes" in text
    assert "typical mistakes caught 3/3" in text
    assert json.loads(json.dumps(proof.to_dict()))["score"]["tests"] == 6
    assert "your dw is 2 times the right one everywhere" in "\n".join(lines(proof, messages=True))


def test_what_cannot_be_built_is_not_proven(tmp_path):
    proof = prove(make(tmp_path, {"main.py": ("    # END SOLUTION\n", "")}))
    assert not proof.ok
    assert "main.py:18: # BEGIN SOLUTION without an # END SOLUTION" in "\n".join(lines(proof))
    assert proof.to_dict()["score"] is None


# The reference


def test_a_reference_that_fails_a_test(case):
    problem = only(reference(case({"main.py": ("- np.max(logits, axis=-1, keepdims=True)", "")})))
    assert problem.startswith("tests/test_layers.py::TestSoftmax::test_large_logits failed: your probabilities is NaN")


def test_a_reference_that_fails_a_hidden_test(case):
    problem = only(reference(case({"hidden/test_hidden.py": ("[[7.0]]", "[[8.0]]")})))
    assert problem.startswith("tests/hidden/test_hidden.py::test_one_sample failed: ")


def test_a_test_file_that_cannot_be_collected(case):
    finding = reference(case({"tests/test_layers.py": ("import numpy as np\n", "import numpy as np\nimport nompy\n")}))
    assert any("No module named 'nompy'" in problem for problem in finding.problems)


def test_tests_that_end_the_process(case):
    finding = reference(case({"main.py": ("shifted = logits", "import os; os._exit(3); shifted = logits")}))
    assert only(finding).startswith("the process of the tests ended with status 3 and no result")


def test_points_that_the_tests_do_not_give(case):
    changed = case({"homework.toml": ("points = 3", "points = 5"), "tests/test_layers.py": (PARAMETERS, "")})
    assert points(changed).problems == ("task 1.2: its public tests give 3 points, and the manifest says points = 5.",)
    changed = case({"homework.toml": ("hidden_points = 2", "hidden_points = 1")})
    assert only(points(changed)) == "task 1.2: its hidden tests give 2 points, and the manifest says hidden_points = 1."
    changed = case({"hidden/test_hidden.py": ('task("1.2")', 'task("2.1")')})
    assert "task 1.2: hidden_points without a hidden test." in points(changed).problems


PARAMETERS = '@pytest.mark.parametrize("factor", [1.0, 10.0])\n'


# The stencil


def test_a_test_that_needs_no_answer_is_found(case):
    free = 'def test_free():\n    assert True\n\n\n@pytest.mark.task("1.2")\n'
    marked = f'@pytest.mark.task("1.1")\n@pytest.mark.points(0)\n{free}'
    changed = case({"tests/test_layers.py": ('@pytest.mark.task("1.2")\n', marked)})
    assert only(blank(changed)) == "tests/test_layers.py::test_free passed: "
    assert only(each_task(changed)) == "with all but task 1.1 solved, tests/test_layers.py::test_free passed: "


def test_a_parametrized_test_may_have_cases_that_pass_but_not_all(case):
    changed = case({"tests/test_layers.py": ("    layer.inputs = X\n", "    if factor == 1:\n        return\n")})
    assert each_task(changed).ok


def test_a_test_that_belongs_to_another_task_is_found(case):
    changed = case(
        {"tests/test_layers.py": ('pytestmark = pytest.mark.task("2.1")', 'pytestmark = pytest.mark.task("1.1")')}
    )
    assert blank(changed).ok
    problems = each_task(changed).problems
    assert "with all but task 1.1 solved, tests/test_layers.py::TestSoftmax::test_values passed: " in problems
    assert "task 2.1 has no test." in problems


def test_a_task_that_needs_a_later_one_is_found(case):
    assert order(case()).ok
    changed = case(
        {"tests/test_layers.py": ("        y = layer.forward(X)\n", f"{LATER}        y = layer.forward(X)\n")}
    )
    assert order(changed).problems == (
        "with all tasks up to 1.1 solved, tests/test_layers.py::test_forward failed: "
        "NotImplementedError: Task 2.1: shift by the maximum, then divide",
    )


LATER = """\
        import main

        main.softmax(X)
"""


def test_a_stencil_that_is_wrong_instead_of_to_do_is_found(case):
    changed = case({"tests/test_layers.py": ("        y = layer.forward(X)\n", SWALLOW)})
    assert "your y is None" in only(blank(changed))


SWALLOW = """\
        try:
            y = layer.forward(X)
        except NotImplementedError:
            y = None
"""


def test_a_stencil_that_still_holds_the_solution_is_found(case):
    sound = case()
    raises = 'raise NotImplementedError("Task 2.1: shift by the maximum, then divide")'
    solution = "shifted = logits - np.max(logits, axis=-1, keepdims=True)\n    exponentials = np.exp(shifted)\n    "
    solution += "return exponentials / np.sum(exponentials, axis=-1, keepdims=True)"
    changed = tampered(sound, "main.py", raises, solution)
    assert [problem.split(" ")[0] for problem in blank(changed).problems] == [
        "tests/test_layers.py::TestSoftmax::test_values",
        "tests/test_layers.py::TestSoftmax::test_large_logits",
    ]
    assert "main.py:18: in place of the solution stands" in only(between(changed))
    assert len(leaks(changed).problems) == 4


# Between the markers


def test_the_sound_one_differs_only_between_the_markers(case):
    assert between(case()).ok


@pytest.mark.parametrize(
    ("path", "old", "new", "message"),
    [
        (
            "net/layers.py",
            "import numpy as np",
            "import numpy",
            "net/layers.py:3: outside of the markers the",
        ),
        ("net/layers.py", "self.inputs = None", "self.inputs = 0", "net/layers.py:11: outside of the markers"),
        (
            "main.py",
            "    raise NotImpl",
            "    return NotImpl",
            "main.py:18: in place of the solution stands 'return",
        ),
        ("main.py", "    raise NotImpl", "raise NotImpl", "main.py:18: in place of the solution stands 'raise"),
        ("main.py", 'divide")\n', 'divide")\n# more\n', "main.py:23: outside of the markers the reference has ''"),
        ("answers.md", "*Your answer (2 to 3 sentences).*", "", "answers.md:7: in place of the solution stands ''"),
        ("given.py", "3.0", "4.0", "given.py must be the same file as in the reference"),
        (
            "tests/test_layers.py",
            "@pytest.mark.points(2)",
            "@pytest.mark.points(1)",
            "tests/test_layers.py must be the",
        ),
    ],
)
def test_any_other_difference_is_found(case, path, old, new, message):
    assert message in between(tampered(case(), path, old, new)).problems[0]


def test_a_file_that_is_missing_is_found(case):
    sound = case()
    assert only(between(replace(sound, built={p: c for p, c in sound.built.items() if p != "main.py"}))) == (
        "main.py is not in the assignment."
    )


# Leaks


def test_there_are_no_leaks(case):
    assert leaks(case()).ok


HIDDEN_LINE = "layer.inputs = np.array([[0.123456789]])"
SHIFT = "shifted = logits - np.max(logits, axis=-1, keepdims=True)"


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("main.py", "    # TASK 2.1", f"    # {SHIFT}\n    # TASK 2.1"),
        ("main.py", '"""Return the scaled', f'"""{SHIFT}\n\n    Return the scaled'),
        ("main.py", '"""The rest."""', f'"""The rest."""\n\nHELP = {SHIFT!r}\n'),
        (
            "main.py",
            "    # TASK 2.1",
            "    # shifted=logits - np.max( logits,\n    #     axis = -1, keepdims=True)\n    # TASK 2.1",
        ),
        ("README.md", "Softmax is", f"`{SHIFT}`\n\nSoftmax is"),
        ("given.py", '"""Given."""', f'"""Given."""\n# {SHIFT}\n'),
        ("explore.py", "# # Look", f"# # Look\n#\n# {SHIFT}"),
        ("tests/test_layers.py", "import pytest\n", f"import pytest\n\n\ndef softmax_again(logits):\n    {SHIFT}\n"),
        ("README.md", "Softmax is", "Shifted by the maximum the largest exponent is exactly zero.\n\nSoftmax is"),
        ("README.md", "Softmax is", "One for each sample and column, before the mean is taken.\n\nSoftmax is"),
        ("main.py", '"""The rest."""', f'"""The rest.\n\n{HIDDEN_LINE}\n"""'),
    ],
    ids=["comment", "docstring", "text", "spaced", "sheet", "given", "notebook", "test", "answer", "remark", "hidden"],
)
def test_a_line_of_a_solution_is_found_wherever_the_author_left_it(case, path, old, new):
    changed = case({path: (old, new)})
    places = [problem.split(":")[0] for problem in leaks(changed).problems]
    assert places == (["explore.ipynb", "explore.py"] if path == "explore.py" else [path])


def test_what_is_found_says_where_it_is_and_where_it_comes_from(case):
    problem = only(leaks(case({"README.md": ("Softmax is", f"    {SHIFT}\n\nSoftmax is")})))
    assert re.match(r"README.md:\d+: has a line of main.py:19: shifted = logits - np . max", problem)


def test_a_line_that_the_student_is_given_as_code_is_no_leak(case):
    assert leaks(case({"given.py": ('"""Given."""', f'"""Given."""\n\n\ndef help(logits):\n    {SHIFT}\n')})).ok


def test_a_whole_solution_is_a_leak_even_as_given_code(case):
    function = (
        f"\n\ndef old(logits):\n    {SHIFT}\n    # a remark in between\n    exponentials = np.exp(shifted)\n"
        "    return exponentials / np.sum(exponentials, axis=-1, keepdims=True)\n"
    )
    problem = only(leaks(case({"given.py": ("    return np.arange(3.0)\n", f"    return np.arange(3.0)\n{function}")})))
    assert "given.py" in problem
    assert "the whole solution of task 2.1" in problem


def test_trivial_lines_are_no_leak(case):
    assert leaks(
        case({"README.md": ("Softmax is", "    return for_each_column\n    self.inputs = x\n\nSoftmax is")})
    ).ok


@pytest.fixture
def committed(tmp_path, pool):
    """Return ``committed()``: the case, and the folder in which its assignment lies."""
    homework = read(make(tmp_path))
    folder = tmp_path / "assignments" / "small"
    write(contents(homework), folder)
    return Case.of(homework, pool, folder), folder


def test_what_lies_in_the_committed_folder_is_looked_through_too(committed):
    case, folder = committed
    assert leaks(case).ok
    (folder / "notes.txt").write_text(f"> {SHIFT}\n", encoding="utf-8")
    (folder / "picture.png").write_bytes(b"\xff\x00\xfe")
    assert "small/notes.txt:1: has a line of main.py:19" in only(leaks(case))


def test_outputs_of_notebooks_are_looked_through(committed):
    case, folder = committed
    notebook = json.loads((folder / "explore.ipynb").read_text(encoding="utf-8"))
    notebook["cells"][1]["outputs"] = [
        {"output_type": "stream", "name": "stdout", "text": ["def f():\n", f"  {SHIFT}\n"]}
    ]
    (folder / "explore.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    assert "explore.ipynb" in only(leaks(case))


def test_bytecode_is_looked_through(committed):
    case, folder = committed
    cache = folder / "__pycache__"
    py_compile.compile(str(folder / "main.py"), cfile=str(cache / "main.pyc"), doraise=True)
    assert leaks(case).ok  # of the stencil
    py_compile.compile(str(case.homework.folder / "main.py"), cfile=str(cache / "main.pyc"), doraise=True)
    problems = leaks(case).problems
    assert len(problems) in (2, 3)  # a line of few instructions is no secret, and how many it has depends on Python
    assert all(
        re.search(r"__pycache__/main.pyc: its line \d+ is bytecode of main.py:\d+", problem) for problem in problems
    )
    (cache / "main.pyc").write_bytes(b"\x00\x00\x00\x00" + (cache / "main.pyc").read_bytes()[4:])
    assert "bytecode of another Python, in which nobody can see" in only(leaks(case))


# Declared tests


def test_a_test_that_is_skipped_is_found(case):
    changed = case(
        {"tests/test_layers.py": ("    with untouched(x=X):", "    pytest.skip('no')\n    with untouched(x=X):")}
    )
    assert only(ran(changed)) == "tests/test_layers.py::test_forward skipped: no"


def test_a_test_that_is_expected_to_fail_is_found(case):
    changed = case({"tests/test_layers.py": ("@pytest.mark.timeout(2)", "@pytest.mark.xfail")})
    assert "tests/test_layers.py::test_forward xfailed" in only(ran(changed))


def test_a_test_that_never_runs_is_found(case):
    changed = case({"tests/test_layers.py": ("def gradient_by_torch", "del test_forward\n\n\ndef gradient_by_torch")})
    assert ran(changed).problems == (
        "tests/test_layers.py::test_forward did not run (reference).",
        "tests/test_layers.py::test_forward did not run (reference without torch).",
    )


def test_a_test_of_the_same_name_hides_none(case):
    changed = case({"tests/test_layers.py": ("def test_weight_gradient(factor)", "def test_forward(factor)")})
    assert "tests/test_layers.py::test_forward is there 2 times, and only the last one runs." in ran(changed).problems


def test_a_test_made_by_code_is_found(case):
    changed = case(
        {"tests/test_layers.py": ("def gradient_by_torch", "test_more = test_forward\n\n\ndef gradient_by_torch")}
    )
    assert "tests/test_layers.py::test_more ran and stands in no file as a test function" in ran(changed).problems[0]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('@pytest.mark.task("1.1")\n', "", "test_forward names no task"),
        ('@pytest.mark.task("1.1")', '@pytest.mark.task("1.9")', "test_forward: Unknown task '1.9'. Did you mean"),
        ("@pytest.mark.points(2)\n", "", "test_forward says not what it is worth"),
        (
            "@pytest.mark.timeout(2)",
            '@pytest.mark.visibility("hidden")',
            "is marked as hidden, and every student gets it",
        ),
        ("@pytest.mark.points(2)", "@pytest.mark.points(0.5)", "points are a whole number from 0 up. Received: 0.5."),
    ],
)
def test_markers_that_are_missing_or_wrong(case, old, new, message):
    assert message in ran(case({"tests/test_layers.py": (old, new)})).problems[0]


def test_a_marker_that_does_not_exist_is_found(case):
    changed = case({"tests/test_layers.py": ("@pytest.mark.timeout(2)", "@pytest.mark.timeuot(2)")})
    assert any("'timeuot' not found in `markers`" in problem for problem in ran(changed).problems)


# The student's own file


def test_the_reference_on_the_path_is_not_graded(case):
    assert own_file(case()).ok


@pytest.mark.parametrize(
    ("path", "old", "new", "message"),
    [
        (
            "tests/conftest.py",
            'sys.path[:0] = [str(HOMEWORK), str(HOMEWORK / "tests")]',
            'sys.path += [str(HOMEWORK), str(HOMEWORK / "tests")]',
            "module kit was loaded from",
        ),
        (
            "tests/test_layers.py",
            "import numpy as np\nimport pytest\n",
            "import os, sys\nsys.path.insert(0, os.environ.get('PYTHONPATH', ''))\nimport numpy as np\nimport pytest\n",
            "with the reference on the path, tests/test_layers.py::TestSoftmax::test_values passed",
        ),
    ],
)
def test_tests_that_grade_another_file_are_found(case, path, old, new, message):
    problems = own_file(tampered(case(), path, old, new)).problems
    assert any(message in problem for problem in problems), problems


def test_tests_that_grade_nothing_are_found(case):
    text = '@pytest.mark.task("1.1")\n@pytest.mark.points(2)\ndef test_a():\n'
    text = f"import pytest\n\n\n{text}    raise NotImplementedError('Task 1.1: a')\n"
    changed = case({"tests/test_layers.py": text, "hidden/test_hidden.py": None})
    assert only(own_file(changed)) == "the tests import none of the student's modules."


# Torch


@pytest.mark.torch
def test_a_value_without_a_frozen_twin_is_found(case):
    changed = case({"tests/frozen.json": frozen_text({"softmax": [1.0]})}, torch=True)
    problems = without_torch(changed).problems
    assert "OracleError: There is no frozen value 'dw', and no torch" in problems[0]


@pytest.mark.torch
def test_a_frozen_value_that_torch_does_not_confirm_is_found(case):
    changed = case({"hidden/frozen.json": frozen_text({"one sample": [0.5]})}, torch=True)
    assert "OracleError: torch" in only(reference(changed))
    assert "without torch, tests/hidden/test_hidden.py::test_one_sample failed" not in without_torch(changed).problems


@pytest.mark.torch
def test_a_test_that_only_runs_with_torch_is_found(case):
    needed = "import pytest\n\ntorch = pytest.importorskip('torch')\n"
    changed = case({"tests/test_layers.py": ("import pytest\n", needed)}, torch=True)
    assert "only with torch: tests/test_layers.py::test_forward" in without_torch(changed).problems


def test_where_there_is_no_torch_half_of_the_proof_is_missing(case, monkeypatch):
    monkeypatch.setattr("beras.course.proof.without_torch.find_spec", lambda name: None)
    assert "torch is not installed, so only half of this was run" in only(without_torch(case()))


# Imports


def test_every_import_resolves(case):
    assert imports(case()).ok


@pytest.mark.parametrize(
    ("path", "old", "new", "message"),
    [
        ("main.py", "import numpy as np\n", "import numpy as np\nimport scipy\n", "main.py:4: scipy is neither in"),
        ("main.py", "import digits", "import digts", "main.py:7: given has no digts. Did you mean 'digits'?"),
        (
            "main.py",
            "from given",
            "from gvien",
            "gvien is neither in the folder nor in needs. Did you mean 'given'",
        ),
        (
            "main.py",
            "net.layers",
            "net.layer",
            "in the folder nor in needs. Did you mean 'net.layers'?",
        ),
        ("net/layers.py", "import numpy as np\n", "import numpy as np\n\nfrom . import given\n", "net has no given"),
        ("tests/test_layers.py", "import oracle", "import orcle", ""),
        ("explore.py", "from main import softmax", "from main import sofmax", "explore.py:7: main has no sofmax"),
        ("given.py", "import numpy as np\n", "import numpy as np\n\n1 / 0\n", "given cannot be imported: ZeroDivision"),
    ],
)
def test_an_import_that_does_not_resolve_is_found(case, path, old, new, message):
    if path == "tests/test_layers.py":
        old, new = "from main import softmax", "from hidden import softmax"
        message = "tests/test_layers.py:4: hidden is neither in the folder nor in needs"
    problems = imports(case({path: (old, new)})).problems
    assert any(message in problem for problem in problems), problems


def test_imports_that_may_fail_need_not_resolve(case):
    text = "import numpy as np\n\ntry:\n    import ipywidgets\nexcept ImportError:\n    ipywidgets = None\n"
    assert imports(case({"given.py": ("import numpy as np\n", text)})).ok


def test_what_is_installed_under_another_name_is_known(case):
    changed = case(
        {
            "homework.toml": ('["numpy>=2.0"]', '["numpy>=2.0", "Pillow"]'),
            "given.py": ("import numpy as np\n", "import numpy as np\nfrom PIL import Image\n"),
        }
    )
    pytest.importorskip("PIL")
    assert imports(changed).ok


# Typical mistakes


def test_typical_mistakes_are_caught_and_named(case):
    sound = case()
    assert mistakes(sound, 3).ok
    assert only(mistakes(sound)) == "the bank holds 3 mistakes, and 12 are the least."
    assert [found.message.split("\n")[0][:44] for found in caught(sound)] == [
        "your dw is 2 times the right one everywhere:",
        "your probabilities is NaN or infinite everyw",
        "your code changes its input x in place: x[0,",
    ]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('says = "in place"', 'says = "in space"', "input changed: no message says 'in space'. The first: 'your code"),
        (
            "        x *= self.w\n        return x'''",
            "        return x * self.w'''",
            "the public tests of task 1.1 pass: add a test",
        ),
        ('tasks = ["2.1"]', 'tasks = ["2.1", "1.1"]', "no shift: the public tests of task 1.1 pass: add a test"),
        ('tasks = ["2.1"]', 'tasks = ["2.2"]', "no shift: it must name tasks of the homework. Received: 2.2"),
        (
            'old = "products.mean(axis=0)"',
            'old = "products.men(axis=0)"',
            "must stand in net/layers.py once, and does 0",
        ),
        (
            'old = "products.mean(axis=0)"',
            'old = "np"',
            "mean missing: the old text must stand in net/layers.py once, and",
        ),
        (
            'old = "products.mean(axis=0)"',
            'old = "import numpy as np"',
            "must be part of a solution: no student writes",
        ),
        ('new = "products.sum(axis=0)"', 'new = "products.sum("', "with it net/layers.py does not parse (line"),
        ('new = "products.sum(axis=0)"', 'new = "products.mean(axis=0)"', "mean missing: old and new are the same"),
        (
            'file = "main.py"',
            'file = "man.py"',
            "man.py is none of the student's files. Did you mean 'main.py'?",
        ),
        ('new = "shifted = logits"', 'new = "import os; os._exit(0)"', "ended with status 0 and no result"),
    ],
)
def test_a_mistake_that_is_not_caught_is_found(case, old, new, message):
    sound = case().bank
    changed = case({"mistakes.toml": (old, new)})
    changed.bank[:] = [mistake for mistake in changed.bank if mistake not in sound]
    assert message in only(mistakes(changed, 1))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('name = "no shift"\n', "", "the key name is missing"),
        (
            'says = "in place"',
            'sais = "in place"',
            "input changed: Unknown key 'sais'. Did you mean 'says'?",
        ),
        ('name = "no shift"', 'name = "mean missing"', "the mistake 'mean missing' is there 2 times"),
        ('[[mistake]]\nname = "no', '[[mistkae]]\nname = "no', "Unknown key 'mistkae'. Did you mean 'mistake'?"),
    ],
)
def test_a_bank_that_is_not_as_it_must_be(case, tmp_path, old, new, message):
    proof = prove(make(tmp_path, {"mistakes.toml": (old, new)}))
    assert message in only(proof.finding("build"))


# The runs


def test_a_new_interpreter_says_what_a_forked_process_says(tmp_path):
    outcomes = []
    for fork in (True, False):
        with Pool(1, fork=fork) as pool:
            case = Case.of(read(make(tmp_path / str(fork))), pool)
            run = case.run("mistake: mean missing")
            outcomes.append([(o.case, o.outcome, o.message, o.raised_in) for o in run.outcomes])
    assert outcomes[0] == outcomes[1]
    assert outcomes[0][0][1] == "failed"


@pytest.mark.parametrize("fork", [True, False])
def test_a_run_that_does_not_end_is_stopped(tmp_path, fork):
    endless = {"main.py": ('"""The rest."""', '"""The rest."""\nwhile True:\n    pass')}
    with Pool(1, fork=fork) as pool:
        case = Case.of(read(make(tmp_path, endless)), pool)
        files = {**case.built, **case.solved}
        run = pool.submit(files, block_torch=True, seconds=1.5).result()
        assert run.broken == "the tests were stopped after 1.5 s"
        again = pool.submit(
            Case.of(read(make(tmp_path / "sound")), pool).built, block_torch=True, tasks=["1.1"]
        ).result()
        assert [outcome.error for outcome in again.outcomes] == ["NotImplementedError"]


def test_the_folder_of_the_repository_is_left_as_it_was(case):
    sound = case()
    before = sorted(path for path in sound.homework.folder.rglob("*"))
    sound.run("stencil")
    assert sorted(path for path in sound.homework.folder.rglob("*")) == before
    shutil.rmtree(sound.homework.folder)
