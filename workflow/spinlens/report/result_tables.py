"""Pages of the other tables: excluded calculations, layers, agreement, benchmarks."""

from collections.abc import Mapping, Sequence
from math import isnan
from typing import Any

import pandas as pd

from spinlens.plots.captions import readable
from spinlens.report.benchmark_outcomes import Outcome
from spinlens.report.html_table import MISSING, table_page, text

AGREEMENT = {
    "formula": "formula",
    "published_ground_state": "ground state, published",
    "ground_state": "ground state, calculated",
    "published_moment_muB": "moment, published, μB",
    "moment_muB": "moment, calculated, μB",
    "difference_muB": "difference, μB",
    "remark": "remark",
}
REPRESENTATIONS = {
    "model": "learned by",
    "mae_random_muB": "mean error, random folds, μB",
    "beats_none_random": "better than the mean",
    "mae_grouped_muB": "mean error, unseen A elements, μB",
    "beats_none_grouped": "better than the mean there",
    "bytes_of_a_structure": "bytes that describe a structure",
    "bytes_given_of_a_structure": "bytes given to the model",
    "parameters": "parameters of the model",
    "represent_ms_of_a_structure": "ms to represent a structure",
    "fold_seconds": "s per fold",
    "change_rotated_muB": "change under: rotation, μB",
    "change_cell_turned_muB": "cell turned by 60°, μB",
    "change_other_cell_muB": "another cell, μB",
    "change_mirrored_muB": "mirror, μB",
    "change_rearranged_muB": "rearranged sites, μB",
    "distinguishes_arrangements": "distinguishes arrangements",
    "distinguishes_angles": "distinguishes angles",
    "distinguishes_mirror_images": "distinguishes mirror images",
    "cannot_express": "cannot express",
}


def excluded(table: pd.DataFrame) -> str:
    """Make the page of the excluded calculations, each with its reason.

    Parameters
    ----------
    table : pd.DataFrame
        excluded.tsv, as text: calculation, reason, source.

    Returns
    -------
    str
        The HTML page.
    """
    columns = ["calculation", "reason", "source"]
    rows = [[text(row[column]) for column in columns] for row in table.to_dict("records")]
    introduction = f"Calculations that were read and are not in the dataset: {len(rows)}."
    return table_page("Excluded calculations", introduction, columns, rows)


def architecture(layers: pd.DataFrame) -> str:
    """Make the page of a network's layers.

    Parameters
    ----------
    layers : pd.DataFrame
        architecture.tsv: layer, kind, output_shape, parameters.

    Returns
    -------
    str
        The HTML page.
    """
    columns = ["layer", "kind", "output shape", "parameters"]
    rows = [
        [readable(str(row["layer"])), str(row["kind"]), str(row["output_shape"]),
         f"{row['parameters']:,}"]
        for row in layers.to_dict("records")
    ]  # fmt: skip
    introduction = (
        f"{sum(layers['parameters']):,} parameters. Shapes are voxels along a, b and c × "
        "channels, of one sample."
    )
    return table_page("Architecture", introduction, columns, rows, numeric=columns[3:])


def agreement(rows: Sequence[Mapping[str, Any]], summary: Mapping[str, float]) -> str:
    """Make the page of the agreement with published moments and ground states.

    Parameters
    ----------
    rows : Sequence[Mapping[str, Any]]
        Rows of calculations.published.compare, a composition each; moments in μB per cell.
    summary : Mapping[str, float]
        calculations.published.summary of the rows as a dict.

    Returns
    -------
    str
        The HTML page, the largest differences first.
    """
    ranked = sorted(rows, key=lambda row: -abs(row["difference_muB"] or 0))
    cells = [
        [MISSING if row[name] is None else str(row[name]) for name in AGREEMENT] for row in ranked
    ]
    introduction = (
        f"{summary['compositions']} compositions are both calculated and published. Moments of "
        f"the same order: {summary['moments']}, median |difference| {summary['median']:.3f} μB, "
        f"mean {summary['mean']:.3f} μB. Ground states: {summary['agreeing']} of "
        f"{summary['ground_states']} agree. The moment of a published antiferromagnet is compared "
        "only with that of an antiferromagnetic calculation."
    )
    columns = list(AGREEMENT.values())
    return table_page("Agreement", introduction, columns, cells, numeric=columns[3:6])


