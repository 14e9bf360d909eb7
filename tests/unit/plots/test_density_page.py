"""The interactive page in a real browser, opened from disk: it draws, and its console is silent."""

import re

import numpy as np
import pytest
from PIL import Image

import browser
from spinlens.crystal.reference_cell import Crystal
from spinlens.plots.density_page import density_page
from spinlens.plots.isosurface import NEGATIVE, POSITIVE

CELL = np.array([[6.87, 0, 0], [-3.435, 3.435 * 3**0.5, 0], [0, 0, 12.0]])
SITES = np.array([(1 / 3, 2 / 3, 0.5), (2 / 3, 1 / 3, 0.5), (0, 0, 0.6)])
CRYSTAL = Crystal(CELL, SITES, ("Cr", "Cr", "Te"))
SOFTWARE = ("--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader")
NO_GRAPHICS = ("--disable-gpu", "--disable-3d-apis")


def page():
    axes = np.stack(np.meshgrid(*(np.arange(n) / n for n in (20, 20, 36)), indexing="ij"), -1)
    field = np.zeros(axes.shape[:3])
    for site, height in zip(SITES, (1, 1, -0.6), strict=True):
        apart = axes - site
        away = ((apart - np.rint(apart)) @ CELL) ** 2
        field += height * np.exp(-away.sum(axis=-1) / (2 * 0.7**2))
    return density_page({"m": field, "-m": -field}, CRYSTAL, {"m": 0.2, "-m": 0.2}, "Bells")


def opened(folder, size, graphics, *action):
    """Output of the browser for the page, which it finds in `folder`."""
    (folder / "page.html").write_text(page(), encoding="utf-8")
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


def test_the_page_lists_its_densities_and_names_its_atoms(tmp_path):
    drawn = opened(tmp_path, (900, 700), SOFTWARE, "--dump-dom")
    assert 'data-drawn="yes"' in drawn
    assert re.findall(r"<option[^>]*>([^<]*)", drawn) == ["m", "-m"]
    assert drawn.count(">Cr</span>") == 2 * 4 and drawn.count(">Te</span>") == 4


def test_without_webgl_the_page_says_so(tmp_path):
    drawn = opened(tmp_path, (500, 500), NO_GRAPHICS, "--dump-dom")
    assert 'data-drawn="yes"' not in drawn
    assert re.search(r'id="fallback"[^>]*style="display: block;"', drawn)
