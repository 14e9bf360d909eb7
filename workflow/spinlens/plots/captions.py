"""Names of the data as a reader of a figure or a table wants them."""

import re

from spinlens.settings import hyperparameters

UNITS = {"muB": "μB", "1": "", "angstrom": "Å"}
CHANNELS = {"positive part": "m > 0", "negative part": "m < 0", "magnetization": "m"}
CHANNELS |= {"x": "m along x", "y": "m along y", "z": "m along z", "length": "|m|"}


def words(name):
    """A label or hyperparameter without its underscores: `learning_rate`, learning rate."""
    return name.replace("_", " ")


def channel(name):
    """What an input channel of filters.nc sees of the magnetization density m: `positive part`,
    m > 0; any other name as it is."""
    return CHANNELS.get(str(name), str(name))


def filter_name(one):
    """A filter of filters.nc, `filter 3`; of a steerable network with its degree."""
    degree = f", l = {one['degree'].item()}" if "degree" in one.coords else ""
    return f"filter {one['filter'].item()}{degree}"


def unit_symbol(unit):
    """A unit of the dataset as it is printed: `muB`, μB; nothing for a pure number."""
    return UNITS.get(unit, unit)


def result(table):
    """The column of sweep.tsv that its points are compared by: balanced accuracy in validation,
    or R² where no point has one."""
    accuracy = "validation_balanced_accuracy"
    told = accuracy in table and table[accuracy].notna().any()
    return accuracy if told or "validation_r2" not in table else "validation_r2"


def point_names(table):
    """Readable names of the sweep points of sweep.tsv, one a row.

    A name spells what differs from the base, the values that more than half of the points
    share; a point that differs in nothing is `base`.
    """
    swept = [name for name in hyperparameters.NAMES if name in table]
    base = {name: _shared(table[name]) for name in swept}
    return [
        ", ".join(f"{words(n)} {_plain(row[n])}" for n in swept if row[n] != base[n]) or "base"
        for row in table.to_dict("records")
    ]


def folder_name(point):
    """A point's folder as a reader wants it: `filters~3_kernel_size~40`, filters 3, kernel size
    40."""
    between = f"_(?=(?:{'|'.join(hyperparameters.NAMES)})~)"
    return ", ".join(words(part).replace("~", " ") for part in re.split(between, point))


def named(point, names):
    """A point's name among those of the sweep's points, by folder, or else its folder's."""
    return names.get(point) or folder_name(point)


def _shared(column):
    counts = column.value_counts()
    return counts.index[0] if len(counts) and counts.iloc[0] > len(column) / 2 else None


def _plain(value):
    return f"{value:.10g}" if isinstance(value, float) else str(value)
