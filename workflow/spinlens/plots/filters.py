"""Filters of the first convolution on the real lattice: before training, and what it changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from spinlens.crystal.reference_cell import Crystal, shells
from spinlens.filters.projection import PROJECTION_TITLES, project
from spinlens.plots import colour_scale, lattice_map, style
from spinlens.plots.atom_marks import atom_legend
from spinlens.plots.captions import channel_name, filter_name, weight_change
from spinlens.plots.crystal_drawing import draw_contours, draw_window_surroundings, shell_legend
from spinlens.plots.filter_change import (
    LINE_LENGTH,
    SENTENCE_LINE,
    change_over_noise,
    largest_filters,
    relative_change,
    sentence_figure,
    unchanged_sentence,
)

ROOM = 1.18  # of a map's size, for the names of the lattice vectors
LEFT, RIGHT, TOP, BOTTOM, GAP, TITLE_LINE = 0.42, 0.05, 0.85, 0.4, 0.2, 0.14  # inches
LEGEND = 0.3  # inches, below the panels, for the shells
TALLEST = 7.5  # inches, of all rows together


@dataclass(frozen=True)
class _Panel:
    """A filter seen along one axis: a map (n1, n2), and the voxel vectors (3, 3) in Å."""

    axis: str
    values: NDArray[Any]
    voxel_vectors: NDArray[np.float64]
    title: str
    heading: str
    centre: NDArray[np.float64] | None  # (3,), Å, of the window placed in the crystal
    voxels: int  # along the line of sight

    def corners(self) -> NDArray[np.float64]:
        steps = lattice_map.map_steps(self.voxel_vectors, self.axis)
        return lattice_map.centred_corners(self.values.shape, steps)

    def half_depth(self, crystal: Crystal) -> float:
        """Half the window's thickness in Å; a window of one voxel is as thick as the cell."""
        index = "abc".index(self.axis)
        if self.voxels == 1:
            return float(np.linalg.norm(crystal.lattice[index]) / 2)
        return float(self.voxels * np.linalg.norm(self.voxel_vectors[index]) / 2)


@style.applied
def filters(
    dataset: xr.Dataset,
    projection: str = "mean",
    vmax: float | None = None,
    places: ArrayLike | None = None,
    crystal: Crystal | None = None,
) -> Figure:
    """Draw what training changed in each filter and channel beside the initial weights.

    A row is a channel of a filter: its initial weights seen along c, and the change seen along a,
    b and c, to scale in Å; of filters one voxel high, along c alone. Weights are in units of the
    root mean square of their channel after training. Channels that training changed by less than
    the noise they started from are named in a sentence instead. Of more than 4 filters, the 4 of
    largest root mean square are drawn.

    Parameters
    ----------
    dataset : xarray.Dataset
        `filters.nc`.
    projection : str
        One of `projection.PROJECTION_TITLES`.
    vmax : float, optional
        End of the sweep's colour scale (see `colour_scale.sweep_norm`); by default this figure's.
    places : array_like, optional
        Fractional centres of the windows in the crystal, shape (filters, 3).
    crystal : Crystal, optional
        Reference crystal, whose atoms and shells are drawn at the places.

    Returns
    -------
    matplotlib.figure.Figure
        The figure.
    """
    total, chosen = dataset.sizes["filter"], largest_filters(dataset["kernel"].values)
    change, initial = relative_change(dataset)
    drawn = dataset.assign(change=change, initial=initial).isel(filter=chosen)
    centres = None
    if places is not None and crystal is not None:
        centres = np.asarray(places)[chosen] @ crystal.lattice
    rows, unchanged = _rows(drawn, projection, centres)
    number = f" The {len(chosen)} largest of {total} filters." if len(chosen) < total else ""
    sentence = style.wrapped((unchanged_sentence(unchanged) + number).strip(), LINE_LENGTH)
    if not rows:
        return sentence_figure(sentence)
    norm, note = colour_scale.sweep_norm([panel.values for row in rows for panel in row], vmax)
    below = (LEGEND if crystal else 0) + SENTENCE_LINE * len(sentence.splitlines())
    figure, panels = _panel_grid(rows, below)
    for axes, panel in zip(panels.flat, (panel for row in rows for panel in row), strict=True):
        lattice_map.draw_map(axes, panel.values, panel.corners(), norm)
        draw_contours(axes, panel.values, panel.corners(), colour_scale.scale_ticks(norm))
        axes.set_title(panel.title, loc="left")
        if panel.centre is not None and crystal is not None:
            depth = panel.half_depth(crystal)
            draw_window_surroundings(axes, crystal, panel.axis, panel.centre, depth)
    for axes, panel in zip(panels[0], rows[0], strict=True):
        _label_top_panel(axes, panel)
    figure.text(0.02, 0.04 / figure.get_figheight(), sentence, va="bottom", fontsize=7)
    if crystal:
        entries = [*atom_legend(crystal.elements), *shell_legend(shells(crystal))]
        place = (0.5, (below - LEGEND) / figure.get_figheight())
        figure.legend(handles=entries, loc="lower center", ncols=6, bbox_to_anchor=place)
    colour_scale.colour_bar(figure, norm, f"weight ÷ rms of its channel after training{note}")
    titles = "; ".join(row[0].title for row in rows)
    text = f"Changes of the filters by training, to scale in Å: {titles}. {sentence}"
    return style.describe(figure, text.strip())


