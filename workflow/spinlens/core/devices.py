"""Which devices training sees, and whether they are those that were asked for."""

import os

from spinlens.core.errors import SpinlensError

GRANTS = ("CUDA_VISIBLE_DEVICES", "SLURM_JOB_GPUS", "SLURM_STEP_GPUS", "SLURM_GPUS_ON_NODE")


def granted(environment=os.environ):
    """Name of the variable by which a scheduler granted a GPU, or "" where none did."""
    nothing = ("", "-1", "0x0", "NoDevFiles")
    for name in GRANTS:
        value = environment.get(name, "")
        if name == "SLURM_GPUS_ON_NODE" and value == "0":
            continue
        if value not in nothing:
            return name
    return ""


def check(gpus, visible, environment=os.environ):
    """Raise SpinlensError, in one line, where a GPU was asked for or granted and too few are seen.

    `gpus` is config's key: a number, or `auto` for what the scheduler granted; `visible` is
    how many GPUs the framework sees.
    """
    grant = granted(environment)
    if gpus == "auto" and grant and not visible:
        raise SpinlensError(
            f"a GPU was granted ({grant}={environment[grant]}) but the framework sees none: "
            "install the GPU build (README, GPUs) or set gpus: 0"
        )
    if gpus != "auto" and gpus > visible:
        raise SpinlensError(f"gpus: {gpus} asked for, but the framework sees {visible}")


def prepare(threads, gpus):
    """Set TensorFlow's threads and memory growth, keep to the GPUs that `gpus` asks for, make
    operations deterministic, and return the names of the devices that training uses.

    Raises SpinlensError where a GPU was asked for and none is seen. Call it before any tensor.
    """
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.experimental.enable_op_determinism()
    seen = tf.config.list_physical_devices("GPU")
    check(gpus, len(seen))
    used = seen if gpus == "auto" else seen[:gpus]
    tf.config.set_visible_devices(used, "GPU")
    for device in used:
        tf.config.experimental.set_memory_growth(device, True)
    names = [device.name for device in tf.config.list_logical_devices("GPU" if used else "CPU")]
    print("devices:", *names)
    return names
