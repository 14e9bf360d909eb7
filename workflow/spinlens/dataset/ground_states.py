"""Find ground states of compositions calculated in several magnetic orders.

Energies are compared by the order that a calculation converged to, and per atom, so that an
antiferromagnet in a supercell can be compared with the ferromagnet in the unit cell. They are
given per cell of the ferromagnet or, without one, of the smallest cell.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

from spinlens.calculations import energy_settings
from spinlens.crystal.formulas import composition, reduced
from spinlens.settings.label_names import LOWEST_ORDER_LABELS

ORDERS = ("FM", "AFM", "NM")
RESOLUTION_EV = 1e-5  # per cell; the last digit that tables give: orders closer than it tie
# Labels of what energies must share: of GPAW, then of VASP
SETTINGS = ("smearing_eV", "ladder_step", "kpoints", *energy_settings.LABELS)
OF_VASP = tuple(name for name in energy_settings.LABELS if name != "kpoints")
VOLUME = "volume_per_atom_A3"
LARGEST_VOLUME_RATIO = 1.03  # larger than between the relaxed cells of two orders
LARGEST_MESH_RATIO = 2.0  # k-points times atoms, between cells of other sizes

Values = Mapping[str, Mapping[str, Any]]  # calculation to its labels, name to value
Sites = Mapping[str, Sequence[str]]  # calculation to the elements of its sites
Compared = dict[str, dict[str, tuple[Any, str]]]  # calculation to labels, name to (value, source)


def compare(labels: Values, elements: Sites) -> tuple[Compared, list[str]]:
    """Compare the energies of each composition's magnetic orders.

    Parameters
    ----------
    labels
        Labels (name to value) of each calculation. Those are compared that converged and have
        `energy_eV` and an order, `order_final` or else `order`. Runs of other settings or volumes
        are not compared: see SETTINGS and `volume_per_atom_A3`.
    elements
        Elements of the sites of each calculation.

    Returns
    -------
    tuple
        Additional labels with their sources of the calculations whose composition has at least
        two orders: energy_FM_eV, energy_AFM_eV and energy_NM_eV, the lowest of each order per
        cell; exchange_meV = 1000 (E(AFM) − E(FM)) per cell; the order of lowest energy unless
        it ties or is nearer than `label_uncertainty_meV`: lower_of_FM_Neel of these two orders
        alone, which cannot tell the ground state, and otherwise ground_state. Labels that a
        calculation has already are left out. And a line for each composition whose energies
        cannot be compared.
    """
    added: Compared = {}
    refusals = []
    for group in _comparable(labels, elements).values():
        atoms = {calculation: len(elements[calculation]) for calculation in group}
        found = _comparison({calculation: labels[calculation] for calculation in group}, atoms)
        if found and len({_electrons(labels[c], elements[c]) for c in group} - {None}) > 1:
            refusals.append(
                f"no ground state from {', '.join(group)}: they differ in valence electrons per "
                "atom, so their potentials or charges do and their energies cannot be compared"
            )
            continue
        differing = _differing_setting({c: labels[c] for c in group}, atoms)
        if found and differing:
            refusals.append(
                f"no ground state from {', '.join(group)}: they differ in {differing}, so their "
                "energies cannot be compared"
            )
            continue
        for calculation in group:
            known = set(labels[calculation])
            if not known.isdisjoint(LOWEST_ORDER_LABELS):
                known = known | set(LOWEST_ORDER_LABELS)
            new = {name: found[name] for name in found if name not in known}
            added |= {calculation: new} if new else {}
    return added, refusals


def without_sources(compared: Compared) -> dict[str, dict[str, Any]]:
    """Return labels without their sources.

    Parameters
    ----------
    compared
        Labels of each calculation, name to (value, source).

    Returns
    -------
    dict
        Labels of each calculation, name to value.
    """
    return {
        calculation: {name: value for name, (value, _) in labels.items()}
        for calculation, labels in compared.items()
    }


def compared_values(labels: Values, elements: Sites) -> dict[str, dict[str, Any]]:
    """Compare energies as `compare` does, without sources and refusals.

    Parameters
    ----------
    labels
        Labels (name to value) of each calculation.
    elements
        Elements of the sites of each calculation.

    Returns
    -------
    dict
        Additional labels of each calculation, name to value.
    """
    return without_sources(compare(labels, elements)[0])


def _comparable(labels: Values, elements: Sites) -> dict[tuple[Any, ...], list[str]]:
    """Group calculations whose energies can be compared."""
    groups = defaultdict(list)
    for calculation in sorted(labels):
        own = labels[calculation]
        formula = str(own.get("formula", ""))
        # A formula may say more than the elements do, such as the name of a polymorph.
        name = "" if composition(formula) else formula
        # A noncollinear run mostly holds spin-orbit energy.
        key = reduced(elements[calculation]), name, own.get("spin_kind") == "noncollinear"
        groups[key].append(calculation)
    return groups


def _electrons(labels: Mapping[str, Any], elements: Sequence[str]) -> float | None:
    """Count valence electrons per atom, which potentials and charge decide; None if unknown."""
    electrons = labels.get("valence_electrons")
    return None if electrons is None else round(electrons / len(elements), 4)


def _comparison(labels: Values, atoms: Mapping[str, int]) -> dict[str, tuple[Any, str]]:
    """Make the labels of one group; empty if it has fewer than two orders."""
    lowest = _lowest_by_order(labels, atoms)
    if len(lowest) < 2:
        return {}
    cell = atoms[lowest["FM"]] if "FM" in lowest else min(atoms[c] for c in lowest.values())
    energies = {o: float(labels[c]["energy_eV"] * (cell / atoms[c])) for o, c in lowest.items()}
    found: dict[str, tuple[Any, str]] = {
        f"energy_{order}_eV": (energies[order], f"energy of {lowest[order]}")
        for order in ORDERS
        if order in lowest
    }
    if {"FM", "AFM"} <= energies.keys():
        exchange = 1000 * (energies["AFM"] - energies["FM"])
        found["exchange_meV"] = exchange, f"energies of {lowest['AFM']} and {lowest['FM']}"
    first, second, *_ = sorted(energies, key=lambda order: energies[order])
    alone = {"FM", "AFM"} <= energies.keys() <= {"FM", "AFM", "NM"}
    name = "lower_of_FM_Neel" if alone else "ground_state"
    if energies[second] - energies[first] > max(RESOLUTION_EV, _uncertainty_ev(labels)):
        found[name] = first, "energies of " + ", ".join(lowest.values())
    return found


def _uncertainty_ev(labels: Values) -> float:
    """Largest stated uncertainty of a difference of energies per cell; 0 if none is stated."""
    stated = [own.get("label_uncertainty_meV") for own in labels.values()]
    return max((float(each) / 1000 for each in stated if each is not None), default=0.0)


def _differing_setting(labels: Values, atoms: Mapping[str, int]) -> str:
    """Name the first setting in which calculations differ; empty if they share all that is known.

    Meshes are compared as they are between cells of one size, else by the density of points.
    """
    known = [c for c, own in labels.items() if any(own.get(name) is not None for name in OF_VASP)]
    if known and len(known) < len(labels):
        unknown = ", ".join(sorted(set(labels) - set(known)))
        return f"what is known of their settings (nothing of {unknown})"
    for name in SETTINGS:
        values = {c: own[name] for c, own in labels.items() if own.get(name) is not None}
        if name == "kpoints":
            differ = _unlike_meshes({c: str(mesh) for c, mesh in values.items()}, atoms)
        else:
            explicit = name == "cutoff_eV" and bool(known) and 0 < len(values) < len(labels)
            differ = len(set(values.values())) > 1 or explicit
        if differ:
            pairs = ", ".join(f"{c} {value}" for c, value in sorted(values.items()))
            return f"{name} ({pairs})"
    volumes = {c: float(own[VOLUME]) for c, own in labels.items() if own.get(VOLUME) is not None}
    if volumes and max(volumes.values()) > LARGEST_VOLUME_RATIO * min(volumes.values()):
        pairs = ", ".join(f"{c} {volume:.2f} Å³" for c, volume in sorted(volumes.items()))
        return f"the volume per atom ({pairs})"
    return ""


def _unlike_meshes(meshes: Mapping[str, str], atoms: Mapping[str, int]) -> bool:
    """Whether meshes differ in cells of one size, or in density in cells of other sizes."""
    by_size = defaultdict(set)
    densities = []
    for calculation, mesh in meshes.items():
        by_size[atoms[calculation]].add(mesh)
        densities.append(prod(map(int, mesh.split("x"))) * atoms[calculation])
    if any(len(values) > 1 for values in by_size.values()):
        return True
    return bool(densities) and max(densities) > LARGEST_MESH_RATIO * min(densities)


def _lowest_by_order(labels: Values, atoms: Mapping[str, int]) -> dict[str, str]:
    """Map an order to the calculation of lowest energy per atom that converged to it."""
    counting = [calculation for calculation in labels if _order(labels[calculation])]
    lowest: dict[str, str] = {}
    for calculation in sorted(counting, key=lambda c: (labels[c]["energy_eV"] / atoms[c], c)):
        lowest.setdefault(str(_order(labels[calculation])), calculation)
    return lowest


def _order(labels: Mapping[str, Any]) -> Any:
    """Return the order that counts for a calculation's energy; None if it counts for none."""
    if "energy_eV" not in labels or not labels.get("converged", True):
        return None
    asked, final = labels.get("order"), labels.get("order_final", labels.get("order"))
    if asked not in (*ORDERS, "Neel", "FiM", "other", None) and final in ("AFM", "FiM", "other"):
        return asked  # a run's moments alone do not tell zigzag or stripy from Neel
    if asked in ("AFM", "Neel") and final == "FiM":
        return "AFM"  # as it was asked for, with sites of unequal moments
    return "AFM" if final == "Neel" else final
