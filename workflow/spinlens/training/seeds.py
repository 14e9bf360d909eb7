"""Seeds of fits: `0`, `1`, .. of the true labels, `permuted3-1` of a permuted labelling."""

APART = 1000  # between the seeds of one labelling and those of the next


def labelling(seed):
    """Number of the permuted labelling that a fit's seed spells, 0 for the true labels, and the
    number to add to the point's own seed: fits of different labellings share none."""
    number, _, repeat = seed.removeprefix("permuted").rpartition("-")
    number = int(number or 0)
    return number, int(repeat) + APART * number
