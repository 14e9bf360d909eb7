"""Runs of one composition in several magnetic orders: read from records, compared, refused."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from spinlens.calculations.magnetic_order import SMALLEST_MOMENT_MUB
from spinlens.calculations.record import Header, read_header
from spinlens.crystal.formulas import reduced

SAME_ENERGY_MEV = 1e-6  # per site
LARGEST_LIGAND_MOMENT_MUB = 1.0  # a larger one is that of a magnetic site
ARRAYS = ("lattice", "site_position", "site_moment")  # of a record
SHARED = {
    "valence_electrons": "valence electrons per atom",
    "kpoints": "k-points per reciprocal cell",
    "smearing_eV": "smearing",
    "ladder_step": "step of the retry ladder",
    "relaxed": "relaxation",
    "code": "code",
}


class MagneticRun(NamedTuple):
    """A calculation in one magnetic order.

    name : id of the calculation.
    order : the order asked for, "" if unknown.
    lattice : (3, 3) lattice vectors, Å.
    positions : (sites, 3) fractional.
    elements : symbols of the sites.
    moments : (sites,) local moments, μB.
    energy : eV per cell, None if unknown.
    settings : what energies must share to be compared, by the keys of SHARED: valence_electrons
        of the cell; kpoints, three numbers; the rest as they are. What is unknown is left out.
    converged : whether the run did.
    anisotropy : energy with the moments in the plane less that along z, meV per magnetic site;
        None if unknown.
    """

    name: str
    order: str
    lattice: NDArray
    positions: NDArray
    elements: list[str]
    moments: NDArray
    energy: float | None
    settings: dict[str, Any]
    converged: bool = True
    anisotropy: float | None = None

    def magnetic(self, elements: set[str]) -> NDArray:
        """Find the indices (n,) of the magnetic sites.

        Parameters
        ----------
        elements : symbols of the magnetic elements.
        """
        return np.flatnonzero([element in elements for element in self.elements])

    def energy_per_site(self, elements: set[str]) -> float:
        """Compute the energy in meV per magnetic site; NaN if it is unknown.

        Parameters
        ----------
        elements : as `magnetic` takes them.
        """
        energy = np.nan if self.energy is None else self.energy
        return 1000 * energy / len(self.magnetic(elements))


def refused_runs(
    runs: list[MagneticRun], magnetic: set[str], order_found: dict[str, str]
) -> dict[str, str]:
    """Find runs that say nothing of exchange.

    Parameters
    ----------
    runs : of one composition.
    magnetic : elements that are expected to hold a moment.
    order_found : the order that the moments of each run show, by name.

    Returns
    -------
    {name: why it is left out}, a line each.
    """
    reasons = {}
    common = Counter(reduced(run.elements) for run in runs).most_common(1)[0][0]
    for run in runs:
        sites = run.magnetic(magnetic)
        sizes = np.abs(run.moments[sites])
        pairs = zip(np.abs(run.moments), run.elements, strict=True)
        largest, ligand = max((pair for pair in pairs if pair[1] not in magnetic), default=(0, ""))
        if reduced(run.elements) != common:
            reasons[run.name] = f"{run.name} is of another composition, {reduced(run.elements)}"
        elif run.energy is None:
            reasons[run.name] = f"{run.name} has no energy"
        elif not run.converged:
            reasons[run.name] = f"{run.name} did not converge"
        elif len(sites) and sizes.min() < SMALLEST_MOMENT_MUB:
            element = run.elements[sites[sizes.argmin()]]
            reasons[run.name] = f"{element} is not magnetic in {run.name} ({sizes.min():.2f} μB)"
        elif largest > LARGEST_LIGAND_MOMENT_MUB:
            fault = f"{ligand} has {largest:.2f} μB in {run.name}"
            reasons[run.name] = f"{fault}: name it in starting_moments"
        elif run.order and order_found[run.name] != run.order:
            other = order_found[run.name].replace("other", "another order")
            reasons[run.name] = f"{run.name} converged to {other}"
    return reasons


def disagreements(
    runs: list[MagneticRun], magnetic: set[str], moment_tolerance: float
) -> list[str]:
    """Find what forbids comparing the energies of runs of one composition.

    Parameters
    ----------
    runs : those that are not refused by themselves.
    magnetic : elements that hold a moment.
    moment_tolerance : largest change of a moment between orders, as a fraction.

    Returns
    -------
    A line for each disagreement.
    """
    lines = [*_repeated(runs), *_unlike_settings(runs), *_copies(runs, magnetic)]
    return [*lines, *_changed_moments(runs, magnetic, moment_tolerance)]


def _repeated(runs: list[MagneticRun]) -> Iterator[str]:
    for order, number in Counter(run.order for run in runs).items():
        if number > 1:
            names = ", ".join(run.name for run in runs if run.order == order)
            yield f"{order} is there {number} times: {names}"


def _unlike_settings(runs: list[MagneticRun]) -> Iterator[str]:
    for key, label in SHARED.items():
        values = {run.name: _comparable(run, key) for run in runs if key in run.settings}
        if len(set(values.values())) > 1:
            told = ", ".join(f"{name} {value}" for name, value in values.items())
            yield f"unlike {label}: {told}"


def _comparable(run: MagneticRun, key: str) -> Any:
    """Make a setting independent of the size of the cell."""
    value = run.settings[key]
    if key == "valence_electrons":
        return round(float(value) / len(run.elements), 4)
    if key == "kpoints":
        return int(np.prod(value)) * len(run.elements)
    return value


def _copies(runs: list[MagneticRun], magnetic: set[str]) -> Iterator[str]:
    per_site = {run.name: run.energy_per_site(magnetic) for run in runs}
    names = sorted(per_site, key=lambda name: per_site[name])
    for one, other in zip(names, names[1:], strict=False):
        if abs(per_site[one] - per_site[other]) < SAME_ENERGY_MEV:
            yield f"{one} and {other} have the same energy to the last digit"


def _changed_moments(runs: list[MagneticRun], magnetic: set[str], allowed: float) -> Iterator[str]:
    """Of each element, every site's moment is beside its nearest one in the first run."""
    for element in sorted(magnetic):
        first = np.abs(runs[0].moments[runs[0].magnetic({element})])
        for run in runs[1:]:
            own = np.abs(run.moments[run.magnetic({element})])
            if not len(own) or not len(first):
                continue
            changes = np.abs(own[:, None] / first[None, :] - 1).min(axis=1)
            if changes.max() > allowed:
                yield (
                    f"the moment of {element} changes by {100 * changes.max():.0f} % from "
                    f"{runs[0].name} to {run.name}"
                )


