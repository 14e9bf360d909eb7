"""One self-consistent calculation by GPAW, in a Python of its own that has gpaw, ase and numpy.

    python3 gpaw_scf.py --version             versions, as JSON on standard output
    python3 gpaw_scf.py input.json folder restart.gpw minutes
                                              writes gpaw.txt, density.npy and scf.json there

The density and the positions go to restart.gpw every so many minutes, and at SIGTERM, which ends
the run; where that file exists, the run goes on from it. Ends with NOT_CONVERGED, and the reason as
the last line on standard error, where GPAW finds no solution. spinlens.structures.gpaw starts it
and says what input.json holds.
"""

import errno
import json
import os
import signal
import sys
import time
from pathlib import Path

NOT_CONVERGED = 3
FULL = (errno.ENOSPC, errno.EDQUOT)
REFINEMENT = 4  # of the grid on which the PAW corrections to the density are set down


def versions():
    import ase
    import gpaw

    return {"gpaw": gpaw.__version__, "ase": ase.__version__}


def crystal(given):
    from ase import Atoms

    atoms = Atoms(
        given["elements"], cell=given["lattice"], scaled_positions=given["positions"], pbc=True
    )
    if given["moments"] is not None:
        atoms.set_initial_magnetic_moments(given["moments"])
    return atoms


def calculator(given, text):
    from gpaw import GPAW, FermiDirac, Mixer, MixerDif, MixerSum

    mixers = {"sum": MixerSum, "difference": MixerDif} if given["moments"] else {}
    attempt = given["attempt"]
    mixer = mixers.get(attempt["mixer"], Mixer)
    return GPAW(
        mode="lcao",
        basis="dzp",
        xc="PBE",
        h=given["grid_spacing_angstrom"],
        kpts={"size": given["kpoints"], "gamma": True},
        spinpol=given["moments"] is not None,
        occupations=FermiDirac(attempt["smearing_eV"]),
        mixer=mixer(attempt["beta"], attempt["history"], attempt["weight"]),
        maxiter=attempt["steps"],
        convergence={"energy": given["convergence_eV_per_electron"]},
        symmetry={"tolerance": given["symmetry_tolerance"]},
        setups=given["setups"],
        txt=str(text),
    )


class Restarts:
    """Writes the file from which an interrupted run goes on, at the ends of SCF steps."""

    def __init__(self, path, minutes):
        self.path, self.seconds = Path(path), 60 * float(minutes)
        self.written, self.told_to_end = time.monotonic(), False
        signal.signal(signal.SIGTERM, self.end)

    def end(self, *_):
        self.told_to_end = True

    def found(self, text):
        """Atoms with the calculator of an interrupted run; None of a run that begins."""
        from gpaw import GPAW

        if not self.path.is_file():
            return None
        try:
            gpaw = GPAW(str(self.path), txt=str(text))
        except Exception as fault:  # written by another version, or damaged
            print(f"{self.path}: {fault!r}: the run begins anew", file=sys.stderr)
            return None
        return gpaw.get_atoms()

    def watch(self, gpaw):
        gpaw.attach(self.write_if_due, 1, gpaw)

    def write_if_due(self, gpaw):
        if self.told_to_end or time.monotonic() - self.written >= self.seconds:
            temporary = self.path.with_name(f"{self.path.stem}.{os.getpid()}.gpw")
            gpaw.write(str(temporary))
            temporary.replace(self.path)
            self.written = time.monotonic()
        if self.told_to_end:
            print("SIGTERM: the next attempt goes on from here", file=sys.stderr, flush=True)
            os._exit(128 + signal.SIGTERM)


def relaxed(atoms, largest_force, most_steps):
    """Move the atoms, the cell as it is, until no force exceeds `largest_force` in eV/Å."""
    from ase.optimize import BFGS

    if not BFGS(atoms, logfile=None).run(fmax=largest_force, steps=most_steps):
        raise RuntimeError(f"forces above {largest_force} eV/Å after {most_steps} relaxation steps")


def valence_density(gpaw, atoms):
    """Valence density (spins, na, nb, nc) in e Å⁻³, PAW corrections in it; spins is 1 of a run
    without spin."""
    from ase.units import Bohr

    density, _ = gpaw.density.get_all_electron_density(
        atoms=atoms, gridrefinement=REFINEMENT, skip_core=True
    )
    return density / Bohr**3


