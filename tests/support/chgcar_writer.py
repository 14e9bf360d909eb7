"""Write small charge files and run folders of every kind from analytic densities.

Everything is a pure function of its arguments; grids are "as stored", density times cell volume,
so that the mean of a grid is its integral.
"""

import bz2
import gzip
import lzma
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

OPENERS = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}


@dataclass(frozen=True)
class Crystal:
    """A cell with its sites: lattice in Å (rows a, b, c), elements and fractional positions."""

    lattice: tuple = ((3.9, 0.0, 0.0), (-1.95, 3.377499, 0.0), (0.0, 0.0, 6.5))
    elements: tuple = ("Cr", "Cr", "Te")
    positions: tuple = ((0.333333, 0.666667, 0.25), (0.666667, 0.333333, 0.75), (0.0, 0.0, 0.5))
    valences: tuple = (6.0, 6.0)

    @property
    def symbols(self):
        return tuple(dict.fromkeys(self.elements))

    @property
    def counts(self):
        return tuple(self.elements.count(symbol) for symbol in self.symbols)

    @property
    def electrons(self):
        return sum(v * n for v, n in zip(self.valences, self.counts, strict=True))


def gaussians(crystal, shape, weights, width=0.6):
    """A sum of periodic Gaussians at the sites, (na, nb, nc), whose mean is the sum of weights."""
    fractional = np.stack(np.meshgrid(*(np.arange(n) / n for n in shape), indexing="ij"), axis=-1)
    total = np.zeros(shape)
    for site, weight in zip(crystal.positions, weights, strict=True):
        apart = fractional - np.array(site)
        apart = (apart - np.rint(apart)) @ np.array(crystal.lattice)
        bell = np.exp(-(apart**2).sum(axis=-1) / (2 * width**2))
        total += weight * bell / bell.mean()
    return total


def charge_block(crystal, shape):
    valence = dict(zip(crystal.symbols, crystal.valences, strict=True))
    return gaussians(crystal, shape, [valence[element] for element in crystal.elements])


def magnetic_blocks(crystal=None, moments=(3.0, 3.0, -0.2), shape=(6, 6, 8)):
    """[charge, magnetization] of a collinear run; one number per site, μB."""
    crystal = crystal or Crystal()
    return [charge_block(crystal, shape), gaussians(crystal, shape, moments)]


def noncollinear_blocks(
    crystal=None, moments=((0, 1.5, 2), (0, 1.5, 2), (0, 0, -0.2)), shape=(6, 6, 8)
):
    """[charge, mx, my, mz] of a noncollinear run; three numbers per site, μB."""
    crystal = crystal or Crystal()
    along = [gaussians(crystal, shape, numbers) for numbers in zip(*moments, strict=True)]
    return [charge_block(crystal, shape), *along]


def fortran(number, digits=11, leading_zero=True):
    """0.12345678901E+02, as VASP writes it; without the zero .12345678901E+02; an exponent of
    three digits takes the place of its letter, 0.12345678901-100."""
    mantissa, exponent = f"{abs(number):.{digits - 1}E}".split("E")
    power = int(exponent) + (number != 0)
    text = ("0." if leading_zero else ".") + mantissa.replace(".", "")
    text += f"E{power:+03d}" if abs(power) < 100 else f"{power:+04d}"
    sign = "-" if number < 0 else ""
    if sign and leading_zero and len(text) > digits + 5:  # VASP drops the zero to fit the sign
        text = text[1:]
    return sign + text


def block_lines(grid, columns=5, number=fortran):
    """The grid's size and its numbers, a fastest."""
    shape = "".join(f"{length:5d}" for length in grid.shape)
    numbers = [number(value) for value in grid.ravel(order="F")]
    rows = [numbers[at : at + columns] for at in range(0, len(numbers), columns)]
    return [shape, *(" " + " ".join(f"{text:>17}" for text in row) for row in rows)]