def compositions(files: list[str], fewest: int = 2) -> dict[str, list[MagneticRun]]:
    """Group calculations by composition: those with an order and local moments.

    Parameters
    ----------
    files : records of calculations; excluded, noncollinear and spinless ones are passed over.
    fewest : compositions of fewer runs are left out.

    Returns
    -------
    {formula: its runs}, by the label `formula` or, without one, by the elements.
    """
    found = defaultdict(list)
    for file in files:
        header = read_header(file, ARRAYS)
        if _counts(header) and (run := _run(header)):
            formula = str(header.values.get("formula", reduced(header.elements)))
            found[formula].append(run)
    return {
        formula: sorted(runs, key=lambda run: (len(run.elements), run.name))
        for formula, runs in sorted(found.items())
        if len(runs) >= fewest
    }


def _counts(header: Header) -> bool:
    """Whether a calculation may say something of exchange."""
    labels = header.values
    if "excluded" in header.attributes or not header.elements:
        return False
    spinless = "NM" in (labels.get("order"), labels.get("order_final"))
    return not spinless and labels.get("spin_kind") != "noncollinear"


def _run(header: Header) -> MagneticRun | None:
    """Run of a record; None if it has no local moments."""
    labels, arrays = header.values, header.arrays
    order = str(labels.get("order", ""))
    moments = labels.get("local_moments_muB", arrays.get("site_moment"))
    if moments is None or np.shape(moments) != (len(header.elements),):
        return None
    return MagneticRun(
        header.attributes["id"],
        "" if order in ("FiM", "other") else order,
        arrays["lattice"],
        arrays["site_position"],
        header.elements,
        np.asarray(moments, float),
        _number(labels.get("energy_eV")),
        _settings(labels),
        bool(labels.get("converged", True)),
        _number(labels.get("anisotropy_meV")),
    )


def _settings(labels: dict[str, Any]) -> dict[str, Any]:
    found = {key: labels[key] for key in SHARED if key in labels}
    if "kpoints" in found:
        found["kpoints"] = tuple(int(number) for number in str(found["kpoints"]).split("x"))
    return found


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
