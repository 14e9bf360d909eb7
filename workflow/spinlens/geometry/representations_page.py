"""The table of representations as a page."""

from spinlens import tables

COLUMNS = {
    "representation": "representation",
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
TEXTS = {
    "representation", "model", "beats_none_random", "beats_none_grouped", "tells_arrangements",
    "tells_angles", "tells_mirror_images", "cannot_express",
}  # fmt: skip


def page(rows):
    """HTML of the rows (dicts of strings) of representations.tsv."""
    own = {name: heading for name, heading in COLUMNS.items() if name in rows[0]}
    introduction = (
        "One task, the moments of published crystals, by what a structure is given as; folds are "
        "the same for all, and none is what the training samples' mean comes to. Rotation, another "
        "cell and the mirror leave a moment as it is: what they change is the representation's own "
        "doing. Rearranged sites are another crystal, which should be seen. Shapes of four atoms "
        "that differ in angles or as mirror images are told before anything is learned; as turned: "
        "no better than a shape from itself in another orientation."
    )
    cells = [[row[name] or "–" for name in own] for row in rows]
    numeric = [heading for name, heading in own.items() if name not in TEXTS]
    return tables.page(
        "Representations of structures", introduction, list(own.values()), cells, numeric
    )
