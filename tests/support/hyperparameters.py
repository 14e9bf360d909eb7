"""Hyperparameters of a small network, for tests that build, train or count one."""

from copy import deepcopy
from typing import Any

from spinlens.settings.hyperparameters import NAMES

_SMALL: dict[str, Any] = {
    "family": "voxel",
    "dimensions": 3,
    "channels": "parts",
    "input_grid": None,
    "normalization": "dataset",
    "isosurface": None,
    "augmentation": "none",
    "supercell": [2, 2, 1],
    "boundary": "valid",
    "filters": 2,
    "kernel_size": 3,
    "stride": 1,
    "pool_size": 2,
    "convolutions": [],
    "convolution_kernel_size": 3,
    "head": "flatten",
    "cutoff": 5.0,
    "radial_functions": 2,
    "max_degree": 2,
    "inversion": True,
    "even": False,
    "dense": [],
    "optimizer": "adam",
    "learning_rate": 0.02,
    "learning_rate_schedule": "none",
    "momentum": 0.1,
    "batch_size": 4,
    "micro_batch": None,
    "epochs": 1,
    "patience": None,
    "mixed_precision": False,
    "jit_compile": False,
    "target": "total_moment",
    "threshold": 4.0,
    "classes": "threshold",
    "train_fraction": 0.7,
    "split_seed": 0,
    "split_group": "formula",
    "seed": 1,
}
PERIODIC = {
    "supercell": [1, 1, 1], "boundary": "periodic", "pool_size": 1, "head": "global",
}  # fmt: skip
"""Changes that make the voxel network independent of the cell's origin."""


def hyperparameters(**changes: Any) -> dict[str, Any]:
    """Every hyperparameter of a small voxel network, some of them changed.

    Parameters
    ----------
    **changes
        Values other than the defaults, by name.

    Returns
    -------
    dict
        A new dict of all names of `spinlens.settings.hyperparameters.NAMES`, in their order.

    Raises
    ------
    TypeError
        If a name is no hyperparameter.
    """
    unknown = sorted(set(changes) - set(NAMES))
    if unknown:
        raise TypeError(f"no hyperparameters: {', '.join(unknown)}")
    return deepcopy({name: (_SMALL | changes)[name] for name in NAMES})
