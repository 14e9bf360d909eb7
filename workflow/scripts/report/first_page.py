"""Write the report's first page, every number from the tables of results."""

from spinlens.core import log

log.to_file(snakemake.log[0])

import pandas as pd

from spinlens.core.files import write_text
from spinlens.report import first_page


def read(name, **options):
    return pd.read_csv(snakemake.input[name], sep="\t", keep_default_na=False, **options)


text = first_page.text(
    read("samples", dtype=str),
    read("excluded", dtype=str),
    read("sweep", na_values=[""]),
    read("evidence", dtype=str),
    snakemake.params.template["text"],
)
write_text(snakemake.output[0], text)
