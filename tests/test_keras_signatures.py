"""Every public class and function that Keras has too takes the same arguments: names, order, defaults."""

from __future__ import annotations

import inspect
from importlib import import_module
from typing import Any

import pytest

import beras
from tests.keras_oracle import keras as real_keras

pytestmark = pytest.mark.torch

#: Our modules, with Keras's of the same use.
MODULES = {
    "": "",
    "activations": "activations",
    "callbacks": "callbacks",
    "constraints": "constraints",
    "datasets.fashion_mnist": "datasets.fashion_mnist",
    "datasets.mnist": "datasets.mnist",
    "initializers": "initializers",
    "layers": "layers",
    "losses": "losses",
    "metrics": "metrics",
    "models": "models",
    "optimizers": "optimizers",
    "optimizers.schedules": "optimizers.schedules",
    "preprocessing": "utils",
    "regularizers": "regularizers",
    "saving": "saving",
    "utils": "utils",
}

#: Arguments that only Keras has, with the reason.
THEIRS_ALONE = {
    "ReduceLROnPlateau": ("kwargs", "swallows any misspelt argument; here that is a TypeError"),
    "SparseTopKCategoricalAccuracy": ("from_sorted_ids", "for predictions that are ids instead of scores"),
    "sparse_top_k_categorical_accuracy": ("from_sorted_ids", "for predictions that are ids instead of scores"),
    "load_weights": ("kwargs", "options of old formats"),
    "save_model": ("zipped kwargs", "options of other formats"),
    "save_weights": ("max_shard_size kwargs", "weights go into one file"),
}
#: Arguments that only beras has, at the end or by keyword.
OURS_ALONE = {
    "metrics.get": (
        "loss y_true_shape y_pred_shape",
        "'accuracy' is found by the shapes; Keras does it inside compile",
    ),
    "models.save_model": ("include_optimizer", "Keras has it for .h5 files only"),
    "saving.load_weights": ("names", "a file may have torch's names"),
    "saving.save_model": ("include_optimizer", "Keras has it for .h5 files only"),
    "saving.save_weights": ("names", "a file may have torch's names"),
}
#: What is another thing under the same name.
OTHERWISE = {
    "Layer": "keyword arguments only, listed; Keras's base hides its own behind *args, **kwargs",
    "Model": "no functional form; Keras hides the arguments of both forms behind *args, **kwargs",
    "Optimizer": "the arguments are listed; Keras hides them behind *args, **kwargs",
    "Sequential": "the arguments are listed; Keras hides them behind *args, **kwargs",
    "Variable": "beras.Variable(value, trainable, dtype, name): Keras's begins with an initializer",
    "load_data": "path=None searches the usual places; Keras's is the name of a file in its cache",
}
#: Methods, by class: those of the issue that a script calls.
METHODS = {
    "Model": (
        *("compile", "fit", "evaluate", "predict", "train_on_batch", "test_on_batch", "predict_on_batch", "summary"),
        *("save", "save_weights", "load_weights", "get_layer", "from_config", "get_config", "count_params"),
        *("get_weights", "set_weights", "reset_metrics", "compile_from_config", "get_compile_config", "to_json"),
    ),
    "Sequential": ("add", "pop", "build", "get_config", "from_config", "compute_output_shape"),
    "layers.Layer": ("build", "get_config", "from_config", "count_params", "get_weights", "set_weights", "add_weight"),
    "metrics.Metric": ("update_state", "result", "reset_state", "get_config", "add_variable", "add_weight"),
    "losses.Loss": ("get_config", "from_config"),
    "optimizers.Optimizer": ("apply", "apply_gradients", "exclude_from_weight_decay", "get_config", "from_config"),
    "callbacks.Callback": tuple(name for name in vars(beras.callbacks.Callback) if name.startswith(("on_", "set_"))),
    "callbacks.EarlyStopping": ("on_epoch_end",),
}
#: Arguments of methods that differ, with the reason.
METHOD_ARGUMENTS = {
    "Model.compile": ("unknown", "a misspelt argument is answered with the nearest one"),
    "Model.evaluate": ("kwargs", "an option that Keras's own fit uses"),
    "Model.compile_from_config": ("custom_objects", "the user's classes may be passed by hand"),
    "Model.save": ("kwargs", "options of old formats"),
    "Model.load_weights": ("kwargs names", "options of old formats; a file may have torch's names"),
    "Model.save_weights": ("names", "a file may have torch's names"),
    "layers.Layer.add_weight": ("args", "Keras catches positional arguments of its older versions"),
}

