"""Files as a bad disk or a stopped transfer leaves them."""

import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def damaged(content: bytes, chance: random.Random, cut: bool) -> bytes:
    """Content cut at a random place, or with one random bit of it flipped."""
    place = chance.randrange(len(content))
    if cut:
        return content[:place]
    flipped = content[place] ^ 1 << chance.randrange(8)
    return content[:place] + bytes([flipped]) + content[place + 1 :]


@contextmanager
def damage(path: Path, chance: random.Random, cut: bool) -> Iterator[None]:
    """A file that is damaged within the block, and afterwards as it was, with its times."""
    content, times = path.read_bytes(), path.stat()
    path.write_bytes(damaged(content, chance, cut=cut))
    yield
    path.write_bytes(content)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
