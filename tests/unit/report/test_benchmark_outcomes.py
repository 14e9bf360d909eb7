"""Benchmarks beside their bounds, as lines and as pages."""

import benchmark_results
from spinlens.report import benchmark_outcomes as outcomes
from spinlens.report import result_tables


def test_the_convolution_is_held_to_its_bounds():
    good = benchmark_results.convolution()
    for case, ratio in zip(good["cases"], (0.9, 401, 601), strict=True):
        case["ratio"] = ratio
    good["epoch"]["over_floor"], good["memory"]["share"] = 1.9, 0.19
    assert all(row.met for row in outcomes.convolution(good))
    bad = benchmark_results.convolution()
    for case, ratio in zip(bad["cases"], (0.8, 399, 500), strict=True):
        case["ratio"] = ratio
    bad["epoch"]["over_floor"] = 2.1
    rows = outcomes.convolution(bad)
    assert len(rows) == 5 and not any(row.met for row in rows)
    assert outcomes.summary(rows).count("not met") == 5
    assert "0.00425 s beside 0.0126 s on tiles: 0.8 times as fast" in outcomes.summary(rows)
    page = result_tables.convolution(bad, rows)
    assert page.count('data-label="met">no') == 5 and "500 times as fast" in page
    assert page.count('MB)">–<') == 4 and ">1,485<" in page


def test_the_scale_is_held_to_its_bounds():
    good = benchmark_results.scale()
    assert all(row.met for row in outcomes.scale(good))
    bad = good | {"dry_run_seconds": 61, "dry_run_peak_mb": 1001}
    bad |= {"split_cpu_seconds_per_calculation": 1.1}
    bad |= {f"{part}_peak_mb": 121 for part in ("split", "dataset")}
    rows = outcomes.scale(bad)
    assert len(rows) == 5 and not any(row.met for row in rows)
    assert outcomes.summary(rows).count("not met") == 5
    assert result_tables.scale(bad, rows).count('data-label="met">no') == 5
    assert "1,001 MB (bound: at most 1,000 MB; not met)" in outcomes.summary(rows)


def test_the_split_and_the_steerable_network_in_lines():
    split = {
        "split_seconds": 3.1, "pymatgen_read_seconds": 2.0, "ratio": 1.55, "split_peak_mb": 200.0,
        "imports_peak_mb": 100.0, "grids_mb": 20.0,
    }  # fmt: skip
    lines = outcomes.split_summary(split).splitlines()
    assert len(lines) == 2 and "ratio 1.55 (bound 2.0)" in lines[0] and "bound 220 MB" in lines[1]
    steerable = {"samples": 45, "epoch_seconds": 1.0, "voxel_epoch_seconds": 8.0, "ratio": 0.125}
    assert outcomes.steerable_summary(steerable).endswith("voxel 8.000 s, ratio 0.125")
