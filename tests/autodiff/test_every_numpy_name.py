"""Every public name of NumPy stands in exactly one list: it has a rule, is constant, is refused, or never meets a tape.

NumPy lets a Tensor take part through two doors: ufuncs, and functions of the type of ``np.sum``, which ask for
``__array_function__``. What comes through neither is listed here with a use of it, which must raise or be right.
``np.char`` and ``np.strings`` are left out as a class: they take text only.
"""

from __future__ import annotations

import warnings
from inspect import Parameter, signature

import numpy as np
import pytest

from beras.autodiff.registry import CONSTANTS, REFUSALS, RULES, Expansion, PositionalRule, SequenceRule
from beras.autodiff.rules import rare  # noqa: F401 (it is loaded late)
from tests.autodiff.judge import judge

NAMESPACES = {
    "np": np,
    "np.linalg": np.linalg,
    "np.fft": np.fft,
    "np.emath": np.emath,
    "np.lib.stride_tricks": np.lib.stride_tricks,
}
TAKES_PART = (np.ufunc, type(np.sum))


def public_callables():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # names on their way out warn when they are touched
        for space, module in NAMESPACES.items():
            for name in dir(module):
                value = getattr(module, name)
                if not name.startswith("_") and callable(value):
                    yield f"{space}.{name}", value


TAKING_PART = {name: value for name, value in public_callables() if isinstance(value, TAKES_PART)}
OTHERS = {name: value for name, value in public_callables() if not isinstance(value, TAKES_PART)}
SCALAR_TYPES = {value for value in OTHERS.values() if isinstance(value, type) and issubclass(value, np.generic)}
TABLES = {"RULES": RULES, "CONSTANTS": CONSTANTS, "REFUSALS": REFUSALS}

#: Functions that take no array of numbers at all: shapes, dtypes, settings, texts and files.
NO_NUMBERS = set(
    """
    base_repr binary_repr bartlett blackman hamming hanning broadcast_shapes busdaycalendar datetime_data empty errstate
    eye finfo iinfo format_float_positional format_float_scientific fromfile fromregex fromstring genfromtxt get_include
    get_printoptions getbufsize geterr geterrcall identity indices info isdtype issubdtype load loadtxt mask_indices
    memmap mintypecode ndindex ones printoptions promote_types set_printoptions setbufsize seterr seterrcall show_config
    show_runtime test tri tril_indices triu_indices typename zeros linalg.test fft.test fft.fftfreq fft.rfftfreq
    diag_indices fromfunction linalg.LinAlgError record dtype ufunc
    """.split()  # noqa: SIM905
)

VECTOR = np.array([0.3, 0.7, 1.2])

#: What comes through neither door, on a vector ``t``.
USES = {
    "arange": lambda t: np.arange(t[0], 3.0),
    "array": lambda t: np.array(t),
    "asanyarray": lambda t: np.asanyarray(t),
    "asarray": lambda t: np.asarray(t),
    "asarray_chkfinite": lambda t: np.asarray_chkfinite(t),
    "ascontiguousarray": lambda t: np.ascontiguousarray(t),
    "asfortranarray": lambda t: np.asfortranarray(t),
    "asmatrix": lambda t: np.asmatrix(t),
    "bmat": lambda t: np.bmat([[t, t]]),
    "broadcast": lambda t: list(np.broadcast(t, 1.0)),
    "from_dlpack": lambda t: np.from_dlpack(t),
    "frombuffer": lambda t: np.frombuffer(t),
    "fromiter": lambda t: np.fromiter(t, float),
    "frompyfunc": lambda t: np.frompyfunc(lambda v: v * 2, 1, 1)(t),
    "full": lambda t: np.full(3, t),
    "isfortran": lambda t: np.isfortran(t),
    "isscalar": lambda t: np.isscalar(t),
    "iterable": lambda t: np.iterable(t),
    "kaiser": lambda t: np.kaiser(4, t[0]),
    "matrix": lambda t: np.matrix(t),
    "ndarray": lambda t: np.ndarray((3,), float, t),
    "ndenumerate": lambda t: list(np.ndenumerate(t)),
    "nditer": lambda t: [float(v) for v in np.nditer(t)],
    "nested_iters": lambda t: [i.value for i in np.nested_iters([t], [[], [0]])],
    "flatiter": lambda t: np.flatiter(t),
    "poly1d": lambda t: np.poly1d(t)(2.0),
    "recarray": lambda t: np.recarray((3,), float, t),
    "require": lambda t: np.require(t),
    "row_stack": lambda t: np.row_stack((t, t)),  # noqa: NPY201
    "trapz": lambda t: np.trapz(t),  # noqa: NPY201
    "vectorize": lambda t: np.vectorize(lambda v: v * 2)(t),
    "lib.stride_tricks.as_strided": lambda t: np.lib.stride_tricks.as_strided(t, (2,), (8,)),
}


