"""A layer of one's own: every input is scaled and shifted by numbers that are learnt."""

import beras as keras
from beras.datasets import digits


class Affine(keras.layers.Layer):
    """``inputs * scale + shift``, with one scale and one shift for each input."""

    replayable = True  # the same calls for every batch: beras may replay them

    def build(self, input_shape):
        self.scale = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="scale")
        self.shift = self.add_weight(shape=(input_shape[-1],), initializer="zeros", name="shift")

    def call(self, inputs):
        return inputs * self.scale + self.shift


def build():
    model = keras.Sequential(
        [
            keras.Input((64,)),
            Affine(),
            keras.layers.Dense(32, activation="tanh"),
            Affine(),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("rmsprop", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def data():
    (x_train, y_train), (x_test, y_test) = digits.load_data()
    return (x_train.reshape(-1, 64) / 16.0, y_train), (x_test.reshape(-1, 64) / 16.0, y_test)


def main():
    (x_train, y_train), (x_test, y_test) = data()
    model = build()
    model.fit(x_train, y_train, batch_size=32, epochs=30, verbose=0)
    _, accuracy = model.evaluate(x_test, y_test, verbose=0)
    print(f"A layer of one's own: {accuracy:.1%} of the test digits are right.")


if __name__ == "__main__":
    main()
