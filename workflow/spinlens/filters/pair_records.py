"""Magnetic orders of a composition, described from the records of its calculations."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
from numpy.typing import NDArray

from spinlens.calculations.record import read_header
from spinlens.crystal.formulas import ATOMIC_NUMBER
from spinlens.density.site_moments import SPHERE_RADIUS
from spinlens.exchange.constants import compare
from spinlens.exchange.runs import MagneticRun
from spinlens.filters.pair_orders import SHELLS, WAVES, PairOrder
from spinlens.filters.projection import edges, sphere_weights
from spinlens.layers.pair import gaussian_shells
from spinlens.layers.pair.correlation import correlations, shells_with_self
from spinlens.structures.magnetic_lattice import crystal, magnetic_sublattice, neighbour_shells

ELEMENT_LABEL = "A1"
PROFILE_STEP = 0.05  # Å


def of_composition(
    formula: str,
    runs: list[MagneticRun],
    records: Mapping[str, str | Path],
    magnetic: set[str],
    settings: Mapping[str, Any],
) -> tuple[list[PairOrder], list[str]]:
    """Describe the orders of a composition whose energies can be compared.

    Parameters
    ----------
    formula, runs, magnetic, settings
        As `exchange.constants.compare` takes them.
    records
        File of each run's record, by the run's name.

    Returns
    -------
    tuple
        The orders, none if a moment changes between them; and what is left out, refused or
        doubtful, a line each.
    """
    compared = compare(formula, runs, magnetic, settings["orders"], dict(settings))
    orders = {name: order for order, name in compared.names.items()}
    if not compared.energies or not compared.same_moments:
        return [], compared.remarks
    described = [
        _described(run, orders[run.name], formula, compared.energies[orders[run.name]],
                   records[run.name], magnetic)
        for run in runs if run.name in orders
    ]  # fmt: skip
    return described, compared.remarks


def _described(
    run: MagneticRun,
    order: str,
    formula: str,
    energy: float,
    record: str | Path,
    magnetic: set[str],
) -> PairOrder:
    with netCDF4.Dataset(record) as source:
        field = np.array(source["magnetization"][:], dtype=float)
    sites = run.magnetic(magnetic)
    spins = run.moments[sites] / 2
    label = read_header(record).values.get(ELEMENT_LABEL)
    lattice = magnetic_sublattice(crystal(run.lattice, run.elements, run.positions), sites)
    pairs = neighbour_shells(lattice, SHELLS)
    signs, products = (
        np.bincount(pairs.shell, s[pairs.start] * s[pairs.end], SHELLS) / 2 / len(sites)
        for s in (np.sign(spins), spins)
    )
    own = pairs.start == pairs.end
    return PairOrder(
        run.name, formula, order,
        str(label) if label else run.elements[sites[0]],
        list(run.elements),
        energy,
        -correlations(field, run.lattice) / 8 / len(sites),
        _of_points(lattice, spins) / len(sites),
        _form_factor(field, run, sites),
        signs, products,
        pairs.distance,
        np.array([own[pairs.shell == shell].all() for shell in range(SHELLS)]),
        _features(run, sites, pairs.distance),
    )  # fmt: skip


def _of_points(lattice: Any, spins: NDArray) -> NDArray:
    """-1/2 Σ_ij S_i S_j g_n(R_ij) over all pairs and images, (1 + count,)."""
    centres, widths = shells_with_self()
    start, end, _, apart = lattice.get_neighbor_list(float((centres + 6 * widths).max()))
    values = gaussian_shells.functions(apart, centres, widths)
    itself = gaussian_shells.functions(np.zeros(1), centres, widths)[0]
    return -(spins[start] * spins[end]) @ values / 2 - (spins @ spins) * itself / 2


def _form_factor(field: NDArray, run: MagneticRun, sites: NDArray) -> NDArray:
    """∫ m j_0(k r) d³r over the spheres of the sites, each by its sign, divided by 2 S."""
    bins = edges(SPHERE_RADIUS, PROFILE_STEP)
    radii = (bins[1:] + bins[:-1]) / 2
    total, voxel = np.zeros(len(radii)), abs(np.linalg.det(run.lattice)) / field.size
    for site in sites:
        weights = sphere_weights(field.shape, run.lattice, run.positions[site], bins)
        total += np.sign(run.moments[site]) * (weights @ field.ravel())
    return (
        np.sinc(np.outer(WAVES, radii) / np.pi) @ total * voxel / np.abs(run.moments[sites]).sum()
    )


def _features(run: MagneticRun, sites: NDArray, distances: NDArray) -> NDArray:
    """FEATURES: mean S, weakest over strongest, mean atomic numbers, nearest distance."""
    sizes = np.abs(run.moments[sites]) / 2
    numbers = np.array([ATOMIC_NUMBER[element] for element in run.elements], float)
    others = np.delete(numbers, sites)
    return np.array([
        sizes.mean(), sizes.min() / sizes.max(), numbers[sites].mean(),
        others.mean() if len(others) else 0.0, distances[0],
    ])  # fmt: skip