def start_from(gpaw, atoms, muB_per_cubic_angstrom, smoothing_angstrom, e_per_cubic_angstrom=None):
    """Start from a spin density, and a charge density, on a grid in place of superposed atoms'.

    The change goes to the smooth part of the density; the matrices within the augmentation spheres,
    and with them the compensation charges, stay those of the atoms with their starting moments. A
    change of the charge has no electrons, so that the cell stays neutral, and the multipoles that
    the atoms are seen with from outside are those of the density that is given.
    """
    import numpy
    from ase.units import Bohr

    gpaw.initialize(atoms)
    gpaw.set_positions(atoms)
    density = gpaw.density
    shape = density.nt_sG.shape[1:]
    miller = numpy.meshgrid(*(numpy.fft.fftfreq(n, 1 / n) for n in shape), indexing="ij")
    square = (numpy.tensordot(miller, 2 * numpy.pi * atoms.cell.reciprocal(), (0, 0)) ** 2).sum(-1)
    up, down = valence_density(gpaw, atoms)

    def change(wanted, superposed):
        smooth = spectrum(superposed, shape) * numpy.exp(-square * smoothing_angstrom**2 / 2)
        return spectrum(numpy.array(wanted), shape) - smooth

    spin, charge = change(muB_per_cubic_angstrom, up - down), numpy.zeros(shape)
    if e_per_cubic_angstrom is not None:
        charge = change(e_per_cubic_angstrom, up + down)
        charge[0, 0, 0] = 0
    for own, sign in zip(density.nt_sG, (1, -1), strict=True):
        own += numpy.fft.ifftn(charge + sign * spin, norm="forward").real * Bohr**3 / 2
    density.mixer.reset()
    density.calculate_normalized_charges_and_mix()
    gpaw.hamiltonian.update(density)


def spectrum(field, shape):
    """Fourier coefficients of a field (na, nb, nc) as far as another grid holds them."""
    import numpy

    found = numpy.zeros(shape, complex)
    kept = [min(pair) - 1 >> 1 for pair in zip(field.shape, shape, strict=True)]
    places = numpy.ix_(*(numpy.arange(-most, most + 1) for most in kept))
    found[places] = numpy.fft.fftn(field, norm="forward")[places]
    return found


def spin_orbit_energies(gpaw):
    """Band energies in eV with spin–orbit coupling and the moments along x, y and z: by the force
    theorem, their differences are those of the magnetocrystalline anisotropy. None of a GPAW that
    does not compute them: the run is good without."""
    try:
        from gpaw.spinorbit import soc_eigenstates

        return {
            axis: float(soc_eigenstates(gpaw, theta=theta, phi=phi).calculate_band_energy())
            for axis, theta, phi in (("x", 90, 0), ("y", 90, 90), ("z", 0, 0))
        }
    except Exception as fault:
        print(f"no spin–orbit step: {fault!r}", file=sys.stderr)
        return None


def found(gpaw, atoms, energy, seconds, restarted):
    spin = gpaw.get_spin_polarized()
    return {
        "energy_eV": float(energy),
        "total_moment_muB": float(gpaw.get_magnetic_moment()) if spin else 0.0,
        "local_moments_muB": [float(m) for m in gpaw.get_magnetic_moments()] if spin else None,
        "valence_electrons": float(sum(setup.Nv for setup in gpaw.setups)),
        "steps": int(gpaw.scf.niter),
        "scf_seconds": round(seconds, 1),
        "restarted": restarted,
        "spin_orbit_energies_eV": spin_orbit_energies(gpaw) if spin else None,
        "irreducible_kpoints": len(gpaw.wfs.kd.ibzk_kc),
        "positions": atoms.get_scaled_positions().tolist(),
        **versions(),
    }


def run(given, folder, restart, minutes):
    import numpy

    restarts, began = Restarts(restart, minutes), time.time()
    atoms = restarts.found(folder / "gpaw.txt")
    restarted = atoms is not None
    if not restarted:
        atoms = crystal(given)
        atoms.calc = calculator(given, folder / "gpaw.txt")
        if "magnetization" in given:
            start_from(atoms.calc, atoms, **given["magnetization"])
    restarts.watch(atoms.calc)
    try:
        if given["relax"]:
            relaxed(atoms, **given["relax"])
        energy = atoms.get_potential_energy()
    except Exception as fault:
        if getattr(fault, "errno", None) in FULL:
            raise
        said = " ".join(str(fault).split())
        print(f"{type(fault).__name__}: {said}".rstrip(": "), file=sys.stderr)
        sys.exit(NOT_CONVERGED)
    result = found(atoms.calc, atoms, energy, time.time() - began, restarted)
    numpy.save(folder / "density.npy", valence_density(atoms.calc, atoms))
    (folder / "scf.json").write_text(json.dumps(result), encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:] == ["--version"]:
        print(json.dumps(versions()))
    else:
        run(
            json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")),
            Path(sys.argv[2]),
            *sys.argv[3:],
        )
