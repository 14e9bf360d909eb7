"""Read text that Fortran programs print: numbers, and lines of any system."""

import math
import re

FORTRAN_NUMBER = r"[-+]?(?:\d+\.\d*|\.\d+)(?:[EeDd][-+]?\d+|[-+]\d{3}(?!\d*\.))?"


def decoded(content: bytes) -> str:
    """Decode a part of an output of VASP.

    Parameters
    ----------
    content
        Bytes of the file.

    Returns
    -------
    str
        Text, one character per byte; line ends of Windows (CRLF) become LF.
    """
    return content.decode("latin-1").replace("\r\n", "\n")


def finite_floats(text: str) -> list[float]:
    """Read all numbers with a decimal point in a text, as Fortran prints them.

    Parameters
    ----------
    text
        Such as "-.138E+03 0.1D-02 0.1-100", whose last exponent lacks its letter.

    Returns
    -------
    list of float
        The numbers; empty if one of them is overprinted (*) or not finite.
    """
    if "*" in text or re.search(r"nan|inf", text, re.IGNORECASE):
        return []
    numbers = [_fortran_float(number) for number in re.findall(FORTRAN_NUMBER, text)]
    return numbers if all(map(math.isfinite, numbers)) else []


def first(pattern: str, text: str) -> str | None:
    """Return the first group of the first match of a pattern.

    Parameters
    ----------
    pattern
        Regular expression with a group; ^ and $ are the ends of a line.
    text
        Text to search.

    Returns
    -------
    str or None
        The group; None without a match.
    """
    match = re.search(pattern, text, re.MULTILINE)
    return match[1] if match else None


def spin_treatment(ispin: int | None, noncollinear: bool) -> str | None:
    """Name the treatment of spin that VASP's tags ask for.

    Parameters
    ----------
    ispin
        Tag ISPIN; None if unknown.
    noncollinear
        Whether LNONCOLLINEAR is set.

    Returns
    -------
    str or None
        none, collinear or noncollinear; None if unknown.
    """
    if noncollinear:
        return "noncollinear"
    return {1: "none", 2: "collinear"}.get(ispin or 0)


def total_moment(numbers: list[float]) -> dict[str, float | list[float]]:
    """Name the total moment that a line of an output ends in.

    Parameters
    ----------
    numbers
        One number of a collinear run, or three of a noncollinear one, μB.

    Returns
    -------
    dict
        total_moment_muB; empty for any other count of numbers.
    """
    if len(numbers) not in (1, 3):
        return {}
    return {"total_moment_muB": numbers[0] if len(numbers) == 1 else numbers}


def _fortran_float(text: str) -> float:
    number = re.sub(r"[DdE]", "e", text.strip())
    number = re.sub(r"(?<=[\d.])([-+]\d{3})$", r"e\1", number)
    return float(number)
