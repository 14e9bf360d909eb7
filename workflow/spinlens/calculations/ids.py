"""Path-safe, unique names of calculations."""

import hashlib
import re
from collections import Counter

LONGEST_ID = 150  # results/calculations/{id}.nc and its temporary name stay below 255 bytes


def path_safe(relative_path):
    """The path with every character outside [A-Za-z0-9._-] replaced by "_"."""
    safe = re.sub(r"[^A-Za-z0-9._-]", "_", relative_path)
    return safe if safe.strip(".") else safe.replace(".", "_") or "_"


def unique_ids(relative_paths):
    """One id per path, hashed only where two ids would be one on some file system."""
    safe = [path_safe(path) for path in relative_paths]
    times = Counter(name.casefold() for name in safe)
    return [
        _hashed(name, path) if times[name.casefold()] > 1 or len(name) > LONGEST_ID else name
        for name, path in zip(safe, relative_paths, strict=True)
    ]


def _hashed(name, path):
    digest = hashlib.sha256(path.encode("utf-8", "surrogateescape")).hexdigest()[:8]
    return f"{name[: LONGEST_ID - 9]}-{digest}"
