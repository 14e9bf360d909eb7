"""Devices that training uses, and whether they are those that were asked for."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from spinlens.core.errors import SpinlensError
from spinlens.core.process import keep_freed_memory

# Variables by which schedulers grant GPUs.
GRANTS = ("CUDA_VISIBLE_DEVICES", "SLURM_JOB_GPUS", "SLURM_STEP_GPUS", "SLURM_GPUS_ON_NODE")
_NO_DEVICE = ("", "-1", "0x0", "NoDevFiles")
# Keras imports these, where they are installed, for wrappers and galleries that no job uses.
_OPTIONAL_OF_KERAS = ("matplotlib", "sklearn")


def granted(environment: Mapping[str, str] = os.environ) -> str:
    """Variable by which a scheduler granted a GPU.

    Parameters
    ----------
    environment
        Environment variables.

    Returns
    -------
    str
        Name of the first of `GRANTS` that grants one; empty if none does.
    """
    for name in GRANTS:
        value = environment.get(name, "")
        if name == "SLURM_GPUS_ON_NODE" and value == "0":
            continue
        if value not in _NO_DEVICE:
            return name
    return ""


def check(gpus: int | str, visible: int, environment: Mapping[str, str] = os.environ) -> None:
    """Check that the framework has the GPUs that were asked for or granted.

    Parameters
    ----------
    gpus
        The config's key: a number, or `auto` for what the scheduler granted.
    visible
        Number of GPUs that the framework has.
    environment
        Environment variables.

    Raises
    ------
    SpinlensError
        The framework has too few GPUs.
    """
    grant = granted(environment)
    if gpus == "auto" and grant and not visible:
        raise SpinlensError(
            f"a GPU was granted ({grant}={environment[grant]}) but the framework sees none: "
            "install the GPU build (docs/howto/gpus_and_containers) or set gpus: 0"
        )
    if isinstance(gpus, int) and gpus > visible:
        raise SpinlensError(f"gpus: {gpus} asked for, but the framework sees {visible}")


def prepare(threads: int, gpus: int | str) -> list[str]:
    """Set up TensorFlow before any tensor is made: threads, GPUs, deterministic operations, memory.

    GPU memory is allocated as it is needed. The devices are printed.

    Parameters
    ----------
    threads
        Threads of one operation.
    gpus
        The config's key: a number of GPUs to use, or `auto` for all.

    Returns
    -------
    list[str]
        Names of the devices that training uses: GPUs, or the CPU.

    Raises
    ------
    SpinlensError
        The framework has fewer GPUs than were asked for or granted.
    """
    keep_freed_memory()
    with _missing(*_OPTIONAL_OF_KERAS):  # a third of the time that this import takes
        import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.experimental.enable_op_determinism()
    visible = tf.config.list_physical_devices("GPU")
    check(gpus, len(visible))
    used = visible if gpus == "auto" else visible[:gpus]
    tf.config.set_visible_devices(used, "GPU")
    for device in used:
        tf.config.experimental.set_memory_growth(device, True)
    names = [device.name for device in tf.config.list_logical_devices("GPU" if used else "CPU")]
    print("devices:", *names)
    return names


@contextmanager
def _missing(*packages: str) -> Iterator[None]:
    """Let imports find that these packages, unless imported before, are not installed."""
    hidden = [name for name in packages if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]
