"""The table of representations as a page."""

from spinlens.report import html_table

ROWS = {
    "model": "learned by",
    "mae_random_muB": "mean error, random folds, μB",
    "beats_none_random": "better than the mean",
    "mae_grouped_muB": "mean error, A elements not seen, μB",
    "beats_none_grouped": "better than the mean there",
    "bytes_of_a_structure": "bytes that describe a structure",
    "bytes_given_of_a_structure": "bytes given to the model",
    "parameters": "numbers learned",
    "represent_ms_of_a_structure": "ms to represent a structure",
    "fold_seconds": "s of a fold",
    "change_rotated_muB": "changes by: rotation, μB",
    "change_cell_turned_muB": "cell turned by 60°, μB",
    "change_other_cell_muB": "another cell, μB",
    "change_mirrored_muB": "mirror, μB",
    "change_rearranged_muB": "sites rearranged, μB",
    "tells_arrangements": "tells arrangements apart",
    "tells_angles": "tells angles apart",
    "tells_mirror_images": "tells mirror images apart",
    "cannot_express": "cannot express",
}


def page(rows):
    """HTML of the rows (dicts) of representations.tsv, a column each."""
    introduction = (
        "One task, the moments of published crystals, by what a structure is given as; folds are "
        "the same for all, and none is what the training samples' mean comes to. Rotation, another "
        "cell and the mirror leave a moment as it is: what they change is the representation's own "
        "doing. Rearranged sites are another crystal, which should be seen. Shapes of four atoms "
        "that differ in angles or as mirror images are told before anything is learned; as turned: "
        "no better than a shape from itself in another orientation."
    )
    cells = [
        [heading, *(_said(row[name]) for row in rows)]
        for name, heading in ROWS.items()
        if name in rows[0]
    ]
    names = [row["representation"] for row in rows]
    return html_table.page("Representations of structures", introduction, ["", *names], cells)


def _said(value):
    """A value of the table for a reader: three digits of a number, – where there is none."""
    try:
        number = float(value)
    except ValueError:
        return value or "–"
    if number != number:
        return "–"
    return f"{number:,.0f}" if number.is_integer() else f"{number:.3g}"
