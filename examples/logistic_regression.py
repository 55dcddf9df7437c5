"""Logistic regression: ten digits from 64 pixels, with one layer."""

import beras as keras
from beras.datasets import digits


def build():
    model = keras.Sequential([keras.Input((64,)), keras.layers.Dense(10, activation="softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def data():
    (x_train, y_train), (x_test, y_test) = digits.load_data()
    return (x_train.reshape(-1, 64) / 16.0, y_train), (x_test.reshape(-1, 64) / 16.0, y_test)


def main():
    (x_train, y_train), (x_test, y_test) = data()
    model = build()
    model.optimizer.learning_rate = 0.5
    model.fit(x_train, y_train, batch_size=32, epochs=20, verbose=0)
    _, accuracy = model.evaluate(x_test, y_test, verbose=0)
    print(f"Logistic regression: {accuracy:.1%} of the test digits are right.")


if __name__ == "__main__":
    main()
