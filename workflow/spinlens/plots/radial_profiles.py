"""Radial profiles around the A sites, with the neighbour shells marked."""

from itertools import cycle

from spinlens.crystal.shells import NAMES
from spinlens.plots import lattice, style
from spinlens.plots.atoms import DASHES

PANEL = 1.25  # inches


@style.applied
def radial(panels, bin_edges, shells, label, rooted=False):
    """Figure of radial profiles: a panel a name, a line a profile (bins,) by distance in Å.

    `panels` maps a panel's name to its profiles by name; `bin_edges` in Å; `shells` are
    shells.Shell, drawn as vertical lines; `label` names the values with their unit. A bin that
    the field does not cover is NaN and leaves a gap. `rooted`: on a square-root scale, which
    shows what is left at the shells beside the core of an atom.
    """
    figure = style.new_figure(0.9 + PANEL * len(panels))
    cells = figure.subplots(len(panels), 1, sharex=True, squeeze=False)[:, 0]
    middles = (bin_edges[1:] + bin_edges[:-1]) / 2
    for axes, (name, profiles) in zip(cells, panels.items(), strict=True):
        for (line, values), look in zip(profiles.items(), cycle(style.LINES), strict=False):
            axes.plot(middles, values, label=line, **look)
        if rooted:
            lattice.root_scale(axes, [v for values in profiles.values() for v in values])
        axes.axhline(0, color=style.MUTED, linewidth=0.6)
        axes.set_title(name, loc="left")
        for shell, dash in zip(shells, DASHES, strict=False):
            axes.axvline(shell.distance, color=style.INK, linewidth=0.8, linestyle=dash)
    for shell, name in zip(shells, NAMES, strict=False):
        text = f"{name}: {shell.multiplicity:.3g} A sites\nat {shell.distance:.2f} Å"
        side = "right" if name == "a" else "left"
        look = {"xycoords": ("data", "axes fraction"), "textcoords": "offset points"}
        place = {"xytext": (0, 2), "ha": side, "va": "bottom", "fontsize": 6.5}
        cells[0].annotate(text, (shell.distance, 1), **place, **look)
    cells[-1].set(xlabel="distance from an A site (Å)", xlim=(0, bin_edges[-1]))
    figure.supylabel(label + (", square-root scale" if rooted else ""), fontsize=8)
    handles = {}
    for axes in cells:
        lines, names = axes.get_legend_handles_labels()
        handles |= dict(zip(names, lines, strict=True))
    figure.legend(handles.values(), handles, loc="outside lower center", ncols=2)
    marked = ", ".join(f"{s.distance:.2f} Å" for s in shells)
    told = f"{label} by distance from an A site: {'; '.join(panels)}. Shells at {marked}."
    return style.describe(figure, told)
