"""Apply trained models to new calculations."""

from spinlens.core import log

terminal = log.to_file(snakemake.log[0], snakemake.input)

from spinlens.core import devices

devices.prepare(snakemake.threads, snakemake.config["gpus"])

import sys
from pathlib import Path

from spinlens.calculations import shards
from spinlens.core.files import write_table
from spinlens.prediction import predict

given, output = snakemake.params.applied, snakemake.output

made = predict.predict(
    shards.record_files(snakemake.input),
    [Path(folder) for folder in given["models"]],
    given["dataset"],
    scratch=Path(output.predictions).parent,
)
write_table(output.predictions, made.rows, made.columns)
write_table(output.excluded, made.excluded, predict.EXCLUDED_COLUMNS)
outside = sum(bool(row["outside"]) for row in made.rows)
summary = (
    f"{len(made.rows)} predicted ({outside} outside the training range), "
    f"{len(made.excluded)} excluded; models: {made.models}"
)
for line in (*made.messages, summary):
    for stream in (sys.stdout, terminal):
        print(f"predict: {line}", file=stream)
