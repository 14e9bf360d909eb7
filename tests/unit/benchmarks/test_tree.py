"""The benchmarks of whole trees hold what they say; times themselves are not tested."""

import pytest

from paths import ROOT
from spinlens.benchmarks import tree


@pytest.mark.slow
def test_throughput_is_that_of_files_and_of_their_reads():
    measured = tree.measure_throughput(2, (6, 6, 20), parts=2)
    assert measured["calculations"] == 2 and measured["grid"] == [6, 6, 20]
    assert 0.02 < measured["file_mb"] < 0.05
    split, read = measured["split_mb_per_second"], measured["pymatgen_mb_per_second"]
    assert 0 < split < read and measured["ratio"] > 1


@pytest.mark.slow
def test_a_dataset_from_files_beside_the_library_alone():
    measured = tree.measure_tree(ROOT / "Snakefile", small=2, cores=1)
    assert measured["calculations"] == 2 and measured["cores"] == 1
    assert 0 < measured["library_cpu_seconds"] < measured["cpu_seconds"]
    assert measured["library_cpu_seconds"] < measured["seconds"]
    assert measured["over_library"] > 1
