"""A headless browser for pages without a network: what it draws, and what it complains of."""

import os
import re
import shutil
import subprocess
from functools import cache

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ("--headless", "--no-sandbox", "--disable-background-networking", "--enable-logging=stderr")


@cache
def browser():
    """Path of the browser; skips the test where there is none, but never in CI."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None and os.environ.get("CI"):
        pytest.fail("no chromium in CI: install Debian's package")
    if found is None:
        pytest.skip("no chromium on this machine: pages are looked at in CI")
    return found


def opened(page, profile, size, *options, seconds=3):
    """Document of a page (a Path) as it stands after so many seconds, and the console's lines."""
    done = subprocess.run(
        [
            *(browser(), *FLAGS, f"--user-data-dir={profile}"),
            f"--window-size={size[0]},{size[1]}",
            *(f"--virtual-time-budget={1000 * seconds}", *options, page.as_uri()),
        ],
        capture_output=True, text=True, timeout=100,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-1000:]
    return done.stdout, re.findall(r".*CONSOLE.*", done.stderr)
