"""A user's values over the defaults, and paths that can be opened."""

import os
from pathlib import Path

import pytest

from spinlens.core.errors import SpinlensError
from spinlens.settings import resolution

DEFAULTS = {
    "calculations": "resources/runs", "labels": None, "results": "results",
    "select": {"order": "FM", "X": "Te"}, "filters": 3, "archive": None,
}  # fmt: skip


def test_the_users_values_lie_over_the_defaults_key_by_key():
    given = {"select": {"X": "Se", "A1": ["Cr", "Mn"]}, "filters": 5}
    resolved = resolution.resolve(given, DEFAULTS, Path.cwd())
    assert resolved["select"] == {"order": "FM", "X": "Se", "A1": ["Cr", "Mn"]}
    assert (resolved["filters"], resolved["calculations"]) == (5, "resources/runs")
    assert resolution.resolve({"select": None}, DEFAULTS, Path.cwd())["select"] is None
    assert DEFAULTS["select"] == {"order": "FM", "X": "Te"}


def test_the_order_of_keys_means_nothing():
    one = {"filters": 5, "select": {"A1": 1, "B": 2}, "results": "x"}
    other = {"results": "x", "select": {"B": 2, "A1": 1}, "filters": 5}
    written = [repr(resolution.resolve(each, DEFAULTS, Path.cwd())) for each in (one, other)]
    assert written[0] == written[1]
    changed = resolution.resolve(one | {"filters": 6}, DEFAULTS, Path.cwd())
    assert repr(changed) != written[0]  # the control


def test_an_unknown_key_stays_to_be_named():
    assert resolution.resolve({"filtrs": 1}, DEFAULTS, Path.cwd())["filtrs"] == 1


@pytest.mark.parametrize("key", ["results", "labels", "calculations", "archive"])
def test_a_home_folder_is_expanded(key, monkeypatch):
    monkeypatch.setenv("HOME", "/somewhere")
    assert resolution.resolve({key: "~/x"}, DEFAULTS, Path.cwd())[key] == "/somewhere/x"
    assert resolution.resolve({key: "a~/x"}, DEFAULTS, Path.cwd())[key] == "a~/x"


def test_shipped_defaults_are_found_from_another_directory_and_own_paths_are_not_moved(tmp_path):
    resolved = resolution.resolve({}, DEFAULTS, tmp_path)
    assert resolved["calculations"] == str(tmp_path / "resources/runs")
    assert resolved["results"] == "results"
    own = resolution.resolve({"calculations": "resources/runs"}, DEFAULTS, tmp_path)
    assert own["calculations"] == "resources/runs"


@pytest.mark.parametrize("name", ["taken", "taken/below"])
def test_a_file_is_no_folder_of_results(tmp_path, name):
    (tmp_path / "taken").touch()
    with pytest.raises(
        SpinlensError, match=f"^results: {tmp_path}/taken is a file, name a folder$"
    ):
        resolution.require_folder(tmp_path / name)
    resolution.require_folder(tmp_path / "new" / "folder")
    assert os.listdir(tmp_path) == ["taken"]


@pytest.mark.parametrize(
    ("text", "message"), [("a: [1\n", "is not YAML: "), ("- 1\n", "holds no keys with values")]
)
def test_defaults_that_are_no_mapping_are_one_line(tmp_path, text, message):
    (tmp_path / "config.yaml").write_text(text)
    with pytest.raises(SpinlensError, match=message) as fault:
        resolution.read_defaults(tmp_path / "config.yaml")
    assert "\n" not in str(fault.value)


@pytest.mark.parametrize("option", [["--profile", "{}"], ["--profile={}"]])
def test_resources_of_the_command_line_do_not_replace_the_routing_silently(tmp_path, option):
    (tmp_path / "config.yaml").write_text("set-resources: {train: {gres: 'gpu:1'}}\n")
    arguments = [part.format(tmp_path) for part in option]
    profile = resolution.profile_of(arguments, {})
    assert resolution.lost_routing([*arguments, "report.html"], profile) == ""
    for given in (["--set-resources", "train:runtime=5"], ["--set-resources=train:runtime=5"]):
        assert "without a GPU" in resolution.lost_routing([*arguments, *given], profile)
        assert resolution.lost_routing(given, {}) == ""


def test_a_profile_may_be_named_by_the_environment(tmp_path):
    (tmp_path / "config.yaml").write_text("jobs: 3\n")
    assert resolution.profile_of([], {"SNAKEMAKE_PROFILE": str(tmp_path)}) == {"jobs": 3}
    assert resolution.profile_of([], {}) == {}
