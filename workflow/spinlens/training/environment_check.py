"""Check that an environment trains: a small network on digits that ship with scikit-learn."""

import keras
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

HEALTHY_ACCURACY = 0.9


def digits_accuracy() -> float:
    """Accuracy on held-out digits of a small network trained on others.

    Returns
    -------
    float
        Share of correct digits; at least HEALTHY_ACCURACY in a healthy environment.
    """
    images, digits = load_digits(return_X_y=True)
    images, held_out_images, digits, held_out_digits = train_test_split(
        images.reshape(-1, 8, 8, 1) / 16, digits, random_state=0, stratify=digits
    )
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            keras.layers.Conv2D(16, 3, activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Flatten(),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(images, digits, epochs=20, batch_size=32, verbose=2)
    return float(model.evaluate(held_out_images, held_out_digits, verbose=0)[1])
