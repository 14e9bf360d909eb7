"""Synthetic data of the measurements, the same each time and in every process.

Samples and weights of the 2018 network, and calculations as charge files in VASP's layout, of any
size.
"""

from collections.abc import Sequence
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

CLASSES = 2
SUPERCELL = (2, 2, 1)
FILTERS, POOL = 3, 2
LEARNING_RATE, MOMENTUM = 1e-7, 0.1  # the samples are noise: weights must not diverge

LATTICE = ((6.87, 0.0, 0.0), (-3.435, 5.949594, 0.0), (0.0, 0.0, 38.5))  # Å
ELEMENTS = {"Cr": 2, "Te": 6}
SITES = sum(ELEMENTS.values())
ELECTRONS, MOMENT_MUB = 48.0, 6.0
AUGMENTATION_NUMBERS = 33
COLUMNS = 5
GRID = (4, 4, 12)
PER_FOLDER = 100
STRETCH = 1e-3  # Å along c, from one calculation to the next
OSZICAR = (
    "DAV:   8    -0.175000000000E+02   -0.1E-03   -0.1E-03  9000   0.1E-01\n"
    "   1 F= -.17500000E+02 E0= -.17500000E+02  d E =0.000000E+00  mag= {moment:11.4f}\n"
)


def noise(
    count: int, cell: Sequence[int], channels: int = 2
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Draw noise and classes, the same each time.

    Parameters
    ----------
    count : int
        Number of samples.
    cell : Sequence[int]
        Voxels along a, b and c.
    channels : int
        Channels of the fields.

    Returns
    -------
    tuple[NDArray[np.float32], NDArray[np.int64]]
        Fields, shape (samples, a, b, c, channels), and classes, shape (samples,).
    """
    random = np.random.default_rng(0)
    fields = random.standard_normal((count, *cell, channels), dtype=np.float32)
    return fields, np.arange(count) % CLASSES


def tiles(fields: NDArray[np.float32]) -> NDArray[np.float32]:
    """Tile unit cells to supercells.

    Parameters
    ----------
    fields : NDArray[np.float32]
        Shape (samples, a, b, c, channels).

    Returns
    -------
    NDArray[np.float32]
        Shape (samples, 2a, 2b, c, channels).
    """
    return np.tile(fields, (1, *SUPERCELL, 1))


def weights(shapes: Sequence[Sequence[int]]) -> list[NDArray[np.float64]]:
    """Draw weights that keep the scale of activations, the same for the same shapes.

    Parameters
    ----------
    shapes : Sequence[Sequence[int]]
        Shape of each array, outputs last.

    Returns
    -------
    list[NDArray[np.float64]]
        The arrays.
    """
    random = np.random.default_rng(1)
    return [random.standard_normal(shape) / np.sqrt(np.prod(shape[:-1])) for shape in shapes]


def write_calculations(
    folder: Path | str, first: int, last: int, grid: tuple[int, int, int] = GRID
) -> Path:
    """Write many small calculations: CHGCAR, OSZICAR, POSCAR and CONTCAR of each.

    Each has a cell of its own, so that none is a copy of another. The first CHGCAR is written
    number by number; the others are the same, stretched along c.

    Parameters
    ----------
    folder : Path | str
        Folder of their subfolders, 100 calculations each.
    first, last : int
        Numbers of the first calculation and of the one after the last.
    grid : tuple[int, int, int]
        Grid points along a, b and c.

    Returns
    -------
    Path
        The folder.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    pattern = folder / ".pattern"
    write_chgcar(pattern, grid)
    charge = pattern.read_text(encoding="ascii")
    pattern.unlink()
    height = f"{LATTICE[2][2]:12.6f}"
    for index in range(first, last):
        run = folder / f"{index // PER_FOLDER:04d}" / f"run {index:06d}"
        run.mkdir(parents=True, exist_ok=True)
        stretched = f"{LATTICE[2][2] + STRETCH * index:12.6f}"
        text = charge.replace(height, stretched, 1)
        structure = text[: text.index("\n \n") + 1]
        for name in ("POSCAR", "CONTCAR"):
            (run / name).write_text(structure, encoding="ascii")
        (run / "CHGCAR").write_text(text, encoding="ascii")
        (run / "OSZICAR").write_text(OSZICAR.format(moment=MOMENT_MUB), encoding="ascii")
    return folder


def write_chgcar(path: Path | str, grid: tuple[int, int, int]) -> None:
    """Write a spin-polarised CHGCAR of a slab of 48 e and 6 μB.

    Augmentation occupancies follow each grid, and the moments of the sites stand between them.

    Parameters
    ----------
    path : Path | str
        File to write.
    grid : tuple[int, int, int]
        Grid points along a, b and c.
    """
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


def _header() -> str:
    vectors = ["".join(f"{number:12.6f}" for number in vector) for vector in LATTICE]
    sites = [f"{site / 8:10.6f}{site / 16:10.6f}  0.500000" for site in range(SITES)]
    symbols = "".join(f"{symbol:>5}" for symbol in ELEMENTS)
    counts = "".join(f"{count:6d}" for count in ELEMENTS.values())
    lines = ["synthetic", "   1.00000000000000", *vectors, symbols, counts, "Direct", *sites]
    return "\n".join([*lines, " "]) + "\n"


def _slab(grid: tuple[int, int, int], total: float) -> NDArray[np.float64]:
    """Make a density times cell volume, (na, nb, nc), of mean `total`; its tail has both signs."""
    a, b, c = (np.arange(points) / points for points in grid)
    plane = 1 + 0.5 * np.cos(2 * np.pi * a)[:, None] * np.cos(2 * np.pi * b)
    height = np.exp(-(((c - 0.5) / 0.06) ** 2)) + 1e-6 * np.cos(14 * np.pi * c)
    density = plane[:, :, None] * height
    return density * (total / density.mean())


def _numbers(values: NDArray[np.float64], digits: int) -> str:
    """Write rows of five numbers as Fortran does: mantissas below one, -.1 for -0.1."""
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