def _rows(
    dataset: xr.Dataset, projection: str, centres: NDArray[np.float64] | None
) -> tuple[list[list[_Panel]], dict[str, float]]:
    """Panels of the channels to draw, and how far the others changed, by name."""
    rows, unchanged = [], {}
    for f in range(dataset.sizes["filter"]):
        for c in range(dataset.sizes["channel"]):
            channel = dataset.isel(filter=f, channel=c)
            name = f"{filter_name(channel)}, {channel_name(channel['channel'].item())}"
            change, initial = channel["change"].values, channel["initial"].values
            ratio = change_over_noise(change, initial, projection)
            if ratio < 1:
                unchanged[name] = ratio
                continue
            centre = None if centres is None else centres[f]
            rows.append(_panels(channel, name, projection, centre))
    return rows, unchanged


def _panels(
    channel: xr.Dataset, name: str, projection: str, centre: NDArray[np.float64] | None
) -> list[_Panel]:
    """Panels of one channel of one filter; the first has the title."""
    moved = weight_change(channel["kernel"].values, channel["initial_kernel"].values)
    axes = "abc" if channel.sizes["c"] > 1 else "c"
    views = [("initial", "before training", "c"), *(("change", "change", axis) for axis in axes)]
    return [
        _Panel(
            axis, project(channel[variable].values, axis, projection),
            channel["voxel_vectors"].values, "" if index else f"{name}; {moved}",
            f"{what},\n{PROJECTION_TITLES[projection].format(axis)}", centre, channel.sizes[axis],
        )
        for index, (variable, what, axis) in enumerate(views)
    ]  # fmt: skip


def _panel_grid(rows: Sequence[Sequence[_Panel]], below: float) -> tuple[Figure, NDArray[Any]]:
    """Make a figure and its axes (rows, columns), with one number of inches per Å."""
    sizes = 2 * ROOM * np.array([panel.corners().max(axis=(0, 1)) for panel in rows[0]])
    widths, height = sizes[:, 0], sizes[:, 1].max()
    room = style.WIDTH - LEFT - RIGHT - GAP * (len(widths) - 1)
    scale = min(room / widths.sum(), max(0.6, min(2.2, TALLEST / len(rows))) / height)
    title = TITLE_LINE * (rows[0][0].title.count("\n") + 2)
    bottom, spare = BOTTOM + below, (room - scale * widths.sum()) / 2
    figure, panels = lattice_map.panel_grid(
        (len(rows), len(widths)), TOP + len(rows) * (scale * height + title) + bottom,
        (LEFT + spare, RIGHT + spare, bottom, TOP + title), (GAP, title),
        (scale * widths.mean(), scale * height), sharex="col", width_ratios=widths,
    )  # fmt: skip
    for column, width in zip(panels.T, widths, strict=True):
        column[-1].set(xlim=(-width / 2, width / 2), ylim=(-height / 2, height / 2))
    lattice_map.label_in_angstrom(panels, lattice_map.tick_distance(height))
    return figure, panels


def _label_top_panel(axes: Axes, panel: _Panel) -> None:
    """Write the projection above the panel and the lattice vectors on two edges of the map."""
    axes.annotate(
        panel.heading, (0.5, 1), ha="center",
        xytext=(0, 17 + 11 * panel.title.count("\n")), xycoords="axes fraction",
        textcoords="offset points",
    )  # fmt: skip
    corners = panel.corners()
    middles = [corners[[0, -1], 0].mean(axis=0), corners[-1, [0, -1]].mean(axis=0)]
    names = lattice_map.PLANES[panel.axis]
    for name, middle, offset in zip(names, middles, [(9, -5), (5, 0)], strict=True):
        axes.annotate(
            name, middle, xytext=offset, textcoords="offset points", ha="center", va="center",
            fontstyle="italic",
        )  # fmt: skip
