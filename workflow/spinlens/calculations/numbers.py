"""Numbers in text: as Fortran prints them, and as people write them in tables and paths."""

import math
import re

FORTRAN_NUMBER = r"[-+]?(?:\d+\.\d*|\.\d+)(?:[EeDd][-+]?\d+|[-+]\d{3}(?!\d*\.))?"
_FIND = re.compile(FORTRAN_NUMBER)


def fortran_float(text):
    """-.138E+03, 0.1D-02 and 0.1-100 as floats; ValueError for anything else."""
    number = re.sub(r"[DdE]", "e", text.strip())
    number = re.sub(r"(?<=[\d.])([-+]\d{3})$", r"e\1", number)
    return float(number)


def finite_floats(text):
    """All numbers with a point in a text, or [] where any is overprinted or not finite."""
    if "*" in text or re.search(r"nan|inf", text, re.IGNORECASE):
        return []
    numbers = [fortran_float(number) for number in _FIND.findall(text)]
    return numbers if all(map(math.isfinite, numbers)) else []


def number_or_text(text):
    """An int or float where the text is spelled as one, else the text."""
    if re.fullmatch(r"[-+]?(0|[1-9]\d*)", text) and text.isascii():
        return int(text)
    if re.fullmatch(r"[-+]?((0|[1-9]\d*)(\.\d*)?|\.\d+)([eE][-+]?\d+)?", text) and text.isascii():
        number = float(text)
        return number if math.isfinite(number) else text
    return text