def augmentation_lines(crystal, numbers=7):
    lines = []
    for site in range(1, len(crystal.elements) + 1):
        lines.append(f"augmentation occupancies{site:4d}{numbers:4d}")
        values = [f"{0.1 * site + 0.01 * value:15.7E}" for value in range(numbers)]
        lines += ["".join(values[at : at + 5]) for at in range(0, numbers, 5)]
    return lines


def header_lines(crystal, header="vasp5", selective=False, comment="written by a test"):
    """vasp5: an element line; vasp4: none; slash: Fe/ as VASP 6.4; hash: Fe_pv/1a2b3c."""
    lines = [comment, "   1.00000000000000"]
    lines += ["".join(f"{number:12.6f}" for number in row) for row in crystal.lattice]
    spelled = {"vasp5": "{}", "slash": "{}/", "hash": "{}_pv/1a2b3c"}
    if header != "vasp4":
        lines.append("   " + "   ".join(spelled[header].format(s) for s in crystal.symbols))
    lines.append("".join(f"{count:6d}" for count in crystal.counts))
    lines += ["Selective dynamics"] if selective else []
    flags = "   T   T   F" if selective else ""
    lines.append("Direct")
    lines += ["".join(f"{x:10.6f}" for x in site) + flags for site in crystal.positions]
    return [*lines, " "]


def charge_sections(
    blocks,
    crystal=None,
    *,
    header="vasp5",
    selective=False,
    columns=5,
    number=fortran,
    augmentation=True,
    per_ion_moments=True,
    newline="\n",
):
    """A CHGCAR in pieces: header; then of each block its per-ion moments (not of the first), its
    grid, its augmentation occupancies."""
    crystal = crystal or Crystal()
    sections = [header_lines(crystal, header, selective)]
    for at, block in enumerate(blocks):
        if at and per_ion_moments:
            moments = [f"{1.5:20.12E}" for _ in crystal.elements]
            sections.append(["".join(moments[i : i + 5]) for i in range(0, len(moments), 5)])
        sections.append(block_lines(np.asarray(block), columns, number))
        if augmentation:
            sections.append(augmentation_lines(crystal))
    return ["".join(line + newline for line in lines) for lines in sections]


def charge_text(blocks, crystal=None, **layout):
    """A whole CHGCAR; layout: arguments of charge_sections."""
    return "".join(charge_sections(blocks, crystal, **layout))


