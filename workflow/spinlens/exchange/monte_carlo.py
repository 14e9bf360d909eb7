"""Monte Carlo of classical spins: many temperatures, replicas and sets of constants at once.

H = −Σ_pairs J S_i·S_j − A Σ_i (S_i^z)², with unit vectors times S. A positive anisotropy A is an
easy axis. Each step is a heat bath in the exchange field of a spin and an over-relaxation, both
accepted with the probability that the anisotropy leaves, and a Metropolis step that turns a spin's
z over, because a strong easy axis rejects most others. Spins that are no neighbours of each other
are updated together.
"""

from typing import NamedTuple

import networkx
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from spinlens.structures.magnetic_lattice import Shells

SMALL = 1e-7
PRECISION = np.float32
ENERGY_STEP = 5  # sweeps from one look at the energy to the next: it costs as much as a sweep


class SpinModel(NamedTuple):
    """Spins on a lattice.

    shells : pairs of the sites of a cell.
    spins : (sites,) S of each site.
    signs : (sites,) +1 or −1, the order whose parameter is measured.
    """

    shells: Shells
    spins: NDArray
    signs: NDArray


class Measured(NamedTuple):
    """Averages over a simulation.

    second, fourth : (draws, replicas, temperatures) <m²> and <m⁴> of the order parameter a site,
        its z component with an easy axis, its length without; 1 at perfect order.
    energy : (draws, replicas, temperatures) energy per site, meV.
    """

    second: NDArray
    fourth: NDArray
    energy: NDArray


class _Lattice(NamedTuple):
    """A periodic lattice: S_i S_j of neighbours by shell, of all sites and of those of a colour."""

    couplings: list[csr_array]  # (sites, sites) of each shell
    of_colour: list[list[csr_array]]  # their rows of each colour
    spins: NDArray
    signs: NDArray
    colours: list[NDArray]


def simulate(
    model: SpinModel,
    size: tuple[int, int, int],
    constants: NDArray,
    anisotropy: NDArray,
    temperatures: NDArray,
    sweeps: int,
    replicas: int = 8,
    seed: int = 0,
    ising: bool = False,
) -> Measured:
    """Simulate a lattice of so many cells along a, b, c, periodic.

    Parameters
    ----------
    model : spins of a cell.
    size : cells along a, b, c; at least twice the reach of the farthest shell.
    constants : (draws, shells) J of each shell, meV, for each set of constants.
    anisotropy : (draws,) A of a site, meV.
    temperatures : (temperatures,) or (draws, temperatures) k_B T, meV.
    sweeps : steps per spin; a quarter of them, before measuring, reach equilibrium.
    replicas : independent simulations of each temperature.
    seed : of the random numbers.
    ising : spins along z alone.
    """
    rng = np.random.default_rng(seed)
    lattice = _lattice(model, size)
    draws = len(constants)
    batch = (draws, replicas, temperatures.shape[-1])
    t = np.broadcast_to(np.atleast_2d(temperatures)[:, None], batch).reshape(-1)
    j = np.broadcast_to(constants[:, None, None, :], (*batch, constants.shape[1]))
    a = np.broadcast_to(np.asarray(anisotropy, float)[:, None, None], batch).reshape(-1)
    state = _State(lattice, j.reshape(-1, constants.shape[1]), a, t, ising, rng)
    easy_axis = ising or bool((np.asarray(anisotropy) > 0).all())
    moments, energies = [], []
    for sweep in range(sweeps):
        state.sweep()
        if 4 * sweep < sweeps:
            continue
        moments.append(state.order_parameter(easy_axis))
        if len(moments) % ENERGY_STEP == 1:
            energies.append(state.energy())
    m = np.array(moments, float)
    averages = (np.mean(m**2, axis=0), np.mean(m**4, axis=0), np.mean(energies, axis=0))
    return Measured(*(each.reshape(batch) for each in averages))


