"""The archive: whole, checked, restartable, and never poorer than it was."""

import csv
import errno
import hashlib
import os
import shutil

import pytest

from chgcar_writer import potcar_text, write, write_run
from spinlens.archive import collection, stored_files
from spinlens.archive.collection import collect
from spinlens.archive.tables import read_manifest, write_labels
from spinlens.calculations.find import find
from spinlens.calculations.vasp_outputs import read_potentials
from spinlens.core.errors import SpinlensError

SMALL = {"CHGCAR.gz", "CONTCAR", "OSZICAR", "OUTCAR", "POSCAR"}


@pytest.fixture
def tree(tmp_path):
    for name in ("a", "b c", "deep/er"):
        write_run(tmp_path / "runs" / name, charge_name="CHGCAR.gz")
    return tmp_path / "runs"


@pytest.fixture
def archive(tmp_path):
    return tmp_path / "safe" / "archive"


def update(tree, archive, mode="copy"):
    return collect(find(tree), tree, archive, mode, tell=lambda line: None)


def files(folder):
    return {path.name for path in folder.iterdir()}


def content(folder):
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


@pytest.mark.parametrize("mode", ["copy", "link"])
def test_every_file_is_stored_with_a_line_that_says_what_and_from_where(tree, archive, mode):
    outcome = update(tree, archive, mode)
    assert (outcome.stored, outcome.gone, outcome.failed) == (15, [], [])
    assert files(archive) == {"a", "b_c", "deep_er", "manifest.tsv"}
    assert files(archive / "b_c") == SMALL
    with open(archive / "manifest.tsv", newline="") as file:
        rows = list(csv.DictReader(file, dialect="excel-tab"))
    assert list(rows[0]) == ["calculation", "source", "file", "size", "sha256", "mtime"]
    row = next(row for row in rows if (row["calculation"], row["file"]) == ("b_c", "OUTCAR"))
    source = tree / "b c" / "OUTCAR"
    assert row["source"] == str(source)
    assert int(row["size"]) == source.stat().st_size
    assert row["sha256"] == hashlib.sha256(source.read_bytes()).hexdigest()
    assert float(row["mtime"]) == pytest.approx(source.stat().st_mtime, abs=1e-3)
    assert (archive / "b_c" / "OUTCAR").samefile(source) == (mode == "link")
    assert (archive / "b_c" / "OUTCAR").stat().st_mtime_ns == source.stat().st_mtime_ns


def test_the_archive_is_a_tree_of_the_same_calculations(tree, archive):
    write_run(tree / "many", charge_name="CHGCAR.relax1")
    write_run(tree / "many", charge_name="CHGCAR.relax10")
    write_run(tree / "$(x) {y}")
    update(tree, archive)
    found, again = find(tree), find(archive)
    assert [each.id for each in again] == [each.id for each in found]
    taken = [os.path.basename(each.charge_file) for each in found]
    assert [os.path.basename(each.charge_file) for each in again] == taken


def test_files_of_a_pattern_are_found_again_without_it(tree, archive):
    write_run(tree / "odd", charge_name="density.out")
    calculations = find(tree, "{name}/density*")
    collect(calculations, tree, archive, "copy")
    assert [each.id for each in find(archive)] == [each.id for each in calculations] == ["odd"]
    archived = archive / "odd" / "CHGCAR.density.out"
    assert archived.read_bytes() == (tree / "odd" / "density.out").read_bytes()


def test_a_second_run_stores_only_what_is_new_or_changed(tree, archive):
    update(tree, archive)
    untouched = archive / "a" / "OUTCAR"
    before = untouched.stat().st_ino
    write_run(tree / "new")
    write(tree / "a" / "OSZICAR", "changed\n")
    outcome = update(tree, archive)
    assert (outcome.stored, outcome.unchanged) == (6, 14)
    assert (archive / "a" / "OSZICAR").read_text() == "changed\n"
    assert untouched.stat().st_ino == before
    assert update(tree, archive).stored == 0


def test_a_file_changed_without_a_change_of_size_is_stored_again(tree, archive):
    update(tree, archive)
    path = tree / "a" / "POSCAR"
    path.write_bytes(path.read_bytes().swapcase())
    assert update(tree, archive).stored == 1
    assert (archive / "a" / "POSCAR").read_bytes() == path.read_bytes()


@pytest.mark.parametrize("damage", ["removed", "cut"])
def test_what_the_archive_lost_is_stored_again(tree, archive, damage):
    update(tree, archive)
    path = archive / "a" / "OUTCAR"
    path.unlink() if damage == "removed" else path.write_bytes(path.read_bytes()[:100])
    assert update(tree, archive).stored == 1
    assert path.read_bytes() == (tree / "a" / "OUTCAR").read_bytes()


