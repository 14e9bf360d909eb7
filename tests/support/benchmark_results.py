"""Results of the benchmarks, as their JSON files hold them."""

from copy import deepcopy

CASES = (("kernel 5, step", 5, 4, "step"), ("kernel 20, step", 20, 1, "step"),
         ("kernel 40, forward", 40, 1, "forward"))  # fmt: skip
CONVOLUTION = {
    "cases": [
        {
            "name": name, "kernel": kernel, "stride": 1, "batch": batch, "pass": part,
            "periodic_seconds": 0.02, "periodic_peak_mb": 800.0, "transforms_seconds": 0.016,
            "over_transforms": 1.25,
            "rivals": [
                {"name": "fft-conv-pytorch", "runs": 9, "seconds": 0.5, "ratio": 25.0,
                 "peak_mb": 613.6},
                {"name": "PyTorch's conv3d", "runs": 1, "seconds": 60.0, "ratio": 3000.0,
                 "stopped": True},
                {"name": "Keras's Conv3D", "runs": 1, "seconds": 14.0, "ratio": 700.0,
                 "peak_mb": 1484.8},
            ],
        }
        for name, kernel, batch, part in CASES
    ],
    "epoch": {"samples": 43, "batch": 20, "seconds": 0.8, "fft_floor_seconds": 0.6,
              "over_floor": 1.33, "fields_seconds": 1.0, "fields_over_floor": 1.67},
    "memory": {
        "batch": 20, "micro_batch": 2, "tiles_mb": 400.0, "taken_mb": 72.0, "share": 0.18,
        "whole_taken_mb": 200.0, "whole_share": 0.5, "times_as_long": 1.1,
    },
    "backend": "tensorflow", "devices": ["/device:CPU:0"], "threads": 2,
    "instruction_sets": ["X86_V3", "X86_V4"],
}  # fmt: skip


def convolution():
    """Numbers that keep every bound; one rival was stopped."""
    return deepcopy(CONVOLUTION)


def scale():
    """Numbers that keep every bound."""
    return {
        "calculations": 10000, "dry_run_seconds": 59, "dry_run_cpu_seconds": 50,
        "dry_run_peak_mb": 999, "job_start_cpu_seconds": 3.7, "few_job_start_cpu_seconds": 2.75,
        "split_calculations": 1000,
        "split_cpu_seconds_per_calculation": 0.9, "split_peak_mb": 119,
        "split_tenth_peak_mb": 100, "dataset_samples": 1000, "dataset_grid": [24, 24, 48],
        "dataset_peak_mb": 119, "dataset_tenth_peak_mb": 100,
    }  # fmt: skip
