"""Measure whole trees of calculations, and print the result."""

from spinlens.core import log

terminal = log.to_file(snakemake.log[0], snakemake.input)

import sys
from pathlib import Path

from spinlens.benchmarks import tree
from spinlens.core.files import write_json
from spinlens.report import benchmark_outcomes as outcomes

snakefile = Path(snakemake.scriptdir).resolve().parents[2] / "Snakefile"
measured = {
    "throughput": tree.measure_throughput(),
    "planning": tree.measure_planning(snakefile),
    "dataset": tree.measure_tree(snakefile, cores=snakemake.threads),
}
write_json(snakemake.output[0], measured)
for stream in (sys.stdout, terminal):
    print(outcomes.summary(outcomes.tree(measured)), file=stream)
