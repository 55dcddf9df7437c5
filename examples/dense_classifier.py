"""A classifier of dense layers, with a part of the training data held out."""

import beras as keras
from beras.datasets import digits


def build():
    model = keras.Sequential(
        [
            keras.Input((8, 8)),
            keras.layers.Rescaling(1 / 16),
            keras.layers.Flatten(),
            keras.layers.Dense(64, activation="relu", kernel_regularizer=keras.regularizers.L2(1e-4)),
            keras.layers.Dense(32, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate=0.003),
        loss=keras.losses.SparseCategoricalCrossentropy(),
        metrics=["accuracy"],
    )
    return model


def data():
    return digits.load_data()


def main():
    (x_train, y_train), (x_test, y_test) = data()
    model = build()
    stop = keras.callbacks.EarlyStopping(monitor="val_loss", patience=5, restore_best_weights=True)
    history = model.fit(x_train, y_train, batch_size=32, epochs=40, validation_split=0.1, callbacks=[stop], verbose=0)
    _, accuracy = model.evaluate(x_test, y_test, verbose=0)
    print(f"Dense classifier: {len(history.epoch)} epochs, {accuracy:.1%} of the test digits are right.")


if __name__ == "__main__":
    main()
