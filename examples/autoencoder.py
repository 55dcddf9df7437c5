"""An autoencoder: 64 pixels through 8 numbers, and back."""

import beras as keras
from beras.datasets import digits


def build():
    pixels = keras.Input((64,), name="pixels")
    hidden = keras.layers.Dense(32, activation="relu", name="into")(pixels)
    code = keras.layers.Dense(8, activation="relu", name="code")(hidden)
    hidden = keras.layers.Dense(32, activation="relu", name="out_of")(code)
    restored = keras.layers.Dense(64, activation="sigmoid", name="restored")(hidden)
    model = keras.Model(pixels, restored, name="autoencoder")
    model.compile("adam", "binary_crossentropy")
    return model


def data():
    (x_train, _), (x_test, _) = digits.load_data()
    x_train, x_test = x_train.reshape(-1, 64) / 16.0, x_test.reshape(-1, 64) / 16.0
    return (x_train, x_train), (x_test, x_test)


def main():
    (x_train, y_train), (x_test, y_test) = data()
    model = build()
    before = model.evaluate(x_test, y_test, verbose=0)
    model.fit(x_train, y_train, batch_size=32, epochs=30, verbose=0)
    after = model.evaluate(x_test, y_test, verbose=0)
    encoder = keras.Model(model.inputs, model.get_layer("code").output)
    print(f"Autoencoder: the loss fell from {before:.3f} to {after:.3f}; codes of shape {encoder.output_shape}.")


if __name__ == "__main__":
    main()
