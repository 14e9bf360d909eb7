"""One calculation folder to its record: read, check, split."""

from spinlens.calculations import record
from spinlens.calculations.charge_file import read_charge_file
from spinlens.calculations.checks import check
from spinlens.calculations.labels import read_labels
from spinlens.core.errors import Excluded
from spinlens.density import grids

# What the checks need and nobody learns from; the first is the key of the label table's rows.
NO_LABELS = ("calculation", "potcar_valences", "ionic_steps_allowed", "outcar_formula")


def split(calculation, table_labels, label_table, settings):
    """Record of a calculation, admitted with its grids or excluded with the reason.

    `table_labels` are its row of the label table `label_table`, which add to the labels read
    from the run's own files or override them. `settings` are the config's keys
    moment_tolerance_muB, unconverged, nonmagnetic and moment_axis.
    """
    try:
        stored = read_charge_file(calculation.charge_file, calculation.folder)
        labels = _labels(calculation, table_labels, label_table)
        check(
            stored,
            labels,
            moment_tolerance_muB=settings["moment_tolerance_muB"],
            unconverged=settings["unconverged"],
        )
        magnetization = _stored_magnetization(stored, settings["nonmagnetic"])
    except Excluded as reason:
        return record.excluded(calculation, reason)
    charge, magnetization = grids.split(stored.charge, magnetization, stored.lattice)
    labels.setdefault("formula", (stored.formula, "CHGCAR"))
    kept = {name: label[:2] for name, label in labels.items() if name not in NO_LABELS}
    return record.admitted(calculation, stored, charge, magnetization, kept, settings)


def _labels(calculation, table_labels, label_table):
    """Labels by name: of the run's own files, of its path, of the label table."""
    return (
        read_labels(calculation.folder, calculation.charge_file)
        | {name: (value, "path") for name, value in calculation.names.items()}
        | {name: (value, label_table) for name, value in table_labels.items()}
    )


def _stored_magnetization(stored, nonmagnetic):
    if stored.magnetization is not None:
        return stored.magnetization
    if nonmagnetic == "zero":
        return 0 * stored.charge
    raise Excluded(
        "not spin-polarised, so it has no magnetization: set nonmagnetic: zero to take it as zero"
    )
