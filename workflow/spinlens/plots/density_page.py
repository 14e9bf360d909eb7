"""An interactive page of isosurfaces: one file, no network, drawn by WebGL in the browser."""

import base64
import json
from html import escape
from pathlib import Path

import numpy as np

from spinlens.crystal.reference_cell import magnetic_sites
from spinlens.density.isosurface import pair
from spinlens.plots.isosurface import NEGATIVE, POSITIVE

TEMPLATE = Path(__file__).with_name("density_page.html")
RADII = {True: 0.5, False: 0.34}  # Å, of A sites and of the others: marks, not atomic radii
GREYS = {True: 0.35, False: 0.62}


def density_page(fields, crystal, levels, title, step=1):
    """HTML of a page that shows the surfaces of ±level of densities, with the atoms.

    `fields` maps names to densities (na, nb, nc) in μB Å⁻³ on a Crystal, `levels` the same names
    to levels; marching cubes takes `step` voxels at once. The page chooses between the fields,
    turns by mouse, touch or keys, and says so where the browser has no WebGL.
    """
    data = {
        "lattice": np.round(crystal.lattice, 5).tolist(),
        "height": float(crystal.cartesian()[magnetic_sites(crystal), 2].mean()),
        "positive": [round(c, 3) for c in POSITIVE[:3]],
        "negative": [round(c, 3) for c in NEGATIVE[:3]],
        "atoms": _atoms(crystal),
        "fields": [
            _field(name, field, crystal.lattice, levels[name], step)
            for name, field in fields.items()
        ],
    }
    stored = json.dumps(data, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c")
    words = {
        "__TITLE__": escape(title),
        "__ALT__": f"Surfaces of positive and negative magnetization density: {escape(title)}",
        "__FOOTER__": f"Atoms: {escape(', '.join(dict.fromkeys(crystal.elements)))}; lengths in Å.",
        "__POSITIVE__": _css(POSITIVE),
        "__NEGATIVE__": _css(NEGATIVE),
        "__DATA__": stored,  # last: what it holds is not looked through
    }
    page = TEMPLATE.read_text(encoding="utf-8")
    for mark, text in words.items():
        page = page.replace(mark, text)
    return page


def _field(name, field, lattice, level, step):
    positive, negative = pair(field, lattice, level, step)
    shown = {"name": name.replace("_", " "), "level": f"{level:.2g}"}
    return shown | {"positive": _stored(positive), "negative": _stored(negative)}


def _stored(surface):
    """A surface as 16-bit positions within its box, 8-bit normals padded to four bytes, and
    32-bit indices, in base64: a fifth of the size of decimal numbers."""
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


def _atoms(crystal):
    magnetic = set(magnetic_sites(crystal).tolist())
    return [
        {
            "element": element,
            "place": np.round(place, 4).tolist(),
            "radius": RADII[index in magnetic],
            "colour": [GREYS[index in magnetic]] * 3,
        }
        for index, (element, place) in enumerate(
            zip(crystal.elements, crystal.cartesian(), strict=True)
        )
    ]


def _base64(values, kind):
    return base64.b64encode(np.asarray(values).astype(kind).tobytes()).decode("ascii")


def _css(colour):
    return "rgb({:.0f} {:.0f} {:.0f})".format(*(255 * c for c in colour[:3]))
