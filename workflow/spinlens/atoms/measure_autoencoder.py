"""Measure the autoencoder of discrete geometry at any size: one command, no workflow.

    KERAS_BACKEND=jax PYTHONPATH=workflow python -m spinlens.atoms.measure_autoencoder \\
        --poscars results/screen/poscars --steps 6000 --out autoencoder.json

Needs Keras with a backend, ASE, NumPy and SciPy. The written file is what the workflow's
`autoencoder.json` is; --models is a folder for the encoder and the decoder.
"""

import argparse
from pathlib import Path

from spinlens.atoms import autoencoder, autoencoder_scores, motifs
from spinlens.core.files import write_json

SIZES = ("steps", "batch", "channels", "most", "scalars", "hidden", "queries", "seed")


def main(arguments=None):
    """Train, test, write."""
    options = parsed(arguments)
    everything = motifs.read(options.molecules, options.poscars, options.most_atoms)
    settings = {name: getattr(options, name) for name in (*SIZES, "learning_rate")}
    *models, measured = autoencoder_scores.made_and_measured(everything, settings)
    if options.models:
        Path(options.models).mkdir(parents=True, exist_ok=True)
        for model in models:
            model.save(Path(options.models, f"{model.name}.keras"))
    write_json(options.out, measured)


def parsed(arguments=None):
    """The command line's arguments."""
    parser = argparse.ArgumentParser(description="Measure the autoencoder of geometry.")
    parser.add_argument("--molecules", default="g2", help="a file of structures, or g2")
    parser.add_argument("--most-atoms", type=int, default=8, help="of a molecule")
    parser.add_argument("--poscars", nargs="*", default=[], help="folders of layers, as POSCARs")
    parser.add_argument("--out", default="autoencoder.json")
    parser.add_argument("--models", help="a folder to save encoder and decoder to")
    for name in SIZES:
        default = (autoencoder.DEFAULTS | {"steps": 2500})[name]
        parser.add_argument(f"--{name}", type=int, default=default)
    default = autoencoder.DEFAULTS["learning_rate"]
    parser.add_argument("--learning-rate", type=float, default=default)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
