"""How well structures come back from their code: those trained on, and others."""

from time import monotonic
from typing import NamedTuple

import keras
import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.spatial.transform import Rotation

from spinlens.atoms import autoencoder, code_fitting, decoding, motifs
from spinlens.crystal.formulas import reduced
from spinlens.layers.equivariant.spherical_harmonics import wigner_d

NEAR = 0.1  # Å, within which every point must be
BEYOND = 0.7  # Å, that is looked further than any point trained on
TESTED = 40  # crystals, of each set
TURNED = 20  # structures whose decoding is compared under rotation
STARTS = 100  # rotations from which two molecules are laid over each other


class Split(NamedTuple):
    """Motifs to train on, and those held out, of which none was seen."""

    training: list
    held_out: list


def split(everything, fraction=0.2, seed=0):
    """A Split: every shape is trained on; of molecules a `fraction` is held out, of crystals that
    of the compositions."""
    rng, training, held_out = np.random.default_rng(seed), [], []
    for family in motifs.FAMILIES:
        own = [motif for motif in everything if motif.family == family]
        groups = [reduced(motif.symbols) if family == "crystals" else motif.name for motif in own]
        order = rng.permutation(sorted(set(groups)))
        count = 0 if family == "shapes" else round(fraction * len(order))
        out = set(order[:count])
        training += [motif for motif, group in zip(own, groups, strict=True) if group not in out]
        held_out += [motif for motif, group in zip(own, groups, strict=True) if group in out]
    return Split(training, held_out)


def made_and_measured(everything, settings, report=print):
    """(encoder, decoder, dict): trained on the training part of motifs, and `measure`d, with
    `latent_numbers`, the size of the code, and how they were `made`."""
    started = monotonic()
    parts, names = split(everything, seed=settings["seed"]), motifs.names_of(everything)
    settings = autoencoder.DEFAULTS | settings
    settings["reach"] = float(np.ceil(reach_of(parts.training)))
    encoder, decoder, history = autoencoder.train(parts.training, names, settings, report)
    trained = monotonic() - started
    measured = measure(encoder, decoder, parts, names, settings["seed"], report)
    made = {
        "trained_on": len(parts.training),
        "held_out": len(parts.held_out),
        "names": names,
        "settings": settings,
        "parameters": int(encoder.count_params() + decoder.count_params()),
        "last_loss": round(history[-1]["loss"], 4),
        "training_seconds": round(trained, 1),
        "seconds": round(monotonic() - started, 1),
        "backend": keras.backend.backend(),
    }
    size = (settings["most"] + 1) ** 2 * settings["channels"]
    return encoder, decoder, measured | {"latent_numbers": size, "made": made}


def reach_of(training):
    """Å from the centre within which points are looked for."""
    return max(np.linalg.norm(own.positions, axis=1).max() for own in training) + BEYOND


def measure(encoder, decoder, parts, names, seed=0, report=print):
    """A dict of the shares of structures of a Split, each turned at random, that come back with
    every point within 0.1 Å and of the right name, by family and set, with the same of the peaks
    alone; of held-out molecules beside the nearest trained on; and what rotation does."""
    reach, found = reach_of(parts.training), {"families": {}}
    for family in motifs.FAMILIES:
        sets = {"trained": parts.training, "held_out": parts.held_out}
        for part, own in sets.items():
            own = _chosen([motif for motif in own if motif.family == family], family, seed)
            if own:
                scores = _recovered(encoder, decoder, own, names, reach, seed)
                found["families"].setdefault(family, {})[part] = scores
                report(f"{family}, {part}: {scores}")
    molecules = found["families"].get("molecules", {})
    shares = {
        "recovered_within_tenth_angstrom": molecules.get("trained", {}),
        "held_out_within_tenth_angstrom": molecules.get("held_out", {}),
        "shapes_within_tenth_angstrom": found["families"].get("shapes", {}).get("trained", {}),
    }
    shares = {name: own.get("within_tenth_angstrom") for name, own in shares.items()}
    baseline = {"held_out_nearest_neighbour": nearest_neighbour(parts, seed)}
    turned = rotation_errors(encoder, decoder, parts, names, reach, seed)
    return shares | baseline | turned | found


def rotation_errors(encoder, decoder, parts, names, reach, seed=0):
    """`rotation_error`, in Å the farthest that a point decoded of a turned structure is from where
    the turned decoding has it, with `rotation_error_median` over structures, and
    `rotation_error_code`, of codes relative to themselves; over structures of both parts.
    `rotation_disagreements` counts those whose decodings differ in points or names."""
    rng = np.random.default_rng(seed)
    everything = [*parts.training, *parts.held_out]
    own = [everything[i] for i in rng.permutation(len(everything))[:TURNED]]
    turns = Rotation.random(len(own), random_state=seed + 7).as_matrix()
    turned = [motifs.turned(motif, turn) for motif, turn in zip(own, turns, strict=True)]
    plain, after = (
        autoencoder.codes(encoder, motifs.padded(each, names)) for each in (own, turned)
    )
    expected = turned_codes(plain, turns)
    size = np.linalg.norm(expected, axis=(1, 2))
    off = np.linalg.norm(after - expected, axis=(1, 2)) / size
    first, second = (
        code_fitting.decoded(encoder, decoder, codes, reach) for codes in (plain, after)
    )
    away = [
        farthest(b.species, b.positions, a.species, a.positions @ turn.T)
        for a, b, turn in zip(first, second, turns, strict=True)
    ]
    same = [each for each in away if each is not None]
    return {
        "rotation_error": round(max(same), 5) if same else None,
        "rotation_error_median": round(float(np.median(same)), 5) if same else None,
        "rotation_error_code": float(f"{off.max():.2g}"),
        "rotation_disagreements": len(away) - len(same),
    }


