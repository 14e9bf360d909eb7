"""A process in the background, whose words go to a file."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def background(
    command: list[str], said: Path, end: Callable[[subprocess.Popen], Any], **options: Any
) -> Iterator[subprocess.Popen]:
    """Start a command in the folder of `said`; what still runs after the `with` is ended."""
    with open(said, "a", encoding="utf-8") as file:
        process = subprocess.Popen(command, cwd=said.parent, stdout=file, stderr=file, **options)
    try:
        yield process
    finally:
        if process.poll() is None:
            end(process)
            process.wait()
