"""Model: compile, fit, evaluate, predict."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from beras import callbacks as callback_module
from beras import losses, optimizers
from beras.autodiff import GradientTape
from beras.autodiff.structure import leaves, mapped, restore
from beras.autodiff.tracked import bare
from beras.core.classes import lookup
from beras.core.shapes import any_batch, are_several, shape_of, zeros_of
from beras.layers import Layer
from beras.models.arguments import check_alike, check_count, is_due, refuse_several_outputs, unpack_validation
from beras.models.batches import Batches, as_array, as_arrays, class_weighted, refuse_not_finite, split_off_validation
from beras.models.compiled import Compiled, made_again
from beras.models.replays import Replays, Step

__all__ = ["Model"]


class Model(Layer):
    """A Layer that can be trained: the methods ``compile``, ``fit``, ``evaluate`` and ``predict``.

    Derive a class from it, keep layers in attributes and write ``call(inputs)``; or use `Sequential`. The Keras
    equivalent is ``keras.Model``.

    >>> import numpy as np
    >>> import beras
    >>> class Line(Model):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.dense = beras.layers.Dense(1)
    ...     def call(self, inputs):
    ...         return self.dense(inputs)
    >>> model = Line()
    >>> model.compile("sgd", "mse")
    >>> x = np.linspace(0, 1, 8)[:, None]
    >>> history = model.fit(x, 2 * x, epochs=3, verbose=0)
    >>> len(history.history["loss"])
    3
    """

    def __new__(cls, *functional: Any, **options: Any) -> Any:
        """Make a `Functional` of ``Model(inputs, outputs)``."""
        if cls is Model and (functional or {"inputs", "outputs"} & options.keys()):
            return super().__new__(lookup("Functional"))
        return super().__new__(cls, *functional, **options)

    def __init__(self, *functional: Any, **options: Any):
        if functional or {"inputs", "outputs"} & options.keys():
            of_graph: Any = lookup("Functional")
            _derive_from(of_graph, type(self))
            of_graph.__init__(self, *functional, **options)
            return
        super().__init__(**options)
        self.optimizer: Any = None
        self.stop_training = False
        self.history: Any = None
        self._compiled: Compiled | None = None
        self._replays = Replays(self)

    def __getstate__(self) -> dict[str, Any]:
        """Leave the replays out of a copy, which makes its own."""
        return {name: held for name, held in super().__getstate__().items() if name != "_replays"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self.__dict__["_replays"] = Replays(self)

    @property
    def layers(self) -> list[Any]:
        """The Diffables among the attributes, in the order in which they were set."""
        return [part for _, part in self._parts()]

    @property
    def input_shape(self) -> tuple[int | None, ...] | None:
        """The shape of the inputs that the model was built for, ``(None, ...)``; ``None`` before."""
        return self.__dict__.get("_input_shape")

    @property
    def output_shape(self) -> tuple[int | None, ...] | None:
        """The shape of the outputs for `input_shape`; ``None`` where that is not known."""
        return None if self.input_shape is None else self.compute_output_shape(self.input_shape)

    @property
    def names_of_outputs(self) -> list[str] | None:
        """The names of several outputs, by which losses and metrics go; ``None`` for one."""
        return None

    def get_layer(self, name: str | None = None, index: int | None = None) -> Any:
        """Return a layer by its name or its index.

        Raises:
            ValueError: where there is none, with the names that there are.
        """
        if (name is None) == (index is None):
            raise ValueError(f"get_layer takes a name or an index. Received: name={name!r}, index={index!r}.")
        if isinstance(name, int):
            raise TypeError(f"The first argument of get_layer is a name. Write get_layer(index={name}).")
        if index is not None:
            if not -len(self.layers) <= index < len(self.layers):
                raise ValueError(f"The model has {len(self.layers)} layers. Received: index={index}.")
            return self.layers[index]
        for layer in self.layers:
            if layer.name == name:
                return layer
        from beras.errors import unknown_name

        raise ValueError(unknown_name("layer", name, [layer.name for layer in self.layers]))

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Make the weights for inputs of ``input_shape``, ``(None, ...)``, by trying `call` on one sample of zeros."""
        with np.errstate(all="ignore"):
            self.forward(zeros_of(input_shape, self.dtype))

    def _ensure_built(self, shape: Any) -> None:
        """Leave the making of weights to `call`, which is about to run with all its arguments."""
        if not self.built and type(self).build is Model.build:
            self.remember_input_shape(any_batch(shape))
            self.built = True
        super()._ensure_built(shape)

    def _make_weights(self, x: Any) -> None:
        """Make all weights before the first step, which must know them."""
        self.built = self.built and all(layer.built for layer in self.layers)
        self.build_for(any_batch(shape_of(x)))

    # Compiling

    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        loss_weights: Any = None,
        metrics: Any = None,
        weighted_metrics: Any = None,
        run_eagerly: bool = False,
        steps_per_execution: int = 1,
        jit_compile: bool | str = "auto",
        auto_scale_loss: bool = True,
        **unknown: Any,
    ) -> None:
        """Say how the model is trained.

        Args:
            optimizer: a name or an optimizer.
            loss: a name, a loss, a function ``f(y_true, y_pred)``, or a Diffable.
            metrics: a list of names, metrics or functions; ``"accuracy"`` finds the kind that fits the loss.
            weighted_metrics: the same, for metrics that use the sample weights.
            run_eagerly: compute every step anew instead of replaying the first one's calls (`beras.replay`); the
                numbers are the same.
            jit_compile: Keras's; it does nothing.
            loss_weights: how much the loss of each output counts; ``None`` for one output.
            steps_per_execution, auto_scale_loss: Keras's; accepted with their defaults only.

        Of ``Model(inputs, outputs)`` with several outputs, ``loss``, ``loss_weights``, ``metrics`` and
        ``weighted_metrics`` are lists with an entry for each output, or dicts by the outputs' names.

        A loss that follows a softmax or a sigmoid is computed together with it, from the logits, which is exact for
        scores of any size.

        Raises:
            ValueError: for an unknown name, with the nearest one, and for metrics in the place of ``loss_weights``.

        The Keras equivalent is ``keras.Model.compile``.
        """
        if loss_weights is not None and self.names_of_outputs is None:
            raise ValueError(
                f"The third argument of compile is loss_weights, which a model with one output does not need. "
                f"Received: {loss_weights!r}. Metrics are given by name: compile(optimizer, loss, metrics=[...])."
            )
        for name in unknown:
            from beras.errors import did_you_mean

            known = ("optimizer", "loss", "metrics", "weighted_metrics", "run_eagerly", "jit_compile")
            raise TypeError(f"compile takes no argument {name!r}.{did_you_mean(name, known)}")
        if steps_per_execution != 1 or auto_scale_loss is not True:
            raise ValueError(
                f"compile takes steps_per_execution=1 and auto_scale_loss=True only. "
                f"Received: {steps_per_execution!r} and {auto_scale_loss!r}."
            )
        self._require_initialised()
        made = optimizers.get(optimizer)
        names = self.names_of_outputs
        if names is not None:
            from beras.models.several_outputs import CompiledOutputs

            self._compiled = CompiledOutputs(names, loss, loss_weights, metrics, weighted_metrics, run_eagerly)
        else:
            for name, given in {"loss": loss, "metrics": metrics, "weighted_metrics": weighted_metrics}.items():
                refuse_several_outputs(name, given)
            made_loss = None if loss is None else losses.get(loss)
            self._compiled = Compiled(made_loss, metrics, weighted_metrics, run_eagerly)
        self.optimizer = made

    def get_compile_config(self) -> dict[str, Any]:
        """Return how the model was compiled, as plain values; empty before `compile`.

        Raises:
            ValueError: where a loss or a metric is a function, which cannot be written down.
        """
        if self._compiled is None:
            return {}
        return {"optimizer": optimizers.serialize(self.optimizer), **self._compiled.get_config()}

    def compile_from_config(self, config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> None:
        """Compile the model as `get_compile_config` says; ``custom_objects`` maps names to the user's own classes."""
        if config:
            self.compile(
                optimizers.deserialize(config["optimizer"], custom_objects),
                made_again(config["loss"], custom_objects),
                config.get("loss_weights"),
                metrics=made_again(config["metrics"], custom_objects),
                weighted_metrics=made_again(config["weighted_metrics"], custom_objects),
            )

    @property
    def compiled(self) -> bool:
        """Whether `compile` has been called."""
        return self._compiled is not None

    @property
    def loss(self) -> Any:
        """The compiled loss."""
        return None if self._compiled is None else self._compiled.loss

    @property
    def metrics(self) -> list[Any]:
        """The running mean of the loss, and the compiled metrics."""
        return [] if self._compiled is None else self._compiled.metrics

    @property
    def metrics_names(self) -> list[str]:
        """The names of `metrics` in logs."""
        return [] if self._compiled is None else list(self._compiled.named_metrics)

    def reset_metrics(self) -> None:
        """Start all metrics anew."""
        for metric in self.metrics:
            metric.reset_state()

    # One step

    @property
    def way_of_steps(self) -> str:
        """How `fit` computes its steps: ``"replayed"``, or ``"computed anew, because ..."``; see `beras.replay`."""
        if self._require_compiled().run_eagerly:
            return "computed anew, because of run_eagerly=True"
        self._replays.refresh()
        return "replayed" if self._replays.reason is None else f"computed anew, because {self._replays.reason}"

    def train_step(self, x: Any, y: Any, sample_weight: Any = None) -> None:
        """Make one update of the weights from one batch, and put the batch into the metrics."""
        if self.optimizer is None:
            raise RuntimeError("The model was compiled without an optimizer: compile('adam', loss=...).")
        compiled = self._require_compiled()
        step = None
        if sample_weight is None and not compiled.run_eagerly:
            weights = compiled.weights_in_fit or self.trainable_weights
            step = self._replays.train(x, y, weights)
        if step is None:
            with GradientTape() as tape:
                output, loss, activation = self.score(x, y, sample_weight, training=True)
            weights = compiled.weights_in_fit or self.trainable_weights
            step = Step(loss, bare(output), activation, tape.gradient(loss, weights))
        self._replays.update(self.optimizer, step, weights)
        self._measure(step, y, sample_weight)

    def test_step(self, x: Any, y: Any, sample_weight: Any = None) -> None:
        """Put one batch into the metrics."""
        compiled = self._require_compiled()
        step = None
        if sample_weight is None and not compiled.run_eagerly:
            step = self._replays.test(x, y)
        if step is None:
            output, loss, activation = self.score(x, y, sample_weight, training=False)
            step = Step(loss, bare(output), activation, [])
        self._measure(step, y, sample_weight)

    def _measure(self, step: Step, y: Any, sample_weight: Any) -> None:
        """Put one batch into the metrics; those of the user's get an output of their own, which they may keep."""
        compiled, output = self._require_compiled(), step.output
        if step.program is not None and compiled.may_keep_arrays:
            output = mapped(lambda array: array.copy(), output)
        compiled.update(step.loss, y, output, sample_weight, step.activation)

    def batch_step(self, x: Any, y: Any, training: bool = True) -> dict[str, float]:
        """Make one step on a batch, under the course's name, and return the metrics of this batch."""
        return self.train_on_batch(x, y, return_dict=True) if training else self.test_on_batch(x, y, return_dict=True)

    def score(self, x: Any, y: Any, sample_weight: Any, training: bool) -> tuple[Any, Any, Any]:
        """Return the output, the loss, and the activation that the output still lacks, or ``None``."""
        compiled = self._require_compiled()
        if compiled.loss is None:
            raise RuntimeError("The model was compiled without a loss: compile(optimizer, loss=...).")
        activation = self.final_activation
        fused = compiled.fused_with(activation)
        if fused is not None:
            output = self.logits(x, training=training)
            loss = fused(y, output) if sample_weight is None else fused(y, output, sample_weight)
        else:
            activation = None
            output = self(x, training=training)
            loss = compiled.score(y, output, sample_weight)
        if compiled.weights_in_fit is None or compiled.is_regularized:
            for penalty in self.penalties():
                loss = loss + penalty
        compiled.resolve_metrics(y, output)
        return output, loss, activation

    def _require_compiled(self) -> Compiled:
        if self._compiled is None:
            raise RuntimeError(
                "The model has not been compiled. Say first how it is trained: "
                "model.compile('adam', 'categorical_crossentropy', metrics=['accuracy'])."
            )
        return self._compiled

    # The loops

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: Any = "auto",
        callbacks: Any = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: bool = True,
        class_weight: dict[int, float] | None = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        validation_batch_size: int | None = None,
        validation_freq: int | Sequence[int] = 1,
    ) -> Any:
        """Train on ``x`` ``(samples, ...)`` and ``y`` ``(samples, ...)`` for ``epochs`` passes over the data.

        A model with several inputs takes a list or dict of arrays for ``x``.

        Args:
            batch_size: samples per update, 32 unless said.
            verbose: 0 silent, 1 a progress bar, 2 one line an epoch, ``"auto"`` a bar in a terminal.
            validation_split: the share of the samples, taken from the end before shuffling, that is evaluated on after
                each epoch instead of trained on.
            validation_data: ``(x, y)`` or ``(x, y, sample_weight)`` to evaluate on after each epoch.
            shuffle: whether each epoch sees the samples in a new random order.
            class_weight, sample_weight: how much a class or a sample counts in the loss.
            initial_epoch: the number of the first epoch, when training goes on.
            steps_per_epoch, validation_steps: stop an epoch, or an evaluation, after so many batches.

        Returns: a History, whose ``history`` maps each metric's name to its values, one per epoch.

        Raises:
            ValueError: for empty data, lengths that differ, values that are not finite, shapes that do not fit.
            RuntimeError: before `compile`.

        The Keras equivalent is ``keras.Model.fit``.
        """
        compiled = self._require_compiled()
        x, y = self._data(x, y)
        check_count("epochs", epochs)
        check_count("initial_epoch", initial_epoch, least=0)
        for name, count in {"steps_per_epoch": steps_per_epoch, "validation_steps": validation_steps}.items():
            if count is not None:
                check_count(name, count)
        if not isinstance(validation_freq, Sequence):
            check_count("validation_freq", validation_freq)
        held_out: Sequence[Any] | None = None
        if validation_data is not None:
            x_val, y_val, weight_val = unpack_validation(validation_data)
            held_out = (*self._data(x_val, y_val, "validation "), weight_val)
            check_alike(x, y, *held_out[:2])
        elif validation_split:
            sample_weight = None if sample_weight is None else as_array("sample_weight", sample_weight)
            (x, y, sample_weight), held_out = split_off_validation(validation_split, x, y, sample_weight)
        sample_weight = class_weighted(class_weight, sample_weight, y)
        batches = Batches(x, y, sample_weight, batch_size, shuffle)
        validation = None
        if held_out is not None:
            validation = Batches(held_out[0], held_out[1], held_out[2], validation_batch_size or batch_size)
        self._make_weights(x)
        output_shape = self.output_shape
        for truth in (y,) if held_out is None else (y, held_out[1]):
            compiled.check_classes(truth, output_shape)
        steps = min(len(batches), steps_per_epoch or len(batches))
        hooks = callback_module.CallbackList(
            callbacks,
            add_history=True,
            add_progbar=verbose != 0,
            model=self,
            verbose=verbose,
            epochs=epochs,
            steps=steps,
            samples=batches.samples,
            batch_size=batches.batch_size,
        )
        self.stop_training = False
        logs: dict[str, float] = {}
        hooks.on_train_begin()
        restored = hooks.restored_epoch()
        try:
            for epoch in range(initial_epoch if restored is None else restored, epochs):
                self.reset_metrics()
                hooks.on_epoch_begin(epoch)
                compiled.weights_in_fit = self.trainable_weights
                compiled.is_regularized = self.is_regularized
                self._replays.refresh()
                self._replays.lender = batches if shuffle else None
                logs = self._run(batches, steps, self.train_step, hooks, "train")
                if validation is not None and is_due(epoch, validation_freq):
                    self.reset_metrics()
                    found = self._run(validation, validation_steps or len(validation), self.test_step, hooks, "test")
                    logs = dict(sorted((logs | {f"val_{name}": value for name, value in found.items()}).items()))
                hooks.on_epoch_end(epoch, logs)
                if self.stop_training:
                    break
            if self.optimizer is not None:
                self.optimizer.finalize_variable_values(self.trainable_weights)
        finally:
            compiled.weights_in_fit = self._replays.lender = None
            hooks.on_train_end(logs)
        return self.history

    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: Any = "auto",
        sample_weight: Any = None,
        steps: int | None = None,
        callbacks: Any = None,
        return_dict: bool = False,
    ) -> Any:
        """Return the loss and the metrics on ``x`` and ``y``: a list in the order of ``metrics_names``, or a dict.

        A model without metrics gives the loss alone. The Keras equivalent is ``keras.Model.evaluate``.
        """
        self._require_compiled()
        x, y = self._data(x, y)
        batches = Batches(x, y, sample_weight, batch_size)
        self._make_weights(x)
        hooks = callback_module.CallbackList(
            callbacks,
            add_progbar=verbose != 0,
            model=self,
            verbose=verbose,
            epochs=1,
            steps=min(len(batches), steps or len(batches)),
            samples=batches.samples,
            batch_size=batches.batch_size,
        )
        self.reset_metrics()
        logs = self._run(batches, steps or len(batches), self.test_step, hooks, "test")
        return logs if return_dict else self._as_list(logs)

    def predict(
        self,
        x: Any,
        batch_size: int | None = None,
        verbose: Any = "auto",
        steps: int | None = None,
        callbacks: Any = None,
    ) -> Any:
        """Return the outputs for ``x``, ``(samples, ...)``, computed ``batch_size`` (32) at a time.

        Of a model with several outputs, they are arrays in the list, tuple or dict in which it gives them.

        The Keras equivalent is ``keras.Model.predict``.
        """
        x = self._samples(x)
        batches = Batches(x, None, None, batch_size)
        self._make_weights(x)
        count = min(len(batches), steps or len(batches))
        hooks = callback_module.CallbackList(
            callbacks, add_progbar=verbose not in (0, "auto"), model=self, verbose=verbose, epochs=1, steps=count
        )
        hooks.on_predict_begin()
        outputs: list[np.ndarray] | None = None
        found: Any = None
        done = 0
        for step, (part, _, _) in enumerate(batches):
            if step == count:
                break
            hooks.on_predict_batch_begin(step)
            found = self._predicted(part)
            arrays = leaves(found)
            if outputs is None:
                samples = min(batches.samples, count * batches.batch_size)
                outputs = [np.empty((samples, *array.shape[1:]), array.dtype) for array in arrays]
            for output, array in zip(outputs, arrays, strict=True):
                output[done : done + len(array)] = array
            done += len(leaves(part)[0])
            hooks.on_predict_batch_end(step, {"outputs": found})
        hooks.on_predict_end()
        assert outputs is not None
        return restore(found, iter(outputs))

    def _run(self, batches: Batches, steps: int, step: Callable[..., None], hooks: Any, phase: str) -> dict[str, float]:
        """Take ``step`` with each of the first ``steps`` batches and return the metrics."""
        begin_batch = getattr(hooks, f"on_{phase}_batch_begin")
        end_batch = getattr(hooks, f"on_{phase}_batch_end")
        if phase == "test":
            hooks.on_test_begin()
        for number, (x, y, sample_weight) in enumerate(batches):
            if number == steps:
                break
            begin_batch(number)
            step(x, y, sample_weight)
            end_batch(number, self.get_metrics_result)
            if self.stop_training and phase == "train":
                break
        logs = self.get_metrics_result()
        if phase == "test":
            hooks.on_test_end(logs)
        return logs

    def get_metrics_result(self) -> dict[str, float]:
        """Return the metrics' present values by name, in alphabetical order as Keras's history has them."""
        named = {} if self._compiled is None else self._compiled.named_metrics
        return {name: named[name].result() for name in sorted(named)}

    def _as_list(self, logs: dict[str, float]) -> Any:
        values = [logs[name] for name in self.metrics_names]
        return values[0] if len(values) == 1 else values

    # Single batches

    def train_on_batch(
        self, x: Any, y: Any = None, sample_weight: Any = None, class_weight: Any = None, return_dict: bool = False
    ) -> Any:
        """Make one update from one batch; return the loss and the metrics of this batch."""
        self._require_compiled()
        x, y = self._data(x, y)
        self._make_weights(x)
        self.reset_metrics()
        self.train_step(x, y, class_weighted(class_weight, sample_weight, y))
        logs = self.get_metrics_result()
        return logs if return_dict else self._as_list(logs)

    def test_on_batch(self, x: Any, y: Any = None, sample_weight: Any = None, return_dict: bool = False) -> Any:
        """Return the loss and the metrics of one batch."""
        self._require_compiled()
        x, y = self._data(x, y)
        self._make_weights(x)
        self.reset_metrics()
        self.test_step(x, y, sample_weight)
        logs = self.get_metrics_result()
        return logs if return_dict else self._as_list(logs)

    def predict_on_batch(self, x: Any) -> Any:
        """Return the outputs for one batch as a plain array, or as several, as the model gives them."""
        found = self._replays.predict_again(x, refuse_not_finite)
        return self._predicted(self._samples(x)) if found is None else found.copy()

    def _predicted(self, x: Any) -> Any:
        found = None if self._compiled is not None and self._compiled.run_eagerly else self._replays.predict(x)
        if type(found) is np.ndarray:
            return found.copy()
        if found is None:
            return mapped(np.asarray, bare(self(x, training=False)))
        return mapped(lambda array: array.copy(), found)

    def _samples(self, x: Any, kind: str = "") -> Any:
        """Return ``x`` as an array of samples, or the arrays of several inputs in their list, tuple or dict.

        Raises:
            TypeError, ValueError: as `as_array`, and for a single sample, which looks like a batch of its rows.
        """
        if isinstance(x, dict) or (self.takes_several and are_several(x)):
            return as_arrays(f"{kind}x", x)
        x = as_array(f"{kind}x", x)
        if self.input_shape is not None and x.shape == self.input_shape[1:] and x.ndim > 0:
            raise ValueError(
                f"x has the shape of one sample, {x.shape}, without an axis for the batch. A batch of one is "
                f"x[np.newaxis]."
            )
        return x

    def _data(self, x: Any, y: Any, kind: str = "") -> tuple[Any, Any]:
        """Return inputs and labels as arrays, checked as far as that can be done before any work."""
        compiled = self._require_compiled()
        x, y = self._samples(x, kind), compiled.truth(f"{kind}y", y)
        compiled.check_truth(y)
        return x, y

    # Showing and saving

    def summary(
        self,
        line_length: int | None = None,
        positions: Any = None,
        print_fn: Callable[[str], Any] | None = None,
        expand_nested: bool = False,
        show_trainable: bool = False,
        layer_range: Any = None,
    ) -> None:
        """Print the layers, the shapes of their outputs and the numbers of their weights.

        The Keras equivalent is ``keras.Model.summary``.
        """
        from beras.models.summary import print_summary

        print_summary(self, line_length, print_fn, expand_nested, show_trainable)

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> Model:
        """Make a model from what `get_config` returned; its weights are drawn anew."""
        return cls(**config)

    def save(self, filepath: Any, overwrite: bool = True, zipped: bool | None = None) -> None:
        """Write configuration, weights and the optimizer's state to one file, ``.safetensors`` or Keras's ``.keras``.

        ``zipped`` is Keras's, for models in folders, which are not written. See `beras.saving.save_model`.
        """
        if zipped is False:
            raise ValueError("A model is written to one file, not to a folder. Received: zipped=False.")
        from beras.saving import save_model

        save_model(self, filepath, overwrite=overwrite)

    def save_weights(
        self, filepath: Any, overwrite: bool = True, max_shard_size: float | None = None, names: str = "beras"
    ) -> None:
        """Write the weights to a ``.safetensors`` or ``.weights.h5`` file: see `beras.saving.save_weights`."""
        if max_shard_size is not None:
            raise ValueError(f"Weights are written to one file. Received: max_shard_size={max_shard_size!r}.")
        from beras.saving import save_weights

        save_weights(self, filepath, overwrite=overwrite, names=names)

    def to_json(self, **kwargs: Any) -> str:
        """Return the architecture, and how it was compiled, as JSON, from which `model_from_json` makes it again.

        ``kwargs`` go to ``json.dumps``. The Keras equivalent is ``keras.Model.to_json``.
        """
        from beras.models.json_text import model_to_json

        return model_to_json(self, **kwargs)

    def to_torch(self) -> Any:
        """Return an ``nn.Module`` that computes what the model does, with the same weights: `beras.oracle.to_torch`."""
        from beras.oracle.convert import to_torch

        return to_torch(self)

    def load_weights(self, filepath: Any, skip_mismatch: bool = False, names: str = "beras") -> None:
        """Read the weights from a file; nothing is changed when they do not fit: see `beras.saving.load_weights`."""
        from beras.saving import load_weights

        load_weights(self, filepath, skip_mismatch, names)


def _derive_from(functional: type, cls: type) -> None:
    """Let a class of the user's, whose constructor passes inputs and outputs on, derive from ``Functional``."""
    if issubclass(cls, functional):
        raise TypeError(f"{cls.__name__} takes inputs and outputs once. Received: more of them.")
    base = next(base for base in cls.__mro__ if Model in base.__bases__)
    if base.__module__.partition(".")[0] == "beras":
        raise TypeError(f"{cls.__name__} is a {base.__name__}, which takes no inputs and outputs. Received: some.")
    base.__bases__ = tuple(functional if known is Model else known for known in base.__bases__)
