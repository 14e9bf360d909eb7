"""Magnetization densities: the average over the plane along c, and slices through the cell."""

from itertools import cycle

import numpy as np

from spinlens.crystal.reference_cell import magnetic_sites
from spinlens.density.projections import project
from spinlens.plots import lattice, style
from spinlens.plots.atoms import draw_shells, shell_legend
from spinlens.plots.captions import readable
from spinlens.plots.cell_maps import draw_map, frame, shells_within

HALF = 0.5  # Å to either side of a slice within which atoms are drawn


@style.applied
def plane_averages(fields, crystal):
    """Figure of the ab-plane averages, in μB Å⁻³, of densities (name -> (na, nb, nc)) by height
    in Å over the A plane, with the heights of the atoms marked; below, the same on a scale that
    shows the small values beside the large."""
    figure = style.new_figure(4.4)
    linear, rooted = figure.subplots(2, 1, sharex=True)
    rooted.set_yscale("function", functions=(lattice.signed_root, lattice.signed_square))
    marks = _marks(crystal)
    for axes in (linear, rooted):
        for (name, field), look in zip(fields.items(), cycle(style.LINES), strict=False):
            axes.plot(*plane_average(field, crystal), label=readable(name), **look)
        axes.axhline(0, color=style.MUTED, linewidth=0.6)
        for height in marks:
            axes.axvline(height, color=style.FAINT, linewidth=1.2, zorder=0)
    linear.set_ylabel("plane average of m (μB Å⁻³)")
    rooted.set_ylabel("the same, square-root scale")
    reach = max(map(abs, marks)) + 3
    rooted.set(xlabel="height over the A plane, along c (Å)", xlim=(-reach, reach))
    for height, name in marks.items():
        look = {"ha": "center", "va": "bottom", "transform": linear.get_xaxis_transform()}
        linear.text(height, 1.01, name, **look)
    figure.legend(*linear.get_legend_handles_labels(), loc="outside lower center", ncols=1)
    told = ", ".join(map(readable, fields))
    return style.describe(figure, f"Plane average of m by height over the A plane: {told}.")


@style.applied
def slices(fields, crystal):
    """Figure of slices of densities (name -> (na, nb, nc), μB Å⁻³) across c: a row a density;
    columns are the plane of the A sites, with the shells that the panel holds, and those of the
    atoms farthest below and above it, these two on one scale. Atoms are drawn within half an
    ångström of the plane."""
    planes, around = _planes(crystal), shells_within(crystal)
    figure, cells = frame(len(fields), len(planes))
    maps = [
        [project(field, "c", "slice", plane_index(field, crystal, at)) for at in planes.values()]
        for field in fields.values()
    ]
    inner, *outer = zip(*maps, strict=True)
    ends = [inner, *[[one for column in outer for one in column]] * len(outer)]
    norms = [lattice.symmetric_norm(end) for end in ends]
    for row, name, of_field in zip(cells, fields, maps, strict=True):
        row[0].set_title(readable(name), loc="left")
        for axes, one, height, norm in zip(row, of_field, planes.values(), norms, strict=True):
            draw_map(axes, one, crystal, "c", norm, (height - HALF, height + HALF))
        draw_shells(row[0], np.zeros(2), around)
    figure.legend(handles=shell_legend(around), loc="lower center", ncols=3)
    tall = figure.get_figheight()
    for axes, name, norm in zip(cells[0], planes, norms, strict=True):
        left, _, width, _ = axes.get_position().bounds
        place = [left + 0.12 * width, 1 - 0.66 / tall, 0.76 * width, 0.07 / tall]
        lattice.colour_bar(figure, norm, f"{name}\nm (μB Å⁻³)", place)
        figure.axes[-1].set_xticks(norm.vmax * np.array([-1, 0, 1]))
    told = f"{', '.join(planes)}: {', '.join(map(readable, fields))}"
    return style.describe(figure, f"Slices of m across c, to scale in Å, through {told}.")


def plane_average(field, crystal):
    """Heights (nc,) in Å over the A plane, ascending, and the ab-plane average of a field
    (na, nb, nc) there; heights wrap half a cell above and below."""
    average = np.asarray(field, dtype=np.float64).mean(axis=(0, 1))
    fraction = np.arange(average.size) / average.size - _a_height(crystal)
    heights = (fraction - np.rint(fraction)) * _spacing(crystal)
    order = np.argsort(heights)
    return heights[order], average[order]


def plane_index(field, crystal, height):
    """The voxel plane of a field (na, nb, nc) nearest to a height in Å over the A plane."""
    points = field.shape[-1]
    return round((_a_height(crystal) + height / _spacing(crystal)) * points) % points


def _planes(crystal):
    """Names and heights of the A plane and of the outermost atoms."""
    heights = _heights(crystal)
    low, high = (pick(range(len(heights)), key=heights.__getitem__) for pick in (min, max))
    names = {"A plane": 0.0}
    for index in (low, high):
        height = f"{heights[index]:+.2f} Å".replace("-", "−")
        names[f"{crystal.elements[index]} plane, {height}"] = heights[index]
    return names


def _heights(crystal):
    """Height of each site over the A plane, in Å, to the nearest image."""
    fraction = crystal.positions[:, 2] - _a_height(crystal)
    return (fraction - np.rint(fraction)) * _spacing(crystal)


def _marks(crystal):
    """Heights at which atoms are, each with the elements there."""
    marks = {}
    for element, height in zip(crystal.elements, np.round(_heights(crystal), 1), strict=True):
        marks.setdefault(float(height), []).append(element)
    return {height: "/".join(dict.fromkeys(names)) for height, names in marks.items()}


def _a_height(crystal):
    """Fractional height of the first A site."""
    return crystal.positions[magnetic_sites(crystal)[0], 2]


def _spacing(crystal):
    """Distance in Å from an ab plane to its image."""
    return 1 / np.linalg.norm(np.linalg.inv(crystal.lattice)[:, 2])
