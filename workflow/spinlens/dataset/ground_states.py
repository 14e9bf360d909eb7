"""Ground states of compositions whose magnetic orders are calculations of their own.

Energies are compared by the order that a calculation converged to, and per atom, so that an
antiferromagnet in a supercell stands beside the ferromagnet in the unit cell. They are given per
cell of the ferromagnet or, without one, of the smallest cell.
"""

from collections import defaultdict

from spinlens.crystal.formulas import composition, reduced

ORDERS = ("FM", "AFM", "NM")
RESOLUTION_EV = 1e-5  # per cell; the last digit that tables give: orders closer than it tie


def found(labels, elements):
    """Labels that comparing calculations adds to those that they carry.

    `labels` maps a calculation to its labels (name to value): compared are those that have
    `energy_eV` and, of `order_final` or else `order`, an order, and did converge. `elements` maps
    it to the elements of its sites. Returned are, for compositions found in two orders at least,
    {calculation: {label: (value, source)}}, with energy_FM_eV, energy_AFM_eV and energy_NM_eV
    (the lowest of each order, eV per cell), exchange_meV = 1000 (E(AFM) − E(FM)) per cell and
    ground_state, the order of lowest energy where it does not tie; and the refusals, a line for
    each composition whose calculations disagree in what energies must share to be compared.
    """
    added, refusals = {}, []
    for alike in _comparable(labels, elements).values():
        said = _comparison({c: labels[c] for c in alike}, {c: len(elements[c]) for c in alike})
        if said and len({_electrons(labels[c], elements[c]) for c in alike} - {None}) > 1:
            refusals.append(_refusal(alike))
            continue
        for calculation in alike:
            new = {name: said[name] for name in said if name not in labels[calculation]}
            added |= {calculation: new} if new else {}
    return added, refusals


def values(found):
    """{calculation: {label: value}} of what `found` returns, without the sources."""
    return {
        calculation: {name: value for name, (value, _) in labels.items()}
        for calculation, labels in found.items()
    }


def compared(labels, elements):
    """{calculation: {label: value}} that comparing calculations adds (see `found`)."""
    return values(found(labels, elements)[0])


def _comparable(labels, elements):
    """Calculations by what they share: composition; a formula that says more than the elements
    do, such as a polymorph's; spin treated as collinear or not, because a noncollinear run
    mostly holds spin–orbit energy."""
    alike = defaultdict(list)
    for calculation in sorted(labels):
        own = labels[calculation]
        formula = str(own.get("formula", ""))
        name = "" if composition(formula) else formula
        key = reduced(elements[calculation]), name, own.get("spin_kind") == "noncollinear"
        alike[key].append(calculation)
    return alike


def _electrons(labels, elements):
    """Valence electrons per atom, as potentials and charge make them; None where unknown."""
    electrons = labels.get("valence_electrons")
    return None if electrons is None else round(electrons / len(elements), 4)


def _refusal(alike):
    return (
        f"no ground state from {', '.join(alike)}: they differ in valence electrons per atom, "
        "so their potentials or charges do and their energies cannot be compared"
    )


def _comparison(labels, atoms):
    lowest = _lowest_by_order(labels, atoms)
    if len(lowest) < 2:
        return {}
    cell = atoms[lowest["FM"]] if "FM" in lowest else min(map(atoms.get, lowest.values()))
    energies = {o: float(labels[c]["energy_eV"] * (cell / atoms[c])) for o, c in lowest.items()}
    said = {
        f"energy_{order}_eV": (energies[order], f"energy of {lowest[order]}")
        for order in ORDERS
        if order in lowest
    }
    if {"FM", "AFM"} <= energies.keys():
        exchange = 1000 * (energies["AFM"] - energies["FM"])
        said["exchange_meV"] = exchange, f"energies of {lowest['AFM']} and {lowest['FM']}"
    first, second, *_ = sorted(energies, key=energies.get)
    if energies[second] - energies[first] > RESOLUTION_EV:
        said["ground_state"] = first, "energies of " + ", ".join(lowest.values())
    return said


def _lowest_by_order(labels, atoms):
    """Order to the calculation of lowest energy per atom that converged to it."""
    counting = [calculation for calculation in labels if _order(labels[calculation])]
    lowest = {}
    for calculation in sorted(counting, key=lambda c: (_per_atom(labels, atoms, c), c)):
        lowest.setdefault(_order(labels[calculation]), calculation)
    return lowest


def _order(labels):
    """The order that counts for a calculation's energy; None where it counts for none."""
    if "energy_eV" not in labels or not labels.get("converged", True):
        return None
    asked, found = labels.get("order"), labels.get("order_final", labels.get("order"))
    if asked not in (*ORDERS, "Neel", "other", None) and found in ("AFM", "other"):
        return asked  # a run's moments alone do not tell zigzag or stripy from Neel
    return "AFM" if found == "Neel" else found


def _per_atom(labels, atoms, calculation):
    return labels[calculation]["energy_eV"] / atoms[calculation]
