"""Check that the environment trains; tell the devices and the accuracy on the terminal.

A small network learns the digits that ship with scikit-learn.
"""

from spinlens.core import log

terminal = log.to_file(snakemake.log[0], snakemake.input)

from spinlens.core import devices

used = devices.prepare(snakemake.threads, snakemake.params.gpus)

import keras
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

HEALTHY_ACCURACY = 0.9  # on held-out digits

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
accuracy = float(model.evaluate(held_out_images, held_out_digits, verbose=0)[1])

print(f"devices seen: {', '.join(used)}", file=terminal)
print(
    f"accuracy on held-out digits: {accuracy:.3f} ({HEALTHY_ACCURACY} or more is healthy)",
    file=terminal,
)
if not accuracy >= HEALTHY_ACCURACY:
    print("check failed: this environment does not train as it should", file=terminal)
    raise SystemExit(1)
