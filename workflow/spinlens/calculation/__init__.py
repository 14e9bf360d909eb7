"""Find and read one calculation: its charge file, its labels, and whether both can be trusted.

Names are imported when they are first used: finding calculations needs no numpy. `find` itself
is in the module of its name.
"""

from importlib import import_module

_HOMES = {
    "Calculation": "find",
    "stamp": "find",
    "Excluded": "excluded",
    "ChargeFile": "charge_file",
    "read_charge_file": "charge_file",
    "Label": "labels",
    "read_labels": "labels",
    "read_label_table": "label_table",
    "check": "checks",
}
__all__ = list(_HOMES)


def __getattr__(name):
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOMES[name]}", __name__), name)
