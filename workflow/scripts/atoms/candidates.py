"""Decorate the parent with what is to be screened: a POSCAR each, and a table of their sites."""

from spinlens.core import log

log.to_file(snakemake.log[0], snakemake.input)

from spinlens.core.files import write_table
from spinlens.structures import folders

rows = []
for composition in folders.compositions(snakemake.params.settings):
    folders.write_poscar(composition, snakemake.output.poscars)
    rows.append({"structure": composition.decoration.name} | composition.decoration.labels)
write_table(snakemake.output.table, rows, list(dict.fromkeys(key for row in rows for key in row)))
