"""Fit exchange constants to the magnetic orders of every composition."""

from spinlens.core import log

terminal = log.to_file(snakemake.log[0], snakemake.input)

import sys
from pathlib import Path

from spinlens.calculations import shards
from spinlens.core.files import write_table
from spinlens.exchange import hamiltonian_files, table
from spinlens.exchange.constants import compare, magnetic_elements
from spinlens.exchange.runs import compositions

settings = snakemake.params.settings
magnetic = magnetic_elements(settings["starting_moments"])
compared = []
models = Path(snakemake.output.models)
models.mkdir(parents=True, exist_ok=True)
for formula, runs in compositions(shards.record_files(snakemake.input)).items():
    each = compare(formula, runs, magnetic, settings["orders"], settings)
    compared.append(each)
    if each.fit:
        own = {element for element in magnetic if element in each.spins}
        model = hamiltonian_files.hamiltonian(runs[0], own, each.spins, each.fit.constants)
        hamiltonian_files.write_vampire(models / f"{formula}.ucf", model)
        hamiltonian_files.write_spirit(models / f"{formula}.spirit.cfg", model)
write_table(
    snakemake.output.table, table.rows(compared), table.columns(settings["exchange_shells"])
)
write_table(snakemake.output.labels, table.labels(compared), list(table.LABEL_COLUMNS))
fitted = sum(each.fit is not None for each in compared)
for stream in (sys.stdout, terminal):
    print(f"exchange: {len(compared)} compositions, {fitted} with constants", file=stream)
