"""One calculation folder to its record: read, check, split."""

from spinlens import density, record
from spinlens.calculation.charge_file import read_charge_file
from spinlens.calculation.checks import check
from spinlens.calculation.excluded import Excluded
from spinlens.calculation.labels import read_labels


def split(calculation, table_labels, label_table, moment_tolerance_muB):
    """Record of a calculation, admitted with its grids or excluded with the reason.

    `table_labels` are its row of the label table `label_table`, which add to the labels read
    from the run's own files or override them.
    """
    try:
        stored = read_charge_file(calculation.charge_file, calculation.folder)
        labels = _labels(calculation, table_labels, label_table)
        check(stored, labels, moment_tolerance_muB=moment_tolerance_muB)
    except Excluded as reason:
        return record.excluded(calculation, reason)
    lattice, sites = stored.lattice, (stored.positions, stored.elements)
    charge, magnetization = density.split(stored.charge, stored.magnetization, lattice)
    labels = record.with_integrated_moment(labels, magnetization, lattice)
    return record.admitted(calculation, charge, magnetization, lattice, *sites, labels)


def _labels(calculation, table_labels, label_table):
    """Labels as name to (value, source): the run's own files, its path, the label table."""
    read = read_labels(calculation.folder).items()
    return (
        {name: (label.value, label.source) for name, label in read}
        | {name: (value, "path") for name, value in calculation.names.items()}
        | {name: (value, label_table) for name, value in table_labels.items()}
    )
