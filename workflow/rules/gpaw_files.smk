"""Which calculations GPAW is asked for, and what their densities depend on."""

import json
from functools import cache

GPAW = f"{RESULTS}/structures/gpaw"
GPAW_PROGRAM = WORKFLOW / "engines" / "gpaw_scf.py"
# What a density depends on. No fingerprint of all that the script imports: an edit that changes
# no density must not cost hours of computing.
GPAW_CODE = [
    GPAW_PROGRAM,
    WORKFLOW / "spinlens" / "density.py",
    *(
        WORKFLOW / "spinlens" / "structures" / f"{module}.py"
        for module in ("bonds", "geometry", "gpaw", "magnetism", "parent", "valence")
    ),
]
ONLY_VASP = {"relax": False, "spin_orbit": False, "hubbard_u": None}


@cache
def planned_by_gpaw():
    """What GPAW is to compute, by calculation; asked only where one of its jobs is."""
    from spinlens.structures import calculations

    for key, off in ONLY_VASP.items():
        if config[key] != off:
            sys.exit(f"config: {key}: GPAW computes without it; leave it {json.dumps(off)}")
    try:
        return calculations.planned(config)
    except ValueError as fault:
        sys.exit(f"structures failed: {fault}")


def gpaw_folders(_):
    """Folders of the calculations by GPAW."""
    return expand(f"{GPAW}/{{calculation}}", calculation=planned_by_gpaw())
