"""A tree of many small calculations, for what must not slow down or swell as studies grow."""

from pathlib import Path

from spinlens.benchmarks.synthetic import LATTICE, MOMENT_MUB, write_chgcar

GRID = (4, 4, 12)
PER_FOLDER = 100
STRETCH_A = 1e-3
OSZICAR = (
    "DAV:   8    -0.175000000000E+02   -0.1E-03   -0.1E-03  9000   0.1E-01\n"
    "   1 F= -.17500000E+02 E0= -.17500000E+02  d E =0.000000E+00  mag= {moment:11.4f}\n"
)


def make(folder, first, last, grid=GRID):
    """Write calculations `first` to `last` - 1 below `folder`, in subfolders of 100; return it.

    Each has a cell of its own, so that none is another's copy, and CHGCAR, OSZICAR, POSCAR and
    CONTCAR. The first one is written number by number; the others are it, stretched along c.
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
        stretched = f"{LATTICE[2][2] + STRETCH_A * index:12.6f}"
        text = charge.replace(height, stretched, 1)
        structure = text[: text.index("\n \n") + 1]
        for name in ("POSCAR", "CONTCAR"):
            (run / name).write_text(structure, encoding="ascii")
        (run / "CHGCAR").write_text(text, encoding="ascii")
        (run / "OSZICAR").write_text(OSZICAR.format(moment=MOMENT_MUB), encoding="ascii")
    return folder
