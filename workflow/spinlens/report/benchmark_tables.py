"""Tables of the measurements, as pages."""

from spinlens.report import html_table


def convolution(measured, outcomes):
    """Page of convolution.json and of its `outcomes`, a row each (see benchmarks.aims)."""
    columns = [
        "measured",
        "periodic",
        "beside",
        "ratio",
        "asked for",
        "met",
        "peak memory, periodic (MB)",
        "peak memory, direct (MB)",
    ]
    rows = [
        [*row[:5], "yes" if row.met else "no", *([f"{mb:,.0f}" for mb in row.peaks] or "––")]
        for row in outcomes
    ]
    introduction = (
        "The 2018 network on tiles of the unit cell, in Keras's own layers, beside the same "
        f"network on the cell itself. {measured['backend']} on {', '.join(measured['devices'])}; "
        "medians of interleaved measurements; MB are 10⁶ bytes, imports included."
    )
    return html_table.page("Convolution", introduction, columns, rows, numeric=columns[-2:])
