"""Isosurfaces as a page, which a real browser opens from disk."""

import base64
import json
import re

import numpy as np
import pytest
from PIL import Image

import browser
from hexagonal_crystal import CELL, CRYSTAL, bell
from paths import ROOT
from spinlens.core.fingerprint import LIBRARY, dependencies
from spinlens.crystal.reference_cell import Crystal
from spinlens.density.isosurface import closed_shells
from spinlens.plots.density_page import density_page
from spinlens.plots.isosurface import NEGATIVE, POSITIVE


def test_the_page_is_self_contained_and_holds_the_meshes():
    field = bell()
    name = "m </script><b> & moment_4"
    page = density_page({name: field}, CRYSTAL, {name: [0.05, 0.1]}, "Densities & <more>")
    assert not re.search(r"https?:|<link|src=|@import|url\(", page)
    assert "<title>Densities &amp; &lt;more&gt;</title>" in page and "__" not in page
    stored = json.loads(re.search(r'id="data">(.*?)</script>', page, re.S).group(1))
    [[_, kept]] = [field["levels"] for field in stored["fields"]]
    positive, negative = (closed_shells(s * field, CELL, 0.1, (1, 1, 1)) for s in (1, -1))
    assert kept["positive"]["triangles"] == 3 * len(positive.triangles)
    assert kept["negative"]["triangles"] == 3 * len(negative.triangles)
    box = np.add(kept["positive"]["low"], kept["positive"]["size"])
    assert box == pytest.approx(positive.vertices.max(axis=0), abs=1e-4)
    indices = np.frombuffer(base64.b64decode(kept["positive"]["indices"]), "<u2")
    np.testing.assert_array_equal(indices, positive.triangles.ravel())
    assert [atom["element"] for atom in stored["atoms"]] == list(CRYSTAL.elements)


SOFTWARE = ("--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader")


NO_GRAPHICS = ("--disable-gpu", "--disable-3d-apis")


def page() -> str:
    """Gaussians on the A sites and one of the other sign on the ligand, in a lower cell."""
    cell = CELL * np.array([[1], [1], [0.75]])
    sites = np.array([(1 / 3, 2 / 3, 0.5), (2 / 3, 1 / 3, 0.5), (0, 0, 0.6)])
    grid = np.stack(np.meshgrid(*(np.arange(n) / n for n in (20, 20, 36)), indexing="ij"), -1)
    field = np.zeros(grid.shape[:3])
    for site, height in zip(sites, (1, 1, -0.6), strict=True):
        offset = grid - site
        squared = ((offset - np.rint(offset)) @ cell) ** 2
        field += height * np.exp(-squared.sum(axis=-1) / (2 * 0.7**2))
    crystal = Crystal(cell, sites, ("Cr", "Cr", "Te"))
    return density_page(
        {"m": field, "-m": -field}, crystal, {"m": [0.2, 0.4], "-m": [0.2, 0.4]}, "Bells"
    )


def opened(folder, size, graphics, *action, text=None):
    """Output of the browser for the page, which it finds in `folder`."""
    (folder / "page.html").write_text(text or page(), encoding="utf-8")
    document, console = browser.opened(
        folder / "page.html", folder / "profile", size, *graphics, *action
    )
    assert not console
    return document


def near(pixels, colour):
    """How many pixels have about the hue of a colour, in any light."""
    colour = np.array(colour[:3]) / np.linalg.norm(colour[:3])
    length = np.linalg.norm(pixels, axis=-1)
    along = pixels @ colour / np.maximum(length, 1)
    return int(((along > 0.985) & (length > 15) & (np.ptp(pixels, axis=-1) > 12)).sum())


@pytest.mark.parametrize("size", [(900, 700), (500, 800)], ids=["desk", "phone"])
def test_both_signs_are_drawn(tmp_path, size):
    opened(tmp_path, size, SOFTWARE, f"--screenshot={tmp_path / 'page.png'}")
    with Image.open(tmp_path / "page.png") as image:
        pixels = np.asarray(image.convert("RGB")).astype(float)[150:]
    assert near(pixels, POSITIVE) > 4000
    assert near(pixels, NEGATIVE) > 700
    assert (pixels.min(axis=-1) > 250).mean() > 0.2  # and white around them


@pytest.mark.parametrize(
    ("control", "moved", "least", "most"),
    [
        ("cut0", '"cut0" value="50"', 0.3, 0.8),
        ("level", 'max="1" value="1"', 0.3, 0.9),
        ("nothing", "", 0.999, 1.001),
    ],
)
def test_a_cut_and_a_higher_level_leave_less(tmp_path, control, moved, least, most):
    """The control: what is drawn stays as it is where nothing is moved."""
    before = {"cut0": '"cut0" value="100"', "level": 'max="1" value="0"', "nothing": ""}[control]
    assert before in page()
    texts, seen = [page(), page().replace(before, moved) if before else page()], []
    for text in texts:
        opened(tmp_path, (900, 700), SOFTWARE, f"--screenshot={tmp_path / 'page.png'}", text=text)
        with Image.open(tmp_path / "page.png") as image:
            seen.append(near(np.asarray(image.convert("RGB")).astype(float)[150:], POSITIVE))
    assert least < seen[1] / seen[0] < most


def test_the_page_lists_its_densities_and_names_its_atoms(tmp_path):
    drawn = opened(tmp_path, (900, 700), SOFTWARE, "--dump-dom")
    assert 'data-drawn="yes"' in drawn
    assert re.findall(r"<option[^>]*>([^<]*)", drawn) == ["m", "-m"]
    assert drawn.count(">Cr</span>") == 2 * 4 and drawn.count(">Te</span>") == 4


def test_without_webgl_the_page_says_so(tmp_path):
    drawn = opened(tmp_path, (500, 500), NO_GRAPHICS, "--dump-dom")
    assert 'data-drawn="yes"' not in drawn
    assert re.search(r'id="fallback"[^>]*style="display: block;"', drawn)


def test_an_edit_of_the_page_reruns_its_rule():
    """The script reaches the template, what it extends and the drawing code that it includes."""
    files = dependencies(ROOT / "workflow" / "scripts" / "plots" / "densities.py")
    names = {path.relative_to(LIBRARY).as_posix() for path in files if LIBRARY in path.parents}
    page = {f"plots/templates/density_page.{suffix}" for suffix in ("html", "js")}
    assert page | {"plots/templates/interactive_page.html", "core/templates/page.html"} <= names
    assert "plots/templates/latent_page.js" not in names
