"""Filters of the first convolution as maps seen along each axis, on the real lattice."""

from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from spinlens.crystal.shells import shells
from spinlens.density.projections import WORDS, project, relative
from spinlens.plots import lattice, style
from spinlens.plots.atoms import shell_legend
from spinlens.plots.captions import channel_name, filter_name
from spinlens.plots.filter_window import draw_around

MOST_FILTERS = 8
MARGIN = 1.18  # room around a map for the names of the lattice vectors
LEFT, RIGHT, TOP, BOTTOM, GAP, TITLE_LINE = 0.42, 0.05, 0.7, 0.4, 0.2, 0.14  # inches
SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
LEGEND = 0.3  # inches, below, where shells are drawn
TALLEST = 18  # inches, of all rows together


@dataclass(frozen=True)
class Panel:
    """A filter seen along one axis: a map (n1, n2), the voxel vectors (3, 3) in Å, and the
    Cartesian centre of its window in the crystal, where it has been placed."""

    axis: str
    values: np.ndarray
    vectors: np.ndarray
    title: str
    centre: np.ndarray | None
    thickness: int

    def corners(self):
        """Corners of the voxels, in Å from the window's centre."""
        return lattice.centred_corners(self.values.shape, lattice.steps(self.vectors, self.axis))

    def half_size(self):
        """Half the width and half the height of the map, in Å."""
        return self.corners().max(axis=(0, 1))


@style.applied
def filters(dataset, weights="kernel", projection="mean", vmax=None, places=None, crystal=None):
    """Figure of an open filters.nc: each filter and channel seen along a, b and c, in Å.

    `weights` is `kernel` or `initial_kernel`, drawn in units of the root mean square of their
    channel; `projection` one of projections.KINDS; `vmax` the end of the colour scale, of a
    whole sweep for instance, or None for this figure's own. With `places` (filters, 3), the
    fractional centres of the windows, atoms of the `crystal` and its shells are drawn over.
    A row is a channel of a filter, a column an axis; of filters one voxel high, a row is a
    filter and a column a channel. Of more than 8 filters the 8 of largest root mean square
    are drawn.
    """
    total = dataset.sizes["filter"]
    chosen = largest(dataset[weights].values)
    values, sizes = relative(dataset[weights].values)
    dataset = dataset.assign(drawn=(dataset[weights].dims, values)).isel(filter=chosen)
    centres = None if places is None else np.asarray(places)[chosen] @ crystal.lattice
    rows = _rows(dataset, weights, projection, centres)
    norm = lattice.symmetric_norm(_maps(rows), vmax)
    figure, cells = _frame(rows, LEGEND if crystal else 0)
    for axes, panel in zip(cells.flat, (panel for row in rows for panel in row), strict=True):
        lattice.draw(axes, panel.values, panel.corners(), norm)
        axes.set_title(panel.title, loc="left")
        if panel.centre is not None:
            draw_around(axes, panel, crystal)
    for axes, panel in zip(cells[0], rows[0], strict=True):
        _name_plane(axes, panel, projection)
    if crystal:
        figure.legend(handles=shell_legend(shells(crystal)), loc="lower center", ncols=3)
    drawn = dataset.sizes["filter"]
    note = f"; {drawn} of {total} filters, the largest" if drawn < total else ""
    place = [0.2, 1 - 0.5 / figure.get_figheight(), 0.65, 0.1 / figure.get_figheight()]
    label = f"weight ÷ rms of its channel{note}"
    lattice.colour_bar(figure, norm, label, place)
    titles = "; ".join(row[0].title for row in rows).replace("\n", ", ")
    told = f"Filters {WORDS[projection].format('a, b and c')}, to scale in Å: {titles}."
    return style.describe(figure, told)


def scale(dataset, weights="kernel", projection="mean"):
    """The largest magnitude that `filters` would draw of a filters.nc, along any axis: the
    largest of these over a sweep is its common scale."""
    kernel = dataset[weights].values
    values = relative(kernel)[0][largest(kernel)]
    return lattice.largest_magnitude([project(values, axis, projection) for axis in "abc"])


def largest(kernel, most=MOST_FILTERS):
    """Indices, in order, of the filters (filter, channel, a, b, c) of largest root mean square;
    one that is not finite counts as largest."""
    power = np.square(kernel, dtype=np.float64).mean(axis=(1, 2, 3, 4))
    order = np.argsort(-np.where(np.isfinite(power), power, np.inf), kind="stable")
    return np.sort(order[:most])


