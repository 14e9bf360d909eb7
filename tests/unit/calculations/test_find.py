"""Folder trees to calculations: names, choices, links, and what cannot be read."""

import os
import re
import subprocess
import sys

import pytest

from spinlens.calculations import find as find_module
from spinlens.calculations.find import find, stamp
from spinlens.calculations.run_files import unique_ids


def touch(root, *paths):
    for path in paths:
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("x")


def charge_files(found):
    return {each.id: os.path.basename(each.charge_file) for each in found}


def test_any_depth_every_form_sorted_by_id(tmp_path):
    touch(tmp_path, "b/CHGCAR.gz", "a/deep/er/CHGCAR", "c/CHG.xz", "d/vaspwave.h5", "e/CHGCAR.zst")
    touch(tmp_path, "no/OUTCAR", "no/AECCAR0", "no/CHGCARS", "no/LOCPOT", ".snakemake/x/CHGCAR")
    found = find(tmp_path)
    assert charge_files(found) == {
        "a_deep_er": "CHGCAR",
        "b": "CHGCAR.gz",
        "c": "CHG.xz",
        "d": "vaspwave.h5",
        "e": "CHGCAR.zst",
    }
    assert [each.id for each in found] == sorted(each.id for each in found)
    assert all(os.path.isfile(each.charge_file) and each.note == "" for each in found)
    assert find(str(tmp_path)) == found == find(f"{tmp_path}/")


@pytest.mark.parametrize(
    ("files", "taken"),
    [
        (["CHGCAR.relax1.gz", "CHGCAR.relax2.gz", "CHGCAR.relax10.gz"], "CHGCAR.relax10.gz"),
        (["CHGCAR", "CHGCAR.relax1"], "CHGCAR"),
        (["CHGCAR.gz", "CHGCAR.relax9.gz"], "CHGCAR.gz"),
        (["CHGCAR.static", "CHGCAR.bak", "CHGCAR~"], "CHGCAR.static"),
        (["CHGCAR", "CHGCAR.gz"], "CHGCAR"),
    ],
)
def test_the_last_file_is_taken_and_it_says_so(tmp_path, files, taken):
    touch(tmp_path, *(f"run/{file}" for file in files))
    (only,) = find(tmp_path)
    assert os.path.basename(only.charge_file) == taken
    assert only.note.startswith(f"{taken} taken, the last of ")
    assert all(file in only.note for file in files)


@pytest.mark.parametrize(
    "files",
    [
        ["CHGCAR.relax1", "CHG"],
        ["CHGCAR", "CHG", "vaspout.h5"],
        ["CHG", "vaspwave.h5", "vaspout.h5"],
        ["vaspwave.h5", "vaspout.h5"],
    ],
)
def test_files_of_a_lesser_kind_are_passed_over_in_silence(tmp_path, files):
    touch(tmp_path, *(f"run/{file}" for file in files))
    (only,) = find(tmp_path)
    assert (os.path.basename(only.charge_file), only.note) == (files[0], "")


def test_an_empty_file_gives_way_to_a_written_one(tmp_path):
    touch(tmp_path, "run/CHG")
    (tmp_path / "run/CHGCAR").touch()
    (only,) = find(tmp_path)
    assert only.note == "CHG taken, as CHGCAR is empty"
    (tmp_path / "run/CHG").unlink()
    assert charge_files(find(tmp_path)) == {"run": "CHGCAR"}


def test_odd_folder_names_become_path_safe_ids(tmp_path):
    names = ["Fe{x}", "a b", "$(rm -rf x)", "naïve", "new\nline", "-dash", "semi;colon", "star*"]
    touch(tmp_path, *(f"{name}/CHGCAR" for name in names))
    found = find(tmp_path)
    assert len(found) == len(names) == len({each.id for each in found})
    for each in found:
        assert re.fullmatch(r"[A-Za-z0-9._-]+", each.id)
        assert os.path.isfile(each.charge_file)


def test_only_colliding_ids_get_a_hash_which_does_not_depend_on_order():
    paths = ["a/b", "a_b", "A_B", "c", "..", "."]
    ids = dict(zip(paths, unique_ids(paths), strict=True))
    assert ids["c"] == "c"
    assert len({name.casefold() for name in ids.values()}) == len(paths)
    for path in ("a/b", "a_b", "A_B"):
        assert ids[path].casefold().startswith("a_b-")
    assert not {"", ".", ".."} & set(ids.values())
    again = dict(zip(reversed(paths), unique_ids(list(reversed(paths))), strict=True))
    assert again == ids


def test_very_long_paths_still_name_a_file(tmp_path):
    first, second = unique_ids(["x" * 400, "x" * 399 + "y"])
    assert first != second
    (tmp_path / f"{first}.nc.temporary").touch()


def test_a_charge_file_in_the_root_is_named_after_it(tmp_path, monkeypatch):
    touch(tmp_path, "my run/CHGCAR")
    assert [each.id for each in find(tmp_path / "my run")] == ["my_run"]
    monkeypatch.chdir(tmp_path / "my run")
    assert [each.id for each in find(".")] == ["my_run"]


def test_links_are_followed_and_loops_survived(tmp_path):
    touch(tmp_path, "elsewhere/run/CHGCAR", "tree/real/CHGCAR")
    (tmp_path / "tree/linked").symlink_to(tmp_path / "elsewhere/run")
    (tmp_path / "tree/real/loop").symlink_to(tmp_path / "tree")
    (tmp_path / "tree/a_first").symlink_to(tmp_path / "tree/real")
    found = find(tmp_path / "tree")
    assert [each.id for each in found] == ["linked", "real"]


