"""Compute one calculation by GPAW: its CHGCAR and what it says, or why there is none."""

from spinlens.core import log

terminal = log.to_file(snakemake.log[0])

from pathlib import Path

from spinlens.core.files import write_json
from spinlens.structures import gpaw, gpaw_density, plan

name, computed = snakemake.wildcards.calculation, snakemake.params.computed
settings, folder = snakemake.params.settings, Path(snakemake.output[0])
folder.mkdir(parents=True, exist_ok=True)
try:
    structure, moments, place = plan.built(
        computed, snakemake.input.parent, settings["cell_height"]
    )
    # The interpreter's place is no parameter: moving GPAW recomputes nothing.
    python, kpoints = snakemake.config["gpaw_python"], settings["gpaw_kpoints"]
    outcome = gpaw.run(python, structure, moments, kpoints, folder, snakemake.threads)
    record = {
        "order": computed["order"],
        "elements": [site.specie.symbol for site in structure],
        "place": place,
        "attempts": outcome.attempts,
        "scf": outcome.result,
    }
    if outcome.result:
        spins, record["density_factors"] = gpaw_density.spin_densities(
            outcome.density,
            structure.lattice.matrix,
            settings["gpaw_grid"],
            outcome.result["valence_electrons"],
            outcome.result["total_moment_muB"],
        )
        gpaw_density.write_chgcar(
            folder / "CHGCAR.gz", structure, spins, f"{name} GPAW LCAO-dzp PBE"
        )
except ValueError as fault:
    print(f"{name} failed: {fault}", file=terminal)
    raise SystemExit(1) from None
write_json(folder / "result.json", record)
print(f"{name}: {outcome.result or outcome.attempts[-1]['reason']}")
