"""The cases of the losses: the functions, which give one value per sample, and the classes, which reduce them."""

from __future__ import annotations

from typing import Any

from beras.oracle.frozen.case import Case

__all__ = ["CASES"]

_EPSILON = 1e-7


def _normalised(p: Any) -> Any:
    """Return probabilities as Keras takes them: divided by their sum, and kept off 0 and 1."""
    return (p / p.sum(-1, keepdim=True)).clamp(_EPSILON, 1 - _EPSILON)


def _bce(torch: Any, y: Any, p: Any) -> Any:
    off = p.clamp(_EPSILON, 1 - _EPSILON)
    return torch.nn.functional.binary_cross_entropy(off, y, reduction="none").mean(-1)


def _bce_logits(torch: Any, y: Any, z: Any) -> Any:
    return torch.nn.functional.binary_cross_entropy_with_logits(z, y, reduction="none").mean(-1)


def _cross_entropy(torch: Any, y: Any, z: Any, **options: Any) -> Any:
    return torch.nn.functional.cross_entropy(z, y, reduction="none", **options)


def _nll(torch: Any, y: Any, p: Any, **options: Any) -> Any:
    return torch.nn.functional.nll_loss(_normalised(p).log(), y, reduction="none", **options)


def _categorical(torch: Any, y: Any, p: Any) -> Any:
    return -(y * _normalised(p).log()).sum(-1)


def _binary_focal(torch: Any, y: Any, p: Any, alpha: float | None = None, gamma: float = 2.0) -> Any:
    entropy = torch.nn.functional.binary_cross_entropy(p.clamp(_EPSILON, 1 - _EPSILON), y, reduction="none")
    share = 1.0 if alpha is None else torch.where(y == 1, alpha, 1 - alpha)
    return (share * (y - p).abs() ** gamma * entropy).mean(-1)


def _smoothed_focal(torch: Any, y: Any, z: Any) -> Any:
    y, p = 0.75 * y + 0.125, torch.sigmoid(z)
    wrong = 1 - y * p - (1 - y) * (1 - p)
    return (wrong**2 * torch.nn.functional.binary_cross_entropy(p, y, reduction="none")).mean(-1)


def _categorical_focal(torch: Any, y: Any, p: Any, alpha: float = 0.25, gamma: float = 2.0) -> Any:
    p = _normalised(p)
    return -(alpha * (1 - p) ** gamma * y * p.log()).sum(-1)


def _generalized(torch: Any, y: Any, p: Any, q: float) -> Any:
    return (1 - p.gather(-1, y[:, None])[:, 0] ** q) / q


def _dice(torch: Any, y: Any, p: Any, dim: Any) -> Any:
    return 1 - 2 * (y * p).sum(dim) / (y.sum(dim) + p.sum(dim) + _EPSILON)


def _tversky(torch: Any, y: Any, p: Any, dim: Any, alpha: float = 0.5, beta: float = 0.5) -> Any:
    both = (y * p).sum(dim)
    return 1 - both / (both + alpha * (y * (1 - p)).sum(dim) + beta * ((1 - y) * p).sum(dim) + _EPSILON)


def _categorical_hinge(torch: Any, y: Any, p: Any) -> Any:
    right = (y * p).sum(-1)
    wrong = ((1 - y) * p).amax(-1)
    return torch.relu(1 + wrong - right)


def _hinge(torch: Any, y: Any, p: Any) -> Any:
    return torch.relu(1 - y * p)


def _kl(torch: Any, y: Any, p: Any) -> Any:
    return torch.nn.functional.kl_div(p.log(), y, reduction="none").sum(-1)


def _log_cosh(torch: Any, y: Any, p: Any) -> Any:
    return torch.cosh(p - y).log().mean(-1)


def _mape(torch: Any, y: Any, p: Any) -> Any:
    return 100 * ((y - p).abs() / y.abs().clamp(min=_EPSILON)).mean(-1)


def _msle(torch: Any, y: Any, p: Any) -> Any:
    return ((torch.log1p(p.clamp(min=_EPSILON)) - torch.log1p(y.clamp(min=_EPSILON))) ** 2).mean(-1)


def _poisson(torch: Any, y: Any, p: Any) -> Any:
    nll = torch.nn.functional.poisson_nll_loss
    return nll(p, y, log_input=False, eps=_EPSILON, reduction="none").mean(-1)


