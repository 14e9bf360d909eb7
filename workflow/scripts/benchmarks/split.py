"""Measure a split beside pymatgen's read of the same file, and print both."""

from spinlens.core import log

terminal = log.to_file(snakemake.log[0], snakemake.input)

import sys

from spinlens.benchmarks import calculations
from spinlens.core.files import write_json
from spinlens.report import benchmark_outcomes as outcomes

measured = calculations.measure_split()
write_json(snakemake.output[0], measured)
for stream in (sys.stdout, terminal):
    print(outcomes.split_summary(measured), file=stream)
