"""Radial functions of a steerable network's filters, with the neighbour shells marked."""

from itertools import cycle

import numpy as np

from spinlens.crystal.shells import NAMES
from spinlens.filters.shell_weights import normalized, null_band, windows
from spinlens.plots import style
from spinlens.plots.atoms import DASHES
from spinlens.plots.captions import channel_name, filter_name

PANEL = 1.0  # inches
MOST = 6  # filters of a degree
BEFORE = {"color": style.MUTED, "linestyle": (0, (1, 1.5)), "linewidth": 1}


@style.applied
def radial_filters(dataset, shells, null=()):
    """Figure of an open filters.nc of a steerable network: R(r) of norm one, a column a degree l of
    the features made, a row a filter, gates left out, a line a channel. The scale is that of
    what lies beyond half the first shell's distance: at the site itself R may be far larger.

    `shells` are shells.Shell; `null` are such files of permuted labels: within the band lie 95 %
    of their filters of this degree. Of more than 6 filters of a degree the first 6 are drawn.
    """
    distance, columns, band = dataset["distance"].values, _columns(dataset), _band(null)
    trained, before = (
        normalized(dataset[name].values, distance) for name in ("profile", "initial_profile")
    )
    rows = max(map(len, columns.values()))
    figure = style.new_figure(1.3 + PANEL * rows)
    cells = figure.subplots(rows, len(columns), sharex=True, sharey=True, squeeze=False)
    for axes in cells.flat:
        axes.set_axis_off()
    for column, (degree, chosen) in enumerate(columns.items()):
        for axes, index in zip(cells[:, column], chosen, strict=False):
            axes.set_axis_on()
            _draw(axes, dataset.isel(filter=index), trained[index], before[index], shells,
                  band.get(degree))  # fmt: skip
    drawn = np.concatenate(list(columns.values()))
    _finish(figure, cells, distance, trained[drawn], shells)
    marked = ", ".join(f"{n} at {s.distance:.2f} Å" for n, s in zip(NAMES, shells, strict=False))
    told = "Radial functions of the filters by distance, a column a degree"
    return style.describe(figure, f"{told}. Shells: {marked}.")


def _columns(dataset):
    """{degree: filters to draw}, in the order of the file."""
    degrees, own = dataset["degree"].values, dataset["role"].values == "feature"
    return {
        int(degree): np.flatnonzero((degrees == degree) & own)[:MOST]
        for degree in np.unique(degrees)
    }


def _draw(axes, one, values, before, shells, limit):
    """One filter, (channels, distances) after and before training, and the null's limit."""
    distance, names = one["distance"].values, [channel_name(name) for name in one["channel"].values]
    if limit is not None:
        axes.fill_between(distance, -limit, limit, color=style.FAINT, linewidth=0,
                          label="95 % of filters, permuted labels")  # fmt: skip
    for name, line, look in zip(names, values, cycle(style.LINES), strict=False):
        axes.plot(distance, line, label=name, **look)
    axes.plot(distance, before[0], label=f"{names[0]}, before training", **BEFORE)
    axes.axhline(0, color=style.MUTED, linewidth=0.5)
    for shell, dash in zip(shells, DASHES, strict=False):
        axes.axvline(shell.distance, color=style.INK, linewidth=0.7, linestyle=dash)
    axes.set_title(filter_name(one), loc="left")


def _finish(figure, cells, distance, drawn, shells):
    """Limits, names of axes and shells, and the legend."""
    far = distance >= windows(shells)["site"][1]
    end = 1.15 * np.nanmax(np.abs(drawn[:, :, far]), initial=1e-3)
    cells[0, 0].set(xlim=(0, distance[-1]), ylim=(-end, end))
    for axes in cells[-1]:
        axes.set_xlabel("distance (Å)")
    place = {"xycoords": ("data", "axes fraction"), "textcoords": "offset points"}
    look = {"xytext": (1, 2), "ha": "left", "va": "bottom", "fontsize": 6}
    for axes in cells[0]:
        for i, shell in enumerate(shells, start=1):
            axes.annotate(f"J{i}", (shell.distance, 0), **place, **look)
    figure.supylabel("R(r), norm 1 (Å$^{-3/2}$)", fontsize=8)
    lines, names = cells[0, 0].get_legend_handles_labels()
    figure.legend(lines, names, loc="outside lower center", ncols=2)


def _band(null):
    """{degree: limit (distances,)} of |R| over the finite features of files."""
    if not null:
        return {}
    profiles, degrees = [], []
    for each in null:
        found = normalized(each["profile"].values, each["distance"].values)
        kept = (each["role"].values == "feature") & np.isfinite(found).all(axis=(1, 2))
        profiles.append(found[kept])
        degrees.append(each["degree"].values[kept])
    return null_band(np.concatenate(profiles), np.concatenate(degrees))
