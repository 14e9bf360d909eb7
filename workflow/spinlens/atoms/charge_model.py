"""Charge densities from structure: the networks of spin densities, even in the directions.

What a network learns is the difference of n(r) from superposed spherical atoms. An atom's density
is that of its element, fitted to the densities of all samples at once, with a whole number of
electrons as its integral. The difference has no electrons: what the network gives of them is taken
off the coefficients of degree 0, alike in all atoms, in the errors that it is trained by as in the
prediction. So the electrons of a cell are counted exactly.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from ase import Atoms
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from sklearn.neighbors import KNeighborsRegressor

from spinlens.atoms import density_samples, moments, points
from spinlens.atoms.density_model import BASIS, DensityModel
from spinlens.atoms.density_samples import RIDGE, DensitySample, Prepared
from spinlens.atoms.training_loop import Report
from spinlens.crystal.composition import outer_electrons
from spinlens.density import grids, site_moments
from spinlens.layers.equivariant import atomic_density

SHELLS = np.array([0, 2, 6, 8, 10])  # electrons of the core that a potential may count as valence
UNCOUNTED = 0.1  # electrons of a cell that whole numbers of electrons may miss

Array = NDArray[Any]


def prepare(prepared: Sequence[Prepared], report: Report = print) -> list[Prepared]:
    """Compute what a training on charge densities needs; nothing if a sample has none.

    Parameters
    ----------
    prepared
        Samples, prepared for their spin densities.
    report
        Called with a line that names a sample without a charge density.
    """
    if without := [each.sample.name for each in prepared if each.sample.charge is None]:
        report(f"the charge density is not learned: {without[0]} has none")
        return []
    return [_of_charge(each) for each in prepared]


def _of_charge(each: Prepared) -> Prepared:
    sample = each.sample._replace(quantity="charge")
    lattice, positions, field = sample.lattice, sample.positions, sample.density
    projections = atomic_density.projections(BASIS, field, positions, lattice)
    charges = site_moments.in_spheres(field, lattice, positions)
    return each._replace(
        sample=sample,
        coefficients=density_samples.fitted(each.overlaps, projections),
        projections=projections.ravel(),
        square=float(grids.integral(np.square(field, dtype=float), lattice)),
        moments=np.array([grids.integral(field, lattice), *charges]),
    )


def valence_electrons(prepared: Sequence[Prepared]) -> dict[str, float]:
    """Count the electrons of each element that calculations treat as valence.

    They are those of the group of the periodic table, and whole shells of the core, so that they
    add up to the electrons of all cells; of several solutions, the one nearest to the electrons
    within spheres. If there is none, as of charged cells, the nearest numbers that add up.

    Parameters
    ----------
    prepared
        Samples as `prepare` returns them: the count belongs to the pseudopotentials, and is known
        before a density is.
    """
    symbols = points.elements_of([each.sample.structure for each in prepared])
    candidates = np.array([outer_electrons(each) for each in symbols])[:, None] + SHELLS
    belongs = [_one_hot(each, symbols) for each in prepared]
    rows = np.array([own.sum(0) for own in belongs])
    totals = np.array([each.moments[0] for each in prepared])
    within = np.concatenate([each.site_moments for each in prepared]) @ np.concatenate(belongs)
    cost = np.abs(candidates - (within / rows.sum(0))[:, None]).ravel()
    chosen = np.kron(np.eye(len(symbols)), np.ones(len(SHELLS)))  # candidates of each element
    counted = chosen * candidates.ravel()
    single = LinearConstraint(chosen, 1, 1)
    complete = LinearConstraint(rows @ counted, totals - UNCOUNTED, totals + UNCOUNTED)
    solution = milp(
        cost, integrality=np.ones(cost.size), bounds=Bounds(0, 1), constraints=(single, complete)
    )
    if solution.success:
        found = counted @ np.rint(solution.x)
    else:
        found = candidates[:, 0] + np.linalg.lstsq(rows, totals - rows @ candidates[:, 0])[0]
    return dict(zip(symbols, found.tolist(), strict=True))


class SuperposedCharges:
    """Spherical atoms with whole numbers of electrons, one for each element.

    Parameters
    ----------
    electrons
        Valence electrons by element, also of elements that are not fitted to.
    """

    def __init__(self, electrons: Mapping[str, float]) -> None:
        self.electrons = dict(electrons)

    def fit(self, prepared: Sequence[Prepared]) -> Self:
        """Fit the atoms of all elements at once, by least squares with exact integrals.

        Other elements have the mean of the two nearest, per electron: by tabulated properties, and
        by the electrons of the core that count as valence.

        Parameters
        ----------
        prepared
            Samples as `prepare` returns them.
        """
        symbols = points.elements_of([each.sample.structure for each in prepared])
        everything = sorted(self.electrons)
        counts = np.array([self.electrons[symbol] for symbol in symbols])
        fitted = _fitted(prepared, symbols, counts)
        core = [self.electrons[symbol] - outer_electrons(symbol) for symbol in everything]
        rows = np.column_stack([moments.element_table(everything), core])
        table = dict(zip(everything, rows, strict=True))
        nearest = KNeighborsRegressor(min(2, len(symbols)), weights="distance")
        nearest.fit([table[symbol] for symbol in symbols], fitted / counts[:, None])
        alike = nearest.predict([table[symbol] for symbol in everything])
        self.shapes = {s: own * self.electrons[s] for s, own in zip(everything, alike, strict=True)}
        return self

    def expected(self, structure: Atoms, directions: Array, name: str | None = None) -> Array:
        """Return no moments, (atoms,): charges are superposed without them."""
        return np.zeros(len(structure))

    def coefficients(
        self, structure: Atoms, directions: Array | None = None, moments: Array | None = None
    ) -> Array:
        """Superpose atoms, (atoms, (L + 1)², radial functions).

        Parameters
        ----------
        structure, directions, moments
            Crystal; directions and moments play no part.
        """
        found = np.zeros((len(structure), *BASIS.shape))
        found[:, 0] = [self.shapes[symbol] for symbol in structure.get_chemical_symbols()]
        return found


class ChargeModel(DensityModel):
    """Networks of the difference of the charge density from superposed atoms.

    Its settings are those of a `DensityModel` and `electrons`, as `valence_electrons` returns them.
    """

    even = True

    def with_electrons(self, field: Array, sample: DensitySample) -> Array:
        """Scale a charge density to the electrons of a cell, which are known before the density is.

        Parameters
        ----------
        field, sample
            Density in e Å⁻³, and the sample of whose cell it is.
        """
        electrons = self.settings["electrons"]
        wanted = sum(electrons[symbol] for symbol in sample.structure.get_chemical_symbols())
        return field * (wanted / grids.integral(field, sample.lattice))

    @property
    def _integrals(self) -> Array:
        """Electrons of the functions of degree 0 that the network gives coefficients of."""
        return np.asarray(self.axes[0].T @ BASIS.integrals[0])

    def _completed(self, coefficients: Array, structure: Atoms) -> NDArray[np.float64]:
        """Take electrons off the network's coefficients, and add superposed atoms."""
        step = self.axes[0] @ self._integrals
        own = coefficients[:, :, 0] @ BASIS.integrals[0]
        excess = own.mean(1) / (step @ BASIS.integrals[0])
        found = coefficients + self.atoms.coefficients(structure)
        found[:, :, 0] -= excess[:, None, None] * step
        return np.asarray(found)

    def _unfitted_atoms(self) -> Any:
        return SuperposedCharges(self.settings["electrons"])

    def _forms(self, prepared: Sequence[Prepared]) -> NDArray[np.float32]:
        """Forms of the difference from superposed atoms, of which electrons are taken off."""
        forms = super()._forms([_difference(each, self.atoms) for each in prepared])
        for form, each in zip(forms, prepared, strict=True):
            row = np.zeros((len(each.sample.structure), *self.axes.shape[::2]), "float32")
            row[:, 0] = self._integrals
            own = slice(row.size)  # the form is that of c - row (row · c) / (row · row)
            step = row.ravel() / np.square(row).sum()
            form[own] -= np.outer(row, step @ form[own])
            form[:, own] -= np.outer(form[:, own] @ step, row)
        return forms

    def _inputs(
        self, structures: Sequence[Atoms], directions: Sequence[Array], names: Sequence[str | None]
    ) -> points.Arrays:
        inputs = super()._inputs(structures, directions, names)
        return inputs | {"superposed": np.zeros_like(inputs["superposed"])}


