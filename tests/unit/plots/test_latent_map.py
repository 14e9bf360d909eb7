"""The map of codes as a figure and as a page."""

import re

import numpy as np
from ase.build import molecule

import browser
from spinlens.atoms import latent, motifs
from spinlens.plots.latent_map import latent_map, latent_page


def some_rows():
    everything = [*motifs.of_shapes(), *motifs.of_molecules([molecule("CH4"), molecule("H2O")], 8)]
    places = np.random.default_rng(0).normal(size=(len(everything), 2))
    return everything, latent.map_rows(everything, places, {"H2O": 1.5})


def test_the_map_has_a_panel_for_each_colour():
    figure = latent_map([{key: str(v) for key, v in row.items()} for row in some_rows()[1]])
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert [title.split(",")[0] for title in titles if title] == [
        "rarest element", "size", "published moment",
    ]  # fmt: skip


def test_the_page_draws_every_structure(tmp_path):
    everything, rows = some_rows()
    drawn = latent.drawing_data(everything)
    page = latent_page(rows, drawn["structures"], drawn["radii"], "Codes <of> structures")
    assert "http" not in page.replace("http-equiv", "") and "&lt;of&gt;" in page
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    document, console = browser.opened(
        tmp_path / "page.html", tmp_path / "profile", (900, 700), "--dump-dom"
    )
    assert not console
    assert f'data-drawn="{len(rows)}"' in document
    assert re.findall(r'<option value="([A-Z][a-z]?)"', document) == ["C", "H", "O"]
