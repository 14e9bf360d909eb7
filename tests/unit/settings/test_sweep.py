"""Sweep points and the names that spell them."""

import numpy as np
import pytest
from scipy.stats import qmc

from spinlens.settings import hyperparameters, sweep

BASE = dict.fromkeys(hyperparameters.NAMES, 1) | {"learning_rate": 100, "filters": 3}


def config(**keys):
    return BASE | {"sweep": None, "sweep_mode": "one_at_a_time", "points": None} | keys


def points_of(settings):
    return list(sweep.points(settings).values())


def test_one_at_a_time_varies_each_alone_and_keeps_the_base_once():
    points = points_of(config(sweep={"filters": [2, 3, 4], "learning_rate": [1, 100]}))
    pairs = [(point["filters"], point["learning_rate"]) for point in points]
    assert pairs == [(3, 100), (2, 100), (4, 100), (3, 1)]


def test_the_base_is_a_point_even_where_no_list_holds_its_value():
    points = points_of(config(sweep={"filters": [2, 4]}))
    assert [point["filters"] for point in points] == [3, 2, 4]


def test_a_grid_takes_all_combinations():
    keys = {"filters": [2, 3], "learning_rate": [1, 10]}
    points = points_of(config(sweep=keys, sweep_mode="grid"))
    assert len(points) == 4
    with pytest.raises(ValueError, match="sweep_mode"):
        points_of(config(sweep=keys, sweep_mode="spiral"))


STUDY = {
    "filters": {"from": 2, "to": 5},
    "kernel_size": {"from": 30, "to": 60},
    "pool_size": {"from": 1, "to": 3},
    "learning_rate": {"from": 1, "to": 10000, "scale": "log"},
    "epochs": {"from": 5, "to": 20},
    "train_fraction": {"from": 0.5, "to": 0.9},
    "batch_size": {"from": 1, "to": 65},
    "stride": {"from": 1, "to": "kernel_size"},
    "optimizer": ["sgd", "adam"],
}
NETWORK = {
    "dimensions": 3, "supercell": [2, 2, 1], "kernel_size": 40, "stride": 1, "pool_size": 2,
    "boundary": "valid", "input_grid": None,
}  # fmt: skip


def drawn(mode, count, ranges=STUDY, seed=0, grid=(60, 60, 120)):
    keys = {"sweep": ranges, "sweep_mode": mode, "sweep_points": count, "sweep_seed": seed}
    return points_of(config(**NETWORK, **keys, grid=grid))


@pytest.fixture(params=sweep.DRAWN)
def mode(request):
    return request.param


def test_draws_stay_within_the_ranges_of_the_study_and_reach_their_ends(mode):
    points = drawn(mode, 200)
    assert len(points) == 200
    for name in ("filters", "kernel_size", "pool_size", "epochs", "train_fraction", "batch_size"):
        low, high = STUDY[name].values()
        values = [point[name] for point in points]
        assert low <= min(values) < low + 0.1 * (high - low) + 1e-9, name
        assert high >= max(values) > high - 0.1 * (high - low) - 1e-9, name
        assert all(isinstance(value, int) for value in values) == (name != "train_fraction")
    assert all(1 <= point["stride"] <= point["kernel_size"] for point in points)
    assert max(p["stride"] / p["kernel_size"] for p in points) > 0.9
    assert {point["optimizer"] for point in points} == {"sgd", "adam"}


def test_a_log_range_gives_every_decade_its_share_and_a_linear_one_does_not(mode):
    def share_below_100(scale):
        ranges = {"learning_rate": {"from": 1, "to": 10000, "scale": scale}}
        rates = [point["learning_rate"] for point in drawn(mode, 128, ranges)]
        return np.mean(np.array(rates) < 100)

    assert share_below_100("log") == pytest.approx(0.5, abs=0.12)
    assert share_below_100("linear") < 0.1  # the control


def test_whole_numbers_are_drawn_equally_often(mode):
    # The learning rate keeps the points apart.
    points = drawn(mode, 256, {"filters": {"from": 2, "to": 5}, **of("learning_rate")})
    counts = np.bincount([point["filters"] for point in points], minlength=6)[2:]
    assert counts.sum() == 256 and (abs(counts - 64) < 24).all()


def test_the_same_seed_gives_the_same_points_and_another_does_not(mode):
    assert drawn(mode, 20) == drawn(mode, 20)
    assert drawn(mode, 20) != drawn(mode, 20, seed=1)


@pytest.mark.parametrize("more", [9, 64, 65, 150])
def test_asking_for_more_points_keeps_the_first(mode, more):
    assert drawn(mode, more)[:8] == drawn(mode, 8)


