"""Figures of a training run. Each function returns a matplotlib figure; ``pip install matplotlib`` if it is missing."""

import numpy as np


def visualize_metrics(history):
    """Draw loss and accuracy against the epoch, side by side; ``history`` is what ``Model.fit`` returns."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(9, 3), layout="constrained")
    epochs = np.arange(1, len(history["loss"]) + 1)
    for axis, name, label in zip(axes, ("loss", "acc"), ("training loss", "training accuracy"), strict=True):
        axis.plot(epochs, history[name], marker="o")
        axis.set(xlabel="epoch", ylabel=label)
        axis.xaxis.get_major_locator().set_params(integer=True)
    return figure


def visualize_images(model, x, y, count=10):
    """Draw digits that the model gets wrong, the surest first, with the answer, its probability and the right digit.

    ``x`` is ``(samples, 784)``, ``y`` one-hot ``(samples, 10)``. Fewer pictures if there are fewer mistakes.
    """
    import matplotlib.pyplot as plt

    probs = model(x)
    answers, digits = np.argmax(probs, axis=-1), np.argmax(y, axis=-1)
    wrong = np.flatnonzero(answers != digits)
    wrong = wrong[np.argsort(-probs[wrong, answers[wrong]], kind="stable")][:count]
    columns = 5
    rows = max(1, -(-len(wrong) // columns))
    figure, axes = plt.subplots(rows, columns, figsize=(9, 2 * rows), squeeze=False, layout="constrained")
    for axis in axes.flat:
        axis.axis("off")
    for axis, i in zip(axes.flat, wrong, strict=False):
        axis.imshow(x[i].reshape(28, 28), cmap="gray_r")
        axis.set_title(f"{answers[i]} ({probs[i, answers[i]]:.0%}), is {digits[i]}", fontsize=9)
    return figure


def visualize_weights(dense):
    """Draw the kernel of a Dense layer that looks at images, one picture for each unit: what it wants to see (red).

    ``dense.w`` is ``(784, units)``; at most 20 units are drawn.
    """
    import matplotlib.pyplot as plt

    kernels = dense.w.T[:20].reshape(-1, 28, 28)
    columns = 5
    rows = -(-len(kernels) // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(9, 2 * rows), squeeze=False, layout="constrained")
    limit = np.abs(kernels).max()
    for axis in axes.flat:
        axis.axis("off")
    for unit, (axis, kernel) in enumerate(zip(axes.flat, kernels, strict=False)):
        axis.imshow(kernel, cmap="RdBu_r", vmin=-limit, vmax=limit)
        axis.set_title(f"unit {unit}", fontsize=9)
    return figure
