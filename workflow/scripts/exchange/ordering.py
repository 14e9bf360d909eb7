"""Find where the magnetic order of every composition with exchange constants ends."""

from spinlens.core import log

terminal = log.to_file(snakemake.log[0], snakemake.input)

from spinlens.calculations import shards
from spinlens.core.files import write_table
from spinlens.exchange import ordering_temperature
from spinlens.exchange.constants import compare, magnetic_elements
from spinlens.exchange.runs import compositions

settings = snakemake.params.settings
magnetic = magnetic_elements(settings["starting_moments"])
rows = []
for formula, runs in compositions(shards.record_files(snakemake.input.records)).items():
    each = compare(formula, runs, magnetic, settings["orders"], settings)
    if each.fit and each.ground_state:
        row = ordering_temperature.of_composition(each, runs, magnetic, settings)
        rows.append(row)
        print(f"{formula}: {row['kelvin'] or row['reason']}", file=terminal)
write_table(snakemake.output[0], rows, list(ordering_temperature.COLUMNS))
