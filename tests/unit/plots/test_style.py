"""One look: the same bytes for the same figure, small files, descriptions for who cannot see."""

import os
import subprocess
import sys

import matplotlib
import numpy as np
import pytest
from matplotlib.patches import Rectangle
from PIL import Image

from hexagonal_crystal import CELL, kernels
from paths import ROOT
from spinlens.filters.kernels import voxel_dataset
from spinlens.plots import style
from spinlens.plots.filters import filters
from spinlens.plots.radial import radial_profiles


def luminance(colours, count=101):
    return colours(np.linspace(0, 1, count))[:, :3] @ [0.2126, 0.7152, 0.0722]


def test_zero_is_light_and_neutral_and_each_sign_has_its_colour():
    zero = np.array(style.SIGNED(0.5)[:3])
    assert zero.min() > 0.93 and np.ptp(zero) < 0.01
    low, high = style.SIGNED(0.05), style.SIGNED(0.95)
    assert low[2] - low[0] > 0.3 and high[0] - high[2] > 0.3
    away = luminance(style.SIGNED)
    assert away.argmax() == 50 and (np.diff(away[:51]) > -1e-3).all()
    assert luminance(matplotlib.colormaps["coolwarm"]).max() < away.max()  # the usual map: grey


def test_magnitudes_get_darker_all_the_way():
    assert (np.diff(luminance(style.SEQUENTIAL)) < 0).all()
    assert not (np.diff(luminance(matplotlib.colormaps["turbo_r"])) < 0).all()


@pytest.mark.parametrize("suffix", [".png", ".svg"])
def test_the_same_figure_is_the_same_bytes(tmp_path, suffix):
    def saved(name, value):
        style.save(filters(kernels(value, count=1)), tmp_path / f"{name}{suffix}")
        return (tmp_path / f"{name}{suffix}").read_bytes()

    assert saved("one", 1.0) == saved("two", 1.0)
    assert saved("one", 1.0) != saved("three", -1.0)
    assert b"<dc:date>" not in saved("one", 1.0)


def test_a_png_is_sharp_and_small(tmp_path):
    noise = np.random.default_rng(0).normal(size=(40, 40, 40, 2, 4))
    dataset = voxel_dataset(noise, np.ones_like(noise), "parts", CELL / 40)
    style.save(filters(dataset), tmp_path / "filters.png")
    written = (tmp_path / "filters.png").read_bytes()
    assert int.from_bytes(written[16:20], "big") == 2125  # pixels: 180 mm at 300 dpi
    assert 20_000 < len(written) < 900_000


def test_large_areas_of_a_png_keep_their_colour_and_small_ones_nearly(tmp_path):
    figure = style.new_figure(2)
    axes = figure.subplots()
    axes.set_axis_off()
    axes.imshow(np.linspace(-1, 1, 1000)[None, :], cmap="twilight", aspect="auto")
    figure.patches.append(Rectangle((0, 0), 1, 0.3, transform=figure.transFigure, color="#f4f4f4"))
    style.save(figure, tmp_path / "few.png")
    style.save(figure, tmp_path / "all.png", every_colour=True)
    few, every = (np.asarray(Image.open(tmp_path / f"{name}.png").convert("RGB"), dtype=int)
                  for name in ("few", "all"))  # fmt: skip
    assert (
        len(np.unique(few.reshape(-1, 3), axis=0))
        <= 256
        < len(np.unique(every.reshape(-1, 3), axis=0))
    )
    assert (few[-50, 100] == 0xF4).all() and (every[-50, 100] == 0xF4).all()
    assert 0 < np.abs(few - every).max() < 20


def test_a_reader_s_own_matplotlib_settings_change_nothing():
    with matplotlib.rc_context({"font.size": 30, "axes.spines.top": True}):
        figure = radial_profiles({"": {"m": [1.0]}}, np.array([0.0, 1.0]), [], "m")
    assert figure.axes[0].xaxis.label.get_size() == 8
    assert not figure.axes[0].spines["top"].get_visible()


def test_figures_start_without_pyplot_keras_or_pymatgen():
    modules = ("filters", "sweep", "sweep_point", "target")
    code = "import sys; from spinlens.plots import " + ", ".join(modules)
    code += "; print(*{'matplotlib.pyplot', 'keras', 'pymatgen', 'matplotlib'} & {*sys.modules})"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True,
        env=os.environ | {"PYTHONPATH": str(ROOT / "workflow")},
    )  # fmt: skip
    assert done.stdout.split() == ["matplotlib"]


@pytest.mark.parametrize("suffix", [".svg", ".png"])
def test_what_a_figure_shows_is_written_into_its_file(tmp_path, suffix):
    figure = style.describe(style.new_figure(1), "one < two, in Å")
    style.save(figure, tmp_path / f"said{suffix}")
    if suffix == ".svg":
        assert "<title>one &lt; two, in Å</title>" in (tmp_path / "said.svg").read_text("utf-8")
    else:
        with Image.open(tmp_path / "said.png") as image:
            assert image.info["Title"] == "one < two, in Å"
