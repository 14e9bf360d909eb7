"""Where in the crystal each filter looks: its window among the atoms, with the shells."""

import numpy as np
from matplotlib.figure import Figure

from spinlens.crystal.reference_cell import images, magnetic_sites, nearest_magnetic
from spinlens.crystal.shells import shells
from spinlens.density.projections import WORDS, project, relative
from spinlens.plots import lattice, style
from spinlens.plots.atoms import draw_atoms, draw_shells, shell_legend
from spinlens.plots.captions import channel_name
from spinlens.plots.filters import largest

SPARE = 0.8  # Å beyond the third shell
TOP, BOTTOM, TITLE, LEFT, GAP = 0.64, 0.65, 0.38, 0.4, 0.12  # inches


@style.applied
def filter_place(dataset, places, responses, agreement, crystal, projection="mean", vmax=None):
    """Figure of an open filters.nc: each filter seen along c where its window answers the
    density most strongly, one panel a channel, out to the third shell.

    `places` (filters, 3) are the windows' fractional centres in the `crystal`, `responses` and
    `agreement` (filters,) what placement.Places holds of them; `projection` and `vmax` as for
    filters.filters. Zero is the A site nearest to the window's centre; beyond the first shell
    only A sites are drawn.
    """
    kernel = dataset["kernel"].values
    chosen = largest(kernel)
    values = relative(kernel)[0]
    maps = [[project(one, "c", projection) for one in values[f]] for f in chosen]
    norm = lattice.symmetric_norm([one for row in maps for one in row], vmax)
    around = shells(crystal)
    figure, cells = _frame(len(chosen), kernel.shape[1], around[-1].distance + SPARE)
    for row, f, channels in zip(cells, chosen, maps, strict=True):
        for axes, one, name in zip(row, channels, dataset["channel"].values, strict=True):
            centre = places[f] @ crystal.lattice
            _draw(axes, one, dataset["voxel_vectors"].values, centre, crystal, around, norm)
            axes.set_title(channel_name(name), loc="right", color=style.MUTED, fontsize=7)
        row[0].set_title(_said(dataset["filter"].values[f], responses[f], agreement[f]), loc="left")
    figure.legend(handles=shell_legend(around), loc="lower center", ncols=3)
    height = figure.get_figheight()
    label = f"weight ÷ rms of its channel, {WORDS[projection].format('c')}"
    lattice.colour_bar(figure, norm, label, [0.2, 1 - 0.5 / height, 0.65, 0.1 / height])
    told = " ".join(_said(dataset["filter"].values[f], responses[f], agreement[f]).strip() + "."
                    for f in chosen)  # fmt: skip
    return style.describe(figure, f"Windows of the filters among atoms and shells. {told}")


def _draw(axes, values, vectors, centre, crystal, around, norm):
    picture = lattice.frame(crystal.lattice, "c")
    origin = nearest_magnetic(crystal, centre)
    corners = lattice.centred_corners(values.shape, lattice.steps(vectors, "c"))
    lattice.draw(axes, values, corners - origin @ picture.T, norm)
    reach = np.hypot(*(2 * [axes.get_xlim()[1]])) + crystal.lattice[2, 2] / 2
    found, apart = images(crystal, centre + origin, reach)
    level = np.abs(apart @ np.linalg.inv(crystal.lattice))[:, 2] <= 0.5
    near = np.linalg.norm(apart @ picture.T, axis=1) <= around[0].distance + SPARE
    shown = level & (near | np.isin(found, magnetic_sites(crystal)))
    draw_atoms(axes, [crystal.elements[i] for i in found[shown]], apart[shown] @ picture.T)
    draw_shells(axes, np.zeros(2), around)


def _said(number, response, agreement):
    sign = "raised" if response > 0 else "lowered"
    return f"filter {number}: {sign} most here; {100 * agreement:.0f} % of samples agree\n"


def _frame(rows, columns, reach):
    side = (style.WIDTH - LEFT - GAP * (columns - 1) - 0.05) / max(columns, 2)
    height = TOP + rows * (side + TITLE) + BOTTOM
    figure = Figure(figsize=(style.WIDTH, height))
    cells = figure.subplots(
        rows, columns, sharex=True, sharey=True, squeeze=False,
        gridspec_kw={
            "left": LEFT / style.WIDTH,
            "right": (LEFT + columns * side + GAP * (columns - 1)) / style.WIDTH,
            "bottom": BOTTOM / height, "top": 1 - (TOP + TITLE) / height,
            "wspace": GAP / side, "hspace": TITLE / side,
        },
    )  # fmt: skip
    for axes in cells.flat:
        axes.set(xlim=(-reach, reach), ylim=(-reach, reach))
    lattice.mark_each(cells, 4)
    for axes in cells[-1]:
        axes.set_xlabel("Å")
    for axes in cells[:, 0]:
        axes.set_ylabel("Å", labelpad=2, rotation=0, va="center")
    return figure, cells
