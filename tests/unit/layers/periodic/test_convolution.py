"""PeriodicConv3D and PeriodicDense against Keras's own layers on explicit tiles.

Gradients go through a linear loss: a ReLU that flips at zero would look like an error. All
errors are shares of the largest value.
"""

import os
import subprocess
import sys

import keras
import numpy as np
import pytest
from keras import ops

from spinlens.layers.fourier import transforms
from spinlens.layers.periodic.convolution import PeriodicConv3D
from spinlens.layers.periodic.heads import PeriodicDense

TOLERANCE = 1e-5
BACKEND = keras.backend.backend()
EVEN, ODD = (6, 4, 8), (5, 7, 6)
SLAB = ("periodic", "periodic", "valid")

CASES = {
    "valid": (EVEN, dict(kernel_size=3, padding="valid")),
    "supercell": (EVEN, dict(kernel_size=3, padding="valid", supercell=(2, 2, 1))),
    "supercell of an odd cell": (ODD, dict(kernel_size=4, padding="valid", supercell=(2, 1, 3))),
    "longer than the cell": (EVEN, dict(kernel_size=(9, 7, 5), padding="valid", supercell=2)),
    "twice the cell": (ODD, dict(kernel_size=(11, 3, 3), padding="valid", supercell=(3, 1, 1))),
    "fills the supercell": (ODD, dict(kernel_size=(10, 14, 12), padding="valid", supercell=2)),
    "stride": (EVEN, dict(kernel_size=4, padding="valid", supercell=(2, 2, 1), strides=2)),
    "odd stride": (ODD, dict(kernel_size=3, padding="valid", supercell=2, strides=(2, 3, 4))),
    "dilation": (EVEN, dict(kernel_size=3, padding="valid", supercell=2, dilation_rate=(3, 2, 1))),
    "pool": (EVEN, dict(kernel_size=5, padding="valid", supercell=(2, 2, 1), pool_size=2)),
    "odd pool": (ODD, dict(kernel_size=3, padding="valid", supercell=2, pool_size=(2, 3, 2))),
    "stride and pool": (
        (12, 6, 8),
        dict(kernel_size=4, padding="valid", supercell=2, strides=(2, 1, 3), pool_size=(3, 2, 1)),
    ),
    "periodic": (EVEN, dict(kernel_size=3)),
    "periodic, even kernel": (ODD, dict(kernel_size=4)),
    "periodic, longer than the cell": (ODD, dict(kernel_size=(9, 7, 14))),
    "periodic supercell": (ODD, dict(kernel_size=3, supercell=(2, 1, 1), strides=(3, 2, 1))),
    "periodic, dilated and pooled": (EVEN, dict(kernel_size=2, dilation_rate=3, pool_size=2)),
    "slab": (EVEN, dict(kernel_size=5, padding=SLAB)),
    "slab, strided and pooled": (
        ODD,
        dict(kernel_size=(5, 3, 2), padding=SLAB, supercell=2, strides=(1, 2, 1), pool_size=2),
    ),
    "thin": ((2, 1, 5), dict(kernel_size=(3, 2, 4))),
    "projected": ((6, 5, 1), dict(kernel_size=(3, 4, 1), padding="valid", supercell=(2, 2, 1))),
}  # fmt: skip


