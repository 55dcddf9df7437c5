"""A convolutional network."""

import beras as keras
from beras.datasets import digits


def build():
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            keras.layers.Conv2D(16, kernel_size=3, padding="same", activation="relu"),
            keras.layers.MaxPooling2D(pool_size=2),
            keras.layers.Conv2D(32, kernel_size=3, activation="relu"),
            keras.layers.Flatten(),
            keras.layers.Dropout(0.3),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    return model


def data():
    (x_train, y_train), (x_test, y_test) = digits.load_data()
    return (
        (x_train[..., None] / 16.0, keras.utils.to_categorical(y_train, 10)),
        (x_test[..., None] / 16.0, keras.utils.to_categorical(y_test, 10)),
    )


def main():
    (x_train, y_train), (x_test, y_test) = data()
    model = build()
    model.summary()
    model.fit(x_train, y_train, batch_size=32, epochs=20, verbose=0)
    _, accuracy = model.evaluate(x_test, y_test, verbose=0)
    print(f"Convolutional network: {accuracy:.1%} of the test digits are right.")


if __name__ == "__main__":
    main()
