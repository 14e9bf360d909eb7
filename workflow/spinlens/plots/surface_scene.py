"""Scenes of isosurfaces, atoms, bonds and cells, rendered by PyVista without a display.

VTK ends the process where no OpenGL library is found, so a scene is rendered in a process of its
own, from which the caller learns that there is no picture.
"""

import os
import pickle
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np
from ase.data import atomic_numbers, covalent_radii
from numpy.typing import ArrayLike, NDArray

from spinlens.core.fingerprint import LIBRARY
from spinlens.crystal.reference_cell import Crystal
from spinlens.density.isosurface import Surface
from spinlens.plots.atom_marks import ball_radius, element_colour

BOND_RADIUS, LONGEST_BOND = 0.09, 1.12  # Å, and of the sum of covalent radii
BOUNDARY = 0.02  # of a cell: sites this near to its faces are drawn on both
ROOM = 0.6  # Å around what is drawn


class Picture(NamedTuple):
    """A rendered scene.

    Attributes
    ----------
    image
        Colours, (height, width, 3), 0 to 255.
    size
        Width and height, Å.
    """

    image: NDArray[np.uint8]
    size: tuple[float, float]


def pictures(
    surfaces: Mapping[Any, Surface],
    crystal: Crystal,
    repeats: tuple[int, int, int],
    views: Mapping[str, ArrayLike],
    pixels_per_angstrom: float = 45.0,
) -> dict[str, Picture] | None:
    """Render a scene from several directions, in a process of its own.

    Parameters
    ----------
    surfaces : mapping of colour to Surface
        Surfaces by their colour, as Matplotlib takes it.
    crystal : Crystal
        The crystal, whose sites, bonds and cells are drawn.
    repeats : tuple of int
        Cells along a, b and c.
    views : mapping of str to array_like
        Directions by name: from the scene to the viewer, and upwards; shape (2, 3), Cartesian.
    pixels_per_angstrom : float
        Resolution.

    Returns
    -------
    dict of str to Picture or None
        A picture for each view; None if this machine cannot render (no EGL and no OSMesa).
    """
    given = (dict(surfaces), crystal, repeats, dict(views), pixels_per_angstrom)
    paths = [str(LIBRARY.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    with TemporaryDirectory() as folder:
        made = Path(folder, "pictures")
        subprocess.run(
            [sys.executable, "-m", __name__, str(made)],
            input=pickle.dumps(given), check=False,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
        )  # fmt: skip
        return pickle.loads(made.read_bytes()) if made.is_file() else None


def render(
    surfaces: Mapping[Any, Surface],
    crystal: Crystal,
    repeats: tuple[int, int, int],
    views: Mapping[str, ArrayLike],
    pixels_per_angstrom: float = 45.0,
) -> dict[str, Picture]:
    """Render a scene in this process.

    Parameters
    ----------
    surfaces, crystal, repeats, views, pixels_per_angstrom
        As `pictures` takes them.

    Returns
    -------
    dict of str to Picture
    """
    if not os.environ.get("DISPLAY") and sys.platform == "linux":
        os.environ.setdefault("VTK_DEFAULT_OPENGL_WINDOW", "vtkEGLRenderWindow")
    import pyvista as pv  # heavy, and only here

    plotter: Any = pv.Plotter(off_screen=True, lighting="light kit")
    plotter.set_background("white")
    drawn = _add_surfaces(plotter, surfaces)
    drawn.append(_add_atoms(plotter, crystal, repeats))
    drawn.append(_add_cells(plotter, crystal, repeats))
    plotter.enable_parallel_projection()
    plotter.enable_anti_aliasing("ssaa")
    made = {
        name: _picture(plotter, np.asarray(view, dtype=float), np.concatenate(drawn),
                       pixels_per_angstrom)
        for name, view in views.items()
    }  # fmt: skip
    plotter.close()
    return made


def atoms_in_cells(
    crystal: Crystal, repeats: tuple[int, int, int]
) -> tuple[list[str], NDArray[np.float64]]:
    """List the atoms of some cells, with those on a face on the opposite one, too.

    Parameters
    ----------
    crystal : Crystal
        The crystal.
    repeats : tuple of int
        Cells along a, b and c.

    Returns
    -------
    elements : list of str
    places : numpy.ndarray
        Cartesian positions, shape (n, 3), Å.
    """
    shifts = np.stack(np.meshgrid(*(np.arange(-1, n + 1) for n in repeats), indexing="ij"), -1)
    fractional = crystal.positions + shifts.reshape(-1, 1, 3)
    within = (fractional >= -BOUNDARY) & (fractional <= np.array(repeats) + BOUNDARY)
    cells, sites = np.nonzero(within.all(axis=-1))
    places = fractional[cells, sites] @ crystal.lattice
    return [crystal.elements[site] for site in sites], places


def bonds(elements: list[str], places: NDArray[np.float64]) -> NDArray[np.intp]:
    """Find the pairs of atoms within the sum of their covalent radii and an eighth.

    Parameters
    ----------
    elements : list of str
        Symbols, length n.
    places : numpy.ndarray
        Cartesian positions, shape (n, 3), Å.

    Returns
    -------
    numpy.ndarray
        Indices of the pairs, shape (bonds, 2).
    """
    radii = np.array([covalent_radii[atomic_numbers[element]] for element in elements])
    distance = np.linalg.norm(places[:, None] - places, axis=-1)
    return np.argwhere(np.triu(distance < LONGEST_BOND * (radii[:, None] + radii), k=1))


def _add_surfaces(plotter: Any, surfaces: Mapping[Any, Surface]) -> list[NDArray[np.float64]]:
    import pyvista as pv

    drawn = [np.zeros((0, 3))]
    for colour, surface in surfaces.items():
        if not len(surface.triangles):
            continue
        vertices = np.asarray(surface.vertices, dtype=np.float64)
        faces: Any = np.asarray(surface.triangles[:, ::-1], dtype=np.int64)
        mesh = pv.PolyData.from_regular_faces(vertices, faces)
        mesh.point_data.active_normals = np.ascontiguousarray(surface.normals, dtype=np.float32)
        plotter.add_mesh(
            mesh, color=colour[:3], smooth_shading=True, split_sharp_edges=False,
            specular=0.3, specular_power=20, ambient=0.25,
        )  # fmt: skip
        drawn.append(vertices)
    return drawn


def _add_atoms(
    plotter: Any, crystal: Crystal, repeats: tuple[int, int, int]
) -> NDArray[np.float64]:
    import pyvista as pv

    elements, places = atoms_in_cells(crystal, repeats)
    for element in dict.fromkeys(elements):
        own = pv.PolyData(places[[name == element for name in elements]])
        ball = pv.Sphere(radius=ball_radius(element))
        balls = own.glyph(geom=ball, scale=False, orient=False)
        plotter.add_mesh(balls, color=element_colour(element), smooth_shading=True, specular=0.4)
    for first, second in bonds(elements, places):
        middle = (places[first] + places[second]) / 2
        for atom in (first, second):
            stick = pv.Line(places[atom], middle).tube(radius=BOND_RADIUS)
            plotter.add_mesh(stick, color=element_colour(elements[atom]), smooth_shading=True)
    return places


def _add_cells(
    plotter: Any, crystal: Crystal, repeats: tuple[int, int, int]
) -> NDArray[np.float64]:
    """Draw the outlines of the cells at the height of the mean site."""
    import pyvista as pv

    height = crystal.positions[:, 2].mean()
    na, nb, _ = repeats
    lines = [((i, 0), (i, nb)) for i in range(na + 1)] + [((0, j), (na, j)) for j in range(nb + 1)]
    ends = np.array([[(*point, height) for point in line] for line in lines]) @ crystal.lattice
    for start, end in ends:
        plotter.add_mesh(pv.Line(start, end), color="#1a1a1a", line_width=2)
    return ends.reshape(-1, 3)


def _picture(
    plotter: Any, view: NDArray[np.float64], points: NDArray[np.float64], resolution: float
) -> Picture:
    """Look at points (n, 3) so that they fill the picture."""
    towards = view[0] / np.linalg.norm(view[0])
    right = np.cross(view[1], towards)
    right /= np.linalg.norm(right)
    up = np.cross(towards, right)
    seen = points @ np.array([right, up, towards]).T
    low, high = seen.min(axis=0) - ROOM, seen.max(axis=0) + ROOM
    focus = (low + high) / 2 @ np.array([right, up, towards])
    width, height = (high - low)[:2]
    plotter.window_size = [int(np.ceil(side * resolution)) for side in (width, height)]
    plotter.render()
    plotter.camera_position = [focus + 100 * towards, focus, up]
    plotter.camera.parallel_projection = True
    plotter.camera.parallel_scale = height / 2
    plotter.reset_camera_clipping_range()
    plotter.render()
    image = np.asarray(plotter.screenshot(return_img=True))[..., :3]
    return Picture(image, (float(width), float(height)))


if __name__ == "__main__":
    # Pickled by names of the module that the caller imports, not of this process's main one.
    from spinlens.plots import surface_scene

    made = surface_scene.render(*pickle.load(sys.stdin.buffer))
    Path(sys.argv[1]).write_bytes(pickle.dumps(made))