def representations(rows: Sequence[Mapping[str, Any]]) -> str:
    """Make the page of the representations of structures, a column each.

    Parameters
    ----------
    rows : Sequence[Mapping[str, Any]]
        Rows of representations.tsv, a representation each.

    Returns
    -------
    str
        The HTML page.
    """
    introduction = (
        "One task, the moments of published crystals, learned from different representations of "
        "the structure. All use the same folds; “none” predicts the mean of the training samples. "
        "Rotation, another cell and the mirror do not change a moment: a change under them is an "
        "error of the representation. Rearranged sites are another crystal, and the prediction "
        "should change. Shapes of four atoms that differ in angles or as mirror images are "
        "compared before training; “as rotated” means no better than a shape from itself in "
        "another orientation."
    )
    cells = [
        [heading, *(_significant(row[name]) for row in rows)]
        for name, heading in REPRESENTATIONS.items()
        if name in rows[0]
    ]
    columns = ["", *(row["representation"] for row in rows)]
    return table_page("Representations of structures", introduction, columns, cells)


def convolution(measured: Mapping[str, Any], outcomes: Sequence[Outcome]) -> str:
    """Make the page of the convolution benchmark, a row an outcome; memory in MB (10⁶ bytes).

    Parameters
    ----------
    measured : Mapping[str, Any]
        convolution.json.
    outcomes : Sequence[Outcome]
        benchmark_outcomes.convolution of it.
    """
    columns = [
        "measured", "periodic", "reference", "ratio", "bound", "met",
        "peak memory, periodic (MB)", "peak memory, reference (MB)",
    ]  # fmt: skip
    rows = [
        [row.measurement, row.measured, row.reference, row.ratio or MISSING, row.bound or MISSING]
        + [_yes(row.met)]
        + ([f"{mb:,.0f}" for mb in row.peaks_mb] or [MISSING, MISSING])
        for row in outcomes
    ]
    sets = " ".join(measured["instruction_sets"])
    introduction = (
        "The 2018 network on the unit cell beside the same network on tiles of it and beside the "
        f"bare Fourier transforms. {measured['backend']} on {', '.join(measured['devices'])}, "
        f"{measured['threads']} threads, instruction sets {sets}; "
        "medians of interleaved measurements, direct ones of more than 5 s once; MB are 10⁶ bytes, "
        "imports included."
    )
    return table_page("Convolution", introduction, columns, rows, numeric=columns[-2:])


def scale(measured: Mapping[str, Any], outcomes: Sequence[Outcome]) -> str:
    """Make the page of the scale benchmark, a row an outcome, from scale.json and its outcomes."""
    introduction = (
        "Small calculations, each with a density of its own: all of them planned by a dry run of "
        f"the workflow; the first {measured['split_calculations']:,} split, one after the other "
        f"in one process, and resampled to one dataset on {measured['dataset_grid']}, whose peak "
        f"was {measured['dataset_peak_mb']:.0f} MB. MB are 10⁶ bytes, imports included."
    )
    columns = ["part", "measured", "bound", "met"]
    rows = [[row.measurement, row.measured, row.bound, _yes(row.met)] for row in outcomes]
    return table_page("Scale", introduction, columns, rows)


def _yes(met: bool | None) -> str:
    return MISSING if met is None else "yes" if met else "no"


def _significant(value: Any) -> str:
    """Write a number to three digits, other text as it is, a dash if missing."""
    try:
        parsed = float(value)
    except ValueError:
        return value or MISSING
    if isnan(parsed):
        return MISSING
    return f"{parsed:,.0f}" if parsed.is_integer() else f"{parsed:.3g}"
