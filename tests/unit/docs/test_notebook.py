"""The notebook runs as it stands, on a small dataset."""

import sys

import matplotlib.pyplot as plt
import pytest

import notebook
from chgcar_writer import magnetic_blocks, write_run
from spinlens.calculations import record, split
from spinlens.calculations.find import find
from spinlens.dataset.write import write_dataset

SETTINGS = {"moment_tolerance_muB": 0.01, "unconverged": "keep", "nonmagnetic": "zero"}
DATASET = 'DATASET = CLONE / "results/dataset.nc"'


@pytest.fixture
def dataset(tmp_path):
    for name, moments in {"weak": (2.0, 2.0, -0.1), "strong": (3.0, 3.0, -0.2)}.items():
        write_run(tmp_path / "runs" / name, blocks=magnetic_blocks(moments=moments))
    records = []
    for calculation in find(tmp_path / "runs"):
        records.append(tmp_path / f"{calculation.id}.nc")
        record.write(split.split(calculation, {}, None, SETTINGS), records[-1])
    write_dataset(tmp_path / "dataset.nc", records, (10, 10, 16))
    return tmp_path / "dataset.nc"


def test_the_notebook_runs(dataset, monkeypatch):
    code = "\n".join(text for kind, text in notebook.cells() if kind == "code")
    assert code.count(DATASET) == 1 and "assert" in code
    monkeypatch.chdir(notebook.FILE.parent)
    monkeypatch.setattr(sys, "path", [*sys.path])
    code = code.replace(DATASET, f"DATASET = {str(dataset)!r}")
    exec(compile(code, "notebook.ipynb", "exec"), {})
    plt.close("all")


def test_the_notebook_holds_no_output():
    text = notebook.FILE.read_text(encoding="utf-8")
    assert text.count('"outputs": []') == text.count('"cell_type": "code"') > 5
    assert text.count('"execution_count": null') == text.count('"cell_type": "code"')