KINDS = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


def module_of(library: Any, name: str) -> Any:
    for part in filter(None, name.split(".")):
        library = getattr(library, part)
    return library


def public(module: Any) -> list[str]:
    return [name for name in getattr(module, "__all__", dir(module)) if not name.startswith("_")]


def shared(keras: Any) -> list[tuple[str, Any, Any]]:
    """Return (name, ours, theirs) for every public name that both have."""
    pairs = []
    for place, other in MODULES.items():
        ours = import_module(f"beras.{place}".rstrip("."))
        theirs = module_of(keras, other)
        for name in public(ours):
            mine = getattr(ours, name)
            if callable(mine) and hasattr(theirs, name):
                pairs.append((f"{place}.{name}".lstrip("."), mine, getattr(theirs, name)))
    return pairs


def arguments(function: Any, leave_out: str = "") -> list[tuple[str, Any]]:
    """Return names and defaults; **options and **kwargs are the same, whatever their name."""
    found = []
    for parameter in inspect.signature(function).parameters.values():
        if parameter.name == "self" or parameter.name in leave_out.split():
            continue
        if parameter.kind in KINDS:
            found.append((f"*{parameter.kind.name}", None))
        else:
            default = parameter.default
            found.append((parameter.name, "required" if default is inspect.Parameter.empty else default))
    return found


def test_arguments_are_keras_arguments():
    wrong = []
    pairs = shared(real_keras())
    for place, mine, theirs in pairs:
        name = place.rpartition(".")[2]
        if name in OTHERWISE or (inspect.isclass(theirs) and not inspect.isclass(mine)):
            continue
        found = arguments(mine, OURS_ALONE.get(place, ("",))[0])
        expected = arguments(theirs, THEIRS_ALONE.get(name, ("",))[0])
        if found != expected:
            wrong.append(f"{place}\n    ours:   {found}\n    theirs: {expected}")
    assert not wrong, "\n".join(wrong)
    assert len(pairs) > 180


def test_arguments_of_methods_are_keras_arguments():
    keras, wrong = real_keras(), []
    for place, methods in METHODS.items():
        for method in methods:
            mine, theirs = getattr(module_of(beras, place), method), getattr(module_of(keras, place), method)
            left_out = METHOD_ARGUMENTS.get(f"{place}.{method}", ("", ""))[0]
            found, expected = arguments(mine, left_out), arguments(theirs, left_out)
            if found != expected:
                wrong.append(f"{place}.{method}\n    ours:   {found}\n    theirs: {expected}")
    assert not wrong, "\n".join(wrong)


def test_every_allowed_difference_is_still_one():
    places = {place: (mine, theirs) for place, mine, theirs in shared(real_keras())}
    names = {place.rpartition(".")[2]: pair for place, pair in places.items()}
    for name, (extra, reason) in THEIRS_ALONE.items():
        assert reason
        assert set(extra.split()) <= {argument.lstrip("*") for argument in _names(names[name][1])}
    for name, (extra, reason) in OURS_ALONE.items():
        assert reason
        assert set(extra.split()) <= set(_names(places[name][0])) - set(_names(places[name][1]))
    assert set(OTHERWISE) <= set(names)
    assert all(reason for reason in OTHERWISE.values())


def _names(function: Any) -> list[str]:
    return list(inspect.signature(function).parameters)