def write(path, text):
    """Write text or bytes, compressed as the name says, with the folders above it."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    data = text.encode() if isinstance(text, str) else text
    with OPENERS.get(path.suffix, open)(path, "wb") as file:
        file.write(data)
    return path


def poscar_text(crystal, header="vasp5"):
    return "\n".join(header_lines(crystal, header)) + "\n"


def oszicar_text(moment=None, energy=-17.5, steps=8, ionic_steps=1, stopped=False):
    """OSZICAR with `steps` electronic steps in each ionic one; moment: None, μB or three."""
    head = "       N       E                     dE             d eps       ncg     rms"
    loop = [
        head,
        *(
            f"DAV: {n:3d}    {fortran(energy, 12)}   -0.1E-03   -0.1E-03  9000   0.1E-01"
            for n in range(1, steps + 1)
        ),
    ]
    lines = []
    for step in range(1, ionic_steps + 1):
        end = f"{step:4d} F= {fortran(energy, 8)} E0= {fortran(energy, 8)}  d E =0.000000E+00"
        lines += [*loop, end + _mag(moment)]
    return "\n".join(lines + (loop[:3] if stopped else [])) + "\n"


def _mag(moment):
    if moment is None:
        return ""
    return "  mag=" + "".join(f"{number:11.4f}" for number in np.atleast_1d(moment))


def outcar_text(
    crystal,
    *,
    electrons=None,
    moment=None,
    local_moments=None,
    energy=-17.5,
    steps=8,
    nelm=60,
    nsw=0,
    version="6.3.0",
):
    """OUTCAR of a run; moment: None (ISPIN = 1), μB (ISPIN = 2) or three (noncollinear)."""
    electrons = crystal.electrons if electrons is None else electrons
    moments = np.atleast_1d([] if moment is None else moment)
    lines = [f" vasp.{version} 20Jan22 (build Jan 21 2022 12:00:00) complex", ""]
    for symbol, valence in zip(crystal.symbols, crystal.valences, strict=True):
        lines += [
            f"   VRHFIN ={symbol}:  d5 s1",
            f"   TITEL  = PAW_PBE {symbol} 06Sep2000",
            f"   POMASS =   55.847; ZVAL   = {valence:8.3f}    mass and valenz",
        ]
    lines += [
        f"   NEDOS =    301   number of ions     NIONS = {len(crystal.elements):6d}",
        "   ions per type =          " + "".join(f"{count:6d}" for count in crystal.counts),
        f"   ISPIN  = {2 if moments.size == 1 else 1:6d}    spin polarized calculation?",
        f"   LNONCOLLINEAR = {'T' if moments.size == 3 else 'F':>6} non collinear calculations",
        f"   NELM   = {nelm:6d};   NELMIN=  2; NELMDL= -5     # of ELM steps",
        f"   NSW    = {nsw:6d}    number of steps for IOM",
        f"   NELECT = {electrons:12.4f}    total number of electrons",
    ]
    for step in range(1, steps + 1):
        lines += [
            f"------------ Iteration    1({step:4d})  ------------",
            f" number of electron {electrons:15.7f} magnetization "
            + "".join(f"{number:15.7f}" for number in moments),
        ]
    lines.append(f"  energy  without entropy= {energy:16.8f}  energy(sigma->0) = {energy:16.8f}")
    for axis, table in zip("xyz", np.atleast_2d(np.transpose(local_moments or [])), strict=False):
        lines += _moment_table(axis, table)
    return "\n".join(lines) + "\n"


def _moment_table(axis, moments):
    if not len(moments):
        return []
    rows = [f"{site:5d}   {0:8.3f}{0:8.3f}{m:8.3f}{m:8.3f}" for site, m in enumerate(moments, 1)]
    return [
        "",
        f" magnetization ({axis})",
        " ",
        "# of ion       s       p       d       tot",
        "------------------------------------------",
        *rows,
        "--------------------------------------------------",
        f"tot     {0:8.3f}{0:8.3f}{sum(moments):8.3f}{sum(moments):8.3f}",
    ]


def vasprun_text(crystal, *, moment=None, energy=-17.5, steps=8, nelm=60, version="6.3.0"):
    """vasprun.xml of a collinear run; the occupations of two k points hold the moment."""
    up, down = ((crystal.electrons + sign * (moment or 0.0)) / 2 for sign in (1, -1))
    spins = [up, down] if moment is not None else [up]

    def spin_set(number, electrons):
        kpoints = "".join(
            f'<set comment="kpoint {k}"><r> -1.0000 {electrons - shift:.4f} </r>'
            f"<r> 2.0000 {shift:.4f} </r></set>"
            for k, shift in ((1, 0.25), (2, 0.5))
        )
        return f'<set comment="spin {number}">{kpoints}</set>'

    sets = "".join(spin_set(number, electrons) for number, electrons in enumerate(spins, 1))
    scsteps = f'<scstep><energy><i name="e_0_energy"> {energy:.8f} </i></energy></scstep>' * steps
    return f"""<?xml version="1.0" encoding="ISO-8859-1"?>
