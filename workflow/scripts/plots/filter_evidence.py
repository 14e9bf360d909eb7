"""Draw how filters recur beside the null, and their overlap with noise and density."""

from spinlens.core import log

log.to_file(snakemake.log[0], snakemake.input)

import pandas as pd

from spinlens.core.files import read_frame
from spinlens.plots import style
from spinlens.plots.filter_evidence import filter_evidence


def concatenated(files: list[str]) -> pd.DataFrame:
    """Join the tables of all points, each row with the name of its point."""
    names = [" ".join(pair) for pair in zip(*snakemake.params.points.values(), strict=True)]
    tables = (read_frame(file) for file in files)
    return pd.concat(table.assign(point=name) for table, name in zip(tables, names, strict=True))


figure = filter_evidence(concatenated(snakemake.input.tables), concatenated(snakemake.input.null))
style.save(figure, snakemake.output[0])
