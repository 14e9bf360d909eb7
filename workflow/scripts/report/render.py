"""Ask Snakemake for its report over the finished figures and tables.

A job of its own, because Snakemake makes a report only of outputs that exist already; the
inner Snakemake plans the same DAG from the resolved config and runs nothing.
"""

from spinlens.core import log

log.to_file(snakemake.log[0], snakemake.input)

import subprocess
import sys
from pathlib import Path

from spinlens.core.files import whole

snakefile = Path(snakemake.scriptdir).resolve().parents[2] / "Snakefile"
resolved_config = [file for file in snakemake.input if file.endswith("/config.yaml")]
with whole(snakemake.output[0]) as temporary:
    subprocess.run(
        [
            *(sys.executable, "-m", "snakemake"),
            *("--snakefile", str(snakefile)),
            *("--configfile", *resolved_config),
            *("--workflow-profile", "none", "--nolock"),
            *("--report", str(temporary), "--", "figures", *snakemake.params.found),
        ],
        check=True,
    )
