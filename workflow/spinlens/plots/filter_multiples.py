"""Small multiples: the filters of several sweep points side by side, on one colour scale."""

import numpy as np
from matplotlib.figure import Figure

from spinlens.core.errors import SpinlensError
from spinlens.density.projections import WORDS, project, relative
from spinlens.plots import lattice, style
from spinlens.plots.captions import channel_name, readable
from spinlens.plots.filters import largest

MOST_ROWS = 4  # filters a point
TOP, BOTTOM, LEFT, GAP, NAME = 0.95, 0.4, 0.62, 0.1, 0.08  # inches
MARGIN = 1.05


@style.applied
def filter_multiples(points, name, axis="c", projection="mean", vmax=None):
    """Figure of the filters of sweep points that differ in one hyperparameter.

    `points` are pairs (value as a string, open filters.nc) in the order of the columns, `name`
    the hyperparameter. A row is a channel of a filter seen along `axis` in Å; a point with
    fewer filters leaves its last rows empty. Weights are in units of the root mean square of
    their channel at their point; `vmax` ends the one colour scale, by default at the largest
    value here. Raises SpinlensError for fewer than two points.
    """
    if len(points) < 2:
        raise SpinlensError(f"multiples over {name} need two points or more, not {len(points)}")
    columns = [_column(dataset, axis, projection) for _, dataset in points]
    norm = lattice.symmetric_norm([one for maps in columns for _, one in maps], vmax)
    corners = [_corners(maps, data, axis) for maps, (_, data) in zip(columns, points, strict=True)]
    figure, cells = _frame(columns, corners)
    for column, maps, edges, (value, _) in zip(cells.T, columns, corners, points, strict=True):
        for axes, (label, one) in zip(column, maps, strict=False):
            lattice.draw(axes, one, edges, norm)
            if axes in cells[:, 0]:
                axes.set_ylabel(label, rotation=0, ha="right", va="center", fontsize=7)
        for axes in column[len(maps) :]:
            axes.set_axis_off()
        column[0].set_title(value)
    for axes in cells.flat:
        axes.tick_params(labelleft=False, left=False)
    _words(figure, name, norm, WORDS[projection].format(axis))
    values = ", ".join(value for value, _ in points)
    told = f"Filters {WORDS[projection].format(axis)}, side by side for {readable(name)} {values}."
    return style.describe(figure, told)


def _words(figure, name, norm, seen):
    height = figure.get_figheight()
    figure.text(0.55, 1 - 0.76 / height, readable(name), ha="center", va="center", weight="bold")
    label = f"weight ÷ rms of its channel, {seen}"
    lattice.colour_bar(figure, norm, label, [0.2, 1 - 0.5 / height, 0.65, 0.1 / height])


def _column(dataset, axis, projection):
    kernel = dataset["kernel"].values
    values = relative(kernel)[0]
    return [
        (f"filter {dataset['filter'].values[f]}\n{channel_name(name)}",
         project(values[f, c], axis, projection))
        for f in largest(kernel, MOST_ROWS)
        for c, name in enumerate(dataset["channel"].values)
    ]  # fmt: skip


def _corners(maps, dataset, axis):
    step = lattice.steps(dataset["voxel_vectors"].values, axis)
    return lattice.centred_corners(maps[0][1].shape, step)


def _frame(columns, corners):
    rows, count = max(map(len, columns)), len(columns)
    half_width, half_height = MARGIN * np.max([c.max(axis=(0, 1)) for c in corners], axis=0)
    width = (style.WIDTH - LEFT - 0.05 - GAP * (count - 1)) / count
    tall = min(width * half_height / half_width, 1.5)
    height = TOP + NAME + rows * (tall + GAP) + BOTTOM
    figure = Figure(figsize=(style.WIDTH, height))
    cells = figure.subplots(
        rows, count, sharex=True, sharey=True, squeeze=False,
        gridspec_kw={
            "left": LEFT / style.WIDTH, "right": 1 - 0.05 / style.WIDTH,
            "bottom": BOTTOM / height, "top": 1 - (TOP + NAME) / height,
            "wspace": GAP / width, "hspace": GAP / tall,
        },
    )  # fmt: skip
    cells[0, 0].set(xlim=(-half_width, half_width), ylim=(-half_height, half_height))
    for axes in cells[-1]:
        axes.set_xlabel("Å")
    return figure, cells