def normal(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def error(actual, expected):
    actual, expected = (ops.convert_to_numpy(array) for array in (actual, expected))
    assert actual.shape == expected.shape
    return np.abs(actual - expected).max() / np.abs(expected).max()


def with_gradients(function, *arrays):
    """[value, *gradients of its product with random numbers by each array]."""
    arrays = [ops.convert_to_tensor(array) for array in arrays]

    def upstream(value):
        return ops.convert_to_tensor(normal(*value.shape, seed=9))

    if BACKEND == "tensorflow":
        import tensorflow as tf

        with tf.GradientTape() as tape:
            tape.watch(arrays)
            value = function(*arrays)
        return [value, *tape.gradient(value, arrays, upstream(value))]
    import jax

    def both(*arrays):
        value, pull_back = jax.vjp(function, *arrays)
        return [value, *pull_back(upstream(value))]

    return jax.jit(both)(*arrays)


def applied(layers):
    """A function of an input and all the layers' weights."""

    def function(field, *weights):
        weights = list(weights)
        for layer in layers:
            own = [weights.pop(0) for _ in layer.trainable_variables]
            field, _ = layer.stateless_call(own, [], field)
        return field

    return function


def repeated(field, layer):
    """The supercell of a cell, beyond it just what a periodic kernel sees of its neighbours."""
    for axis in range(3):
        voxels = field.shape[axis + 1]
        reach = layer.dilation_rate[axis] * (layer.kernel_size[axis] - 1)
        before = reach // 2 if layer.padding[axis] == "periodic" else 0
        after = reach - before if layer.padding[axis] == "periodic" else 0
        index = np.arange(-before, voxels * layer.supercell[axis] + after) % voxels
        field = ops.take(field, index, axis + 1)
    return field


def on_tiles(layer):
    """Keras's Conv3D and MaxPooling3D on explicit tiles, as a function of field and weights."""
    convolution = keras.layers.Conv3D(
        layer.filters,
        layer.kernel_size,
        layer.strides,
        dilation_rate=layer.dilation_rate,
        activation=layer.activation,
        kernel_initializer="zeros",
    )
    pool = keras.layers.MaxPooling3D(layer.pool_size)

    def function(field, *weights):
        tiles = repeated(field, layer)
        if not convolution.built:
            convolution.build(tiles.shape)
        return pool(convolution.stateless_call(weights, [], tiles)[0])

    return function


def built(layer, cell, channels=2):
    layer.kernel_initializer = keras.initializers.Zeros()  # compiles nothing
    layer.build((None, *cell, channels))
    return layer


def weights(*layers):
    shapes = [variable.shape for layer in layers for variable in layer.trainable_variables]
    return [normal(*shape, seed=seed) for seed, shape in enumerate(shapes, start=1)]


@pytest.mark.parametrize("method", ["fft", "direct"])
@pytest.mark.parametrize("name", CASES)
def test_equals_keras_on_explicit_tiles(name, method):
    cell, options = CASES[name]
    layer = built(PeriodicConv3D(3, method=method, **options), cell)
    arrays = normal(2, *cell, 2), *weights(layer)
    actual = with_gradients(applied([layer]), *arrays)
    expected = with_gradients(on_tiles(layer), *arrays)
    assert actual[0].shape[1:] == layer.compute_output_shape((2, *cell, 2))[1:]
    for mine, keras_own in zip(actual, expected, strict=True):
        assert error(mine, keras_own) < TOLERANCE


@pytest.mark.parametrize("name", ["supercell of an odd cell", "odd stride", "pool", "thin"])
def test_one_sample_alone_equals_keras_on_explicit_tiles(name):
    cell, options = CASES[name]
    layer = built(PeriodicConv3D(3, method="fft", **options), cell)
    arrays = normal(1, *cell, 2), *weights(layer)
    expected = with_gradients(on_tiles(layer), *arrays)
    for mine, keras_own in zip(with_gradients(applied([layer]), *arrays), expected, strict=True):
        assert error(mine, keras_own) < TOLERANCE


@pytest.mark.parametrize("method", ["fft", "direct"])
def test_equals_plain_loops(method):
    cell, size, strides = (3, 4, 5), (4, 2, 3), (1, 2, 1)
    layer = PeriodicConv3D(2, size, strides, SLAB, method=method)
    field, (kernel, bias) = normal(1, *cell, 2), weights(built(layer, cell))
    layer.set_weights([kernel, bias])
    expected = np.zeros((1, 3, 2, 3, 2))
    for i, j, k in np.ndindex(3, 2, 3):
        for a, b, c in np.ndindex(*size):
            voxel = field[0, (i + a - 1) % 3, (2 * j + b) % 4, k + c]
            expected[0, i, j, k] += voxel @ kernel[a, b, c]
    assert error(layer(field), expected + bias) < TOLERANCE


@pytest.mark.parametrize("method", ["fft", "direct"])
@pytest.mark.parametrize("cell", [EVEN, (5, 7, 8), (7, 6, 9)])
def test_the_2018_network_with_the_gradients_of_all_its_weights(cell, method):
    options = dict(supercell=(2, 2, 1), padding="valid", activation="relu", pool_size=2)
    convolution = built(PeriodicConv3D(3, 4, folded=True, method=method, **options), cell)
    dense = PeriodicDense(2, convolution.output_extent(cell), activation="softmax")
    dense.build(convolution.compute_output_shape((None, *cell, 2)))
    # Small weights: a saturated softmax has gradients of rounding errors.
    arrays = normal(4, *cell, 2), *(0.1 * array for array in weights(convolution, dense))

    tiled, own_dense = on_tiles(convolution), keras.layers.Dense(2, activation="softmax")
    own_dense.build((None, dense.kernel.shape[0]))

    def network_2018(field, kernel, bias, *dense_weights):
        flat = keras.layers.Flatten()(tiled(field, kernel, bias))
        return own_dense.stateless_call(dense_weights, [], flat)[0]

    actual = with_gradients(applied([convolution, dense]), *arrays)
    expected = with_gradients(network_2018, *arrays)
    for mine, keras_own in zip(actual, expected, strict=True):
        assert error(mine, keras_own) < TOLERANCE


@pytest.mark.parametrize("name", ["supercell", "odd pool", "odd stride", "periodic supercell"])
def test_a_folded_output_is_one_period_of_the_whole(name):
    cell, options = CASES[name]
    layer = built(PeriodicConv3D(2, method="fft", **options), cell)
    folded = built(PeriodicConv3D(2, method="fft", folded=True, **options), cell)
    for each in (layer, folded):
        each.set_weights(weights(layer))
    field = normal(1, *cell, 2)
    whole, period = (ops.convert_to_numpy(each(field)) for each in (layer, folded))
    assert whole.shape[1:4] == layer.output_extent(cell) == folded.output_extent(cell)
    assert period.shape == folded.compute_output_shape(field.shape)
    indices = [np.arange(n) % m for n, m in zip(whole.shape, period.shape, strict=True)]
    assert np.array_equal(whole, period[np.ix_(*indices)])


@pytest.mark.parametrize("pool", [1, 2])
def test_an_activation_that_falls_comes_before_the_pool(pool):
    options = dict(supercell=2, padding="valid", activation="gelu", pool_size=pool)
    layer = built(PeriodicConv3D(2, 3, method="fft", **options), EVEN)
    arrays = normal(1, *EVEN, 2), *weights(layer)
    assert error(applied([layer])(*arrays), on_tiles(layer)(*arrays)) < TOLERANCE


def roll_error(convolution, field, shift=(1, -2, 3)):
    def rolled(array):
        return np.roll(ops.convert_to_numpy(array), shift, axis=(1, 2, 3))

    return error(convolution(rolled(field)), rolled(convolution(field)))


@pytest.mark.parametrize("method", ["fft", "direct"])
def test_a_rolled_cell_gives_the_rolled_output(method):
    assert roll_error(PeriodicConv3D(3, 5, method=method), normal(2, *ODD, 2)) < TOLERANCE


def test_zero_padding_fails_the_roll():
    zero_padded = keras.layers.Conv3D(3, 5, padding="same")
    assert roll_error(zero_padded, normal(2, *ODD, 2)) > 0.1


def test_one_pass_over_the_batch_equals_sample_by_sample(monkeypatch):
    cell, options = CASES["pool"]
    layer = built(PeriodicConv3D(3, method="fft", **options), cell)
    arrays = normal(3, *cell, 2), *weights(layer)
    by_sample = with_gradients(applied([layer]), *arrays)
    monkeypatch.setattr(transforms, "has_accelerator", lambda: True)
    at_once = with_gradients(applied([layer]), *arrays)
    for one, other in zip(by_sample, at_once, strict=True):
        assert error(one, other) < TOLERANCE


def test_repeated_runs_are_identical():
    cell, options = CASES["pool"]
    layer = built(PeriodicConv3D(3, method="fft", **options), cell)
    arrays = normal(3, *cell, 2), *weights(layer)
    runs = [with_gradients(applied([layer]), *arrays) for _ in range(2)]
    assert all(np.array_equal(*pair) for pair in zip(*runs, strict=True))


@pytest.mark.skipif(BACKEND != "tensorflow", reason="counts operations of a TensorFlow graph")
@pytest.mark.parametrize(("wanted", "loops"), [(["kernel"], 2), (["kernel", "field"], 3)])
def test_the_gradient_of_the_field_is_made_only_where_wanted(wanted, loops):
    import tensorflow as tf

    layer = built(PeriodicConv3D(3, 3, method="fft"), EVEN)

    @tf.function
    def gradients(field):
        with tf.GradientTape() as tape:
            tape.watch(field)
            total = ops.sum(layer(field))
        sources = {"kernel": layer.kernel.value, "field": field}
        return tape.gradient(total, [sources[name] for name in wanted])

    graph = gradients.get_concrete_function(tf.TensorSpec((None, *EVEN, 2))).graph
    outputs = [output.op.name for output in graph.outputs]
    used = tf.compat.v1.graph_util.extract_sub_graph(graph.as_graph_def(), outputs)
    assert sum(node.op.endswith("While") for node in used.node) == loops


@pytest.mark.parametrize("method", ["fft", "direct"])
def test_mixed_precision(method):
    options = dict(supercell=2, padding="valid", method=method)
    exact = built(PeriodicConv3D(3, 3, **options), EVEN)
    half = built(PeriodicConv3D(3, 3, dtype="mixed_bfloat16", **options), EVEN)
    for layer in (exact, half):
        layer.set_weights(weights(layer))
    field = normal(1, *EVEN, 2)
    output = half(field)
    assert keras.backend.standardize_dtype(output.dtype) == "bfloat16"
    assert half.kernel.dtype == "float32"
    assert error(ops.cast(output, "float32"), exact(field)) < 0.03


def network(cell):
    convolution = PeriodicConv3D(
        3, 5, supercell=(2, 2, 1), padding="valid", activation="relu", pool_size=2, folded=True,
        method="fft", kernel_regularizer="l2",
    )  # fmt: skip
    extent = convolution.output_extent(cell)
    layers = [convolution, PeriodicDense(2, extent, activation="softmax")]
    return keras.Sequential([keras.Input((*cell, 2)), *layers])


RELOAD = """
import sys
import keras
import numpy as np
from spinlens.layers.periodic import convolution, heads

folder = sys.argv[1]
model = keras.saving.load_model(f"{folder}/model.keras")
np.save(f"{folder}/reloaded.npy", model.predict(np.load(f"{folder}/field.npy"), verbose=0))
"""


@pytest.mark.slow
def test_a_saved_model_reloads_in_a_fresh_process(tmp_path):
    model, field = network(EVEN), normal(3, *EVEN, 2)
    model.save(tmp_path / "model.keras")
    np.save(tmp_path / "field.npy", field)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", RELOAD, str(tmp_path)], check=True, env=environment)
    expected = model.predict(field, verbose=0)
    assert error(np.load(tmp_path / "reloaded.npy"), expected) < TOLERANCE


@pytest.mark.parametrize(
    "compiled",
    [False, pytest.param(True, id="jit_compile", marks=pytest.mark.slow)],
)
def test_training_in_uneven_batches_takes_the_steps_of_the_tiled_network(compiled):
    field, classes = normal(5, *EVEN, 2), np.array([0, 1, 1, 0, 1])
    tiled = keras.Sequential([
        keras.Input((12, 8, 8, 2)),
        keras.layers.Conv3D(3, 5, activation="relu", kernel_regularizer="l2"),
        keras.layers.MaxPooling3D(2),
        keras.layers.Flatten(),
        keras.layers.Dense(2, activation="softmax"),
    ])  # fmt: skip
    model = network(EVEN)
    tiled.set_weights(model.get_weights())
    histories = []
    for each, inputs in ((model, field), (tiled, np.tile(field, (1, 2, 2, 1, 1)))):
        optimizer = keras.optimizers.SGD(0.05, momentum=0.1)
        jit = compiled and each is model
        each.compile(optimizer, "sparse_categorical_crossentropy", jit_compile=jit)
        fit = each.fit(inputs, classes, batch_size=2, epochs=3, shuffle=False, verbose=0)
        histories.append(fit.history["loss"])
    assert histories[0] == pytest.approx(histories[1], rel=1e-4)
    assert histories[0][-1] != pytest.approx(histories[0][0], rel=1e-3)
    for mine, keras_own in zip(model.get_weights(), tiled.get_weights(), strict=True):
        assert error(mine, keras_own) < 1e-3


def test_weights_are_those_of_keras():
    layer = built(PeriodicConv3D(4, (3, 5, 2)), ODD)
    convolution = keras.layers.Conv3D(4, (3, 5, 2))
    convolution.build((None, *ODD, 2))
    convolution.set_weights(layer.get_weights())
    assert isinstance(PeriodicConv3D(4, 3).kernel_initializer, keras.initializers.GlorotUniform)
    clone = PeriodicConv3D.from_config(layer.get_config())
    assert clone.get_config() == layer.get_config()


@pytest.mark.parametrize(
    ("kernel", "stride", "expected"),
    [(3, 1, "direct"), (20, 1, "fft"), (40, 1, "fft"), (40, 20, "direct")],
)
def test_the_cheaper_route_on_the_studied_cell(kernel, stride, expected):
    layer = PeriodicConv3D(3, kernel, stride, "valid", supercell=(2, 2, 1), folded=True)
    assert built(layer, (60, 60, 120)).route == expected
    assert built(PeriodicConv3D(3, 5, method="fft"), EVEN).route == "fft"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (dict(kernel_size=9, padding="valid"), "kernel of 9 .* the 6 along a"),
        (dict(kernel_size=3, padding="valid", dilation_rate=(1, 2, 1)), "of 5 .* the 4 along b"),
        (dict(kernel_size=6, padding=("valid", "periodic", "periodic"), pool_size=2), "pool of 2"),
        (dict(kernel_size=0), "kernel_size"),
        (dict(kernel_size=3, strides=(1, 2)), "strides"),
        (dict(kernel_size=3, padding="same"), "padding"),
        (dict(kernel_size=3, padding=("valid", "valid")), "padding"),
        (dict(kernel_size=3, method="fast"), "method"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        PeriodicConv3D(2, **options).output_extent(EVEN)


def test_a_field_longer_than_its_extent_is_refused():
    with pytest.raises(ValueError, match="input of 6 .* the 5 along a"):
        PeriodicDense(2, 5).build((None, *EVEN, 2))
