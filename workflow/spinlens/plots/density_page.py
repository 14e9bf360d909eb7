"""Isosurfaces of ±m with the atoms, on a page that turns them in a browser."""

import base64
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spinlens.core.templates import render
from spinlens.crystal.reference_cell import Crystal, magnetic_sites
from spinlens.density.isosurface import Surface, pair
from spinlens.plots.captions import readable
from spinlens.plots.isosurface import NEGATIVE, POSITIVE

PAGE_RADII = {True: 0.5, False: 0.34}  # Å, of A sites and of other atoms: marks, not sizes
PAGE_GREYS = {True: 0.35, False: 0.62}


def density_page(
    fields: Mapping[str, NDArray[Any]],
    crystal: Crystal,
    levels: Mapping[str, float],
    title: str,
    step: int = 1,
) -> str:
    """Make a page of the surfaces of ±level that can be turned, in one file without network.

    WebGL draws them; without it, the page says so.

    Parameters
    ----------
    fields : mapping of str to numpy.ndarray
        Densities by name, shape (na, nb, nc), μB Å⁻³; the page chooses among them.
    crystal : Crystal
        The reference crystal.
    levels : mapping of str to float
        Level of each density's surfaces, μB Å⁻³.
    title : str
        Title of the page.
    step : int
        Voxels that marching cubes takes at once.

    Returns
    -------
    str
        The page, as HTML.
    """
    data = {
        "lattice": np.round(crystal.lattice, 5).tolist(),
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
    name: str, field: NDArray[Any], lattice: NDArray[np.float64], level: float, step: int
) -> dict[str, Any]:
    positive, negative = pair(field, lattice, level, step)
    packed = {"positive": _packed(positive), "negative": _packed(negative)}
    return {"name": readable(name), "level": f"{level:.2g}"} | packed


def _packed(surface: Surface) -> dict[str, Any]:
    """Pack a surface in base64, a fifth of the size of decimal numbers.

    Positions have 16 bits within their box, normals 8 bits padded to four bytes, indices 32.
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
        "indices": _base64(surface.triangles, "<u4"),
    }


def _page_atoms(crystal: Crystal) -> list[dict[str, Any]]:
    magnetic = np.isin(np.arange(len(crystal.elements)), magnetic_sites(crystal)).tolist()
    return [
        {
            "element": element,
            "place": np.round(place, 4).tolist(),
            "radius": PAGE_RADII[is_a_site],
            "colour": [PAGE_GREYS[is_a_site]] * 3,
        }
        for element, place, is_a_site in zip(
            crystal.elements, crystal.cartesian(), magnetic, strict=True
        )
    ]


def _base64(values: ArrayLike, dtype: str) -> str:
    return base64.b64encode(np.asarray(values).astype(dtype).tobytes()).decode("ascii")


def _css_colour(colour: tuple[float, ...]) -> str:
    return "rgb({:.0f} {:.0f} {:.0f})".format(*(255 * component for component in colour[:3]))
