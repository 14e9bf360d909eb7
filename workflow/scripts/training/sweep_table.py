"""Gather what every sweep point came to, and what it cost, into one table, a row a point.

Of several targets a row for each.
"""

from spinlens.core import log

log.to_file(snakemake.log[0], snakemake.input)


from spinlens.core.files import read_json, write_table
from spinlens.models import cost
from spinlens.settings import sizes
from spinlens.settings.hyperparameters import spelled
from spinlens.settings.target_names import by_target


def read(path):
    return read_json(path)


params, rows = snakemake.params, []
files = zip(snakemake.input.metrics, snakemake.input.usage, strict=True)
for (name, point), (metrics, usage) in zip(params.points.items(), files, strict=True):
    metrics, usage = read(metrics), read(usage)
    targets = by_target(metrics)
    # Of several targets each has the samples with its label.
    samples = max(own["training_samples"] + own["validation_samples"] for own in targets.values())
    predicted = cost.predict(point, sizes.cell_shape(point, params.grid["shape"]), samples)
    rows += [
        {"point": name}
        | {key: spelled(point.get(key)) for key in params.swept["names"]}
        | ({"target": target} if target else {})
        | of_target
        | {
            "predicted_memory_mb": round(predicted.memory_mb),
            "measured_memory_mb": usage["peak_memory_mb"],
            "epoch_gflop": round(predicted.epoch_gflop, 2),
        }
        for target, of_target in targets.items()
    ]
columns = list(dict.fromkeys(name for row in rows for name in row))
write_table(snakemake.output[0], rows, columns)