def test_a_purged_source_stays_in_the_archive_and_in_its_manifest(tree, archive):
    update(tree, archive)
    stored, lines = content(archive), read_manifest(archive)
    shutil.rmtree(tree / "b c")
    (tree / "a" / "OUTCAR").unlink()
    outcome = update(tree, archive)
    assert (outcome.stored, outcome.kept, outcome.failed) == (0, 6, [])
    assert content(archive) == stored and read_manifest(archive) == lines


def test_a_charge_file_purged_before_the_rest_stays_the_one_to_read(tree, archive):
    write_run(tree / "both")
    update(tree, archive)
    (tree / "both" / "CHGCAR").rename(tree / "both" / "CHG")
    update(tree, archive)
    read = {each.id: each.charge_file for each in find(archive)}
    assert read["both"] == str(archive / "both" / "CHGCAR")


def test_a_file_emptied_by_a_full_disk_does_not_empty_the_archive(tree, archive):
    update(tree, archive)
    stored = content(archive)
    write(tree / "a" / "OUTCAR", "")
    outcome = update(tree, archive)
    assert len(outcome.gone) == 1 and "empty now" in outcome.gone[0]
    assert content(archive) == stored


def test_a_file_compressed_meanwhile_takes_the_place_of_its_plain_form(tree, archive):
    write_run(tree / "plain")
    update(tree, archive)
    (tree / "plain" / "CHGCAR").unlink()
    write_run(tree / "plain", charge_name="CHGCAR.gz")
    update(tree, archive)
    assert files(archive / "plain") == SMALL
    assert ("plain", "CHGCAR") not in read_manifest(archive)


def test_a_missing_file_whose_source_is_gone_is_told(tree, archive):
    update(tree, archive)
    shutil.rmtree(tree / "a")
    (archive / "a" / "OUTCAR").unlink()
    outcome = update(tree, archive)
    assert len(outcome.failed) == 1 and str(archive / "a" / "OUTCAR") in outcome.failed[0]


def test_one_that_is_gone_is_told_and_the_rest_archived(tree, archive):
    (tree / "a" / "CHGCAR.gz").unlink()
    (tree / "a" / "CHGCAR.gz").symlink_to("nowhere")
    calculations = find(tree)
    shutil.rmtree(tree / "b c")
    outcome = collect(calculations, tree, archive, "copy")
    assert outcome.gone == [f"{tree / 'a' / 'CHGCAR.gz'} is gone and was never archived"]
    assert len(outcome.failed) == 1 and str(tree / "b c") in outcome.failed[0]
    assert files(archive / "deep_er") == SMALL


def test_a_pipe_and_a_folder_in_place_of_files_do_not_hold_it_up(tree, archive):
    (tree / "a" / "CHGCAR.gz").unlink()
    os.mkfifo(tree / "a" / "CHGCAR.gz")
    (tree / "b c" / "OUTCAR").unlink()
    (tree / "b c" / "OUTCAR").mkdir()
    outcome = update(tree, archive)
    assert len(outcome.failed) == 1 and "no regular file" in outcome.failed[0]
    assert files(archive / "b_c") == SMALL - {"OUTCAR"}


def test_the_potentials_are_named_and_not_archived(tree, archive):
    from chgcar_writer import Crystal

    write(tree / "a" / "POTCAR", potcar_text(Crystal()))
    update(tree, archive)
    assert files(archive / "a") == SMALL | {"POTCAR.spec"}
    kept = archive / "a" / "POTCAR.spec"
    assert read_potentials(kept)[:2] == (["Cr", "Te"], [6.0, 6.0])
    assert "End of Dataset" not in kept.read_text()
    assert update(tree, archive).stored == 0


