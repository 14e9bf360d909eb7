"""Exchange constants as input of spin-dynamics codes."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from spinlens.core.files import write_text
from spinlens.exchange.runs import MagneticRun
from spinlens.structures.magnetic_lattice import Shells, crystal, neighbour_shells

JOULE_PER_MEV = 1.602176634e-22  # CODATA 2018


class Hamiltonian(NamedTuple):
    """H = −Σ_pairs J S_i·S_j − A Σ_i (S_i^z)² of a cell.

    lattice : (3, 3) lattice vectors, Å.
    positions : (sites, 3) fractional, of the magnetic sites.
    elements : their symbols.
    spins : (sites,) S.
    shells : pairs of the sites.
    constants : (shells,) J, meV.
    anisotropy : A, meV.
    """

    lattice: NDArray
    positions: NDArray
    elements: list[str]
    spins: NDArray
    shells: Shells
    constants: NDArray
    anisotropy: float


def write_vampire(path: Path, hamiltonian: Hamiltonian) -> None:
    """Write the Hamiltonian of a cell as a unit-cell file (.ucf) of VAMPIRE.

    Notes
    -----
    VAMPIRE's energies are of unit vectors, in joules, and the field on a spin is Σ_j J_ij e_j (R.
    F. L. Evans and others, J. Phys.: Condens. Matter 26, 103202 (2014)): J_ij = J S_i S_j, with a
    line for each direction of a pair. Anisotropy belongs to its material file: A S² per atom.
    """
    h, s = hamiltonian, hamiltonian.shells
    materials = list(dict.fromkeys(h.elements))
    lines = [
        "# Unit cell size (Angstrom)",
        " ".join(f"{x:.8f}" for x in np.linalg.norm(h.lattice, axis=1)),
    ]
    lines += ["# Unit cell vectors"]
    lines += [" ".join(f"{x:.10f}" for x in v / np.linalg.norm(v)) for v in h.lattice]
    lines += ["# Atoms: number, materials; id, x, y, z, material, layer, height"]
    lines += [f"{len(h.elements)} {len(materials)}"]
    for i, (position, element) in enumerate(zip(h.positions % 1, h.elements, strict=True)):
        x, y, z = position
        lines.append(f"{i} {x:.10f} {y:.10f} {z:.10f} {materials.index(element)} 0 0")
    lines += ["# Interactions: number, type; id, i, j, dx, dy, dz, J (joule)"]
    lines += [f"{len(s.start)} isotropic"]
    for n, (i, j, image, shell) in enumerate(zip(s.start, s.end, s.image, s.shell, strict=True)):
        energy = h.constants[shell] * h.spins[i] * h.spins[j] * JOULE_PER_MEV
        dx, dy, dz = image
        lines.append(f"{n} {i} {j} {dx} {dy} {dz} {energy:.8e}")
    write_text(path, "\n".join(lines) + "\n")


def write_spirit(path: Path, hamiltonian: Hamiltonian) -> None:
    """Write the Hamiltonian of a cell as an input file of Spirit.

    Notes
    -----
    Spirit's energies are of unit vectors, in meV, with each pair once: J_ij = J S_i S_j; the
    easy-axis anisotropy of an atom is K = A S².
    """
    h, s = hamiltonian, hamiltonian.shells
    lines = ["hamiltonian heisenberg_pairs", "bravais_vectors"]
    lines += [" ".join(f"{x:.10f}" for x in vector) for vector in h.lattice]
    lines += ["basis", str(len(h.elements))]
    lines += [" ".join(f"{x:.10f}" for x in position % 1) for position in h.positions]
    lines += ["mu_s " + " ".join(f"{2 * spin:.6f}" for spin in h.spins)]
    lines += [f"n_anisotropy {len(h.spins)}", "i Kx Ky Kz K"]
    lines += [f"{i} 0 0 1 {h.anisotropy * spin**2:.8f}" for i, spin in enumerate(h.spins)]
    once = _each_pair_once(s)
    lines += [f"n_interaction_pairs {len(once)}", "i j da db dc Jij"]
    for n in once:
        i, j, (da, db, dc) = s.start[n], s.end[n], s.image[n]
        energy = h.constants[s.shell[n]] * h.spins[i] * h.spins[j]
        lines.append(f"{i} {j} {da} {db} {dc} {energy:.8f}")
    write_text(path, "\n".join(lines) + "\n")


def hamiltonian(
    run: MagneticRun,
    magnetic: set[str],
    spins: dict[str, float],
    constants: NDArray,
    anisotropy: float = 0.0,
) -> Hamiltonian:
    """Model the magnetic sites of a run's cell.

    Parameters
    ----------
    run : the run, whose cell holds the sites.
    magnetic : elements that hold a moment.
    spins : S by element.
    constants : (shells,) J1, J2 ... in meV.
    anisotropy : A in meV; positive for an easy axis.

    Returns
    -------
    Pairs, spins and constants of the cell.
    """
    sites = run.magnetic(magnetic)
    elements = [run.elements[site] for site in sites]
    cell = crystal(run.lattice, elements, run.positions[sites])
    shells = neighbour_shells(cell, len(constants))
    own = np.array([spins[element] for element in elements])
    return Hamiltonian(
        run.lattice, run.positions[sites], elements, own, shells, constants, anisotropy
    )


def _each_pair_once(shells: Shells) -> list[int]:
    """List the indices of the pairs, one direction of each."""
    seen, kept = set(), []
    for n, (i, j, image) in enumerate(zip(shells.start, shells.end, shells.image, strict=True)):
        here, there = (int(i), int(j), *map(int, image)), (int(j), int(i), *(-image).tolist())
        if there not in seen:
            seen.add(here)
            kept.append(n)
    return kept
