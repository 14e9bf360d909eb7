"""Measure what many calculations cost to plan, to split and to put into one dataset."""

from spinlens.core import log

terminal = log.to_file(snakemake.log[0], snakemake.input)

import sys
from pathlib import Path

from spinlens.benchmarks import calculations
from spinlens.core.files import write_json
from spinlens.report import benchmark_outcomes as outcomes

measured = calculations.measure_scale(Path(snakemake.scriptdir).resolve().parents[2] / "Snakefile")
write_json(snakemake.output[0], measured)
for stream in (sys.stdout, terminal):
    print(outcomes.summary(outcomes.scale(measured)), file=stream)
