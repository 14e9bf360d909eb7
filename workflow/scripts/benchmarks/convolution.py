"""Measure the periodic convolution beside the direct one, and print what it came to."""

from spinlens.core import log

terminal = log.to_file(snakemake.log[0])

import sys

from spinlens.benchmarks import aims, convolution
from spinlens.core.files import write_json

measured = convolution.measure(snakemake.threads, snakemake.config["gpus"])
write_json(snakemake.output[0], measured)
for stream in (sys.stdout, terminal):
    print(aims.summary(measured), file=stream)
