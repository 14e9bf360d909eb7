"""Fields on the whole cell as maps: seen along each axis, tiled, among atoms and shells."""

import numpy as np
from matplotlib.figure import Figure

from spinlens.crystal.reference_cell import images, magnetic_sites
from spinlens.crystal.shells import shells
from spinlens.density.projections import WORDS, project
from spinlens.plots import lattice, style
from spinlens.plots.atoms import draw_atoms, draw_shells, shell_legend

REACH = 4.9  # Å from the middle A site: its three neighbours at a/√3, and a little more
TOP, BOTTOM, TITLE, LEFT, GAP = 1.02, 0.65, 0.3, 0.4, 0.12  # inches


@style.applied
def cell_maps(fields, crystal, label, projection="mean"):
    """Figure of fields (name -> (na, nb, nc)) on the cell of a Crystal, all on one scale: a row
    a field, a column an axis that it is seen along. Zero is the first A site, with the shells
    that the panel holds around it; `label` names the colour bar, with its unit."""
    figure, cells = frame(len(fields), 3)
    maps = [[project(field, axis, projection) for axis in "abc"] for field in fields.values()]
    norm = lattice.symmetric_norm([one for row in maps for one in row])
    around = shells_within(crystal)
    for row, name, of_field in zip(cells, fields, maps, strict=True):
        row[0].set_title(name, loc="left")
        for axes, axis, one in zip(row, "abc", of_field, strict=True):
            draw_map(axes, one, crystal, axis, norm)
            draw_shells(axes, np.zeros(2), around)
    for axes, axis in zip(cells[0], "abc", strict=True):
        look = {"xycoords": "axes fraction", "textcoords": "offset points", "ha": "center"}
        axes.annotate(WORDS[projection].format(axis), (0.5, 1), xytext=(0, 19), **look)
    figure.legend(handles=shell_legend(around), loc="lower center", ncols=3)
    lattice.colour_bar(figure, norm, label, bar_place(figure))
    told = f"{label} along a, b and c, to scale in Å: {'; '.join(fields)}."
    return style.describe(figure, told)


def shells_within(crystal):
    """The shells.Shell of a Crystal that a panel holds around its zero."""
    return [shell for shell in shells(crystal) if shell.distance <= REACH]


def draw_map(axes, values, crystal, axis, norm, sight=None):
    """A periodic map (n1, n2) of the cell seen along `axis`, repeated to fill the panel, the
    first A site at zero, with the cell's outline there and the atoms: all of a cell's length
    along the line of sight, or those between the two heights `sight`, in Å from the A site."""
    picture = lattice.frame(crystal.lattice, axis)
    start = crystal.cartesian()[magnetic_sites(crystal)[0]]
    edges = lattice.steps(crystal.lattice, axis)
    fine = edges / np.array(values.shape)[:, None]
    repeats = int(np.ceil(2 * REACH / np.linalg.norm(edges, axis=1).min()))
    corners = lattice.cell_corners(values.shape, fine, repeats) - start @ picture.T
    lattice.draw(axes, np.tile(values, (2 * repeats + 1,) * 2), corners, norm, outline=False)
    around = np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]) @ edges - start @ picture.T
    axes.plot(*around.T, color=style.INK, linewidth=0.6)
    axes.set(xlim=(-REACH, REACH), ylim=(-REACH, REACH))
    found, apart = _in_sight(crystal, start, axis, sight)
    points = apart @ picture.T
    draw_atoms(axes, [crystal.elements[i] for i in found], points)


def frame(rows, columns):
    """A figure and its square panels (rows, columns), `REACH` Å to each side of zero."""
    side = (style.WIDTH - LEFT - GAP * (columns - 1) - 0.05) / columns
    height = TOP + rows * (side + TITLE) + BOTTOM
    figure = Figure(figsize=(style.WIDTH, height))
    cells = figure.subplots(
        rows, columns, sharex=True, sharey=True, squeeze=False,
        gridspec_kw={
            "left": LEFT / style.WIDTH, "right": 1 - 0.05 / style.WIDTH,
            "bottom": BOTTOM / height, "top": 1 - TOP / height,
            "wspace": GAP / side, "hspace": TITLE / side,
        },
    )  # fmt: skip
    lattice.mark_each(cells, 2)
    for axes in cells[-1]:
        axes.set_xlabel("Å")
    for axes in cells[:, 0]:
        axes.set_ylabel("Å", labelpad=2, rotation=0, va="center")
    return figure, cells


def bar_place(figure):
    """Where a figure of `frame` has its colour bar."""
    height = figure.get_figheight()
    return [0.2, 1 - 0.5 / height, 0.65, 0.1 / height]


def _in_sight(crystal, start, axis, sight):
    """Sites within sight over the panel, and their positions relative to `start`."""
    index = "abc".index(axis)
    length = np.linalg.norm(crystal.lattice[index])
    low, high = sight or (-length / 2, length / 2)
    found, apart = images(crystal, start, 1.5 * REACH + max(abs(low), abs(high)))
    along = (apart @ np.linalg.inv(crystal.lattice))[:, index] * length
    near = (along >= low - 1e-6) & (along <= high + 1e-6)
    return found[near], apart[near]
