"""What networks of every family begin and end with."""

import keras

FIRST_CONVOLUTION = "first_convolution"


def scaled(inputs, scale):
    """The inputs divided by a scale, where it is not 1; exports read it by the layer's name."""
    return inputs if scale == 1.0 else keras.layers.Rescaling(1 / scale, name="scale")(inputs)


def output(classes):
    """Units and options of the last dense layer: probabilities of so many classes, or a number
    where `classes` is None."""
    if classes is None:
        return 1, {"name": "value", "dtype": "float32"}
    return classes, {"activation": "softmax", "name": "classes", "dtype": "float32"}