def _huber(torch: Any, y: Any, p: Any, delta: float = 1.0) -> Any:
    return torch.nn.functional.huber_loss(p, y, reduction="none", delta=delta).mean(-1)


def _mse(torch: Any, y: Any, p: Any) -> Any:
    return torch.nn.functional.mse_loss(p, y, reduction="none").mean(-1)


def _mae(torch: Any, y: Any, p: Any) -> Any:
    return torch.nn.functional.l1_loss(p, y, reduction="none").mean(-1)


def _cosine(torch: Any, y: Any, p: Any, axis: int = -1) -> Any:
    return -torch.nn.functional.cosine_similarity(y, p, dim=axis)


#: Name of the function, its arguments, ``y_true``, ``y_pred``, the same in torch, and a word for what is special.
_FUNCTIONS: tuple[tuple[str, dict[str, Any], str, str, Any, str], ...] = (
    ("binary_crossentropy", {}, "yes or no", "shares", _bce, ""),
    ("binary_crossentropy", {}, "first or second", "shares at the ends", _bce, "at 0 and 1"),
    ("binary_crossentropy", {"from_logits": True}, "yes or no", "prediction", _bce_logits, ""),
    ("binary_crossentropy", {"from_logits": True}, "first or second", "scores far apart", _bce_logits, "far out"),
    (
        "binary_crossentropy",
        {"label_smoothing": 0.25},
        "yes or no",
        "shares",
        lambda torch, y, p: _bce(torch, 0.75 * y + 0.125, p),
        "",
    ),
    ("categorical_crossentropy", {}, "one-hot", "shares", _categorical, ""),
    ("categorical_crossentropy", {}, "true shares", "shares", _categorical, "of distributions"),
    ("categorical_crossentropy", {}, "first or second", "shares at the ends", _categorical, "at 0 and 1"),
    ("categorical_crossentropy", {"from_logits": True}, "one-hot", "prediction", _cross_entropy, ""),
    ("categorical_crossentropy", {"from_logits": True}, "first or second", "scores far apart", _cross_entropy, "far"),
    (
        "categorical_crossentropy",
        {"from_logits": True, "label_smoothing": 0.25},
        "one-hot",
        "prediction",
        lambda torch, y, z: _cross_entropy(torch, y, z, label_smoothing=0.25),
        "",
    ),
    ("categorical_hinge", {}, "one-hot", "prediction", _categorical_hinge, ""),
    ("binary_focal_crossentropy", {}, "yes or no", "shares", _binary_focal, ""),
    (
        "binary_focal_crossentropy",
        {"apply_class_balancing": True, "alpha": 0.375, "gamma": 3.0},
        "yes or no",
        "shares",
        lambda torch, y, p: _binary_focal(torch, y, p, 0.375, 3.0),
        "",
    ),
    (
        "binary_focal_crossentropy",
        {"from_logits": True, "label_smoothing": 0.25},
        "yes or no",
        "prediction",
        _smoothed_focal,
        "",
    ),
    ("categorical_focal_crossentropy", {}, "one-hot", "shares", _categorical_focal, ""),
    (
        "categorical_focal_crossentropy",
        {"alpha": 0.375, "gamma": 3.0, "label_smoothing": 0.25},
        "one-hot",
        "shares",
        lambda torch, y, p: _categorical_focal(torch, 0.75 * y + 0.05, p, 0.375, 3.0),
        "",
    ),
    (
        "categorical_focal_crossentropy",
        {"from_logits": True},
        "one-hot",
        "prediction",
        lambda torch, y, z: _categorical_focal(torch, y, torch.softmax(z, -1)),
        "",
    ),
    (
        "categorical_generalized_cross_entropy",
        {"q": 0.75},
        "labels",
        "shares",
        lambda torch, y, p: _generalized(torch, y, p, 0.75),
        "",
    ),
    ("dice", {"axis": -1}, "yes or no", "shares", lambda torch, y, p: _dice(torch, y, p, -1), ""),
    (
        "tversky",
        {"alpha": 0.25, "beta": 0.875, "axis": -1},
        "true shares",
        "shares",
        lambda torch, y, p: _tversky(torch, y, p, -1, 0.25, 0.875),
        "",
    ),
    ("cosine_similarity", {}, "truth", "prediction", _cosine, ""),
    ("cosine_similarity", {"axis": 0}, "truth", "prediction", lambda torch, y, p: _cosine(torch, y, p, 0), ""),
    ("hinge", {}, "signs", "prediction", lambda torch, y, p: _hinge(torch, y, p).mean(-1), ""),
    ("hinge", {}, "yes or no", "prediction", lambda torch, y, p: _hinge(torch, 2 * y - 1, p).mean(-1), "of 0 and 1"),
    ("huber", {}, "truth", "prediction", _huber, ""),
    ("huber", {"delta": 2.0}, "truth", "prediction", lambda torch, y, p: _huber(torch, y, p, 2.0), ""),
    ("kl_divergence", {}, "true shares", "shares", _kl, ""),
    ("log_cosh", {}, "truth", "prediction", _log_cosh, ""),
    ("mean_absolute_error", {}, "truth", "prediction", _mae, ""),
    ("mean_absolute_percentage_error", {}, "truth", "prediction", _mape, ""),
    ("mean_squared_error", {}, "truth", "prediction", _mse, ""),
    ("mean_squared_logarithmic_error", {}, "true shares", "positive", _msle, ""),
    ("poisson", {}, "counts", "positive", _poisson, ""),
    ("sparse_categorical_crossentropy", {}, "labels", "shares", _nll, ""),
    ("sparse_categorical_crossentropy", {"from_logits": True}, "labels", "prediction", _cross_entropy, ""),
    (
        "sparse_categorical_crossentropy",
        {"from_logits": True, "ignore_class": 0},
        "labels",
        "prediction",
        lambda torch, y, z: _cross_entropy(torch, y, z, ignore_index=0),
        "",
    ),
    ("squared_hinge", {}, "signs", "prediction", lambda torch, y, p: (_hinge(torch, y, p) ** 2).mean(-1), ""),
)

