"""The config, checked against its schema before any job starts: one clear line a fault."""

import json
from difflib import get_close_matches
from pathlib import Path

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from spinlens.core.errors import SpinlensError

TEXTS = (
    "calculations", "pattern", "labels", "results", "archive", "predict_calculations", "model",
    "reference", "parent", "gpaw_python", "geometry_molecules", "screen_parent",
)  # fmt: skip


def typed(config):
    """The config with text turned into what it spells: numbers, true, false and null.

    Snakemake leaves what is nested in a value of its `--config` as text. Paths and ids stay text.
    """
    return {key: _null(v) if key in TEXTS else _typed(v) for key, v in config.items()}


def _typed(value):
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


def _null(value):
    return None if value == "null" else value


def check(config, schema_path):
    """Raise SpinlensError for a key that is missing, and for a key, type or value that the schema
    does not allow, in `sweep`, `points` and `evidence_points`, too."""
    schema = yaml.safe_load(Path(schema_path).read_text(encoding="utf-8"))
    _refuse_unknown(config, schema["properties"], "")
    _validate(config, schema | {"required": list(schema["properties"])}, "")
    hyperparameters = schema["$defs"]["hyperparameters"]
    for name, value, place in _overrides(config):
        _refuse_unknown({name: value}, hyperparameters, place)
        rule = {"$defs": schema["$defs"], "$ref": f"#/$defs/hyperparameters/{name}"}
        _validate(value, rule, f"{place}{name}")


def _overrides(config):
    """Every (hyperparameter, value, place in the config) of the sweep and the lists of points."""
    for name, values in (config.get("sweep") or {}).items():
        listed = values if isinstance(values, list) else []  # a range is checked as it is drawn
        yield from ((name, value, "sweep.") for value in listed)
    for key in ("points", "evidence_points"):
        for index, point in enumerate(config.get(key) or []):
            place = f"{key}[{index}]."
            own = {"permutations"} if key == "evidence_points" else ()
            yield from ((n, v, place) for n, v in point.items() if n not in own)


def _refuse_unknown(mapping, known, place):
    for key in sorted(set(map(str, mapping)) - set(known)):
        close = get_close_matches(key, known, n=1)
        hint = f", did you mean {close[0]}?" if close else ""
        raise SpinlensError(f"config: {place}{key} is not a key{hint}")


def _validate(value, schema, place):
    error = best_match(Draft202012Validator(schema).iter_errors(value), key=_depth)
    if not error:
        return
    if error.validator == "required":
        missing = error.message.removesuffix(" is a required property")
        raise SpinlensError(f"config: {missing} is missing")
    inner = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in error.absolute_path)
    expected = error.schema.get("description", error.message)
    where = f"{place}{inner}".lstrip(".")
    raise SpinlensError(f"config: {where} is {error.instance!r}, it must be {expected}")


def _depth(error):
    """The shallowest fault first: its description speaks of the whole value."""
    return -len(error.absolute_path)
