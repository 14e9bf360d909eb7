"""Measure how well moments and ground states are told from structure alone."""

from spinlens import log

terminal = log.to_file(snakemake.log[0])

from spinlens import devices

devices.prepare_or_exit(snakemake.threads, snakemake.config["gpus"])

from spinlens.files import write_json, write_table
from spinlens.geometry import moments, moments_measured, published_crystals

given, output = snakemake.input, snakemake.output
group = snakemake.params.group
known = published_crystals.read_known(given.table, given.poscars, given.published, group)
config = snakemake.params.settings
settings = moments.settings_of(config, known.structures, config["screen_fold_members"])
try:
    measured, rows = moments_measured.measure(known, settings)
except ValueError as fault:
    print(f"moments: {fault}: screen_decorate names too few", file=terminal)
    raise SystemExit(1) from None
write_json(output.scores, measured)
write_table(output.table, rows)