#: Classes: name, arguments, ``y_true``, ``y_pred``, and the same in torch.
_CLASSES: tuple[tuple[str, dict[str, Any], str, str, Any], ...] = (
    ("BinaryCrossentropy", {}, "yes or no", "shares", lambda torch, y, p: torch.nn.BCELoss()(p, y)),
    (
        "BinaryCrossentropy",
        {"from_logits": True},
        "yes or no",
        "prediction",
        lambda torch, y, z: torch.nn.BCEWithLogitsLoss()(z, y),
    ),
    (
        "BinaryCrossentropy",
        {"from_logits": True, "label_smoothing": 0.25},
        "yes or no",
        "prediction",
        lambda torch, y, z: torch.nn.BCEWithLogitsLoss()(z, 0.75 * y + 0.125),
    ),
    ("CategoricalCrossentropy", {}, "one-hot", "shares", lambda torch, y, p: _categorical(torch, y, p).mean()),
    (
        "CategoricalCrossentropy",
        {"from_logits": True, "label_smoothing": 0.25},
        "one-hot",
        "prediction",
        lambda torch, y, z: torch.nn.CrossEntropyLoss(label_smoothing=0.25)(z, y),
    ),
    ("BinaryFocalCrossentropy", {}, "yes or no", "shares", lambda torch, y, p: _binary_focal(torch, y, p).mean()),
    (
        "BinaryFocalCrossentropy",
        {"apply_class_balancing": True, "alpha": 0.375, "gamma": 3.0},
        "yes or no",
        "shares",
        lambda torch, y, p: _binary_focal(torch, y, p, 0.375, 3.0).mean(),
    ),
    (
        "BinaryFocalCrossentropy",
        {"from_logits": True, "label_smoothing": 0.25},
        "yes or no",
        "prediction",
        lambda torch, y, z: _smoothed_focal(torch, y, z).mean(),
    ),
    (
        "CategoricalFocalCrossentropy",
        {"alpha": 0.375, "gamma": 3.0, "label_smoothing": 0.25},
        "one-hot",
        "shares",
        lambda torch, y, p: _categorical_focal(torch, 0.75 * y + 0.05, p, 0.375, 3.0).mean(),
    ),
    (
        "CategoricalFocalCrossentropy",
        {"from_logits": True},
        "one-hot",
        "prediction",
        lambda torch, y, z: _categorical_focal(torch, y, torch.softmax(z, -1)).mean(),
    ),
    (
        "CategoricalGeneralizedCrossEntropy",
        {"q": 0.75},
        "labels",
        "shares",
        lambda torch, y, p: _generalized(torch, y, p, 0.75).mean(),
    ),
    ("Dice", {}, "yes or no", "shares", lambda torch, y, p: _dice(torch, y, p, (0, 1))),
    (
        "Tversky",
        {"alpha": 0.25, "beta": 0.875},
        "true shares",
        "shares",
        lambda torch, y, p: _tversky(torch, y, p, (0, 1), 0.25, 0.875),
    ),
    ("CategoricalHinge", {}, "one-hot", "prediction", lambda torch, y, p: _categorical_hinge(torch, y, p).mean()),
    ("CosineSimilarity", {}, "truth", "prediction", lambda torch, y, p: -torch.nn.CosineSimilarity(-1)(y, p).mean()),
    ("Hinge", {}, "signs", "prediction", lambda torch, y, p: _hinge(torch, y, p).mean()),
    ("Huber", {"delta": 2.0}, "truth", "prediction", lambda torch, y, p: torch.nn.HuberLoss(delta=2.0)(p, y)),
    (
        "KLDivergence",
        {},
        "true shares",
        "shares",
        lambda torch, y, p: torch.nn.KLDivLoss(reduction="batchmean")(p.log(), y),
    ),
    ("LogCosh", {}, "truth", "prediction", lambda torch, y, p: _log_cosh(torch, y, p).mean()),
    ("MeanAbsoluteError", {}, "truth", "prediction", lambda torch, y, p: torch.nn.L1Loss()(p, y)),
    ("MeanAbsolutePercentageError", {}, "truth", "prediction", lambda torch, y, p: _mape(torch, y, p).mean()),
    ("MeanSquaredError", {}, "truth", "prediction", lambda torch, y, p: torch.nn.MSELoss()(p, y)),
    (
        "MeanSquaredError",
        {"reduction": "sum"},
        "truth",
        "prediction",
        lambda torch, y, p: torch.nn.MSELoss(reduction="sum")(p, y) / p.shape[-1],
    ),
    ("MeanSquaredError", {"reduction": "none"}, "truth", "prediction", _mse),
    (
        "MeanSquaredLogarithmicError",
        {},
        "true shares",
        "positive",
        lambda torch, y, p: torch.nn.MSELoss()(torch.log1p(p), torch.log1p(y)),
    ),
    (
        "Poisson",
        {},
        "counts",
        "positive",
        lambda torch, y, p: torch.nn.PoissonNLLLoss(log_input=False, eps=_EPSILON)(p, y),
    ),
    (
        "SparseCategoricalCrossentropy",
        {"from_logits": True},
        "labels",
        "prediction",
        lambda torch, y, z: torch.nn.CrossEntropyLoss()(z, y),
    ),
    (
        "SparseCategoricalCrossentropy",
        {"from_logits": True, "ignore_class": 0},
        "labels",
        "prediction",
        lambda torch, y, z: torch.nn.CrossEntropyLoss(ignore_index=0)(z, y),
    ),
    ("SparseCategoricalCrossentropy", {}, "labels", "shares", lambda torch, y, p: _nll(torch, y, p).mean()),
    ("SquaredHinge", {}, "signs", "prediction", lambda torch, y, p: (_hinge(torch, y, p) ** 2).mean()),
)

