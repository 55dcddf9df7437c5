"""A training loop written by hand: GradientTape and an optimizer, without fit."""

import numpy as np

import beras
from beras.datasets import digits


def build():
    return beras.Sequential([beras.Input((64,)), beras.layers.Dense(32, activation="relu"), beras.layers.Dense(10)])


def data():
    (x_train, y_train), (x_test, y_test) = digits.load_data()
    return (
        (x_train.reshape(-1, 64).astype(np.float32) / 16, y_train),
        (x_test.reshape(-1, 64).astype(np.float32) / 16, y_test),
    )


def step(model, optimizer, loss, x, y):
    """Make one update, and return the loss of the batch before it."""
    with beras.GradientTape() as tape:
        value = loss(y, model(x, training=True))
    gradients = tape.gradient(value, model.trainable_weights)
    optimizer.apply_gradients(zip(gradients, model.trainable_weights, strict=True))
    return float(value)


def main():
    (x_train, y_train), (x_test, y_test) = data()
    model = build()
    optimizer = beras.optimizers.Adam(0.003)
    loss = beras.losses.SparseCategoricalCrossentropy(from_logits=True)
    order = np.random.default_rng(0)
    for _ in range(15):
        shuffled = order.permutation(len(x_train))
        for start in range(0, len(x_train), 32):
            places = shuffled[start : start + 32]
            value = step(model, optimizer, loss, x_train[places], y_train[places])
    right = np.mean(np.argmax(model(x_test), axis=-1) == y_test)
    print(f"A loop by hand: the last batch's loss is {value:.3f}, {right:.1%} of the test digits are right.")


if __name__ == "__main__":
    main()
