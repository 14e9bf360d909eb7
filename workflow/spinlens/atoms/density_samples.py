"""Crystals with their spin densities to learn from, and the quadratic forms of their errors."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from ase import Atoms
from numpy.typing import NDArray

from spinlens.calculations import record
from spinlens.core.errors import SpinlensError
from spinlens.crystal.formulas import reduced
from spinlens.density import grids, site_moments
from spinlens.layers.equivariant import atomic_density
from spinlens.layers.equivariant.atomic_basis import AtomicBasis

RIDGE = 1e-4  # of coefficients that are fitted to one density; functions have norm 1
TOTAL_WEIGHT, SITE_WEIGHT = 0.05, 0.05  # Å⁻³, of squared errors of moments beside those of m

Array = NDArray[Any]


class DensitySample(NamedTuple):
    """A crystal and its densities.

    Parameters
    ----------
    name, composition, group
        Id, reduced formula, and elements of its magnetic sites, such as Cr-Fe.
    structure, directions
        Crystal, and directions asked of the moments of its atoms, (atoms,): 1, -1 or 0.
    magnetization, charge
        Densities in μB Å⁻³ and e Å⁻³, (na, nb, nc); no charge: None.
    quantity
        Which of the two is `density`: what is learned and scored.
    """

    name: str
    composition: str
    group: str
    structure: Atoms
    directions: NDArray[np.float64]
    magnetization: NDArray[np.float32]
    charge: NDArray[np.float32] | None = None
    quantity: str = "magnetization"

    @property
    def density(self) -> NDArray[np.float32]:
        """The magnetization, or the charge."""
        return np.asarray(getattr(self, self.quantity))

    @property
    def lattice(self) -> NDArray[np.float64]:
        """Lattice vectors in rows, Å."""
        return np.asarray(self.structure.cell.array)

    @property
    def positions(self) -> NDArray[np.float64]:
        """Fractional positions (atoms, 3)."""
        return np.asarray(self.structure.get_scaled_positions(wrap=False))


class Prepared(NamedTuple):
    """What a training needs of a sample, whatever fold it is in.

    Parameters
    ----------
    sample
        The sample.
    coefficients
        Fitted to its density alone, (atoms, (L + 1)², radial functions).
    overlaps, projections, square
        Matrix (functions, functions), vector and number whose quadratic form is ∫ (m̂ - m)² in
        μB² Å⁻³.
    moment_rows, moments
        The total moment and the moments of sites as sums over coefficients, (1 + atoms,
        functions), and their values in μB, (1 + atoms,).
    """

    sample: DensitySample
    coefficients: NDArray[np.float64]
    overlaps: NDArray[np.float32]
    projections: NDArray[np.float64]
    square: float
    moment_rows: NDArray[np.float64]
    moments: NDArray[np.float64]

    @property
    def site_moments(self) -> NDArray[np.float64]:
        """Moments of the sites in spheres, μB, (atoms,)."""
        return self.moments[1:]


def read(records: Iterable[Path | str], magnetic: Mapping[str, float]) -> list[DensitySample]:
    """Read samples from the records of calculations, excluded ones left out.

    Parameters
    ----------
    records
        Files of the records.
    magnetic
        Size of the starting moment by element, μB: the elements that it names are magnetic.

    Raises
    ------
    SpinlensError
        If no sample has a magnetic site and a magnetization.
    """
    headers = {file: record.read_header(file) for file in records}
    found = [_read(file, own, magnetic) for file, own in headers.items() if own.volume]
    samples = [each for each in found if each.directions.any() and each.magnetization.any()]
    if not samples:
        raise SpinlensError(
            "no sample has a magnetic site: name the magnetic elements in starting_moments"
        )
    return samples


def prepare(basis: AtomicBasis, sample: DensitySample) -> Prepared:
    """Compute what a training needs of a sample.

    Parameters
    ----------
    basis, sample
        Functions around the atoms, and the sample.
    """
    lattice, positions, field = sample.lattice, sample.positions, sample.density
    overlaps = atomic_density.overlaps(basis, positions, lattice, field.shape)
    projections = atomic_density.projections(basis, field, positions, lattice)
    rows, moments = _moments(basis, sample)
    return Prepared(
        sample,
        fitted(overlaps, projections),
        overlaps,
        projections.ravel(),
        float(grids.integral(np.square(field, dtype=float), lattice)),
        rows,
        moments,
    )


def fitted(overlaps: Array, projections: Array) -> NDArray[np.float64]:
    """Fit coefficients to one density by least squares.

    Parameters
    ----------
    overlaps, projections
        As `atomic_density` computes them.

    Returns
    -------
    ndarray
        Coefficients, of the shape of the projections.
    """
    matrix = overlaps.astype(float)
    matrix[np.diag_indices_from(matrix)] += RIDGE
    return np.asarray(np.linalg.solve(matrix, projections.ravel()).reshape(projections.shape))


def contraction(basis: AtomicBasis, prepared: Sequence[Prepared], count: int) -> Array:
    """Find the radial functions that the fitted coefficients of samples need most.

    Parameters
    ----------
    basis, prepared
        Functions around the atoms, and samples.
    count
        Number of radial functions to keep of each degree.

    Returns
    -------
    ndarray
        Principal axes of the coefficients of each component, ((L + 1)², radial functions, count).
    """
    coefficients = np.concatenate([each.coefficients for each in prepared])
    found = np.zeros((*basis.shape, count))
    for degree in range(basis.max_degree + 1):
        own = coefficients[:, basis.degrees == degree].reshape(-1, basis.shape[1])
        found[basis.degrees == degree] = np.linalg.eigh(own.T @ own)[1][:, ::-1][:, :count]
    return found


def quadratic_forms(prepared: Sequence[Prepared], axes: Array) -> NDArray[np.float32]:
    """Write errors as quadratic forms of the coefficients and 1, padded to the largest crystal.

    The form is the squared error of the density, of the total moment and of the moments of sites,
    over ∫ m².

    Parameters
    ----------
    prepared, axes
        Samples, and radial functions as `contraction` returns them.

    Returns
    -------
    ndarray
        Symmetric matrices (samples, functions + 1, functions + 1).
    """
    most = max(len(each.sample.structure) for each in prepared)
    width = axes.shape[0] * axes.shape[2]
    found = np.zeros((len(prepared), most * width + 1, most * width + 1), "float32")
    for form, each in zip(found, prepared, strict=True):
        atoms = len(each.sample.structure)
        weights = np.array([TOTAL_WEIGHT, *[SITE_WEIGHT] * atoms])
        weighted = (each.moment_rows * weights[:, None]).astype("float32")
        matrix = each.overlaps + weighted.T @ each.moment_rows.astype("float32")
        vector = each.projections + weighted.T @ each.moments
        size = atoms * width
        form[:size, :size] = _contracted(_contracted(matrix, axes, atoms).T, axes, atoms)
        form[-1, :size] = form[:size, -1] = -_contracted(vector[:, None], axes, atoms)[:, 0]
        form[-1, -1] = each.square + weights @ each.moments**2
        form /= max(each.square, 1e-12)
    return found


def _contracted(rows: Array, axes: Array, atoms: int) -> Array:
    """(atoms × (L + 1)² × radial functions, ...) as (atoms × (L + 1)² × count, ...)."""
    split = rows.reshape(atoms, *axes.shape[:2], -1)
    kept = np.matmul(axes.astype(rows.dtype).transpose(0, 2, 1), split)
    return kept.reshape(-1, rows.shape[1])


def _moments(basis: AtomicBasis, sample: DensitySample) -> tuple[Array, Array]:
    """Total moment and moments of sites: rows of sums over coefficients, and values in μB."""
    lattice, positions, field = sample.lattice, sample.positions, sample.density
    spheres = site_moments.spheres(field.shape, lattice, positions)
    atoms = len(spheres)
    within = atomic_density.projections(basis, spheres, positions, lattice).reshape(atoms, -1)
    total = np.broadcast_to(basis.integrals, (atoms, *basis.shape)).reshape(1, -1)
    moments = site_moments.in_spheres(field, lattice, positions)
    return np.concatenate([total, within]), np.array([grids.integral(field, lattice), *moments])


def _read(file: Path | str, header: record.Header, magnetic: Mapping[str, float]) -> DensitySample:
    with xr.open_dataset(file, engine="netcdf4") as opened:
        symbols = [str(symbol) for symbol in opened["site_element"].values]
        positions, lattice = opened["site_position"].values, opened["lattice"].values
        signs = np.where(opened["site_moment"].values < 0, -1.0, 1.0)
        moments = np.array([bool(magnetic.get(symbol)) for symbol in symbols], float)
        return DensitySample(
            name=str(opened.attrs["id"]),
            composition=reduced(symbols),
            group="-".join(sorted({s for s in symbols if magnetic.get(s)})) or "none",
            structure=Atoms(symbols, scaled_positions=positions, cell=lattice, pbc=True),
            directions=moments if header.values.get("order") == "FM" else moments * signs,
            magnetization=opened["magnetization"].values,
            charge=opened["charge"].values if "charge" in opened else None,
        )
