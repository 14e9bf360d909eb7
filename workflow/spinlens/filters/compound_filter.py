"""An exchange filter whose weights depend on the compound, through a small network of invariants.

Chemistry changes J: w_n = w_n(plain) + Σ_k U_nk h_k(z), with the plain filter's weights, and hidden
units h of a compound's invariants z (see `pair_orders.FEATURES`). The network begins as the plain
filter, and its departure from it is penalised.
"""

from collections.abc import Callable

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from spinlens.filters.exchange_filter import ExchangeFilter, design, fit
from spinlens.filters.pair_orders import PairOrder, stacked, within_compounds

UNITS = 6
EPOCHS = 600
RATE = 0.01
PENALTY = 1e-2


class CompoundFilter:
    """Weights of a pair correlation by compound.

    Parameters
    ----------
    orders
        Magnetic orders of several compounds, to fit to.
    seed
        Of the network's first weights.
    """

    def __init__(self, orders: list[PairOrder], seed: int = 0) -> None:
        self.plain = fit(orders)
        x, y = design(orders)
        features = _by_compound(orders)
        self._mean, spread = features.mean(axis=0), features.std(axis=0)
        self._spread = np.where(spread > 0, spread, 1.0)
        self._scale = np.sqrt((x**2).mean(axis=0))
        self._unit = max(float(np.abs(y).max()), 1e-9)
        self._network, model = self._built(features.shape[1], seed)
        inputs = [self._scaled(features), x / self._scale]
        model.compile(keras.optimizers.Adam(RATE), "mse")
        model.fit(inputs, y / self._unit, len(y), EPOCHS, verbose=0, shuffle=False)

    def weights(self, orders: list[PairOrder]) -> NDArray:
        """Weights for the compound of each order.

        Parameters
        ----------
        orders
            Of any compounds.

        Returns
        -------
        ndarray
            (orders, 1 + count), meV.
        """
        made = self._network(self._scaled(_by_compound(orders)))
        return np.asarray(ops.convert_to_numpy(made), float) * self._unit / self._scale

    def energies(self, orders: list[PairOrder]) -> NDArray:
        """Energies (orders,) in meV per magnetic site, but for a constant of each compound.

        Parameters
        ----------
        orders
            Of any compounds.
        """
        return (stacked(orders, "correlations") * self.weights(orders)).sum(axis=1)

    def of_compound(self, orders: list[PairOrder]) -> ExchangeFilter:
        """Exchange filter of one compound.

        Parameters
        ----------
        orders
            Of the compound.

        Returns
        -------
        ExchangeFilter
            With its own weights.
        """
        return self.plain._replace(weights=self.weights(orders)[0])

    def _scaled(self, features: NDArray) -> NDArray[np.float32]:
        return ((features - self._mean) / self._spread).astype("float32")

    def _built(self, features: int, seed: int) -> tuple[Callable, keras.Model]:
        """Network from features to weights, and the model of energies that is trained."""
        keras.utils.set_random_seed(seed)
        count = len(self.plain.weights)
        first = keras.initializers.Constant(
            list(map(float, self.plain.weights * self._scale / self._unit))
        )
        invariants, differences = keras.Input((features,)), keras.Input((count,))
        hidden = keras.layers.Dense(UNITS, activation="tanh", kernel_regularizer=_penalty())(
            invariants
        )
        change = keras.layers.Dense(
            count, use_bias=False, kernel_initializer="zeros", kernel_regularizer=_penalty()
        )(hidden)
        made = _Shift(first)(change)
        energies = keras.layers.Dot(1)([made, differences])
        return keras.Model(invariants, made), keras.Model([invariants, differences], energies)


class _Shift(keras.layers.Layer):
    """Add the plain filter's weights, which stay as they are."""

    def __init__(self, first: keras.initializers.Initializer) -> None:
        super().__init__()
        self.first = first

    def build(self, shape: tuple[int | None, ...]) -> None:
        self.plain = self.add_weight(shape=shape[1:], initializer=self.first, trainable=False)

    def call(self, change: object) -> object:
        return change + self.plain


def _penalty() -> keras.regularizers.Regularizer:
    return keras.regularizers.L2(PENALTY)


def _by_compound(orders: list[PairOrder]) -> NDArray:
    """Features (orders, features), the mean over each compound's orders."""
    features, compounds = stacked(orders, "features"), stacked(orders, "compound")
    return features - within_compounds(features, compounds)
