"""Read plain and compressed files, by their first bytes rather than by their names."""

import bz2
import gzip
import io
import lzma
import os
import re
import stat
from collections import deque

from spinlens.core.errors import Excluded

CHUNK_BYTES = 1 << 20


def open_binary(path):
    """A binary stream of the file's content, decompressed; it has peek().

    Raises Excluded where the file is no regular file or its compression cannot be read, and
    OSError where it cannot be opened.
    """
    name = os.path.basename(path)
    if not stat.S_ISREG(os.stat(path).st_mode):
        raise Excluded(f"{name} is no regular file: put the file itself there")
    with open(path, "rb") as file:
        start = file.read(6)
    for magic, opener in _OPENERS.items():
        if start.startswith(magic):
            return opener(path)
    return open(path, "rb")


def is_plain(stream):
    """Whether going back in a stream of open_binary is cheap: it is not compressed."""
    return isinstance(stream, io.BufferedReader) and stream.seekable()


def _open_zstandard(path):
    try:
        import zstandard
    except ImportError:
        raise Excluded(
            f"{os.path.basename(path)} is compressed by zstd: install the Python package "
            "zstandard, or unzstd the file"
        ) from None
    reader = zstandard.ZstdDecompressor().stream_reader(open(path, "rb"), read_across_frames=True)
    return io.BufferedReader(reader, CHUNK_BYTES)


def _open_lzw(path):
    raise Excluded(
        f"{os.path.basename(path)} is compressed by `compress`: uncompress it, then gzip it"
    )


_OPENERS = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ\x00": lzma.open,
    b"]\x00\x00": lzma.open,
    b"\x28\xb5\x2f\xfd": _open_zstandard,
    b"\x1f\x9d": _open_lzw,
}


def read_ends(path, head_bytes, tail_bytes):
    """The first head_bytes and the last tail_bytes of the content; of a shorter file, all of
    it in both. A damaged compressed file gives what could be read."""
    with open_binary(path) as stream:
        if is_plain(stream):
            head = stream.read(head_bytes)
            size = stream.seek(0, os.SEEK_END)
            stream.seek(max(0, size - tail_bytes))
            return head, stream.read(tail_bytes)
        return _stream_ends(stream, head_bytes, tail_bytes)


def without_cut_line(text, decimals):
    """The text without a last line that has no end, unless it ends in a number with so many
    decimals that more digits would change little."""
    kept, newline, last = text.rpartition("\n")
    return text if re.search(rf"\.\d{{{decimals},}}\s*$", last) else kept + newline


def _stream_ends(stream, head_bytes, tail_bytes):
    head = bytearray()
    tail = deque(maxlen=tail_bytes // CHUNK_BYTES + 1)
    try:
        while chunk := stream.read(CHUNK_BYTES):
            head += chunk[: max(0, head_bytes - len(head))]
            tail.append(chunk)
    except Exception:  # whatever the compression's library raises: what came before it counts
        pass
    return bytes(head), b"".join(tail)[-tail_bytes:]
