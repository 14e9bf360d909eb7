"""The name of the dataset, by its size."""

import pytest
import yaml

from paths import ROOT
from spinlens.settings.sizes import dataset_name

CONFIG = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
GRID = (60, 60, 120)  # 3.456 MB a sample


@pytest.mark.parametrize(
    ("calculations", "from_gb", "name"),
    [
        (1000, 3.456, "dataset.zarr"),
        (999, 3.456, "dataset.nc"),
        (1, 0, "dataset.zarr"),
        (10**9, None, "dataset.nc"),
        (4_000, CONFIG["zarr_from_gb"], "dataset.nc"),
        (10_000, CONFIG["zarr_from_gb"], "dataset.zarr"),
    ],
)
def test_the_size_of_all_calculations_names_the_dataset(calculations, from_gb, name):
    assert dataset_name(calculations, GRID, from_gb) == name
