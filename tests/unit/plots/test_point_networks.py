"""Figures of networks on atoms as points: what they show and say."""

import numpy as np

from figure_contents import texts
from spinlens.plots.point_networks import CHANGES, gravity, missing_atom, representations

SHARES = {"type_correct": 0.8, "correct": 0.6, "mae_angstrom": 0.314}
MISSING = {
    "molecules": {
        "test_sets": {
            "19 atoms": SHARES
            | {"count": 12, "structures": 3}
            | {"elements": {"C": SHARES | {"count": 4}, "H": SHARES | {"count": 8}}}
        }
    }
}


def test_missing_atoms_by_element_the_commonest_first():
    figure = missing_atom(MISSING)
    (axes,) = figure.axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["all (12)", "H (8)", "C (4)"]
    widths = [bar.get_width() for bar in axes.patches]
    assert sorted(widths) == [0.6] * 3 + [0.8] * 3
    assert texts(figure).count("0.31 Å") == 3
    assert "60% right" in figure.get_label()


def test_radial_functions_learned_and_exact():
    distance = np.linspace(0.5, 2, 5)
    profile = {"learned": 1.1 / distance**2, "exact": 1 / distance**2, "relative_error": 0.1}
    figure = gravity({"acceleration": {"distance": distance, "radial_functions": {"1o": profile}}})
    learned = next(line for line in figure.axes[0].lines if line.get_label() == "learned")
    assert np.allclose(learned.get_ydata(), profile["learned"])
    assert "acceleration, degree 1: 1 / r²" in texts(figure)
    assert "10.0%" in figure.get_label()


def test_representations_by_error_and_by_what_describing_anew_changes():
    rows = [
        {
            "representation": name, "mae_random_muB": error, "mae_grouped_muB": 2 * error,
            "bytes_of_a_structure": 0 if name == "none" else 40, "fold_seconds": 1.5,
        } | {f"change_{way}_muB": change for way in CHANGES}
        for name, error, change in (("none", 0.8, 0.0), ("image", 0.4, 0.25))
    ]  # fmt: skip
    one = {"mae": [0.1, 0.9], "gain": [0.0, 0.1]}
    measured = {
        "intervals": {row["representation"]: {"random": one, "grouped": one} for row in rows}
    }
    figure = representations(rows, measured)
    errors, changes, memory, _ = figure.axes
    drawn = {line.get_label(): list(line.get_xdata()) for line in errors.lines}
    assert drawn["random folds"] == [0.8, 0.4] and drawn["A elements held out"] == [1.6, 0.8]
    mirror = next(line for line in changes.lines if line.get_label() == "mirror")
    assert mirror.get_xdata()[0] < 1e-8 and mirror.get_xdata()[1] == 0.25
    assert [label.get_text() for label in memory.get_yticklabels()] == ["none", "image"]
    assert {"0 B", "40 B", "1.5 s"} <= set(texts(figure))
    assert "image: 0.40 and 0.80 μB" in figure.get_label()
