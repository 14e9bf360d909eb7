"""The study's subset, by label."""

from spinlens.selection import choose

LABELS = {
    "a": {"order": "FM", "X": "Te"},
    "b": {"order": "AFM", "X": "Te"},
    "c": {"order": "FM", "X": "Se"},
    "d": {"order": "FM"},
}


def test_samples_are_chosen_by_every_label_and_the_rest_keep_a_reason():
    taken, left_out, passed_over = choose(LABELS, {"order": "FM", "X": "Te"})
    assert taken == ["a"]
    assert passed_over == []
    assert left_out["b"] == "not selected: order is AFM, `select` in config takes FM"
    assert left_out["c"] == "not selected: X is Se, `select` in config takes Te"
    assert "no label X" in left_out["d"]


def test_a_list_allows_several_values():
    assert choose(LABELS, {"order": ["FM", "AFM"]})[0] == list("abcd")


def test_nothing_selects_all():
    assert choose(LABELS, None)[0] == choose(LABELS, {})[0] == list("abcd")


def test_a_label_that_nobody_carries_is_passed_over_and_named():
    bare = {"run1": {"energy_eV": -1.0}, "run2": {}}
    assert choose(bare, {"order": "FM", "X": "Te"}) == (["run1", "run2"], {}, ["X", "order"])
