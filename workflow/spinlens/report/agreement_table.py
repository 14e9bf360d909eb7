"""The agreement with published moments and ground states, as a page."""

from spinlens.dataset import agreement
from spinlens.report import html_table


def page(rows):
    """HTML page of the rows of agreement.rows, those that are furthest off first."""
    headings = {
        "formula": "formula",
        "published_ground_state": "ground state, published",
        "ground_state": "ground state, calculated",
        "published_moment_muB": "moment, published, μB",
        "moment_muB": "moment, calculated, μB",
        "difference_muB": "difference, μB",
        "remark": "remark",
    }
    ranked = sorted(rows, key=lambda row: -abs(row["difference_muB"] or 0))
    cells = [["–" if row[name] is None else str(row[name]) for name in headings] for row in ranked]
    told = agreement.summary(rows)
    introduction = (
        f"{told.compositions} compositions are both calculated and published. Moments of the same "
        f"order: {told.moments}, |difference| {told.median:.3f} μB in the median and "
        f"{told.mean:.3f} μB in the mean. Ground states: {told.agreeing} of {told.ground_states} "
        "agree. A published antiferromagnet's moment is compared with an antiferromagnetic "
        "calculation's alone."
    )
    columns = list(headings.values())
    return html_table.page("Agreement", introduction, columns, cells, numeric=columns[3:6])
