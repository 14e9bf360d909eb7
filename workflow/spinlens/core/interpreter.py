"""Python as Snakemake starts it: by a command line in which its path is not quoted."""

import os
import shlex
import sys


def call_by_name() -> None:
    """Let Snakemake find Python by its name on PATH, if a shell would split its path.

    An environment below a folder such as `my projects` is otherwise not found by any job.
    """
    if shlex.quote(sys.executable) == sys.executable:
        return
    folder, name = os.path.split(sys.executable)
    os.environ["PATH"] = os.pathsep.join(filter(None, [folder, os.environ.get("PATH")]))
    sys.executable = name