def change(kernel, initial_kernel):
    """How far training moved some weights, in words: the norm of the difference relative to
    the norm before."""
    before = np.asarray(initial_kernel, dtype=np.float64)
    moved = np.linalg.norm(kernel - before) / (np.linalg.norm(before) or 1.0)
    if not np.isfinite(moved):
        return "diverged"
    if moved == 0:
        return "unchanged by training"
    if moved < 0.001:
        return "changed by less than 0.1 %"
    return f"changed by {100 * moved:.1f} %" if moved < 10 else f"changed {_many(moved)}-fold"


def _many(number):
    """A large number in two or three digits; the power of ten as it is printed."""
    if number < 1000:
        return f"{number:.3g}"
    digits, power = f"{number:.1e}".split("e+")
    return f"{digits} × 10{str(int(power)).translate(SUPERSCRIPT)}"


def _maps(rows):
    return [panel.values for row in rows for panel in row]


def _rows(dataset, weights, projection, centres):
    by_channel = [
        _panels(
            dataset.isel(filter=f, channel=c), weights, projection,
            None if centres is None else centres[f],
        )
        for f in range(dataset.sizes["filter"])
        for c in range(dataset.sizes["channel"])
    ]  # fmt: skip
    if dataset.sizes["c"] > 1:
        return by_channel
    channels = dataset.sizes["channel"]
    along_c = [panels[-1] for panels in by_channel]
    return [along_c[start : start + channels] for start in range(0, len(along_c), channels)]


def _panels(one, weights, projection, centre):
    """Panels of one channel of one filter; the title is on the first of them that is drawn."""
    title = f"{filter_name(one)}, {channel_name(one['channel'].item())}"
    if weights == "kernel":
        separator = "; " if one.sizes["c"] > 1 else "\n"
        title += separator + change(one["kernel"].values, one["initial_kernel"].values)
    first = "a" if one.sizes["c"] > 1 else "c"
    return [
        Panel(
            axis,
            project(one["drawn"].values, axis, projection),
            one["voxel_vectors"].values,
            title if axis == first else "",
            centre,
            one.sizes[axis],
        )
        for axis in lattice.PLANES
    ]


def _frame(rows, below):
    """A figure and its axes (rows, columns), every panel at one scale of inches per Å."""
    sizes = 2 * MARGIN * np.array([panel.half_size() for panel in rows[0]])
    widths, height = sizes[:, 0], sizes[:, 1].max()
    room = style.WIDTH - LEFT - RIGHT - GAP * (len(widths) - 1)
    scale = min(room / widths.sum(), max(0.6, min(2.2, TALLEST / len(rows))) / height)
    title = TITLE_LINE * (rows[0][0].title.count("\n") + 2)
    bottom = BOTTOM + below
    figure_height = TOP + len(rows) * (scale * height + title) + bottom
    spare = (room - scale * widths.sum()) / 2
    figure = Figure(figsize=(style.WIDTH, figure_height))
    cells = figure.subplots(
        *(len(rows), len(widths)), sharex="col", sharey=True, squeeze=False, width_ratios=widths,
        gridspec_kw={
            "left": (LEFT + spare) / style.WIDTH, "right": 1 - (RIGHT + spare) / style.WIDTH,
            "bottom": bottom / figure_height, "top": 1 - (TOP + title) / figure_height,
            "wspace": GAP / (scale * widths.mean()), "hspace": title / (scale * height),
        },
    )  # fmt: skip
    for column, width in zip(cells.T, widths, strict=True):
        column[-1].set(xlim=(-width / 2, width / 2), ylim=(-height / 2, height / 2), xlabel="Å")
    lattice.mark_each(cells, _step(height))
    for axes in cells[:, 0]:
        axes.set_ylabel("Å", labelpad=2, rotation=0, va="center")
    return figure, cells


def _step(length):
    """A tick every so many Å: 1, 2 or 5 times a power of ten, three to seven ticks a length."""
    power = 10.0 ** np.floor(np.log10(length / 3))
    return max(factor * power for factor in (1, 2, 5) if factor * power <= length / 3)


def _name_plane(axes, panel, projection):
    """Above the top row what was done, and on two edges the lattice vectors drawn there."""
    where = {"xy": (0.5, 1), "xycoords": "axes fraction", "textcoords": "offset points"}
    lift = 17 + 11 * panel.title.count("\n")
    words = WORDS[projection].format(panel.axis)
    axes.annotate(words, xytext=(0, lift), ha="center", **where)
    corners = panel.corners()
    middles = [corners[[0, -1], 0].mean(axis=0), corners[-1, [0, -1]].mean(axis=0)]
    names = lattice.PLANES[panel.axis]
    for name, edge, shift in zip(names, middles, [(9, -5), (5, 0)], strict=True):
        axes.annotate(
            name, edge, xytext=shift, textcoords="offset points",
            ha="center", va="center", fontstyle="italic",
        )  # fmt: skip
