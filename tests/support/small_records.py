"""Records of small runs of every kind: an antiferromagnet, without spin, one atom, noncollinear."""

from chgcar_writer import Crystal, magnetic_blocks, noncollinear_blocks, write_run
from spinlens.calculations import record, split
from spinlens.calculations.find import find

SETTINGS = {
    "moment_tolerance_muB": 0.01,
    "unconverged": "keep",
    "nonmagnetic": "zero",
    "moment_axis": [0, 0, 1],
}
SINGLE = Crystal(elements=("Cr",), positions=((0.2, 0.3, 0.4),), valences=(6.0,))


def write_records(root, table):
    """Files of the records of `afm`, `none`, `single` and `vector`; a label table's rows by run."""
    write_run(root / "afm", blocks=magnetic_blocks(moments=(3.0, -3.0, 0.0)))
    write_run(root / "none", blocks=magnetic_blocks()[:1])
    write_run(
        root / "single", crystal=SINGLE, blocks=magnetic_blocks(SINGLE, (2.0,), shape=(5, 6, 10))
    )
    write_run(root / "vector", blocks=noncollinear_blocks())
    files = []
    for calculation in find(root):
        outcome = split.split(calculation, table.get(calculation.id, {}), "t.csv", SETTINGS)
        files.append(root / f"{calculation.id}.nc")
        record.write(outcome, files[-1])
    return files
