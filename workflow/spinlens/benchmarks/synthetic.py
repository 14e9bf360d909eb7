"""A charge file in VASP's layout, of any size, the same each time."""

from itertools import chain

import numpy as np

LATTICE = ((6.87, 0.0, 0.0), (-3.435, 5.949594, 0.0), (0.0, 0.0, 38.5))
ELEMENTS = {"Cr": 2, "Te": 6}
SITES = sum(ELEMENTS.values())
ELECTRONS, MOMENT_MUB = 48.0, 6.0
AUGMENTATION_NUMBERS = 33
COLUMNS = 5


def write_chgcar(path, grid):
    """Write a spin-polarised CHGCAR on a grid (na, nb, nc): a slab of 48 e and 6 μB, with its
    augmentation occupancies and the moments between the blocks."""
    with open(path, "w", encoding="ascii") as file:
        file.write(_header())
        for block, total in enumerate((ELECTRONS, MOMENT_MUB)):
            if block:
                file.write(_numbers(np.full(SITES, 0.75), 12))
            file.write("".join(f"{points:5d}" for points in grid) + "\n")
            file.write(_numbers(_slab(grid, total).ravel(order="F"), 11))
            for site in range(1, SITES + 1):
                file.write(f"augmentation occupancies{site:4d}{AUGMENTATION_NUMBERS:4d}\n")
                file.write(_numbers(np.linspace(-0.1, 0.9, AUGMENTATION_NUMBERS), 7))


def _header():
    vectors = ["".join(f"{number:12.6f}" for number in vector) for vector in LATTICE]
    sites = [f"{site / 8:10.6f}{site / 16:10.6f}  0.500000" for site in range(SITES)]
    symbols = "".join(f"{symbol:>5}" for symbol in ELEMENTS)
    counts = "".join(f"{count:6d}" for count in ELEMENTS.values())
    lines = ["synthetic", "   1.00000000000000", *vectors, symbols, counts, "Direct", *sites]
    return "\n".join([*lines, " "]) + "\n"


def _slab(grid, total):
    """Density times cell volume, (na, nb, nc), whose mean is `total`; a tail has both signs."""
    a, b, c = (np.arange(points) / points for points in grid)
    plane = 1 + 0.5 * np.cos(2 * np.pi * a)[:, None] * np.cos(2 * np.pi * b)
    height = np.exp(-(((c - 0.5) / 0.06) ** 2)) + 1e-6 * np.cos(14 * np.pi * c)
    density = plane[:, :, None] * height
    return density * (total / density.mean())


def _numbers(values, digits):
    """Rows of five as Fortran writes them: a mantissa below one, -.1 where its sign takes the
    zero's place."""
    magnitude = np.abs(values)
    logarithm = np.log10(magnitude, out=np.zeros_like(magnitude), where=magnitude > 0)
    exponents = np.where(magnitude > 0, np.floor(logarithm).astype(int) + 1, 0)
    largest = 1 - 10.0**-digits
    mantissas = np.clip(values / 10.0**exponents, -largest, largest)
    pairs = list(chain.from_iterable(zip(mantissas.tolist(), exponents.tolist(), strict=True)))
    number = f"%{digits + 3}.{digits}fE%+03d"
    rows = [pairs[start : start + 2 * COLUMNS] for start in range(0, len(pairs), 2 * COLUMNS)]
    text = "\n".join(number * (len(row) // 2) % tuple(row) for row in rows)
    return text.replace("-0.", " -.") + "\n"
