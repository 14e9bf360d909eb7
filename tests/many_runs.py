"""A tree of many small calculations, for what must not slow down or swell as studies grow."""

import numpy as np

from chgcar_writer import magnetic_blocks, write_run


def make(folder, first, last, per_folder=100):
    """Write calculations `first` to `last` - 1 below `folder`, each with a moment of its own, in
    subfolders of at most `per_folder`; return the folder."""
    for index in range(first, last):
        moment = 1.0 + 2.5 * np.modf(index * 0.6180339887)[0]
        blocks = magnetic_blocks(moments=(moment, moment, -0.1))
        write_run(folder / f"{index // per_folder:04d}" / f"run {index:06d}", blocks=blocks)
    return folder
