"""The config, checked against its schema before any job starts: one clear line per fault.

`workflow/schemas/config.schema.yaml` is the one source of keys, types and allowed values.
"""

import json
import math
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match
from jsonschema.validators import extend

from spinlens.core.errors import SpinlensError

SCHEMA = Path(__file__).parents[2] / "schemas" / "config.schema.yaml"


def _is_finite_number(checker: Any, value: Any) -> bool:
    """YAML reads .nan and .inf as numbers; no key can take them, and JSON cannot hold them."""
    return Draft202012Validator.TYPE_CHECKER.is_type(value, "number") and math.isfinite(value)


def _is_whole(checker: Any, value: Any) -> bool:
    """JSON Schema takes 1000.0 for an integer; what counts with it does not."""
    return Draft202012Validator.TYPE_CHECKER.is_type(value, "integer") and isinstance(value, int)


Validator = extend(
    Draft202012Validator,
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine_many(
        {"number": _is_finite_number, "integer": _is_whole}
    ),
)


@cache
def schema() -> dict[str, Any]:
    """JSON schema of the config.

    Returns
    -------
    dict
        The schema, read once.
    """
    return yaml.safe_load(SCHEMA.read_text(encoding="utf-8"))


def typed(config: Mapping[str, Any]) -> dict[str, Any]:
    """Config with texts turned into the values that they spell: numbers, true, false and null.

    Snakemake leaves what is nested in a value of its `--config` as text. Keys that take nothing
    but text, such as paths and ids, keep it.

    Parameters
    ----------
    config
        The config as Snakemake read it.

    Returns
    -------
    dict
        Values by key.
    """
    known = schema()["properties"]
    return {
        key: _null(value) if _is_text(known.get(key, {})) else _typed(value)
        for key, value in config.items()
    }


def check(config: Mapping[str, Any]) -> None:
    """Check keys, types and values of a config, of its `sweep`, `points` and `evidence_points`.

    Raises
    ------
    SpinlensError
        A key is missing or unknown, or its value is not allowed.
    """
    whole = schema()
    _refuse_unknown(config, whole["properties"], "")
    _validate(config, whole | {"required": list(whole["properties"])}, "")
    for name, value, place in _overrides(config):
        _refuse_unknown({name: value}, whole["$defs"]["hyperparameters"], place)
        _validate(value, _rule(name), f"{place}{name}")
    for key, ranges in (
        ("geometry_train_atoms", [config["geometry_train_atoms"]]),
        ("geometry_test_atoms", config["geometry_test_atoms"]),
    ):
        for first, last in ranges:
            if first > last:
                raise SpinlensError(f"config: {key} goes down, from {first} to {last}")


def types(name: str) -> tuple[str, ...]:
    """JSON types that a hyperparameter may have, such as integer and array.

    Empty if the schema lists its values, or if the name is no hyperparameter's.
    """
    return _types(schema()["$defs"]["hyperparameters"].get(name, {}))


def is_allowed(name: str, value: Any) -> bool:
    """Whether the schema allows a value of a hyperparameter."""
    return bool(Validator(_rule(name)).is_valid(value))


def _typed(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _typed(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_typed(inner) for inner in value]
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _null(value: Any) -> Any:
    return None if value == "null" else value


def _rule(name: str) -> dict[str, Any]:
    return {"$defs": schema()["$defs"], "$ref": f"#/$defs/hyperparameters/{name}"}


def _types(rule: Mapping[str, Any]) -> tuple[str, ...]:
    """Types of a rule of the schema, which may refer to another one."""
    while "$ref" in rule:
        rule = _referred(rule["$ref"])
    listed = rule.get("type", [])
    return (listed,) if isinstance(listed, str) else tuple(listed)


def _referred(reference: str) -> dict[str, Any]:
    found = schema()
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return found


def _is_text(rule: Mapping[str, Any]) -> bool:
    """Whether a rule of the schema takes text, or null, and nothing else."""
    return set(_types(rule)) - {"null"} == {"string"}


def _overrides(config: Mapping[str, Any]) -> Iterator[tuple[str, Any, str]]:
    """Every (hyperparameter, value, place in the config) of the sweep and the lists of points."""
    for name, values in (config.get("sweep") or {}).items():
        listed = values if isinstance(values, list) else []  # a range is checked as it is drawn
        yield from ((name, value, "sweep.") for value in listed)
    lists = {
        "points": ("name",),
        "evidence_points": ("name", "permutations", "nested"),
        "evidence_choices": (),
    }
    for key, own in lists.items():
        for index, point in enumerate(config.get(key) or []):
            place = f"{key}[{index}]."
            yield from ((n, v, place) for n, v in point.items() if n not in own)


def _refuse_unknown(mapping: Mapping[str, Any], known: Mapping[str, Any], place: str) -> None:
    for key in sorted(set(map(str, mapping)) - set(known)):
        close = get_close_matches(key, known, n=1)
        hint = f", did you mean {close[0]}?" if close else ""
        raise SpinlensError(f"config: {place}{key} is not a key{hint}")


def _validate(value: Any, rule: Mapping[str, Any], place: str) -> None:
    error = best_match(Validator(rule).iter_errors(value), key=_depth)
    if not error:
        return
    inner = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in error.absolute_path)
    where = f"{place}{inner}".lstrip(".")
    expected = error.schema.get("description", error.message)
    if error.validator == "required":
        missing = error.message.removesuffix(" is a required property")
        within = f"{where}: " if where else ""
        raise SpinlensError(f"config: {within}{missing} is missing")
    if error.validator == "additionalProperties":
        _refuse_unknown(error.instance, error.schema["properties"], f"{where}.")
    if "propertyNames" in error.absolute_schema_path:
        raise SpinlensError(f"config: {where} has the key {error.instance!r}, not {expected}")
    raise SpinlensError(f"config: {where} is {error.instance!r}, it must be {expected}")


def _depth(error: ValidationError) -> int:
    """Sort the shallowest fault first, whose description covers the whole value."""
    return -len(error.absolute_path)
