"""Densities predicted for structures, in a magnetic order that is asked for."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from ase import Atoms
from numpy.typing import NDArray

from spinlens.atoms import density_files
from spinlens.atoms.density_model import BASIS, DensityModel
from spinlens.core.errors import SpinlensError
from spinlens.core.files import write_text
from spinlens.crystal.composition import outer_electrons
from spinlens.density import grids, site_moments
from spinlens.layers.equivariant import atomic_density
from spinlens.structures import composition_orders, folders, parent, vasp

SPACING = 0.19  # Å, largest distance of voxels
TITLE = "predicted spin and charge density, not computed"
TITLE_OF_SPIN = "predicted spin density, not computed; charge density: Gaussian atoms"
ATOM_WIDTH = 2  # of `atomic_basis.WIDTHS`, of the Gaussian atoms
COLUMNS = (
    "structure", "order", "folder", "total_moment_muB", "absolute_moment_muB", "error_estimate",
    "spread", "electrons", "charge_error_estimate", "outside", "magmom",
)  # fmt: skip

Array = NDArray[Any]


class Predicted(NamedTuple):
    """Predicted densities.

    Parameters
    ----------
    name, order
        Name of the structure, and magnetic order.
    structure, cell
        The cell of the order, as pymatgen and as ASE have it.
    magnetization
        Density in μB Å⁻³, (na, nb, nc).
    charge
        Density in e Å⁻³, (na, nb, nc); None if the model knows none.
    row
        Row of COLUMNS.
    """

    name: str
    order: str
    structure: Any
    cell: Atoms
    magnetization: NDArray[np.float64]
    charge: NDArray[np.float64] | None
    row: dict[str, Any]


def predict(
    model: DensityModel,
    scores: Mapping[str, Any],
    source: Path | str,
    name: str,
    settings: Mapping[str, Any],
) -> Predicted:
    """Predict the densities of a structure.

    Parameters
    ----------
    model, scores
        The model, and its scores as `density_scores.cross_validate` returns them.
    source, name
        POSCAR or .cif, and what it is called.
    settings
        Config keys order, order_cells, starting_moments, cell_height and density_grid.

    Raises
    ------
    SpinlensError
        If the file is no crystal, an element is not among those that the model was trained on,
        or the order does not exist in it.
    """
    arranged = _arranged(source, settings)
    cell = Atoms(
        [site.specie.symbol for site in arranged.structure],
        scaled_positions=arranged.structure.frac_coords,
        cell=arranged.structure.lattice.matrix,
        pbc=True,
    )
    directions = np.sign(arranged.moments)
    if unknown := sorted(set(cell.get_chemical_symbols()) - set(model.elements)):
        raise SpinlensError(
            f"structures: {source}: no sample of density_model holds {', '.join(unknown)}"
        )
    lattice, positions = cell.cell.array, arranged.structure.frac_coords
    shape = settings["density_grid"] or grid_of(lattice)
    fields, charge = _fields(model, cell, directions, shape), None
    mean, order = fields.mean(axis=0), settings["order"]
    size = np.abs(mean).mean()
    moments = site_moments.in_spheres(mean, lattice, positions)
    outside = model.outside(cell, directions)
    error = "error_grouped" if outside else "error_random"
    row = {
        "structure": name,
        "order": order,
        "folder": f"{name}_{order}",
        "total_moment_muB": round(float(grids.integral(mean, lattice)), 4),
        "absolute_moment_muB": round(float(grids.integral(np.abs(mean), lattice)), 4),
        "error_estimate": scores[error],
        "spread": round(float(np.abs(fields - mean).mean() / size), 4) if size else 0.0,
        "electrons": None,
        "charge_error_estimate": None,
        "outside": "; ".join(outside),
        "magmom": " ".join(f"{moment:.3f}" for moment in moments),
    }
    if model.charge is not None:
        charge = _fields(model.charge, cell, directions, shape).mean(axis=0)
        row["electrons"] = round(float(grids.integral(charge, lattice)), 4)
        row["charge_error_estimate"] = scores["charge"][error]
    return Predicted(name, order, arranged.structure, cell, mean, charge, row)


def grid_of(lattice: Array) -> list[int]:
    """Choose an even grid with voxels of at most 0.19 Å.

    Parameters
    ----------
    lattice
        Lattice vectors in rows, Å.
    """
    return [2 * int(np.ceil(np.linalg.norm(vector) / SPACING / 2)) for vector in lattice]


def gaussian_charge(cell: Atoms, shape: Sequence[int]) -> NDArray[np.float64]:
    """Superpose Gaussians of the valence electrons, in e Å⁻³: a stand-in, not a prediction.

    Parameters
    ----------
    cell, shape
        Crystal, and grid (na, nb, nc).
    """
    gaussian = np.linalg.inv(BASIS.mixing[0])[ATOM_WIDTH]
    gaussian /= gaussian @ BASIS.integrals[0]
    found = np.zeros((len(cell), *BASIS.shape))
    for own, symbol in zip(found, cell.get_chemical_symbols(), strict=True):
        own[0] = gaussian * outer_electrons(symbol)
    positions = cell.get_scaled_positions(wrap=False)
    return atomic_density.assemble(BASIS, found, positions, cell.cell.array, shape)


def write(predicted: Predicted, folder: Path | str) -> None:
    """Write CHGCAR, spin_density.nc and MAGMOM of a prediction.

    Parameters
    ----------
    predicted, folder
        The prediction, and the folder that its own is made in.
    """
    own, field = Path(folder, predicted.row["folder"]), predicted.magnetization
    charge, title = predicted.charge, TITLE
    if charge is None:
        charge, title = gaussian_charge(predicted.cell, field.shape), TITLE_OF_SPIN
    spins = np.stack([charge + field, charge - field]) / 2
    vasp.write_chgcar(own / "CHGCAR", predicted.structure, spins, title)
    about = {"id": predicted.row["folder"], "source": "predicted from structure"} | {
        name: predicted.row[name] for name in ("order", "error_estimate", "spread", "outside")
    }
    file = own / "spin_density.nc"
    density_files.write(file, predicted.cell, field, about, predicted.charge)
    write_text(own / "MAGMOM", f"MAGMOM = {predicted.row['magmom']}\n")


def _fields(
    model: DensityModel, cell: Atoms, directions: Array, shape: Sequence[int]
) -> NDArray[np.float64]:
    """Densities of the members on a grid, (members, na, nb, nc)."""
    positions, lattice = cell.get_scaled_positions(wrap=False), cell.cell.array
    members = model.predict([cell], [directions])[0]
    made = [atomic_density.assemble(BASIS, own, positions, lattice, shape) for own in members]
    return np.array(made)


def _arranged(source: Path | str, settings: Mapping[str, Any]) -> Any:
    """Cell of the order asked for, with moments whose signs are the directions."""
    try:
        structure = folders.by_element(parent.read(source))
    except SpinlensError as fault:
        raise SpinlensError(f"structures: {str(fault).removeprefix('parent ')}") from None
    moments = settings["starting_moments"] or {}
    symbols = {site.specie.symbol for site in structure}
    if not any(moments.get(symbol) for symbol in symbols):
        raise SpinlensError(f"structures: {source}: no element is magnetic by starting_moments")
    slab = settings["cell_height"] is not None
    known = composition_orders.known_orders(structure, moments, settings["order_cells"], slab)
    arranged = composition_orders.arrangement(structure, settings["order"], moments, known)
    if arranged is None:
        names: Iterable[str] = (order.name for order in known)
        raise SpinlensError(
            f"structures: {source}: has no {settings['order']} order; it has {', '.join(names)}"
        )
    return arranged
