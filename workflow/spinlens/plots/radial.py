"""Radial profiles around A sites and radial functions of steerable filters, with the shells."""

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from spinlens.crystal.reference_cell import Shell, shell_names
from spinlens.filters.shell_weights import normalized, null_band, windows
from spinlens.plots import style
from spinlens.plots.axis_scale import set_root_scale
from spinlens.plots.captions import channel_name, filter_name
from spinlens.plots.crystal_drawing import SHELL_DASHES

PROFILE_HEIGHT = 1.25  # inches of a panel
FUNCTION_HEIGHT = 1.0
MOST_FILTERS = 6  # of a degree
UNTRAINED: dict[str, Any] = {"color": style.MUTED, "linestyle": (0, (1, 1.5)), "linewidth": 1}


@style.applied
def radial_profiles(
    profiles: Mapping[str, Mapping[str, ArrayLike]],
    bin_edges: NDArray[np.float64],
    shells: Sequence[Shell],
    label: str,
    root_scale: bool = False,
    note: str = "",
) -> Figure:
    """Draw profiles by the distance from an A site, with the neighbour shells as lines.

    Parameters
    ----------
    profiles : mapping of str to mapping
        For each panel its profiles by name, shape (bins,); NaN where the field has no voxel.
    bin_edges : numpy.ndarray
        Edges of the bins, shape (bins + 1,), Å.
    shells : sequence of Shell
        Neighbour shells, nearest first.
    label : str
        Name of the values, with the unit.
    root_scale : bool
        Whether values are on a square-root scale, which shows the weak values at the shells
        beside those at the core of an atom.
    note : str
        Text below the panels, broken into lines.

    Returns
    -------
    matplotlib.figure.Figure
        The figure.
    """
    figure = style.new_figure(0.9 + PROFILE_HEIGHT * len(profiles))
    panels = figure.subplots(len(profiles), 1, sharex=True, squeeze=False)[:, 0]
    middles = (bin_edges[1:] + bin_edges[:-1]) / 2
    for axes, (name, lines) in zip(panels, profiles.items(), strict=True):
        for (line, values), look in zip(lines.items(), cycle(style.LINES), strict=False):
            axes.plot(middles, values, label=line, **look)
        if root_scale:
            set_root_scale(axes, np.concatenate([np.asarray(each) for each in lines.values()]))
        axes.axhline(0, color=style.MUTED, linewidth=0.6)
        axes.set_title(name, loc="left")
        _draw_shells(axes, shells, linewidth=0.8)
    for shell, name in zip(shells, shell_names(shells), strict=True):
        panels[0].annotate(
            f"{name}: {shell.multiplicity:.3g} A sites\nat {shell.distance:.2f} Å",
            (shell.distance, 1), xytext=(0, 2), ha="right" if name == "a" else "left",
            va="bottom", fontsize=6.5, xycoords=("data", "axes fraction"),
            textcoords="offset points",
        )  # fmt: skip
    panels[-1].set(xlabel="distance from an A site (Å)", xlim=(0, bin_edges[-1]))
    figure.supylabel(label + (", square-root scale" if root_scale else ""), fontsize=8)
    handles: dict[str, Any] = {}
    for axes in panels:
        drawn, names = axes.get_legend_handles_labels()
        handles |= dict(zip(names, drawn, strict=True))
    figure.legend(list(handles.values()), list(handles), loc="outside lower center", ncols=2)
    if note:
        panels[-1].set_xlabel(f"distance from an A site (Å)\n{note}")
    distances = ", ".join(f"{shell.distance:.2f} Å" for shell in shells)
    text = f"{label} by distance from an A site: {'; '.join(profiles)}. Shells at {distances}."
    return style.describe(figure, text)


