"""Split one charge file in a process of its own, and print the peak of its memory.

Called as `python -m spinlens.benchmarks.split_process CHGCAR RECORD`, or without arguments to
import what a split imports, and no more.
"""

import sys
from pathlib import Path

from spinlens.core.memory import peak_bytes

SETTINGS = {
    "moment_tolerance_muB": 0.01,
    "unconverged": "exclude",
    "nonmagnetic": "exclude",
    "moment_axis": [0, 0, 1],
}


def main(charge_file=None, output=None):
    """Read, check and split a charge file, and write its record; raise where it is excluded."""
    from spinlens.calculations import record, split
    from spinlens.calculations.find import Calculation

    if charge_file is not None:
        calculation = Calculation("synthetic", str(Path(charge_file).parent), charge_file)
        outcome = split.split(calculation, {}, "", SETTINGS)
        if "excluded" in outcome.attributes:
            raise RuntimeError(outcome.attributes["excluded"])
        record.write(outcome, output)


if __name__ == "__main__":
    main(*sys.argv[1:])
    print(peak_bytes())
