"""Where source mutations are made, and which tests stand against them."""

from __future__ import annotations

from typing import NamedTuple


class Area(NamedTuple):
    """Modules in ``folder``, and the beginnings of the names of the tests that are asked about their mutants.

    With ``functions`` only the bodies of these (and of lambdas) are changed, else of all but `SILENT`.
    """

    folder: str
    modules: tuple[str, ...]
    tests: tuple[str, ...]
    functions: frozenset[str] = frozenset()


#: Functions that make no numbers: configurations, representations, messages, arguments of constructors.
SILENT = frozenset(
    {
        *("get_config", "from_config", "__repr__", "__init__", "__new__", "__init_subclass__", "__getstate__"),
        *("_misfit", "flatten_first", "_what_to_do", "_warn_single", "_label", "_check_known", "_plain", "accept"),
        *("get_arguments", "check_truth", "check_classes", "checked_reduction", "_stored", "state", "load_state"),
        *("apply_gradients", "exclude_from_weight_decay", "_variables_of", "build", "fuses_as", "on_logits"),
    }
)

#: Of layers only what computes: forward, its gradient, and what goes into the loss.
COMPUTING = frozenset(
    {
        *("call", "activate", "logits", "affine", "_affine", "_rows", "_width", "_again", "_cast", "penalties"),
        *("input_gradients", "weight_gradients", "compose_to_input", "compose_to_weight", "final_activation"),
        *("merge", "_of_one_rank", "_lengthened", "_normalized", "_table", "look_up", "_noise", "_scaled_mask"),
        *("widened", "centered", "second_cotangent", "_follow", "_by_batch", "_by_moving", "_normalized", "_images"),
        *("_channels_last", "_channels_back"),
        *("convolve", "convolve_to_input", "convolve_to_kernel", "_matrices", "_by_group", "_convolved"),
        *("convolve_depthwise", "convolve_depthwise_to_input", "convolve_depthwise_to_kernel", "all_of", "seen_by"),
        *("_along_a_row", "_pixels", "_framed", "_correlate", "_views", "_along", "rows_of", "in_blocks", "repeated"),
        *("outer", "sum_of_rows", "_slices", "batch_moments", "normalize_batch", "batch_sums", "_factor", "_constant"),
        *("normalize_batch_to_input", "_cotangents", "_cotangents_of_sums", "_cotangents_of_input", "_centered"),
        *("normalize_samples", "normalize_samples_to_input", "normalize_samples_to_gamma", "_means"),
        *("_means_of_products", "_weighted", "room_for_a_block"),
        *("max_pool", "max_pool_to_input", "max_pool_from_input", "_first", "_shares"),
        *("average_pool", "average_pool_to_input", "resample", "resample_to_input", "_corners", "_reflected"),
        *("over", "reach", "padded_shape", "grid", "padded", "cropped", "gathered", "views", "positions", "blocks"),
        *("coordinates", "_from_the_centre", "_per_image", "_blur", "_displaced"),
    }
)

RULES = (
    *("arithmetic", "axes", "choosing", "constants", "einsum", "exponential", "fourier", "indexing", "joining"),
    *("linear_algebra", "missing", "norms", "places", "polynomials", "products", "reductions", "running", "samples"),
    *("shapes", "sorting", "spacings", "statistics", "trigonometric", "variances"),
)
ACTIVATIONS = ("gated", "gaussian", "linear", "rectifiers", "rows", "shrinking", "sigmoids", "softmaxes", "softplus")
LOSSES = (
    *("align", "binary", "binding", "categorical", "divergence", "focal", "generalized", "hinge", "labels", "logits"),
    *("loss", "overlap", "probabilities", "reduction", "regression", "sparse_categorical"),
)
LAYERS = (
    *("activation", "augmentation", "batch_normalization", "concatenation", "conv2d", "convolution"),
    *("convolution_layer", "dense", "depthwise", "depthwise_conv2d", "dot_product", "dropout", "embedding", "flatten"),
    *("gaussian_noise", "global_pooling2d", "images", "input_layer", "layer", "layer_normalization", "merge"),
    *("moments", "normalize_batch", "normalize_samples", "phases", "pooling", "pooling2d", "random_affine"),
    *("random_elastic", "resampling", "rescaling", "reshape", "row_blocks"),
    *("windows", "zero_padding2d"),
)
#: The optimizers themselves, of which every change is tried.
UPDATE_RULES = (
    *("adadelta", "adafactor", "adagrad", "adam", "adamax", "adamw", "ftrl", "lamb", "lion", "muon", "nadam"),
    *("rmsprop", "sgd"),
)
OPTIMIZERS = (*UPDATE_RULES, "averages", "flushing", "gradients", "optimizer")

#: The rows of the rules, which cover the primitives that the library defines besides.
ROWS = ("tests/autodiff/test_rules.py", "tests/oracle/test_rules.py")
RULES_TESTS = ("tests/autodiff/", "tests/oracle/test_rule", "tests/oracle/test_special_values.py")

AREAS: dict[str, Area] = {
    "rules": Area("beras/autodiff/rules", RULES, RULES_TESTS),
    "engine": Area("beras/autodiff", ("primitives", "sweep"), RULES_TESTS),
    "activations": Area(
        "beras/activations", ACTIVATIONS, ("tests/activations/", "tests/oracle/test_activations.py", *ROWS)
    ),
    "losses": Area("beras/losses", LOSSES, ("tests/losses/", "tests/oracle/test_losses.py", *ROWS)),
    "layers": Area(
        "beras/layers",
        LAYERS,
        ("tests/layers/", "tests/core/", "tests/models/", "tests/oracle/test_layers.py", *ROWS),
        COMPUTING,
    ),
    "regularizers": Area(
        "beras/regularizers",
        ("regularizer",),
        ("tests/regularizers/", "tests/models/", "tests/oracle/test_regularizers.py"),
    ),
    "constraints": Area("beras/constraints", ("constraint", "norms"), ("tests/constraints/",)),
    "optimizers": Area(
        "beras/optimizers",
        OPTIMIZERS,
        ("tests/optimizers/", "tests/oracle/test_optimizers.py", "tests/keras/test_optimizers.py"),
    ),
}

#: What is collected: every file that an area asks.
TESTS = (
    *("tests/autodiff", "tests/activations", "tests/losses", "tests/layers", "tests/regularizers", "tests/optimizers"),
    *("tests/constraints", "tests/core", "tests/models", "tests/oracle/test_rules.py"),
    *("tests/oracle/test_rule_shapes.py", "tests/oracle/test_rule_dtypes.py", "tests/oracle/test_special_values.py"),
    *("tests/oracle/test_activations.py", "tests/oracle/test_losses.py", "tests/oracle/test_layers.py"),
    *("tests/oracle/test_regularizers.py", "tests/oracle/test_optimizers.py", "tests/keras/test_optimizers.py"),
)
