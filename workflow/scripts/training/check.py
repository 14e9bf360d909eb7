"""Check that the environment trains; tell the devices and the accuracy on the terminal."""

from spinlens.core import log

terminal = log.to_file(snakemake.log[0])

from spinlens.core import devices

used = devices.prepare(snakemake.threads, snakemake.params.gpus)

from spinlens.training.environment_check import HEALTHY_ACCURACY, digits_accuracy

accuracy = digits_accuracy()
print(f"devices seen: {', '.join(used)}", file=terminal)
print(
    f"accuracy on held-out digits: {accuracy:.3f} ({HEALTHY_ACCURACY} or more is healthy)",
    file=terminal,
)
if not accuracy >= HEALTHY_ACCURACY:
    print("check failed: this environment does not train as it should", file=terminal)
    raise SystemExit(1)
