"""Write the dataset as a Zarr store: what the netCDF file holds, in many files.

A chunk of a field is one sample, as in the netCDF file, compressed and with a checksum; a shard,
which is a file, holds several. Labels and sites are small, and are written at the end.
"""

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
import xarray as xr
import zarr
from numpy.typing import NDArray
from xarray.backends import NetCDF4DataStore
from zarr.codecs import BloscCodec, Crc32cCodec
from zarr.errors import ZarrUserWarning

SHARD_BYTES = 32 * 2**20  # of one field, before compression


class Store:
    """A Zarr store whose fields are taken sample by sample and written shard by shard.

    Parameters
    ----------
    folder
        Folder of the store; what is there is replaced.
    definitions
        Open netCDF file that defines every variable, and in the end holds all but the fields.
    fields
        Names of the fields, those that are not defined left out. One shard of each waits in memory.
    """

    def __init__(self, folder: Path, definitions: netCDF4.Dataset, fields: Sequence[str]) -> None:
        self._folder, self._definitions = folder, definitions
        group = zarr.create_group(folder, zarr_format=3, overwrite=True)
        defined = [definitions[name] for name in fields if name in definitions.variables]
        self._arrays = {variable.name: _array(group, variable) for variable in defined}
        self._waiting = {
            name: np.empty(array.shards or (), np.float32) for name, array in self._arrays.items()
        }

    def put(self, index: int, sample: Mapping[str, NDArray[Any]]) -> None:
        """Take the fields of the next sample; one that it lacks is NaN."""
        for name, array in self._arrays.items():
            waiting = self._waiting[name]
            place = index % len(waiting)
            waiting[place] = sample.get(name, np.nan)
            if place + 1 == len(waiting) or index + 1 == array.shape[0]:
                array[index - place : index + 1] = waiting[: place + 1]

    def finish(self) -> None:
        """Write all that is no field."""
        opened = xr.open_dataset(NetCDF4DataStore(self._definitions))
        rest = opened.drop_vars(list(self._arrays)).load().drop_encoding()
        for name in [name for name in rest.variables if rest[name].dtype.kind == "U"]:
            # Texts as Zarr defines them: texts of one length are an extension of zarr-python.
            rest[name] = rest[name].astype(object)
        rest.attrs["variables"] = " ".join(map(str, opened))  # in their order, which Zarr loses
        with warnings.catch_warnings():
            # Without it a reader lists the folder, and warns of any other file there.
            warnings.filterwarnings("ignore", "Consolidated metadata", ZarrUserWarning)
            rest.to_zarr(self._folder, mode="a", zarr_format=3, consolidated=True)


def _array(group: zarr.Group, variable: netCDF4.Variable) -> zarr.Array:
    samples, *shape = variable.shape
    in_shard = max(1, SHARD_BYTES // (4 * int(np.prod(shape))))
    return group.create_array(
        variable.name,
        shape=variable.shape,
        dtype="float32",
        chunks=(1, *shape),
        shards=(min(samples, in_shard), *shape),
        compressors=[BloscCodec(cname="zstd", clevel=1, shuffle="shuffle"), Crc32cCodec()],
        fill_value=np.nan,
        dimension_names=variable.dimensions,
        attributes={k: v for k, v in variable.__dict__.items() if k != "_FillValue"},
    )