class _State:
    """Spins (sites, components, batch) and how they move.

    The batch comes last, so that all work is along it.
    """

    def __init__(
        self,
        lattice: _Lattice,
        constants: NDArray,
        anisotropy: NDArray,
        temperatures: NDArray,
        ising: bool,
        rng: np.random.Generator,
    ) -> None:
        self.lattice, self.rng, self.ising = lattice, rng, ising
        self.constants = constants.T.astype(PRECISION)  # (shells, batch)
        self.temperature = temperatures.astype(PRECISION)
        self.anisotropy = np.outer(lattice.spins**2, anisotropy).astype(PRECISION)
        shape = (len(lattice.spins), 1 if ising else 3, len(anisotropy))
        self.spins = np.zeros(shape, PRECISION)
        self.spins[:, -1] = lattice.signs[:, None]

    def sweep(self) -> None:
        """Update every spin once."""
        for sites, couplings in zip(self.lattice.colours, self.lattice.of_colour, strict=True):
            field = self._field(couplings)
            if self.ising:
                up = self._random(sites) < _up(field[:, 0] / self.temperature)
                self.spins[sites, 0] = np.where(up, PRECISION(1), PRECISION(-1))
                continue
            own = self.spins[sites]
            own = self._accepted(sites, own, _heat_bath(field, self.temperature, self.rng))
            scale = 2 * _dot(own, field) / (_dot(field, field) + SMALL)
            own = self._accepted(sites, own, scale[:, None] * field - own)
            gain = -2 * own[:, 2] * field[:, 2]
            turned = self._random(sites) < np.exp(np.minimum(gain / self.temperature, 0))
            own[:, 2] = np.where(turned, -own[:, 2], own[:, 2])
            self.spins[sites] = own

    def order_parameter(self, easy_axis: bool) -> NDArray:
        """Order parameter (batch,) per site."""
        weights = self.lattice.signs * self.lattice.spins / self.lattice.spins.sum()
        vector = np.einsum("ncb,n->cb", self.spins, weights)
        return vector[-1] if easy_axis else np.linalg.norm(vector, axis=0)

    def energy(self) -> NDArray:
        """Energy (batch,) per site, meV."""
        exchange = _dot(self.spins, self._field(self.lattice.couplings)) / 2
        own = 0.0 if self.ising else self.anisotropy * self.spins[:, -1] ** 2
        return -(exchange + own).mean(axis=0)

    def _field(self, couplings: list[csr_array]) -> NDArray:
        """Exchange field (sites of the couplings, components, batch), meV."""
        flat = self.spins.reshape(len(self.spins), -1)
        terms = (
            constant * (shell @ flat).reshape(-1, *self.spins.shape[1:])
            for constant, shell in zip(self.constants, couplings, strict=True)
        )
        return sum(terms)

    def _accepted(self, sites: NDArray, own: NDArray, proposed: NDArray) -> NDArray:
        """Take each proposed spin with the probability that its anisotropy leaves."""
        gain = self.anisotropy[sites] * (proposed[:, 2] ** 2 - own[:, 2] ** 2)
        taken = self._random(sites) < np.exp(np.minimum(gain / self.temperature, 0))
        return np.where(taken[:, None], proposed, own)

    def _random(self, sites: NDArray) -> NDArray:
        return self.rng.random((len(sites), self.spins.shape[2]), PRECISION)


def _dot(one: NDArray, other: NDArray) -> NDArray:
    """Scalar products (sites, batch) over the components."""
    return np.einsum("ncb,ncb->nb", one, other)


def _up(field: NDArray) -> NDArray:
    """Probability of an Ising spin to be up in a field, in units of k_B T."""
    return 1 / (1 + np.exp(np.clip(-2 * field, -80, 80)))


def _heat_bath(field: NDArray, temperature: NDArray, rng: np.random.Generator) -> NDArray:
    """Draw unit vectors from the Boltzmann distribution in fields (sites, 3, batch)."""
    size = np.sqrt(_dot(field, field))
    x = np.maximum(size / temperature, SMALL)
    u = rng.random(size.shape, PRECISION)
    tail = np.maximum((1 - u) * np.expm1(-2 * x), SMALL - 1)
    cosine = np.clip(1 + np.log1p(tail) / x, -1, 1)
    axis = field / np.maximum(size, SMALL)[:, None]
    np.moveaxis(axis, 1, 2)[size < SMALL] = (0.0, 0.0, 1.0)
    across = rng.standard_normal(field.shape, PRECISION)
    across -= _dot(across, axis)[:, None] * axis
    sine, length = np.sqrt(1 - cosine**2), np.sqrt(_dot(across, across)) + SMALL
    return cosine[:, None] * axis + (sine / length)[:, None] * across


def _lattice(model: SpinModel, size: tuple[int, int, int]) -> _Lattice:
    """Couplings of a lattice of `size` cells, and its sites by colour; neighbours differ in it."""
    shells, number = model.shells, model.shells.sites
    cells = np.array(list(np.ndindex(*size)))
    total = len(cells) * number
    own = np.arange(len(cells))[:, None] * number + shells.start  # (cells, pairs)
    image = (cells[:, None] + shells.image) % np.array(size)
    other = np.ravel_multi_index(tuple(np.moveaxis(image, -1, 0)), size) * number + shells.end
    product = np.broadcast_to(model.spins[shells.start] * model.spins[shells.end], own.shape)
    couplings = []
    for shell in range(len(shells.distance)):
        pairs = shells.shell == shell
        at = (own[:, pairs].ravel(), other[:, pairs].ravel())
        values = product[:, pairs].ravel().astype(PRECISION)
        couplings.append(csr_array((values, at), shape=(total, total)))
    graph = networkx.Graph()
    graph.add_nodes_from(range(total))
    graph.add_edges_from(zip(own.ravel().tolist(), other.ravel().tolist(), strict=True))
    colours = networkx.greedy_color(graph, "smallest_last")
    by_colour = [
        np.array(sorted(site for site, c in colours.items() if c == k))
        for k in set(colours.values())
    ]
    return _Lattice(
        couplings,
        [[shell[sites] for shell in couplings] for sites in by_colour],
        np.tile(np.asarray(model.spins, float), len(cells)),
        np.tile(np.asarray(model.signs, float), len(cells)),
        by_colour,
    )