def test_a_killed_copy_leaves_nothing_that_is_trusted(tree, archive, monkeypatch):
    def cut(source, target):
        target.with_name(f".{target.name}.partial").write_bytes(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(stored_files, "copy", cut)
    with pytest.raises(KeyboardInterrupt):
        update(tree, archive)
    assert read_manifest(archive) == {} and find(archive) == []
    monkeypatch.undo()
    assert update(tree, archive).stored == 15
    assert files(archive / "a") == SMALL


def test_a_manifest_is_saved_on_the_way(tree, archive, monkeypatch):
    monkeypatch.setattr(collection, "SECONDS_BETWEEN_SAVES", 0)
    told = []
    collect(find(tree), tree, archive, "copy", told.append)
    assert [line.split(":")[0] for line in told] == [f"{n} of 3 calculations" for n in (1, 2, 3)]


def test_a_copy_that_reads_back_differently_is_refused(tmp_path, monkeypatch):
    source, target = write(tmp_path / "CHGCAR", "content"), tmp_path / "copy"
    monkeypatch.setattr(stored_files, "_sha256", lambda path: "0" * 64)
    with pytest.raises(OSError, match="reads back differently"):
        stored_files.copy(source, target)
    assert files(tmp_path) == {"CHGCAR"}


def test_a_file_that_grows_while_it_is_copied_is_refused(tmp_path, monkeypatch):
    source, target = write(tmp_path / "CHGCAR", "content"), tmp_path / "copy"
    fsync = os.fsync

    def grow(descriptor):
        write(source, "content and more")
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", grow)
    with pytest.raises(OSError, match="changed while it was copied"):
        stored_files.copy(source, target)
    assert files(tmp_path) == {"CHGCAR"}


def test_a_link_follows_a_symbolic_link_and_is_made_anew_for_a_new_file(tmp_path):
    real, source = write(tmp_path / "real", "one"), tmp_path / "CHGCAR"
    source.symlink_to("real")
    target = tmp_path / "archived"
    for _ in range(2):
        stored_files.link(source, target)
        assert target.samefile(real) and not target.is_symlink()
    real.unlink()
    write(real, "two")
    stored_files.link(source, target)
    assert target.read_text() == "two"
    assert files(tmp_path) == {"real", "CHGCAR", "archived"}


def test_copies_take_the_place_of_links_once_they_are_asked_for(tree, archive):
    update(tree, archive, "link")
    assert update(tree, archive, "link").stored == 0
    assert update(tree, archive, "copy").stored == 15
    assert not (archive / "a" / "OUTCAR").samefile(tree / "a" / "OUTCAR")


@pytest.mark.parametrize(
    ("number", "mode", "line"),
    [
        (errno.EXDEV, "link", "lies on another file system .* take archive_mode: copy"),
        (errno.ENOSPC, "link", "No space left on device"),
    ],
)
def test_what_every_file_would_meet_ends_the_collection(
    tree, archive, monkeypatch, number, mode, line
):
    def refuse(source, target):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "link", refuse)
    with pytest.raises(SpinlensError, match=line):
        update(tree, archive, mode)


@pytest.mark.parametrize("place", [".", "inside", ".."])
def test_tree_and_archive_lie_outside_each_other(tree, place):
    with pytest.raises(SpinlensError, match="must lie outside each other"):
        update(tree, tree / place)


def test_two_trees_do_not_share_an_archive_by_mistake(tree, archive, tmp_path):
    update(tree, archive)
    stored = content(archive)
    other = tmp_path / "other"
    write_run(other / "a")
    shutil.rmtree(tree)
    outcome = update(other, archive)
    assert "another calculation as a" in outcome.failed[0]
    assert content(archive) == stored


@pytest.mark.parametrize("text", ["no manifest\n", "calculation\tfile\tsize\na\tb\tc\n"])
def test_a_damaged_manifest_is_not_trusted(tree, archive, text):
    write(archive / "manifest.tsv", text)
    with pytest.raises(SpinlensError, match="is damaged"):
        update(tree, archive)
    assert (archive / "manifest.tsv").read_text() == text


def rows(archive):
    with open(archive / "labels.csv", newline="") as file:
        return {row.pop("calculation"): row for row in csv.DictReader(file)}


def test_labels_of_the_table_override_those_of_the_path_and_outlast_both(tree, archive):
    table = tree / "labels.csv"
    write(table, "\ufeffcalculation,order,U\na,FM,1.50\nb_c,,2\n")
    calculations = find(tree, "{order}/CHGCAR*")
    assert [each.names for each in calculations] == [{"order": "a"}, {"order": "b c"}]
    write_labels(archive, table, calculations)
    assert rows(archive) == {
        "a": {"order": "FM", "U": "1.50"},
        "b_c": {"order": "b c", "U": "2"},
    }
    write(table, "calculation,order\nb_c,AFM\n")
    write_labels(archive, table, [each for each in calculations if each.id == "b_c"])
    assert rows(archive) == {
        "a": {"order": "FM", "U": "1.50"},
        "b_c": {"order": "AFM", "U": ""},
    }


def test_without_labels_there_is_no_table(tree, archive):
    write_labels(archive, "", find(tree))
    assert not (archive / "labels.csv").exists()


def test_files_of_other_programs_are_archived_with_all_their_parts(tmp_path, archive):
    tree = tmp_path / "runs"
    for name in ("mp-1", "mp-2"):
        write(tree / "set" / f"{name}.json.gz", '{"@class": "Chgcar", "data": {}}' + name)
    write(tree / "set" / "OUTCAR", "of neither")
    for name in ("charge", "spin"):
        write(tree / "cp2k" / f"NiO-{name}.cube", name)
    outcome = update(tree, archive)
    assert (outcome.stored, outcome.gone, outcome.failed) == (4, [], [])
    assert files(archive / "set_mp-1") == {"mp-1.json.gz"}
    assert files(archive / "cp2k") == {"NiO-charge.cube", "NiO-spin.cube"}
    assert [each.id for each in find(archive)] == [each.id for each in find(tree)]
    by_pattern = [each.parts.keys() for each in find(archive) if each.parts]
    assert by_pattern == [{"charge", "magnetization"}]
