"""Tables of sweeps, and metrics of a classifier that names one class for every sample."""

import io

import numpy as np
import pandas as pd

from spinlens.plots.responses import METRIC

METRICS = {
    "training_samples": 43,
    "training_majority_baseline": 26 / 43,
    "training_accuracy": 26 / 43,
    "training_one_class": True,
    "validation_samples": 19,
    "validation_majority_baseline": 11 / 19,
    "validation_accuracy": 11 / 19,
    "validation_one_class": True,
    "diverged": False,
}
STUDY = """normalization filters optimizer learning_rate result
none 3 sgd 100 0.5
none 2 sgd 100 0.5
none 4 sgd 100 0.5
none 3 sgd 1 0.5
none 3 sgd 10000 0.5
dataset 3 adam 0.001 0.86
dataset 8 adam 0.001 0.95
"""


def study(text: str = STUDY) -> pd.DataFrame:
    """A small sweep: some points vary one hyperparameter alone."""
    table = pd.read_csv(io.StringIO(text), sep=" ", keep_default_na=False, na_values=[""])
    return table.rename(columns={"result": METRIC})


def drawn(points: int = 200, failed: int = 5) -> pd.DataFrame:
    """A sweep of drawn points with ties; the first ones have failed."""
    generator = np.random.default_rng(0)
    results = np.round(generator.uniform(0.3, 1, points) * 20) / 20
    results[:failed] = np.nan
    return pd.DataFrame(
        {
            "filters": generator.integers(2, 6, points),
            "optimizer": generator.choice(["sgd", "adam"], points),
            "learning_rate": 10 ** generator.uniform(0, 4, points),
            "batch_size": generator.integers(1, 65, points),
            METRIC: results,
        }
    )