def _difference(each: Prepared, atoms: SuperposedCharges) -> Prepared:
    """Take the superposed atoms off a sample."""
    own = atoms.coefficients(each.sample.structure)
    flat = own.ravel()
    through = each.overlaps @ flat
    return each._replace(
        coefficients=each.coefficients - own,
        projections=each.projections - through,
        square=each.square - 2 * float(each.projections @ flat) + float(through @ flat),
        moments=each.moments - each.moment_rows @ flat,
    )


def _fitted(
    prepared: Sequence[Prepared], symbols: Sequence[str], electrons: Array
) -> NDArray[np.float64]:
    """Coefficients of degree 0 of elements, (elements, radial functions), with these integrals."""
    width = BASIS.shape[1]
    size = len(symbols) * width
    matrix, vector = RIDGE * np.eye(size), np.zeros(size)
    for each in prepared:
        atoms = len(each.sample.structure)
        shape = (atoms, *BASIS.shape)
        spheres = each.overlaps.reshape(*shape, *shape)[:, 0, :, :, 0].reshape(atoms * width, -1)
        expand = np.kron(_one_hot(each, symbols), np.eye(width))
        matrix += expand.T @ spheres @ expand
        vector += expand.T @ each.projections.reshape(shape)[:, 0].ravel()
    rows = np.kron(np.eye(len(symbols)), BASIS.integrals[0])  # Lagrange multipliers of integrals
    system = np.block([[matrix, rows.T], [rows, np.zeros((len(symbols), len(symbols)))]])
    found = np.linalg.solve(system, np.concatenate([vector, electrons]))
    return np.asarray(found[:size].reshape(-1, width))


def _one_hot(each: Prepared, symbols: Sequence[str]) -> NDArray[np.float64]:
    """(atoms, elements)."""
    own = np.array(each.sample.structure.get_chemical_symbols())
    return (own[:, None] == np.array(symbols)).astype(float)