<modeling>
<generator><i name="version" type="string">{version}  </i></generator>
<kpoints><varray name="kpointlist"><v> 0.0 0.0 0.0 </v><v> 0.5 0.0 0.0 </v></varray>
<varray name="weights"><v> 0.25000000 </v><v> 0.75000000 </v></varray></kpoints>
<parameters><separator name="electronic">
<i name="NELECT"> {crystal.electrons:.8f}</i><i type="int" name="NELM"> {nelm}</i>
<i type="int" name="NSW"> 0</i><i type="int" name="ISPIN"> {len(spins)}</i>
<i type="logical" name="LNONCOLLINEAR"> F  </i></separator></parameters>
<calculation>{scsteps}<eigenvalues><array><set>{sets}</set></array></eigenvalues></calculation>
</modeling>
"""


def potcar_text(crystal):
    return "".join(
        f"  PAW_PBE {symbol} 06Sep2000\n   {valence:.10f}\n   VRHFIN ={symbol}:  d5 s1\n"
        f"   TITEL  = PAW_PBE {symbol} 06Sep2000\n"
        f"   POMASS =   55.847; ZVAL   = {valence:8.3f}    mass and valenz\n End of Dataset\n"
        for symbol, valence in zip(crystal.symbols, crystal.valences, strict=True)
    )


def write_run(folder, *, crystal=None, blocks=None, charge_name="CHGCAR", outcar=None, **text):
    """A whole collinear run folder (CHGCAR, OSZICAR, OUTCAR, POSCAR, CONTCAR) whose labels fit
    its densities. text: arguments of charge_text; outcar: further ones of outcar_text."""
    crystal = crystal or Crystal()
    blocks = magnetic_blocks(crystal) if blocks is None else blocks
    moments = [float(np.mean(block)) for block in blocks[1:]]
    moment = None if not moments else moments[0] if len(moments) == 1 else moments
    folder = Path(folder)
    write(folder / charge_name, charge_text(blocks, crystal, **text))
    write(folder / "OSZICAR", oszicar_text(moment))
    write(folder / "OUTCAR", outcar_text(crystal, moment=moment, **(outcar or {})))
    write(folder / "POSCAR", poscar_text(crystal))
    write(folder / "CONTCAR", poscar_text(crystal))
    return folder


def write_mixed_tree(root):
    """A tree of good and bad runs; calculation id -> None, or a pattern its refusal matches."""
    root = Path(root)
    crystal = Crystal()
    good = magnetic_blocks(crystal)
    whole = charge_text(good, crystal)
    expected = {}

    def run(name, refusal=None, **keys):
        expected[name.replace("/", "_")] = refusal
        return write_run(root / name, **keys)

    run("plain")
    run("deep/er/gz", charge_name="CHGCAR.gz", blocks=magnetic_blocks(moments=(2.0, 3.0, 0.0)))
    run("bz2", charge_name="CHGCAR.bz2", blocks=magnetic_blocks(moments=(3.0, -3.0, 0.0)))
    run("xz", charge_name="CHGCAR.xz", blocks=magnetic_blocks(moments=(1.0, 1.0, 0.5)))
    run("selective", selective=True, blocks=magnetic_blocks(moments=(2.5, 2.5, 0.5)))
    run("slash", header="slash", blocks=magnetic_blocks(moments=(2.5, 2.0, 0.5)))
    run("vasp4", header="vasp4", blocks=magnetic_blocks(moments=(2.5, 1.5, 0.5)))
    run("noncollinear", blocks=noncollinear_blocks(crystal))
    run("nonmagnetic", refusal="spin|block", blocks=good[:1])
    write(run("empty", "empty") / "CHGCAR", "")
    write(run("truncated", "cut") / "CHGCAR", whole[: len(whole) // 2])
    sections = charge_sections(good, crystal)
    write(run("one_block_left", "cut") / "CHGCAR", "".join(sections[:3]))
    stars = whole.replace(block_lines(good[0])[3].split()[0], "*****************", 1)
    write(run("stars", "did not fit") / "CHGCAR", stars)
    write(run("placeholder", "not a CHGCAR") / "CHGCAR", "CHGCAR was removed to save space\n")
    elf = charge_text([good[0] / good[0].max()], crystal, augmentation=False)
    write(run("elfcar", "ELFCAR") / "CHGCAR", elf)
    run("other_outcar", "OUTCAR is of another run", outcar={"electrons": 65.0})
    write(run("other_moment", "of another run") / "OSZICAR", oszicar_text(1.0))
    write(run("unconverged", "not converged") / "OSZICAR", oszicar_text(5.8, steps=60))
    moved = replace(crystal, elements=("Mn", "Mn", "Te"))
    write(run("other_atoms", "POSCAR") / "POSCAR", poscar_text(moved))
    return expected