def test_sobol_fills_the_ranges_more_evenly_than_chance():
    def discrepancy(mode):
        names = ("learning_rate", "train_fraction")
        points = drawn(mode, 64, of(*names))
        cube = np.array([[np.log10(p[names[0]]) / 4, (p[names[1]] - 0.5) / 0.4] for p in points])
        return qmc.discrepancy(cube.clip(0, 1))

    assert discrepancy("sobol") < discrepancy("random") / 3


def test_drawn_numbers_have_three_digits_and_no_point_comes_twice(mode):
    points = drawn(mode, 100)
    for name in ("learning_rate", "train_fraction"):
        assert all(float(f"{point[name]:.3g}") == point[name] for point in points)
    assert all(point not in points[:index] for index, point in enumerate(points))


def test_points_that_do_not_fit_the_cell_are_passed_over(mode):
    ranges = of("kernel_size", "stride", "pool_size")
    small = drawn(mode, 40, ranges, grid=(24, 24, 48))
    assert max(point["kernel_size"] for point in small) <= 48
    assert max(point["kernel_size"] for point in drawn(mode, 40, ranges)) > 48  # the control
    with pytest.raises(ValueError, match="^sweep_points: .* 0 points.* kernel_size .* longer"):
        drawn(mode, 1, of("kernel_size"), grid=(8, 8, 8))


def test_a_sweep_of_few_points_says_how_many_there_are(mode):
    ranges = {"filters": {"from": 2, "to": 5}, "optimizer": ["sgd", "adam"]}
    assert len(drawn(mode, 8, ranges)) == 8
    with pytest.raises(ValueError, match="^sweep_points: the sweep has 8 points, not 9$"):
        drawn(mode, 9, ranges)


def test_points_beside_a_draw_come_after_it(mode):
    keys = {"sweep": of("epochs"), "sweep_mode": mode, "sweep_points": 3, "sweep_seed": 0}
    points = points_of(config(**NETWORK, **keys, grid=[60, 60, 120], points=[{"filters": 9}]))
    assert [point["filters"] for point in points] == [3, 3, 3, 9]


@pytest.mark.parametrize("other", ["grid", "one_at_a_time"])
def test_a_range_needs_a_draw(other):
    with pytest.raises(ValueError, match=f"^sweep: epochs is a range, .*{other}"):
        drawn(other, 3, of("epochs"))


@pytest.mark.parametrize(
    ("ranges", "message"),
    [
        ({"filters": {"from": 5, "to": 2}}, "filters goes down, from 5 to 2"),
        ({"filters": {"from": 2, "to": 4.5}}, "filters must go from and to whole numbers"),
        ({"filters": {"from": True, "to": 4}}, "filters must go from and to whole numbers"),
        ({"momentum": {"from": 0, "to": 0.9, "scale": "log"}}, "a log scale it must start above 0"),
        ({"momentum": {"from": 0, "to": 0.9, "scale": "cubic"}}, "'cubic', it must be linear"),
        ({"filters": {"from": 0, "to": 4}}, "filters, 0 to 4, has ends that it cannot take"),
        ({"max_degree": {"from": 0, "to": 4}}, "max_degree, 0 to 4, has ends"),
        ({"learning_rate": {"from": 0, "to": 1}}, "learning_rate, 0 to 1, has ends"),
        ({"train_fraction": {"from": 0.5, "to": 1}}, "train_fraction, 0.5 to 1, has ends"),
        ({"momentum": {"from": 0.5, "to": 1}}, "momentum, 0.5 to 1, has ends"),
        ({"optimizer": {"from": 1, "to": 2}}, "optimizer is no number"),
        ({"stride": {"from": 1, "to": "samples"}}, "stride cannot end at 'samples'"),
        ({"stride": {"from": 1, "to": "stride"}}, "stride ends at stride"),
        ({"stride": {"from": 50, "to": "kernel_size"}}, "stride goes from 50 to kernel_size"),
    ],
)
def test_a_range_that_makes_no_sense_is_told_in_one_line(mode, ranges, message):
    with pytest.raises(ValueError, match="^sweep: ") as fault:
        drawn(mode, 3, ranges)
    assert message in str(fault.value) and "\n" not in str(fault.value)


def of(*names):
    return {name: STUDY[name] for name in names}


def test_points_beside_the_sweep_override_the_base():
    beside = [{"filters": 8, "dense": [16]}]
    points = points_of(config(sweep={"filters": [2]}, points=beside))
    assert [(p["filters"], p["dense"]) for p in points] == [(3, 1), (2, 1), (8, [16])]


