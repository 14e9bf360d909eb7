"""Read plain and compressed files; the first bytes tell the compression, not the name."""

import bz2
import gzip
import io
import lzma
import os
import re
import stat
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from spinlens.core.errors import Excluded

CHUNK_BYTES = 1 << 20
Stream = Any  # a binary stream with peek(): BufferedReader, GzipFile, BZ2File or LZMAFile


def open_binary(path: Path | str) -> Stream:
    """Open a file for reading its decompressed content.

    Parameters
    ----------
    path
        File, plain or compressed by gzip, bzip2, xz, lzma or zstd.

    Returns
    -------
    binary stream
        Has `peek()`; close it, or use it in a `with`.

    Raises
    ------
    Excluded
        If the path is not a regular file or its compression cannot be read.
    OSError
        If the file cannot be opened.
    """
    name = os.path.basename(path)
    if not stat.S_ISREG(os.stat(path).st_mode):
        raise Excluded(f"{name} is not a regular file: put the file itself there")
    with open(path, "rb") as file:
        first_bytes = file.read(6)
    for magic, opener in _OPENERS.items():
        if first_bytes.startswith(magic):
            return opener(path)
    return open(path, "rb")


def is_plain(stream: Stream) -> bool:
    """Whether going back in a stream from `open_binary` is cheap: the file is not compressed."""
    return isinstance(stream, io.BufferedReader) and stream.seekable()


def read_ends(path: Path | str, head_bytes: int, tail_bytes: int) -> tuple[bytes, bytes]:
    """Read the beginning and the end of a file's content.

    Parameters
    ----------
    path
        File, plain or compressed.
    head_bytes, tail_bytes
        How many bytes to read at most.

    Returns
    -------
    tuple of bytes
        Beginning and end; of a short file, the whole content in both. Of a damaged compressed
        file, what could be read.
    """
    with open_binary(path) as stream:
        if is_plain(stream):
            head = stream.read(head_bytes)
            size = stream.seek(0, os.SEEK_END)
            stream.seek(max(0, size - tail_bytes))
            return head, stream.read(tail_bytes)
        return _stream_ends(stream, head_bytes, tail_bytes)


def without_cut_line(text: str, decimals: int) -> str:
    """Remove a last line without a line end from the end of a file: it may be cut.

    It is kept if it ends in a number of so many decimals: more digits would change little.
    """
    kept, newline, last = text.rpartition("\n")
    return text if re.search(rf"\.\d{{{decimals},}}\s*$", last) else kept + newline


def _open_zstandard(path: Path | str) -> Stream:
    try:
        import zstandard
    except ImportError:
        raise Excluded(
            f"{os.path.basename(path)} is compressed by zstd: install the Python package "
            "zstandard, or unzstd the file"
        ) from None
    reader = zstandard.ZstdDecompressor().stream_reader(open(path, "rb"), read_across_frames=True)
    return io.BufferedReader(reader, CHUNK_BYTES)


def _open_lzw(path: Path | str) -> NoReturn:
    raise Excluded(
        f"{os.path.basename(path)} is compressed by `compress`: uncompress it, then gzip it"
    )


_OPENERS: dict[bytes, Callable[..., Stream]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ\x00": lzma.open,
    b"]\x00\x00": lzma.open,
    b"\x28\xb5\x2f\xfd": _open_zstandard,
    b"\x1f\x9d": _open_lzw,
}


def _stream_ends(stream: Stream, head_bytes: int, tail_bytes: int) -> tuple[bytes, bytes]:
    head = bytearray()
    tail: deque[bytes] = deque(maxlen=tail_bytes // CHUNK_BYTES + 1)
    try:
        while chunk := stream.read(CHUNK_BYTES):
            head += chunk[: max(0, head_bytes - len(head))]
            tail.append(chunk)
    except Exception:  # any error of a decompressor: the content before it counts
        pass
    return bytes(head), b"".join(tail)[-tail_bytes:]
