"""Cutting: what is left, and every way in which markers can be wrong."""

import ast

import pytest

from beras.course.cut import cut_answers, cut_module, cut_notebook
from beras.course.errors import CourseError
from beras.course.manifest import read
from beras.course.stencil import stencils
from tests.course.small import EXPLORE, LAYERS, make

BODY = '''\
def f(x):
    """Return x."""
    # TASK 1.1: say "x"
    # BEGIN SOLUTION
    y = x

    return y
    # END SOLUTION
'''


def test_a_solution_becomes_a_raise_and_all_else_stays():
    assert cut_module(BODY, "f.py") == (
        'def f(x):\n    """Return x."""\n    # TASK 1.1: say "x"\n'
        '    raise NotImplementedError("Task 1.1: say \\"x\\"")\n'
    )


def test_the_stencil_raises_what_to_do():
    names: dict = {}
    exec(cut_module(LAYERS, "layers.py"), names)
    layer = names["Scale"]([1.0])
    with pytest.raises(NotImplementedError, match=r'^Task 1\.2: the mean of the "products"$'):
        layer.weight_gradient(1.0)
    assert layer.weight_gradient.__doc__.startswith("Return the mean")


def test_some_tasks_can_be_cut_alone():
    cut = cut_module(LAYERS, "layers.py", {"1.1"})
    assert 'NotImplementedError("Task 1.1' in cut
    assert "products.mean(axis=0)" in cut
    assert cut_module(LAYERS, "layers.py", ()) == LAYERS


def test_several_blocks_of_one_task_and_blocks_in_branches():
    text = (
        "def f(x):\n    if x:\n        # TASK 1: a\n        # BEGIN SOLUTION\n        return 1\n"
        "        # END SOLUTION\n    # TASK 1: b\n    # BEGIN SOLUTION\n    return 2\n    # END SOLUTION\n"
    )
    cut = cut_module(text, "f.py")
    assert cut.count("raise NotImplementedError") == 2
    ast.parse(cut)


def test_a_module_without_blocks_stays_as_it_is():
    assert cut_module("x = 1\n", "x.py") == "x = 1\n"


def test_form_feeds_and_other_odd_line_ends_count_as_python_counts_them():
    text = BODY.replace("    y = x\n", "    y = 'a\x0cb\u2028c'\n\x0c\n")
    assert "\x0c" not in cut_module(text, "f.py")


def test_a_notebook_is_cut_within_its_cell():
    cut = cut_notebook(EXPLORE, "explore.py")
    assert '\nraise NotImplementedError("Task 3.1: print the probabilities of three logits")\n' in cut
    assert "round(3)" not in cut


def test_answers_are_cut():
    text = "## Q1\nWhy?\n<!-- BEGIN SOLUTION -->\nSo.\n<!-- END SOLUTION -->\n### (Q2.b) And?\n"
    text += "<!-- BEGIN SOLUTION -->\nThus.\n<!-- END SOLUTION -->\n"
    assert cut_answers(text, "answers.md", {"Q1": "1 sentence", "Q2.b": "a table"}) == (
        "## Q1\nWhy?\n*Your answer (1 sentence).*\n### (Q2.b) And?\n*Your answer (a table).*\n"
    )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("    # END SOLUTION\n", "", "f.py:4: # BEGIN SOLUTION without an # END SOLUTION below it"),
        ("    # BEGIN SOLUTION\n", "", "f.py:7: # END SOLUTION without a # BEGIN SOLUTION above it"),
        ("    y = x\n", "    # BEGIN SOLUTION\n", "f.py:5: # BEGIN SOLUTION within the block that begins at line 4"),
        (
            "# BEGIN SOLUTION",
            "### BEGIN SOLUTION",
            "as '# BEGIN SOLUTION'. Received: '### BEGIN SOLUTION'",
        ),
        ("    return y\n    # END", "    return y  # END", "f.py:7: a marker stands alone"),
        ('    # TASK 1.1: say "x"\n', "", "f.py:3: directly above # BEGIN SOLUTION a line must name the task"),
        ("# TASK 1.1: say", "# TASK 1.1 say", "f.py:4: directly above # BEGIN SOLUTION a line must name the task"),
        ("# TASK 1.1:", "## TASK 1.1:", "directly above # BEGIN SOLUTION a line must name the task"),
        ("    # BEGIN", "\n    # BEGIN", "f.py:3: a TASK line must stand directly above # BEGIN SOLUTION"),
        ("    y = x\n\n    return y\n", "\n", "f.py:4: there is nothing between"),
        ("    y = x\n\n    return y\n", "    # y = x\n", "f.py:4: there is no statement in the block"),
        ("def f(x):", "if True:", "f.py:4: a block must be inside a function or method"),
        ("return y", "return y +", "f.py:7: the solution does not parse"),
        ("    # END SOLUTION\n", "    # END SOLUTION\n    else:\n", "the solution does not parse"),
    ],
)
def test_wrong_markers(old, new, message):
    assert BODY.count(old) == 1
    with pytest.raises(CourseError) as caught:
        cut_module(BODY.replace(old, new), "f.py")
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("# TASK 1: a\n# BEGIN SOLUTION\nx = 1\n# END SOLUTION\n", "f.py:2: a block must be inside a function"),
        (
            "class A:\n    # TASK 1: a\n    # BEGIN SOLUTION\n    x = 1\n    # END SOLUTION\n",
            "f.py:3: a block must be inside a function",
        ),
        (
            "# TASK 1: a\n# BEGIN SOLUTION\ndef f():\n    return 1\n# END SOLUTION\n",
            "f.py:2: a block must be inside a function",
        ),
        (
            'def f():\n    # TASK 1: a\n    # BEGIN SOLUTION\n    """Doc."""\n    return 1\n    # END SOLUTION\n',
            "f.py:4: a docstring stays with the student",
        ),
        (
            "def f():\n    # TASK 1: a\n    # BEGIN SOLUTION\n    x = [\n    # END SOLUTION\n    1]\n",
            "f.py:5: the block ends within the statement of line 4",
        ),
        (
            "def f():\n    # TASK 1: a\n    # BEGIN SOLUTION\n    x = 1\ny = 2\n# END SOLUTION\n",
            "f.py:5: the block of line 3 runs over the end of what it is in",
        ),
        (
            "def f():\n    x = (1 +\n    # TASK 1: a\n    # BEGIN SOLUTION\n    2)\n    # END SOLUTION\n",
            "f.py:4: there is no statement in the block",
        ),
        (
            "def f(x):\n    if x:\n    # TASK 1: a\n    # BEGIN SOLUTION\n        y = 1\n    # END SOLUTION\n",
            "what is left without the solution does not parse",
        ),
    ],
)
def test_blocks_in_the_wrong_place(text, message):
    with pytest.raises(CourseError) as caught:
        cut_module(text, "f.py")
    assert message in str(caught.value)


