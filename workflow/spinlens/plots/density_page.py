"""The interactive page of isosurfaces of ±m: one file without network, to be turned and cut."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spinlens.core.templates import render
from spinlens.crystal.reference_cell import Crystal, magnetic_sites
from spinlens.density.isosurface import Surface, closed_shells
from spinlens.plots.atom_marks import element_colour
from spinlens.plots.captions import readable
from spinlens.plots.isosurface import NEGATIVE, POSITIVE

PAGE_RADII = {True: 0.5, False: 0.34}  # Å, of A sites and of other atoms: marks, not sizes


def density_page(
    fields: Mapping[str, NDArray[Any]],
    crystal: Crystal,
    levels: Mapping[str, Sequence[float]],
    title: str,
    step: int = 1,
    start: int = 0,
) -> str:
    """Make a page of the surfaces of ±level that can be turned, in one file without network.

    WebGL draws them; without it, the page says so.

    Parameters
    ----------
    fields : mapping of str to numpy.ndarray
        Densities by name, shape (na, nb, nc), μB Å⁻³; the page chooses among them.
    crystal : Crystal
        The reference crystal.
    levels : mapping of str to sequence of float
        Levels of each density's surfaces, μB Å⁻³, among which a slider chooses; as many of each.
    title : str
        Title of the page.
    step : int
        Voxels that marching cubes takes at once.
    start : int
        Index of the level that is shown first.

    Returns
    -------
    str
        The page, as HTML.
    """
    data = {
        "lattice": np.round(crystal.lattice, 5).tolist(),
        "inverse": np.round(np.linalg.inv(crystal.lattice), 7).tolist(),
        "start": start,
        "height": float(crystal.cartesian()[magnetic_sites(crystal), 2].mean()),
        "positive": [round(component, 3) for component in POSITIVE[:3]],
        "negative": [round(component, 3) for component in NEGATIVE[:3]],
        "atoms": _page_atoms(crystal),
        "fields": [
            _page_field(name, field, crystal.lattice, levels[name], step)
            for name, field in fields.items()
        ],
    }
    return render(
        "plots/templates/density_page.html",
        title=title,
        elements=", ".join(dict.fromkeys(crystal.elements)),
        positive_colour=_css_colour(POSITIVE),
        negative_colour=_css_colour(NEGATIVE),
        data=data,
    )


def _page_field(
    name: str, field: NDArray[Any], lattice: NDArray[np.float64], levels: Sequence[float], step: int
) -> dict[str, Any]:
    made = []
    for level in levels:
        packed = {
            part: _packed(closed_shells(sign * field, lattice, level, (1, 1, 1), step))
            for part, sign in (("positive", 1), ("negative", -1))
        }
        made.append({"level": f"{level:.2g}"} | packed)
    return {"name": readable(name), "levels": made}


def _packed(surface: Surface) -> dict[str, Any]:
    """Pack a surface in base64, a fifth of the size of decimal numbers.

    Positions have 16 bits within their box, normals 8 bits padded to four bytes, indices 16 bits if
    they suffice, otherwise 32.
    """
    vertices = surface.vertices if len(surface.vertices) else np.zeros((1, 3))
    low = vertices.min(axis=0)
    size = np.maximum(vertices.max(axis=0) - low, 1e-9)
    normals = np.pad(np.rint(127 * surface.normals), [(0, 0), (0, 1)])
    return {
        "triangles": 3 * len(surface.triangles),
        "low": np.round(low, 5).tolist(),
        "size": np.round(size, 5).tolist(),
        "positions": _base64(np.rint(65535 * (vertices - low) / size), "<u2"),
        "normals": _base64(normals, "i1"),
        "indices": _base64(surface.triangles, "<u2" if len(vertices) <= 2**16 else "<u4"),
    }


def _page_atoms(crystal: Crystal) -> list[dict[str, Any]]:
    magnetic = np.isin(np.arange(len(crystal.elements)), magnetic_sites(crystal)).tolist()
    return [
        {
            "element": element,
            "place": np.round(place, 4).tolist(),
            "radius": PAGE_RADII[is_a_site],
            "colour": [round(part, 3) for part in element_colour(element)],
        }
        for element, place, is_a_site in zip(
            crystal.elements, crystal.cartesian(), magnetic, strict=True
        )
    ]


def _base64(values: ArrayLike, dtype: str) -> str:
    return base64.b64encode(np.asarray(values).astype(dtype).tobytes()).decode("ascii")


def _css_colour(colour: tuple[float, ...]) -> str:
    return "rgb({:.0f} {:.0f} {:.0f})".format(*(255 * component for component in colour[:3]))
