"""Filters of the first convolution, averaged along each lattice axis, on the real lattice."""

from dataclasses import dataclass

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.figure import Figure

from spinlens.filters import project
from spinlens.plots import lattice, style

MOST_FILTERS = 8
MARGIN = 1.18  # room around a map for the names of the lattice vectors
LEFT, RIGHT, TOP, BOTTOM, GAP, TITLE_LINE = 0.4, 0.05, 0.65, 0.4, 0.2, 0.14  # inches
TALLEST = 18  # inches, of all rows together
PLANES = {"a": "bc", "b": "ac", "c": "ab"}


@dataclass(frozen=True)
class Panel:
    """A filter averaged along one axis: a map (n1, n2) and the steps of its axes in Å."""

    axis: str
    values: np.ndarray
    steps: tuple
    title: str

    def half_size(self):
        """Half the width and half the height of the map, in Å."""
        return lattice.cell_corners(self.values.shape, *self.steps).max(axis=(0, 1))


@style.applied
def filters(dataset, weights="kernel"):
    """Figure of an open filters.nc: each filter and channel averaged along a, b and c, drawn
    in Å in the plane of the other two lattice vectors, all on one colour scale.

    `weights` is `kernel` or `initial_kernel`. A row is a channel of a filter, a column an axis;
    of filters one voxel high, which have one average only, a row is a filter and a column a
    channel. Of more than 8 filters, the 8 of largest root mean square are drawn.
    """
    total = dataset.sizes["filter"]
    dataset = dataset.isel(filter=largest(dataset[weights].values))
    rows = _rows(dataset, weights)
    norm = lattice.symmetric_norm([panel.values for row in rows for panel in row])
    figure, cells = _frame(rows)
    for axes, panel in zip(cells.flat, (panel for row in rows for panel in row), strict=True):
        lattice.draw(axes, panel.values, *panel.steps, norm)
        axes.set_title(panel.title, loc="left")
    for axes, panel in zip(cells[0], rows[0], strict=True):
        _name_plane(axes, panel)
    drawn = dataset.sizes["filter"]
    note = f"; {drawn} of {total} filters, the largest" if drawn < total else ""
    _colour_bar(figure, norm, f"mean weight (dimensionless){note}")
    return figure


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
    return f"changed by {100 * moved:.1f} %" if moved < 10 else f"changed {moved:.3g}-fold"


def _rows(dataset, weights):
    by_channel = [
        _panels(dataset.isel(filter=f, channel=c), weights)
        for f in range(dataset.sizes["filter"])
        for c in range(dataset.sizes["channel"])
    ]
    if dataset.sizes["c"] > 1:
        return by_channel
    channels = dataset.sizes["channel"]
    along_c = [panels[-1] for panels in by_channel]
    return [along_c[start : start + channels] for start in range(0, len(along_c), channels)]


def _panels(one, weights):
    """Panels of one channel of one filter; the title is on the first of them that is drawn."""
    title = f"filter {one['filter'].item()}, {one['channel'].item()}"
    if weights == "kernel":
        separator = "; " if one.sizes["c"] > 1 else "\n"
        title += separator + change(one["kernel"].values, one["initial_kernel"].values)
    first = "a" if one.sizes["c"] > 1 else "c"
    steps = dict(zip("abc", one["voxel_vectors"].values, strict=True))
    return [
        Panel(
            axis,
            project(one[weights].values, axis),
            tuple(steps[name] for name in plane),
            title if axis == first else "",
        )
        for axis, plane in PLANES.items()
    ]


def _frame(rows):
    """A figure and its axes (rows, columns), every panel at one scale of inches per Å."""
    sizes = 2 * MARGIN * np.array([panel.half_size() for panel in rows[0]])
    widths, height = sizes[:, 0], sizes[:, 1].max()
    room = style.WIDTH - LEFT - RIGHT - GAP * (len(widths) - 1)
    scale = min(room / widths.sum(), max(0.6, min(2.2, TALLEST / len(rows))) / height)
    title = TITLE_LINE * (rows[0][0].title.count("\n") + 2)
    figure_height = TOP + len(rows) * (scale * height + title) + BOTTOM
    spare = (room - scale * widths.sum()) / 2
    figure = Figure(figsize=(style.WIDTH, figure_height))
    cells = figure.subplots(
        *(len(rows), len(widths)), sharex="col", sharey=True, squeeze=False, width_ratios=widths,
        gridspec_kw={
            "left": (LEFT + spare) / style.WIDTH, "right": 1 - (RIGHT + spare) / style.WIDTH,
            "bottom": BOTTOM / figure_height, "top": 1 - (TOP + title) / figure_height,
            "wspace": GAP / (scale * widths.mean()), "hspace": title / (scale * height),
        },
    )  # fmt: skip
    for column, width in zip(cells.T, widths, strict=True):
        column[-1].set(xlim=(-width / 2, width / 2), ylim=(-height / 2, height / 2), xlabel="Å")
    for axes in cells[:, 0]:
        axes.set_ylabel("Å", labelpad=2, rotation=0, va="center")
    return figure, cells


def _colour_bar(figure, norm, label):
    height = figure.get_figheight()
    place = figure.add_axes([0.2, 1 - 0.45 / height, 0.65, 0.1 / height])
    mappable = ScalarMappable(norm, style.SIGNED)
    bar = figure.colorbar(mappable, cax=place, orientation="horizontal", ticklocation="top")
    ticks = norm.vmax * np.array([-1, -0.5, 0, 0.5, 1])
    bar.set_ticks(ticks, labels=[f"{tick:.2g}".replace("-", "−") for tick in ticks])
    bar.set_label(label)


def _name_plane(axes, panel):
    """Above the top row what was averaged, and on two edges the lattice vectors drawn there."""
    where = {"xy": (0.5, 1), "xycoords": "axes fraction", "textcoords": "offset points"}
    lift = 17 + 11 * panel.title.count("\n")
    axes.annotate(f"averaged along {panel.axis}", xytext=(0, lift), ha="center", **where)
    corners = lattice.cell_corners(panel.values.shape, *panel.steps)
    middles = [corners[[0, -1], 0].mean(axis=0), corners[-1, [0, -1]].mean(axis=0)]
    edges = dict(zip(PLANES[panel.axis], middles, strict=True))
    shifts = dict(zip(PLANES[panel.axis], [(9, -5), (5, 0)], strict=True))
    for name, edge in edges.items():
        axes.annotate(
            name, edge, xytext=shifts[name], textcoords="offset points",
            ha="center", va="center", fontstyle="italic",
        )  # fmt: skip
