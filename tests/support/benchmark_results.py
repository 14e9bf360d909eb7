"""Results of the benchmarks, as their JSON files hold them."""

import json

from paths import ROOT


def convolution():
    """The measurement on an H100, which keeps no bound of the processor, and a memory."""
    file = ROOT / "resources" / "measured" / "convolution_h100.json"
    memory = {
        "batch": 20, "micro_batch": 2, "tiles_mb": 400.0, "taken_mb": 84.0, "share": 0.21,
        "whole_taken_mb": 200.0, "whole_share": 0.5, "times_as_long": 1.1,
    }  # fmt: skip
    return json.loads(file.read_text(encoding="utf-8")) | {"memory": memory}


def scale():
    """Numbers that keep every bound."""
    return {
        "calculations": 10000, "dry_run_seconds": 59, "dry_run_cpu_seconds": 50,
        "dry_run_peak_mb": 999, "split_calculations": 1000,
        "split_cpu_seconds_per_calculation": 0.9, "split_peak_mb": 119,
        "split_tenth_peak_mb": 100, "dataset_samples": 1000, "dataset_grid": [24, 24, 48],
        "dataset_peak_mb": 119, "dataset_tenth_peak_mb": 100,
    }  # fmt: skip