@style.applied
def radial_functions(
    dataset: xr.Dataset, shells: Sequence[Shell], null: Sequence[xr.Dataset] = ()
) -> Figure:
    """Draw the radial functions R(r) of a steerable network's filters, normalized to one.

    A column is a degree l of the output features, a row a filter (gates left out), a line a
    channel. The vertical scale is set beyond half the first shell's distance, because R may be
    far larger at the site itself. Of more than 6 filters of a degree, the first 6 are drawn.

    Parameters
    ----------
    dataset : xarray.Dataset
        `filters.nc` of a steerable network.
    shells : sequence of Shell
        Neighbour shells, nearest first.
    null : sequence of xarray.Dataset
        `filters.nc` of networks trained on permuted labels; the grey band holds 95 % of their
        filters of the same degree.

    Returns
    -------
    matplotlib.figure.Figure
        The figure.
    """
    distance, columns, limits = dataset["distance"].values, _columns(dataset), _null_limits(null)
    trained, initial = (
        normalized(dataset[name].values, distance) for name in ("profile", "initial_profile")
    )
    rows = max(map(len, columns.values()))
    figure = style.new_figure(1.3 + FUNCTION_HEIGHT * rows)
    panels = figure.subplots(rows, len(columns), sharex=True, sharey=True, squeeze=False)
    for axes in panels.flat:
        axes.set_axis_off()
    for column, (degree, chosen) in enumerate(columns.items()):
        for axes, index in zip(panels[:, column], chosen, strict=False):
            axes.set_axis_on()
            if degree in limits:
                limit = limits[degree]
                axes.fill_between(distance, -limit, limit, color=style.FAINT, linewidth=0,
                                  label="95 % of filters, permuted labels")  # fmt: skip
            _draw_filter(axes, dataset.isel(filter=index), trained[index], initial[index])
            _draw_shells(axes, shells, linewidth=0.7)
    drawn = trained[np.concatenate(list(columns.values()))]
    beyond = distance >= windows(shells)["site"][1]
    end = 1.15 * np.nanmax(np.abs(drawn[:, :, beyond]), initial=1e-3)
    panels[0, 0].set(xlim=(0, distance[-1]), ylim=(-end, end))
    for column, chosen in zip(panels.T, columns.values(), strict=True):
        lowest = column[min(len(chosen), rows) - 1]
        lowest.set_xlabel("distance (Å)")
        lowest.tick_params(labelbottom=True)
    _name_shells(panels[0], shells)
    figure.supylabel("R(r), norm 1 (Å$^{-3/2}$)", fontsize=8)
    lines, names = panels[0, 0].get_legend_handles_labels()
    figure.legend(lines, names, loc="outside lower center", ncols=2)
    marked = ", ".join(
        f"{n} at {s.distance:.2f} Å" for n, s in zip(shell_names(shells), shells, strict=True)
    )
    text = f"Radial functions of the filters by distance, a column a degree. Shells: {marked}."
    return style.describe(figure, text)


def _columns(dataset: xr.Dataset) -> dict[int, NDArray[np.intp]]:
    """Choose the filters to draw by degree, in the order of the file."""
    degrees, is_feature = dataset["degree"].values, dataset["role"].values == "feature"
    return {
        int(degree): np.flatnonzero((degrees == degree) & is_feature)[:MOST_FILTERS]
        for degree in np.unique(degrees)
    }


def _null_limits(null: Sequence[xr.Dataset]) -> dict[int, NDArray[np.float64]]:
    """Compute limits (distances,) of |R| by degree, over features of permuted labels."""
    if not null:
        return {}
    profiles, degrees = [], []
    for dataset in null:
        functions = normalized(dataset["profile"].values, dataset["distance"].values)
        is_feature = dataset["role"].values == "feature"
        kept = is_feature & np.isfinite(functions).all(axis=(1, 2))
        profiles.append(functions[kept])
        degrees.append(dataset["degree"].values[kept])
    return null_band(np.concatenate(profiles), np.concatenate(degrees))


def _draw_filter(
    axes: Axes, weights: xr.Dataset, trained: NDArray[np.float64], initial: NDArray[np.float64]
) -> None:
    """Draw one filter, (channels, distances) after and before training."""
    distance = weights["distance"].values
    names = [channel_name(name) for name in weights["channel"].values]
    for name, values, look in zip(names, trained, cycle(style.LINES), strict=False):
        axes.plot(distance, values, label=name, **look)
    axes.plot(distance, initial[0], label=f"{names[0]}, before training", **UNTRAINED)
    axes.axhline(0, color=style.MUTED, linewidth=0.5)
    axes.set_title(filter_name(weights), loc="left")


def _draw_shells(axes: Axes, shells: Sequence[Shell], linewidth: float) -> None:
    for shell, dash in zip(shells, SHELL_DASHES, strict=False):
        axes.axvline(shell.distance, color=style.INK, linewidth=linewidth, linestyle=dash)


def _name_shells(panels: NDArray[Any], shells: Sequence[Shell]) -> None:
    for axes in panels:
        for number, shell in enumerate(shells, start=1):
            axes.annotate(
                f"J{number}", (shell.distance, 0), xytext=(1, 2), ha="left", va="bottom",
                fontsize=6, xycoords=("data", "axes fraction"), textcoords="offset points",
            )  # fmt: skip
