"""A command on a pseudo-terminal: what it wrote, and what is left on the screen at its end."""

import fcntl
import os
import pty
import re
import struct
import termios
from typing import NamedTuple

CONTROL = re.compile(r"\x1b\[([0-9;?]*)([A-Za-z])")


class Session(NamedTuple):
    """A finished command: its exit status, all it wrote, and the lines that stay."""

    status: int
    written: str
    lines: list[str]

    @property
    def plain(self):
        """All it wrote, without control sequences; what was erased is in it."""
        return CONTROL.sub("", self.written)


def record(command, folder, columns=120):
    """Run a command in a folder, on a terminal of so many columns."""
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(folder)
        os.environ["TERM"] = "xterm-256color"
        os.execvp(command[0], command)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    written = b""
    while True:
        try:
            piece = os.read(terminal, 65536)
        except OSError:  # Linux says so at the end
            break
        if not piece:
            break
        written += piece
    os.close(terminal)
    _, status = os.waitpid(process, 0)
    text = written.decode("utf-8", "replace")
    return Session(os.waitstatus_to_exitcode(status), text, screen(text))


def screen(text):
    """Lines that stay on a screen: a terminal that knows returns, erased lines and steps up."""
    lines, row, column, place = [""], 0, 0, 0
    while place < len(text):
        control = CONTROL.match(text, place)
        if control:
            number, kind = control.groups()
            if kind == "A":
                row = max(0, row - int(number or 1))
            elif kind == "K":
                lines[row], column = ("", 0) if number == "2" else (lines[row][:column], column)
            place = control.end()
            continue
        letter, place = text[place], place + 1
        if letter == "\n":
            row, column = row + 1, 0
            lines += [""] * (row + 1 - len(lines))
        elif letter == "\r":
            column = 0
        else:
            lines[row] = lines[row][:column].ljust(column) + letter + lines[row][column + 1 :]
            column += 1
    return [line.rstrip() for line in lines]
