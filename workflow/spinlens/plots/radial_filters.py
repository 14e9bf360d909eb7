"""Radial functions of a steerable network's filters, with the neighbour shells marked."""

from itertools import cycle

import numpy as np

from spinlens.plots import style
from spinlens.plots.atoms import DASHES
from spinlens.plots.words import channel
from spinlens.shell_weights import normalized, null_band, windows
from spinlens.shells import NAMES

PANEL = 1.0  # inches
MOST = 6  # filters of a degree


@style.applied
def radial_filters(dataset, shells, null=()):
    """Figure of an open filters.nc of a steerable network: R(r) of norm one, a column a degree l of
    the features made, a row a filter, gates left out, a line a channel. The scale is that of
    what lies beyond half the first shell's distance: at the site itself R may be far larger.

    `shells` are shells.Shell; `null` are such files of permuted labels: within the band lie 95 %
    of their filters of this degree. Of more than 6 filters of a degree the first 6 are drawn.
    """
    distance = dataset["distance"].values
    profiles, before = (
        normalized(dataset[name].values, distance) for name in ("profile", "initial_profile")
    )
    degrees, roles = dataset["degree"].values, dataset["role"].values
    columns = {
        int(degree): np.flatnonzero((degrees == degree) & (roles == "feature"))[:MOST]
        for degree in np.unique(degrees)
    }
    band = _band(null)
    rows = max(map(len, columns.values()))
    figure = style.new_figure(1.3 + PANEL * rows)
    cells = figure.subplots(rows, len(columns), sharex=True, sharey=True, squeeze=False)
    for column, (degree, chosen) in enumerate(columns.items()):
        for row, axes in enumerate(cells[:, column]):
            if row >= len(chosen):
                axes.set_axis_off()
                continue
            index = chosen[row]
            if degree in band:
                limit = band[degree]
                axes.fill_between(distance, -limit, limit, color=style.FAINT, linewidth=0,
                                  label="95 % of filters, permuted labels")  # fmt: skip
            names = [channel(name) for name in dataset["channel"].values]
            for name, values, look in zip(names, profiles[index], cycle(style.LINES), strict=False):
                axes.plot(distance, values, label=name, **look)
            axes.plot(distance, before[index, 0], label=f"{names[0]}, before training",
                      color=style.MUTED, linestyle=(0, (1, 1.5)), linewidth=1)  # fmt: skip
            axes.axhline(0, color=style.MUTED, linewidth=0.5)
            for shell, dash in zip(shells, DASHES, strict=False):
                axes.axvline(shell.distance, color=style.INK, linewidth=0.7, linestyle=dash)
            axes.set_title(f"filter {dataset['filter'].values[index]}, l = {degree}", loc="left")
    _mark(cells[0], shells)
    far = distance >= windows(shells)["site"][1]
    drawn = np.concatenate(list(columns.values()))
    end = 1.15 * np.nanmax(np.abs(profiles[drawn][:, :, far]), initial=1e-3)
    for axes in cells[-1]:
        axes.set(xlim=(0, distance[-1]), ylim=(-end, end))
        axes.set_xlabel("distance (Å)")
    figure.supylabel("R(r), norm 1 (Å$^{-3/2}$)", fontsize=8)
    handles = dict(zip(*reversed(cells[0, 0].get_legend_handles_labels()), strict=True))
    figure.legend(handles.values(), handles, loc="outside lower center", ncols=2)
    marked = ", ".join(
        f"{name} at {s.distance:.2f} Å" for name, s in zip(NAMES, shells, strict=False)
    )
    told = "Radial functions of the filters by distance, a column a degree"
    return style.describe(figure, f"{told}. Shells: {marked}.")


def _band(null):
    if not null:
        return {}
    profiles = [normalized(each["profile"].values, each["distance"].values) for each in null]
    kept = [each["role"].values == "feature" for each in null]
    degrees = [each["degree"].values[own] for each, own in zip(null, kept, strict=True)]
    found = [each[own] for each, own in zip(profiles, kept, strict=True)]
    finite = [np.isfinite(each).all(axis=(1, 2)) for each in found]
    pairs = [
        np.concatenate([each[ok] for each, ok in zip(group, finite, strict=True)])
        for group in (found, degrees)
    ]
    return null_band(*pairs)


def _mark(top, shells):
    """J1, J2, J3 above the panels of the first row."""
    for axes in top:
        for i, shell in enumerate(shells, start=1):
            axes.annotate(f"J{i}", (shell.distance, 1), xycoords=("data", "axes fraction"),
                          xytext=(0, 1), textcoords="offset points", ha="center", va="bottom",
                          fontsize=6.5)  # fmt: skip