def test_a_dangling_link_is_found_and_stamped_gone(tmp_path):
    touch(tmp_path, "run/OUTCAR")
    (tmp_path / "run/CHGCAR").symlink_to(tmp_path / "purged")
    (only,) = find(tmp_path)
    assert stamp(only) == "gone"


def test_an_unreadable_folder_is_reported_and_the_rest_goes_on(tmp_path, monkeypatch):
    touch(tmp_path, "good/CHGCAR", "locked/CHGCAR")
    scandir = os.scandir

    def refusing(path):
        if os.path.basename(path) == "locked":
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(find_module.os, "scandir", refusing)
    good, locked = find(tmp_path)
    assert (good.id, good.note) == ("good", "")
    assert locked.id == "locked"
    assert "Permission denied" in locked.note
    assert stamp(locked) == "gone"


@pytest.mark.skipif(sys.platform == "darwin", reason="its file names are UTF-8")
def test_a_name_that_is_no_utf8_is_reported_in_text_that_is(tmp_path):
    folder = os.fsencode(tmp_path) + b"/caf\xe9"
    os.mkdir(folder)
    with open(folder + b"/CHGCAR", "w"):
        pass
    (only,) = find(tmp_path)
    only.charge_file.encode("utf-8")
    assert "rename" in only.note
    assert stamp(only) == "gone"


def test_a_pattern_with_names_labels_the_calculations(tmp_path):
    touch(tmp_path, "CrTe/AFM/CHGCAR.gz", "CrTe/FM/CHGCAR", "CrTe/FM/old/CHGCAR", "CrTe/CHGCAR")
    found = find(tmp_path, "{formula}/{order}/CHGCAR*")
    assert [(each.id, each.names) for each in found] == [
        ("CrTe_AFM", {"formula": "CrTe", "order": "AFM"}),
        ("CrTe_FM", {"formula": "CrTe", "order": "FM"}),
    ]


def test_patterns_match_parts_of_names_any_depth_and_compressed_forms(tmp_path):
    touch(tmp_path, "x/y/CrTe_U4/CHGCAR.bz2", "CrTe_U0.5/CHGCAR", "CrTe_U4/WAVECAR")
    found = find(tmp_path, "**/{formula}_U{u}/CHGCAR")
    assert [each.names for each in found] == [
        {"formula": "CrTe", "u": 0.5},
        {"formula": "CrTe", "u": 4},
    ]
    touch(tmp_path, "FeO/spin_so/CHGCAR", "FeO/spin/CHGCAR")
    assert [each.id for each in find(tmp_path, "{formula}/spin_so/CHGCAR")] == ["FeO_spin_so"]


def test_a_pattern_may_tell_apart_the_files_of_one_folder(tmp_path):
    touch(tmp_path, "flat/CHGCAR_Fe", "flat/CHGCAR_Li.gz")
    found = find(tmp_path, "flat/CHGCAR_{formula}")
    assert [(each.id, each.names["formula"]) for each in found] == [
        ("flat_CHGCAR_Fe", "Fe"),
        ("flat_CHGCAR_Li", "Li"),
    ]


def test_a_name_that_comes_twice_is_the_same_text_twice(tmp_path):
    touch(tmp_path, "a/run_a/CHGCAR", "a/run_b/CHGCAR")
    assert [each.id for each in find(tmp_path, "{name}/run_{name}/CHGCAR")] == ["a_run_a"]


@pytest.mark.parametrize("pattern", ["{formula/CHGCAR", "{}/CHGCAR", "{a b}/CHGCAR", "/abs/CHGCAR"])
def test_a_bad_pattern_is_one_clear_line(tmp_path, pattern):
    with pytest.raises(ValueError, match="pattern") as refusal:
        find(tmp_path, pattern)
    assert "\n" not in str(refusal.value)


def test_a_missing_root_is_one_clear_line(tmp_path):
    with pytest.raises(ValueError, match="is not a directory"):
        find(tmp_path / "nowhere")


def test_a_stamp_changes_with_the_charge_file_and_the_label_files_only(tmp_path):
    touch(tmp_path, "run/CHGCAR", "run/OSZICAR.relax2.gz", "run/WAVECAR")
    (only,) = find(tmp_path)
    before = stamp(only)
    touch(tmp_path, "run/WAVECAR", "run/notes.txt")
    assert stamp(only) == before
    (tmp_path / "run/OSZICAR.relax2.gz").write_text("longer")
    changed = stamp(only)
    assert changed != before
    os.utime(tmp_path / "run/CHGCAR", ns=(1, 1))
    assert stamp(only) not in (before, changed)
    (tmp_path / "run/CHGCAR").unlink()
    assert stamp(only) == "gone"


def test_finding_needs_the_standard_library_only():
    code = (
        "import sys; import spinlens.calculations.find; "
        "sys.exit(bool({'numpy', 'pandas', 'pymatgen', 'yaml'} & set(sys.modules)))"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    assert subprocess.run([sys.executable, "-c", code], env=environment).returncode == 0


def test_an_id_made_of_a_long_path_is_its_own_id():
    """So that an archive whose folders are ids has the same calculations."""
    once = unique_ids(["x" * 151, "y" * 400, "a b"])
    assert unique_ids(once) == once
    assert max(map(len, once)) <= 150
