"""Benchmarks beside their bounds, as lines and as pages."""

import benchmark_results
from spinlens.report import benchmark_outcomes as outcomes
from spinlens.report import result_tables


def test_the_convolution_is_held_to_its_bounds():
    good = benchmark_results.convolution()
    rows = outcomes.convolution(good)
    assert len(rows) == 3 * 3 + 3 + 2
    assert [row.met for row in rows].count(True) == 5 and False not in [row.met for row in rows]
    bad = benchmark_results.convolution()
    for case, ratio in zip(bad["cases"], (19.9, 19.9, 9.9), strict=True):
        case["rivals"][0]["ratio"] = ratio
    bad["epoch"]["over_floor"], bad["memory"]["share"] = 1.41, 0.21
    rows = outcomes.convolution(bad)
    assert [row.met for row in rows].count(False) == 5 and True not in [row.met for row in rows]
    summary = outcomes.summary(rows)
    assert summary.count("not met") == 5
    assert (
        "0.02 s beside 0.5 s of fft-conv-pytorch on tiles: 9.9 times as fast (bound: at" in summary
    )
    assert "more than 60 s of PyTorch's conv3d on tiles: more than 3e+03 times as fast\n" in summary
    page = result_tables.convolution(bad, rows)
    assert page.count('data-label="met">no') == 5 and "9.9 times as fast" in page
    assert "X86_V3 X86_V4" in page and ">1,485<" in page


def test_a_rival_that_is_missing_is_named_and_its_bound_is_open():
    measured = benchmark_results.convolution()
    measured["cases"][0]["rivals"][0] = {"name": "fft-conv-pytorch", "missing": "torch not there"}
    rows = outcomes.convolution(measured)
    assert rows[0].met is None and [row.met for row in rows].count(True) == 4
    assert "beside fft-conv-pytorch: torch not there (bound: at least 20; not measured)" in (
        outcomes.summary(rows)
    )


def test_the_scale_is_held_to_its_bounds():
    good = benchmark_results.scale()
    assert all(row.met for row in outcomes.scale(good))
    bad = good | {"dry_run_seconds": 61, "dry_run_peak_mb": 1001}
    bad |= {"split_cpu_seconds_per_calculation": 1.1, "job_start_cpu_seconds": 3.8}
    bad |= {f"{part}_peak_mb": 121 for part in ("split", "dataset")}
    rows = outcomes.scale(bad)
    assert len(rows) == 6 and not any(row.met for row in rows)
    assert outcomes.summary(rows).count("not met") == 6
    assert result_tables.scale(bad, rows).count('data-label="met">no') == 6
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


def test_whole_trees_are_held_to_their_bounds():
    good = {
        "throughput": {"calculations": 100, "file_mb": 15.7, "split_mb_per_second": 49.0,
                       "pymatgen_mb_per_second": 330.0, "ratio": 6.7},
        "planning": {"calculations": 100_000, "split_jobs": 100, "dry_run_seconds": 59,
                     "dry_run_peak_mb": 999},
        "dataset": {"calculations": 10_000, "cores": 2, "seconds": 399, "cpu_seconds": 300,
                    "library_cpu_seconds": 200, "over_library": 1.995},
    }  # fmt: skip
    assert [row.met for row in outcomes.tree(good)] == [None, True, True, True, True]
    bad = good | {"planning": good["planning"] | {"split_jobs": 251, "dry_run_seconds": 61}}
    bad["planning"]["dry_run_peak_mb"] = 1001
    bad["dataset"] = good["dataset"] | {"over_library": 2.01}
    assert [row.met for row in outcomes.tree(bad)] == [None, False, False, False, False]
    assert "49 MB/s beside 330 MB/s of pymatgen's read: 6.7 times as long\n" in (
        outcomes.summary(outcomes.tree(good))
    )
