"""Draw how filters recur beside their null, and what they are pictures of."""

from spinlens.core import log

log.to_file(snakemake.log[0])

import pandas as pd

from spinlens.core.files import read_frame
from spinlens.plots import style
from spinlens.plots.filter_evidence import filter_evidence


def together(files):
    """The tables of all points as one, with the name of the point."""
    names = [" ".join(pair) for pair in zip(*snakemake.params.points.values(), strict=True)]
    tables = (read_frame(file) for file in files)
    return pd.concat(table.assign(point=name) for table, name in zip(tables, names, strict=True))


figure = filter_evidence(together(snakemake.input.tables), together(snakemake.input.null))
style.save(figure, snakemake.output[0])