#: What the essential part of the surface must have, by module.
ESSENTIAL = {
    "": "Sequential Model Input Layer Loss Initializer Regularizer",
    "layers": "Dense Activation ReLU LeakyReLU Softmax Flatten Dropout Rescaling Input InputLayer Layer",
    "losses": "CategoricalCrossentropy SparseCategoricalCrossentropy BinaryCrossentropy MeanSquaredError KLDivergence",
    "metrics": "Accuracy BinaryAccuracy CategoricalAccuracy SparseCategoricalAccuracy Mean Precision Recall",
    "optimizers": "SGD RMSprop Adam AdamW Adagrad Adadelta Adamax Nadam Lion Lamb Adafactor Muon Ftrl get serialize "
    "deserialize schedules",
    "optimizers.schedules": "ExponentialDecay PiecewiseConstantDecay CosineDecay LearningRateSchedule",
    "callbacks": "Callback CallbackList History EarlyStopping ModelCheckpoint CSVLogger TerminateOnNaN LambdaCallback "
    "LearningRateScheduler ReduceLROnPlateau ProgbarLogger",
    "initializers": "get GlorotUniform GlorotNormal HeUniform HeNormal Zeros Ones Constant RandomNormal RandomUniform "
    "glorot_uniform he_normal zeros ones",
    "regularizers": "L1 L2 L1L2 l1 l2 l1_l2",
    "activations": "relu sigmoid tanh softmax linear",
    "models": "Sequential Model load_model save_model clone_model model_from_json",
    "constraints": "Constraint MaxNorm MinMaxNorm NonNeg UnitNorm max_norm min_max_norm non_neg unit_norm",
    "saving": "load_model save_model load_weights save_weights register_keras_serializable",
    "preprocessing": "to_categorical normalize split_dataset pad_sequences",
    "utils": "to_categorical normalize split_dataset pad_sequences plot_model model_to_dot Progbar set_random_seed "
    "clear_session register_keras_serializable",
}


@pytest.mark.parametrize("place", ESSENTIAL)
def test_the_essential_names_are_there(place):
    ours, theirs = module_of(beras, place), module_of(real_keras(), MODULES[place])
    for name in ESSENTIAL[place].split():
        assert hasattr(theirs, name), f"Keras has no {place}.{name}"
        assert hasattr(ours, name), f"beras has no {place}.{name}"
        assert name in ours.__all__, f"{name} is not in the list of beras.{place}"


#: What is written as a string, by module.
STRINGS = {
    "activations": "relu sigmoid tanh softmax linear leaky_relu elu gelu silu swish softplus log_softmax exponential",
    "initializers": "glorot_uniform glorot_normal he_uniform he_normal lecun_normal zeros ones random_normal "
    "random_uniform truncated_normal orthogonal variance_scaling normal uniform GlorotUniform",
    "losses": "categorical_crossentropy sparse_categorical_crossentropy binary_crossentropy mean_squared_error mse "
    "mean_absolute_error mae kl_divergence huber log_cosh poisson hinge bce kld cosine_similarity",
    "metrics": "mse mae binary_accuracy categorical_accuracy sparse_categorical_accuracy mean_squared_error Precision "
    "Recall binary_crossentropy",
    "optimizers": "sgd rmsprop adam adamw Adam SGD RMSprop adagrad adadelta adamax nadam lion muon ftrl adafactor",
    "regularizers": "l1 l2 L2",
    "constraints": "max_norm min_max_norm non_neg unit_norm MaxNorm UnitNorm",
}


@pytest.mark.parametrize("place", STRINGS)
def test_strings_mean_the_same(place):
    def plain(thing: Any) -> str:
        return getattr(thing, "__name__", type(thing).__name__).replace("_", "").lower()

    ours, theirs = module_of(beras, place), module_of(real_keras(), place)
    for string in STRINGS[place].split():
        # Keras answers a loss's name with its function, beras with its class
        assert plain(ours.get(string)) == plain(theirs.get(string)), string