def test_points_alone_are_an_explicit_list():
    points = points_of(config(points=[{"filters": 8}, {"filters": 9}]))
    assert [point["filters"] for point in points] == [8, 9]


def test_a_point_is_named_by_what_differs_from_the_base():
    swept = {"filters": [2, 3], "learning_rate": [100, 0.5]}
    names = list(sweep.points(config(sweep=swept, points=[{"dense": [8, 16], "filters": 9}])))
    assert names == ["base", "filters~2", "learning_rate~0.5", "filters~9_dense~8-16"]
    assert list(sweep.points(config())) == ["base"]


def test_a_name_stays_when_something_else_is_swept_added_or_removed():
    before = sweep.points(config(sweep={"filters": [2, 3]}, points=[{"dense": [8]}]))
    more = {"filters": [4, 2, 3], "epochs": [7]}
    after = sweep.points(config(sweep=more, points=[{"momentum": 0.5}, {"dense": [8]}]))
    assert before.items() <= after.items() and len(after) == len(before) + 3
    base = config(filters=5)  # the control: another base is another network under each name
    assert sweep.points(base | {"sweep": {"filters": [2, 3]}})["base"] != before["base"]


def test_a_point_may_have_its_own_name():
    found = sweep.points(config(points=[{"name": "wide", "filters": 9}]))
    assert found == {"wide": BASE | {"filters": 9}}


@pytest.mark.parametrize(
    ("points", "message"),
    [
        (
            [{"name": "a", "filters": 8}, {"name": "A", "filters": 9}],
            "points are named A",
        ),
        ([{"classes": [3]}, {"classes": 3}], "different points are named classes~3: give one"),
        ([{"filters": 8}, {"name": "wide", "filters": 8}], "wide is the same network as fi"),
        ([{"name": "base", "filters": 8}, {}], "different points are named base"),
    ],
)
def test_two_points_of_one_name_are_refused(points, message):
    with pytest.raises(ValueError, match=f"^points: .*{message}"):
        sweep.points(config(points=points))


LONG = {name: 1234.5678 for name in hyperparameters.NAMES}


def test_a_name_has_at_most_80_characters_and_still_tells_points_apart():
    other = LONG | {hyperparameters.NAMES[-1]: 2}
    names = [hyperparameters.point_name(point, BASE) for point in (LONG, other)]
    assert names[0] != names[1] and all(len(name) <= 80 for name in names)
    assert names[0].startswith("family~1234.5678_dimensions~1234.5678_") and "_more~" in names[0]
    alone = hyperparameters.point_name(BASE | {"dense": [16] * 40}, BASE)
    assert len(alone) == len("more~12345678") and alone.startswith("more~")
    longest = BASE | {"dense": [1] * 37}
    assert len(hyperparameters.point_name(longest, BASE)) == 79  # the control: not cut
    assert hyperparameters.point_name(longest, BASE).startswith("dense~1-1")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("base", "base"), ("learning_rate~0.5", "learning rate 0.5"), ("my_net", "my net"),
        ("filters~2_input_grid~4-4-6_more~1a2b3c4d", "filters 2, input grid 4-4-6, more 1a2b3c4d"),
    ],
)  # fmt: skip
def test_a_name_is_read_in_words(name, words):
    assert hyperparameters.readable_name(name) == words


def test_varied_hyperparameters_are_those_that_differ_between_points():
    swept = {"filters": [2], "momentum": [0.5]}
    assert hyperparameters.varied(points_of(config(sweep=swept))) == ["filters", "momentum"]
    assert hyperparameters.varied(points_of(config())) == ["seed"]


def test_points_varied_alone_around_a_base():
    points = {
        "base": BASE, "a": BASE | {"filters": 16}, "b": BASE | {"filters": 2},
        "c": BASE | {"filters": "all"}, "d": BASE | {"filters": 2, "epochs": 9},
    }  # fmt: skip
    assert hyperparameters.varied_alone(points, "filters", BASE) == ["b", "base", "a", "c"]
    assert hyperparameters.varied_alone(points, "epochs", BASE) == []  # the base alone
    assert hyperparameters.varied_alone(points, "epochs", points["b"]) == ["b", "d"]


@pytest.mark.parametrize(
    ("value", "name"),
    [(40, "40"), (0.001, "0.001"), (1e-7, "1e-07"), (0.1234567891, "0.1234567891"),
     ([], "none"), (None, "none"), ([8, 16], "8-16"), ("adam", "adam"), (10000.0, "10000")],
)  # fmt: skip
def test_values_are_spelled_without_loss(value, name):
    assert hyperparameters.spelled(value) == name
