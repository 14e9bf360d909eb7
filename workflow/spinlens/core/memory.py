"""Memory that a process has held."""

from pathlib import Path


def peak_bytes() -> int:
    """Most memory that this process, not the one that started it, has held so far.

    Returns
    -------
    int
        Resident memory, bytes.
    """
    # Linux counts in ru_maxrss what the parent held before exec; VmHWM starts anew.
    status = Path("/proc/self/status")
    if status.is_file():
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
        return int(lines["VmHWM"].split()[0]) * 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # bytes, on macOS
