"""Errors that a user can fix: one family, which a job's log reports in one line."""

import errno
from pathlib import Path

DISK_FULL = (errno.ENOSPC, errno.EDQUOT)


class SpinlensError(ValueError):
    """Data, configuration or a machine that cannot be used.

    The message is one line that says what to fix. A script that this ends reports that line
    instead of a traceback (`core.log`).
    """


class Excluded(SpinlensError):
    """A calculation that was read and refused; the message says what to fix.

    Parameters
    ----------
    reason
        Sentence, or another exception; line breaks in it become spaces.
    """

    def __init__(self, reason: object) -> None:
        super().__init__(" ".join(str(reason).split()))


class Unwritable(SpinlensError, OSError):
    """A file that cannot be written because of the disk.

    Parameters
    ----------
    path
        File that was to be written.
    fault
        Error of the operating system.
    """

    def __init__(self, path: Path | str, fault: OSError) -> None:
        remedy = "free some space" if fault.errno in DISK_FULL else "allow writing there"
        self.line = (
            f"{path} cannot be written ({fault.strerror}): {remedy}, or give another folder by "
            "--config results=PATH, and start again"
        )
        super().__init__(fault.errno, self.line)

    def __str__(self) -> str:
        """Return the line that says what to do."""
        return self.line