def turned_codes(codes, turns):
    """Codes (structures, (L + 1)², channels) as they are of structures turned by matrices."""
    degrees = range(int(np.sqrt(codes.shape[1])))
    parts = [
        np.einsum("sij,sjc->sic", wigner_d(l, turns), codes[:, l * l : (l + 1) ** 2])  # noqa: E741
        for l in degrees  # noqa: E741
    ]
    return np.concatenate(parts, 1).astype(codes.dtype)


def farthest(species, positions, truth_species, truth):
    """Å between points and those that they are to be, laid upon each other one to one by name, of
    the farthest; None where names or their numbers differ."""
    if sorted(species) != sorted(truth_species):
        return None
    away = np.linalg.norm(positions[:, None] - truth[None], axis=-1)
    other = np.asarray(species)[:, None] != np.asarray(truth_species)[None]
    rows, columns = linear_sum_assignment(np.where(other, 1e6, away**2))
    return float(away[rows, columns].max(initial=0.0))


def nearest_neighbour(parts, seed=0):
    """Share of the held-out molecules for which some molecule of the training, laid over it as
    well as may be, has every atom within 0.1 Å: what remembering alone would come to."""
    training = [own for own in parts.training if own.family == "molecules"]
    held_out = [own for own in parts.held_out if own.family == "molecules"]
    if not held_out:
        return None
    turns = Rotation.random(STARTS, random_state=seed).as_matrix()
    near = [any(_laid_over(own, other, turns) < NEAR for other in training) for own in held_out]
    return round(float(np.mean(near)), 4)


def _codes(encoder, own, names):
    return autoencoder.codes(encoder, motifs.padded(own, names))


def _chosen(own, family, seed):
    if family != "crystals":
        return own
    order = np.random.default_rng(seed).permutation(len(own))
    return [own[i] for i in order[:TESTED]]


def _recovered(encoder, decoder, own, names, reach, seed):
    turns = Rotation.random(len(own), random_state=seed + len(own)).as_matrix()
    turned = [motifs.turned(motif, turn) for motif, turn in zip(own, turns, strict=True)]
    arrays, codes = motifs.padded(turned, names), _codes(encoder, turned, names)
    peaks = decoding.peaks(decoder, codes, reach)
    points = code_fitting.placed(encoder, codes, peaks)
    alone = [code_fitting.certain(each) for each in peaks]
    away, at_once = (_away(each, arrays, turned) for each in (points, alone))
    lost = [motif.name for motif, each in zip(own, away, strict=True) if not _near(each)]
    known = [each for each in away if each is not None]
    return {
        "structures": len(own),
        "within_tenth_angstrom": round(float(np.mean([_near(each) for each in away])), 4),
        "names_right": round(len(known) / len(away), 4),
        "median_farthest_angstrom": round(float(np.median(known)), 5) if known else None,
        "peaks_alone_within_tenth_angstrom": round(float(np.mean(list(map(_near, at_once)))), 4),
        "peaks_alone_names_right": round(float(np.mean([x is not None for x in at_once])), 4),
        "lost": lost,
    }


def _away(points, arrays, turned):
    found = []
    for own, species, motif in zip(points, arrays["species"], turned, strict=True):
        truth = species[: len(motif.symbols)]
        found.append(farthest(own.species, own.positions, truth, motif.positions))
    return found


def _near(away):
    return away is not None and away < NEAR


def _laid_over(motif, other, turns):
    """Å of the farthest pair when one molecule is turned over another of the same formula."""
    if sorted(motif.symbols) != sorted(other.symbols):
        return np.inf
    if len(motif.symbols) == 1:
        return 0.0
    different = np.array(motif.symbols)[:, None] != np.array(other.symbols)[None]
    best = np.inf
    for turn in turns:
        placed = other.positions @ turn.T
        for _ in range(4):
            away = np.linalg.norm(motif.positions[:, None] - placed[None], axis=-1)
            rows, columns = linear_sum_assignment(np.where(different, 1e6, away**2))
            found, _ = Rotation.align_vectors(motif.positions[rows], placed[columns])
            placed = found.apply(placed)
        best = min(best, np.linalg.norm(motif.positions[rows] - placed[columns], axis=1).max())
    return best
