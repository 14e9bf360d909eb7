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

from spinlens.structures.magnetic_lattice import Shells

SMALL = 1e-7
PRECISION = np.float32


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
    """Neighbours of every site of a periodic lattice, by shell and by colour."""

    neighbours: list[NDArray]  # (sites, coordination) of each shell
    weights: list[NDArray]  # (sites, coordination) S_i S_j, 0 of padding
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
    temperatures : (temperatures,) k_B T, meV.
    sweeps : steps per spin; a quarter of them, before measuring, reach equilibrium.
    replicas : independent simulations of each temperature.
    seed : of the random numbers.
    ising : spins along z alone.
    """
    rng = np.random.default_rng(seed)
    lattice = _lattice(model, size)
    draws = len(constants)
    batch = (draws, replicas, len(temperatures))
    j = np.broadcast_to(constants[:, None, None, :], (*batch, constants.shape[1]))
    a = np.broadcast_to(np.asarray(anisotropy, float)[:, None, None], batch).reshape(-1)
    state = _State(
        lattice, j.reshape(-1, constants.shape[1]), a, np.tile(temperatures, draws * replicas),
        ising, rng,
    )  # fmt: skip
    easy_axis = ising or bool((np.asarray(anisotropy) > 0).all())
    sums = np.zeros((3, len(a)))
    measured = 0
    for sweep in range(sweeps):
        state.sweep()
        if 4 * sweep < sweeps:
            continue
        m = state.order_parameter(easy_axis)
        sums[0] += m**2
        sums[1] += m**4
        sums[2] += state.energy()
        measured += 1
    return Measured(*(total.reshape(batch) / measured for total in sums))


class _State:
    """Spins (sites, batch, components) and how they move."""

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
        self.constants = constants.astype(PRECISION)
        self.temperature = temperatures.astype(PRECISION)
        self.anisotropy = np.outer(lattice.spins**2, anisotropy).astype(PRECISION)
        shape = (len(lattice.spins), len(anisotropy), 1 if ising else 3)
        self.spins = np.zeros(shape, PRECISION)
        self.spins[:, :, -1] = lattice.signs[:, None]

    def sweep(self) -> None:
        """Update every spin once."""
        for sites in self.lattice.colours:
            field = self._field(sites)
            if self.ising:
                chance = _up(field[..., 0] / self.temperature)
                up = self.rng.random(chance.shape, PRECISION) < chance
                self.spins[sites, :, 0] = np.where(up, 1.0, -1.0)
            else:
                self._accept(sites, _heat_bath(field, self.temperature, self.rng))
                own = self.spins[sites]
                along = (own * field).sum(-1, keepdims=True)
                squared = (field**2).sum(-1, keepdims=True) + SMALL
                self._accept(sites, 2 * along / squared * field - own)
                self._turn_over(sites, field)

    def order_parameter(self, easy_axis: bool) -> NDArray:
        """Order parameter (batch,) per site."""
        weights = self.lattice.signs * self.lattice.spins / self.lattice.spins.sum()
        vector = np.einsum("nbc,n->bc", self.spins, weights)
        return vector[:, -1] if easy_axis else np.linalg.norm(vector, axis=1)

    def energy(self) -> NDArray:
        """Energy (batch,) per site, meV."""
        everywhere = np.arange(len(self.lattice.spins))
        exchange = (self.spins * self._field(everywhere)).sum(-1) / 2
        own = 0.0 if self.ising else self.anisotropy * self.spins[..., -1] ** 2
        return -(exchange + own).mean(axis=0)

    def _field(self, sites: NDArray) -> NDArray:
        """Exchange field (sites, batch, components), meV."""
        total = np.zeros((len(sites), *self.spins.shape[1:]), PRECISION)
        for shell, (near, weight) in enumerate(
            zip(self.lattice.neighbours, self.lattice.weights, strict=True)
        ):
            sums = np.zeros_like(total)
            for slot in range(near.shape[1]):
                sums += weight[sites, slot, None, None] * self.spins[near[sites, slot]]
            total += self.constants[:, shell, None] * sums
        return total

    def _turn_over(self, sites: NDArray, field: NDArray) -> None:
        z = self.spins[sites, :, 2]
        chance = np.exp(np.minimum(-2 * z * field[..., 2] / self.temperature, 0))
        turned = self.rng.random(chance.shape, PRECISION) < chance
        self.spins[sites, :, 2] = np.where(turned, -z, z)

    def _accept(self, sites: NDArray, proposed: NDArray) -> None:
        gain = self.anisotropy[sites] * (proposed[..., 2] ** 2 - self.spins[sites, :, 2] ** 2)
        chance = np.exp(np.minimum(gain / self.temperature, 0))
        taken = self.rng.random(chance.shape, PRECISION) < chance
        self.spins[sites] = np.where(taken[..., None], proposed, self.spins[sites])


def _up(field: NDArray) -> NDArray:
    """Probability of an Ising spin to be up in a field, in units of k_B T."""
    return 1 / (1 + np.exp(np.clip(-2 * field, -80, 80)))


def _heat_bath(field: NDArray, temperature: NDArray, rng: np.random.Generator) -> NDArray:
    """Draw unit vectors from the Boltzmann distribution in fields (sites, batch, 3)."""
    size = np.sqrt((field**2).sum(-1))
    x = np.maximum(size / temperature, SMALL)
    u = rng.random(size.shape, PRECISION)
    tail = np.maximum((1 - u) * np.expm1(-2 * x), SMALL - 1)
    cosine = np.clip(1 + np.log1p(tail) / x, -1, 1)
    axis = field / np.maximum(size, SMALL)[..., None]
    axis[size < SMALL] = (0.0, 0.0, 1.0)
    across = rng.standard_normal(field.shape, PRECISION)
    across -= (across * axis).sum(-1, keepdims=True) * axis
    across /= np.sqrt((across**2).sum(-1, keepdims=True)) + SMALL
    return cosine[..., None] * axis + np.sqrt(1 - cosine**2)[..., None] * across


def _lattice(model: SpinModel, size: tuple[int, int, int]) -> _Lattice:
    """Neighbours of every site of a lattice of `size` cells."""
    shells, number = model.shells, model.shells.sites
    cells = np.array(list(np.ndindex(*size)))
    extent = np.array(size)
    count = len(shells.distance)
    width = [
        max(np.bincount(shells.start[shells.shell == s], minlength=number)) for s in range(count)
    ]
    near = [np.zeros((len(cells), number, w), int) for w in width]
    weight = [np.zeros((len(cells), number, w), PRECISION) for w in width]
    graph = networkx.Graph()
    graph.add_nodes_from(range(len(cells) * number))
    filled = np.zeros((count, number), int)
    for start, end, image, shell in zip(
        shells.start, shells.end, shells.image, shells.shell, strict=True
    ):
        other = np.ravel_multi_index(((cells + image) % extent).T, size) * number + end
        slot = filled[shell, start]
        near[shell][:, start, slot] = other
        weight[shell][:, start, slot] = model.spins[start] * model.spins[end]
        filled[shell, start] += 1
        own = np.arange(len(cells)) * number + start
        graph.add_edges_from(zip(own.tolist(), other.tolist(), strict=True))
    colours = networkx.greedy_color(graph, "smallest_last")
    by_colour = [[site for site, c in colours.items() if c == k] for k in set(colours.values())]
    return _Lattice(
        [each.reshape(-1, each.shape[-1]) for each in near],
        [each.reshape(-1, each.shape[-1]) for each in weight],
        np.tile(np.asarray(model.spins, float), len(cells)),
        np.tile(np.asarray(model.signs, float), len(cells)),
        [np.array(sorted(sites)) for sites in by_colour],
    )