@pytest.mark.parametrize("name", sorted(TAKING_PART))
def test_a_name_that_takes_part_stands_in_exactly_one_list(name):
    function = TAKING_PART[name]
    lists = [label for label, table in TABLES.items() if function in table]
    assert len(lists) == 1, f"{name} stands in {lists or 'no list'}: {', '.join(TABLES)}"


@pytest.mark.parametrize("name", sorted(name for name, value in OTHERS.items() if value not in SCALAR_TYPES))
def test_any_other_name_is_accounted_for(name):
    short = name.removeprefix("np.")
    assert short in USES or short in NO_NUMBERS, f"{name} is new: give it a use in USES, or name it in NO_NUMBERS"


@pytest.mark.parametrize("name", USES)
def test_what_does_not_take_part_raises_or_is_right(name):
    judge(USES[name], VECTOR)


@pytest.mark.parametrize("kind", sorted(SCALAR_TYPES, key=lambda kind: kind.__name__), ids=lambda kind: kind.__name__)
def test_a_scalar_type_never_makes_a_plain_number_of_a_tensor(kind):
    judge(lambda t: kind(t[0]), VECTOR)
    judge(lambda t: kind(t), VECTOR)


@pytest.mark.parametrize("function", sorted(REFUSALS, key=lambda f: f.__name__), ids=lambda f: f.__name__)
def test_a_refusal_says_what_to_write_instead(function):
    assert REFUSALS[function].endswith(".")
    assert len(REFUSALS[function].split()) > 3


def test_rules_take_numpys_parameters_in_numpys_order():
    """A rule that left one out in the middle would take the next positional argument for it."""
    wrong = []
    for function, rule in RULES.items():
        if isinstance(function, np.ufunc) or not isinstance(function, TAKES_PART):
            continue
        try:
            theirs = by_position(function)
        except ValueError:  # written in C, before NumPy 2.4
            continue
        for body, skip, arrays in bodies(rule):
            ours = by_position(body)
            if ours is None or theirs is None:
                continue
            pairs = zip(ours[skip + arrays :], theirs[arrays:])  # NumPy itself refuses more by position than it has
            for mine, name in pairs:
                if mine != name and (mine, name) != ("shape", "newshape"):  # the name it had before NumPy 2.1
                    wrong.append(f"{function.__name__}: {mine} stands where NumPy has {name}")
    assert not wrong, "\n".join(wrong)


def bodies(rule):
    """Yield each function of a rule, how many arguments it has before NumPy's, and how many of NumPy's are arrays."""
    if isinstance(rule, Expansion):
        yield rule.body, 0, 1
    elif isinstance(rule, PositionalRule):
        yield from ((vjp, 2, len(rule.vjps)) for vjp in rule.vjps if vjp is not None)
    elif isinstance(rule, SequenceRule):
        yield rule.vjp, 2, rule.at + 1


def by_position(function):
    """Return the names of the parameters that can be given by position; None if there is no end to them."""
    parameters = signature(function).parameters.values()
    if any(p.kind is Parameter.VAR_POSITIONAL for p in parameters):
        return None
    return [p.name for p in parameters if p.kind in (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)]