def test_a_nested_function_may_have_its_own_docstring():
    inner = '    def g():\n        """Doc."""\n    return g\n'
    text = f"def f():\n    # TASK 1: a\n    # BEGIN SOLUTION\n{inner}    # END SOLUTION\n"
    assert cut_module(text, "f.py").endswith('    raise NotImplementedError("Task 1: a")\n')


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("print(softmax", "# %%\nprint(softmax", "explore.py:11: the block runs over the end of its cell"),
        ("# %%\n# TASK", "# %% [markdown]\n# TASK", "a solution must stand in a cell of code"),
    ],
)
def test_wrong_blocks_in_notebooks(old, new, message):
    with pytest.raises(CourseError) as caught:
        cut_notebook(EXPLORE.replace(old, new), "explore.py")
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("## Q2\n<!-- BEGIN SOLUTION -->\na\n<!-- END SOLUTION -->\n", "a.md:2: the last heading above an answer"),
        ("<!-- BEGIN SOLUTION -->\na\n<!-- END SOLUTION -->\n", "must hold the id of its question (Q1). Received: ''"),
        ("## Q1\n", "a.md: the question Q1 has no answer between"),
        ("## Q1\n<!-- BEGIN SOLUTION -->\na\n", "a.md:2: <!-- BEGIN SOLUTION --> without an"),
        ("## Q1\n# BEGIN SOLUTION\na\n", "a.md:2: a marker stands alone, as '<!-- BEGIN SOLUTION -->'"),
    ],
)
def test_wrong_answers(text, message):
    with pytest.raises(CourseError) as caught:
        cut_answers(text, "a.md", {"Q1": "1 sentence"})
    assert message in str(caught.value)


def test_the_manifest_must_know_each_task(tmp_path):
    folder = make(tmp_path, {"net/layers.py": ("# TASK 1.2:", "# TASK 1.3:")})
    with pytest.raises(CourseError, match=r"layers.py:23: Unknown task '1.3'. Did you mean '\d.\d'"):
        stencils(read(folder))


def test_each_task_must_have_a_block(tmp_path):
    folder = make(tmp_path, {"net/layers.py": ("# TASK 1.2:", "# TASK 1.1:")})
    with pytest.raises(
        CourseError, match=r"\[\[task\]\] 1.2: net/layers.py has no block below a line '# TASK 1.2: ...'"
    ):
        stencils(read(folder))


@pytest.mark.parametrize(
    ("change", "message"),
    [({"answers.md": None}, "there is no .*answers.md"), ({"homework.toml": ('length = "2', 'lenght = "2')}, "lenght")],
)
def test_questions_and_their_file_belong_together(tmp_path, change, message):
    with pytest.raises(CourseError, match=message):
        stencils(read(make(tmp_path, change)))


def test_what_is_cut_is_python_or_text(tmp_path):
    folder = make(tmp_path, {"homework.toml": ('"main.py"]', '"main.py", "pictures/*"]')})
    with pytest.raises(CourseError, match="in student and in given"):
        stencils(read(folder))
    folder = make(tmp_path, {"homework.toml": ('given = ["given.py", "pictures/*.svg"]', 'given = ["given.py"]')})
    text = (folder / "homework.toml").read_text().replace('"main.py"]', '"main.py", "pictures/*"]')
    (folder / "homework.toml").write_text(text)
    with pytest.raises(CourseError, match=r"pictures/net.svg is no Python file; whole files belong to given"):
        stencils(read(folder))
