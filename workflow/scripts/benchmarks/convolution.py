"""Measure the periodic convolution beside others on tiles, and print the result."""

from spinlens.core import log

terminal = log.to_file(snakemake.log[0], snakemake.input)

import sys

from spinlens.benchmarks import convolution
from spinlens.core.files import write_json
from spinlens.report import benchmark_outcomes as outcomes

measured = convolution.measure_convolution(snakemake.threads, snakemake.config["gpus"])
write_json(snakemake.output[0], measured)
for stream in (sys.stdout, terminal):
    print(outcomes.summary(outcomes.convolution(measured)), file=stream)
