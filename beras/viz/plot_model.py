"""plot_model: a model's layers as boxes with arrows, in a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from beras.errors import did_you_mean, unknown_name
from beras.files import replacing
from beras.viz.model_graph import Shown, graph_of, to_dot, to_mermaid

__all__ = ["model_to_dot", "plot_model"]

DIRECTIONS = ("BT", "LR", "RL", "TB")
#: Endings of files that are text, and need no program.
TEXTS = {".dot": "dot", ".gv": "dot", ".mermaid": "mermaid", ".mmd": "mermaid"}
GRAPHVIZ = (
    "Pictures of models are drawn by Graphviz, whose program 'dot' was not found. Install it (apt install graphviz, "
    "brew install graphviz, or https://graphviz.org/download)"
)


def model_to_dot(
    model: Any,
    show_shapes: bool = False,
    show_dtype: bool = False,
    show_layer_names: bool = True,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: int = 200,
    subgraph: bool = False,
    show_layer_activations: bool = False,
    show_trainable: bool = False,
    splines: str = "ortho",
    **kwargs: Any,
) -> str:
    """Return the layers of a built model in DOT, the language of Graphviz, as text.

    The arguments are those of `plot_model`. The Keras equivalent is ``keras.utils.model_to_dot``, which returns an
    object of pydot and has ``subgraph`` for its own use.

    >>> import beras
    >>> model = beras.Sequential([beras.Input((3,)), beras.Dense(2, name="out")])
    >>> print(model_to_dot(model).splitlines()[-2])
      layer0 -> layer1;
    """
    _check(rankdir, kwargs)
    if subgraph:
        raise ValueError(f"subgraph is for Keras's own use. Received: subgraph={subgraph!r}.")
    shown = Shown(show_shapes, show_dtype, show_layer_names, show_layer_activations, show_trainable)
    return to_dot(graph_of(model, shown, expand_nested), rankdir, dpi, splines)


def plot_model(
    model: Any,
    to_file: Any = "model.png",
    show_shapes: bool = False,
    show_dtype: bool = False,
    show_layer_names: bool = False,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: int = 200,
    show_layer_activations: bool = False,
    show_trainable: bool = False,
    splines: str = "ortho",
    **kwargs: Any,
) -> Any:
    """Draw the layers of a built model into a file: boxes, with arrows from each to those that take its output.

    Args:
        model: a built model.
        to_file: the name of the file. Its ending says what it is: ``.png``, ``.svg``, ``.pdf`` and whatever else
            Graphviz draws, or the text itself, ``.dot`` (for Graphviz) or ``.mmd`` (Mermaid, which GitHub draws).
        show_shapes, show_dtype, show_layer_names, show_layer_activations, show_trainable: what is written into the
            boxes besides the class of the layer.
        rankdir: where the arrows point: ``"TB"`` down, ``"LR"`` to the right, ``"BT"`` or ``"RL"``.
        expand_nested: whether models within the model are drawn layer by layer.
        dpi: dots per inch of a picture.
        splines: how arrows bend: ``"ortho"``, ``"curved"``, ``"polyline"``, ``"spline"``, ``"line"``.

    Returns: in a notebook the picture, otherwise ``None``.

    Raises:
        ValueError: for a model that is not built, another direction, and where Graphviz refuses the ending.
        TypeError: for an unknown argument.

    Warns:
        UserWarning: where Graphviz is not installed; the model is then written as Mermaid, beside where the picture
            would be.

    The Keras equivalent is ``keras.utils.plot_model``, which needs pydot besides Graphviz. `beras.viz.draw_model` draws
    units and weights with matplotlib.
    """
    _check(rankdir, kwargs)
    path = Path(to_file)
    path = path if path.suffix else path.with_suffix(".png")
    shown = Shown(show_shapes, show_dtype, show_layer_names, show_layer_activations, show_trainable)
    graph = graph_of(model, shown, expand_nested)
    kind = TEXTS.get(path.suffix.lower())
    if kind is not None:
        _write(
            path, (to_mermaid(graph, rankdir) if kind == "mermaid" else to_dot(graph, rankdir, dpi, splines)).encode()
        )
        return None
    from shutil import which

    program = which("dot")
    if program is None:
        import warnings

        instead = path.with_suffix(".mmd")
        _write(instead, to_mermaid(graph, rankdir).encode())
        warnings.warn(
            f"{GRAPHVIZ}. The model was written to {str(instead)!r} instead, in Mermaid, which GitHub and notebooks "
            f"draw; to_file='model.dot' writes DOT.",
            stacklevel=2,
        )
        return None
    _write(path, _drawn(program, to_dot(graph, rankdir, dpi, splines), path.suffix[1:].lower()))
    return _in_notebook(path)


def _check(rankdir: str, unknown: dict[str, Any]) -> None:
    if rankdir not in DIRECTIONS:
        raise ValueError(unknown_name("rankdir", rankdir, DIRECTIONS))
    for name in unknown:
        from inspect import signature

        raise TypeError(f"plot_model has no argument {name!r}.{did_you_mean(name, signature(plot_model).parameters)}")


def _drawn(program: str, dot: str, ending: str) -> bytes:
    """Return the picture that Graphviz makes."""
    import subprocess

    done = subprocess.run([program, f"-T{ending}"], input=dot.encode(), capture_output=True, check=False)
    if done.returncode:
        raise ValueError(f"Graphviz could not draw a .{ending} file: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout


def _write(path: Path, content: bytes) -> None:
    with replacing(path) as file:
        file.write(content)


def _in_notebook(path: Path) -> Any:
    import sys

    if "IPython" not in sys.modules or path.suffix.lower() not in (".png", ".jpg", ".jpeg", ".gif"):
        return None
    from IPython import display

    return display.Image(filename=str(path))
