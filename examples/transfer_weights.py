"""Transfer: layers that have learnt the digits 0 to 4, frozen, help to learn 5 to 9 from 200 examples."""

import beras as keras
from beras.datasets import digits


def features():
    return keras.Sequential(
        [
            keras.Input((64,)),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(32, activation="relu"),
        ],
        name="features",
    )


def build(body=None):
    body = body or features()
    model = keras.Sequential([keras.Input((64,)), body, keras.layers.Dense(5, activation="softmax")])
    model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def data(first=0):
    chosen = []
    for x, y in digits.load_data():
        these = (y >= first) & (y < first + 5)
        chosen.append((x[these].reshape(-1, 64) / 16.0, y[these] - first))
    return chosen


def main():
    (x_train, y_train), _ = data(0)
    first = build()
    first.fit(x_train, y_train, batch_size=32, epochs=15, verbose=0)

    body = features()
    body.set_weights(first.layers[0].get_weights())
    body.trainable = False
    second = build(body)
    (x_train, y_train), (x_test, y_test) = data(5)
    second.fit(x_train[:200], y_train[:200], batch_size=16, epochs=60, verbose=0)
    _, accuracy = second.evaluate(x_test, y_test, verbose=0)
    kept = all((a == b).all() for a, b in zip(first.layers[0].get_weights(), body.get_weights(), strict=True))
    print(f"Transfer: {accuracy:.1%} of the other digits are right; the frozen layers are as they were: {kept}.")


if __name__ == "__main__":
    main()