#: With sample weights: name, arguments, ``y_true``, ``y_pred``, and the same in torch, of the weights too.
_WEIGHTED: tuple[tuple[str, dict[str, Any], str, str, Any], ...] = (
    ("MeanSquaredError", {}, "truth", "prediction", lambda torch, y, p, w: (_mse(torch, y, p) * w).mean()),
    (
        "MeanSquaredError",
        {"reduction": "mean_with_sample_weight"},
        "truth",
        "prediction",
        lambda torch, y, p, w: (_mse(torch, y, p) * w).sum() / w.sum(),
    ),
    (
        "SparseCategoricalCrossentropy",
        {"from_logits": True},
        "labels",
        "prediction",
        lambda torch, y, z, w: (_cross_entropy(torch, y, z) * w).mean(),
    ),
)


def _loss(name: str, config: dict[str, Any], y: str, p: str, torch: Any, variant: str, **more: str) -> Case:
    return Case(f"losses.{name}", {"y_true": y, "y_pred": p, **more}, torch, config, ("y_pred",), variant=variant)


CASES = (
    *(_loss(name, config, y, p, torch, variant) for name, config, y, p, torch, variant in _FUNCTIONS),
    *(_loss(name, config, y, p, torch, "") for name, config, y, p, torch in _CLASSES),
    *(
        _loss(name, config, y, p, torch, "with weights", sample_weight="sample weights")
        for name, config, y, p, torch in _WEIGHTED
    ),
)
