"""Tables as pages: one HTML file each, self-contained, without scripts, legible on a phone."""

from html import escape

from spinlens.evidence.intervals import wilson_interval
from spinlens.evidence.verdicts import fit_verdict, known
from spinlens.plots.captions import point_name, point_names, readable

_STYLE = """
:root { color-scheme: light; }
body { font: 15px/1.45 system-ui, sans-serif; margin: 1rem; color: #1a1a1a; background: #fff; }
h1 { font-size: 1.2rem; margin: 0 0 .3rem; }
h2 { font-size: 1rem; margin: 1.2rem 0 .3rem; }
p { margin: 0 0 1rem; max-width: 60rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; }
th, td { padding: .35rem .7rem; text-align: left; vertical-align: top; }
thead th { border-bottom: 2px solid #1a1a1a; vertical-align: bottom; }
tbody tr { border-bottom: 1px solid #bbb; }
tbody th { font-weight: 600; }
td { overflow-wrap: break-word; }
.text { min-width: 6.5rem; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
td.number { white-space: nowrap; }
@media (max-width: 700px) {
  thead { position: absolute; left: -9999px; }
  table, tbody, tr, th, td { display: block; }
  tbody tr { border: 1px solid #888; margin-bottom: .8rem; padding: .3rem; }
  td::before { content: attr(data-label) ": "; font-weight: 600; }
  th, td, td.number { text-align: left; white-space: normal; padding: .15rem .4rem; }
  td { overflow-wrap: anywhere; }
}
"""


def page(title, introduction, columns, rows, numeric=()):
    """HTML page of one table, as text.

    `columns` are headings, `rows` lists of cells in that order, the first cell naming its row;
    every text is escaped. `numeric` names the columns set flush right.
    """
    return document(title, introduction, table_of(title, columns, rows, numeric))


def table_of(title, columns, rows, numeric=()):
    """The table of a page, which scrolls by itself where it is wider than the screen."""
    kinds = [f' class="{"number" if column in numeric else "text"}"' for column in columns]
    head = "".join(
        f'<th scope="col"{kind}>{escape(column)}</th>'
        for column, kind in zip(columns, kinds, strict=True)
    )
    body = "\n".join(_row(columns, kinds, row) for row in rows) or _nothing(len(columns))
    return f"""<div class="wide" tabindex="0" role="region" aria-label="{escape(title)}">
<table>
<thead><tr>{head}</tr></thead>
<tbody>
{body}
</tbody>
</table>
</div>"""


def document(title, introduction, body):
    """HTML page around a body of tables, and headings between them."""
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<style>{_STYLE}</style>
</head>
<body>
<h1>{escape(title)}</h1>
<p>{escape(introduction)}</p>
{body}
</body>
</html>
"""


def sweep(table):
    """Page of the table of sweep.tsv: for each point what it came to in words, its accuracies
    as shares and as counts, and the majority baseline that they must beat."""
    columns = [
        "sweep point",
        "what it came to",
        "training accuracy",
        "majority baseline, training",
        "validation accuracy",
        "95 % interval, validation",
        "majority baseline, validation",
        "balanced accuracy, training",
        "balanced accuracy, validation",
        "parameters",
        "memory predicted, MB",
        "memory measured, MB",
        "work of an epoch, GFLOP",
        "folder",
    ]
    numbers = {
        "R², training": "training_r2",
        "R², validation": "validation_r2",
        "mean absolute error, validation": "validation_mae",
    }
    numbers = {heading: name for heading, name in numbers.items() if name in table}
    columns[-1:-1] = numbers
    rows = [
        [
            name,
            fit_verdict(row),
            _counted(row, "training"),
            _number(row, "training_majority_baseline"),
            _counted(row, "validation"),
            _interval(row, "validation"),
            _number(row, "validation_majority_baseline"),
            _number(row, "training_balanced_accuracy"),
            _number(row, "validation_balanced_accuracy"),
            _whole_number(row, "parameters"),
            _whole_number(row, "predicted_memory_mb"),
            _whole_number(row, "measured_memory_mb"),
            _whole_number(row, "epoch_gflop"),
            *(_number(row, column) for column in numbers.values()),
            str(row["point"]),
        ]
        for name, row in zip(point_names(table), table.to_dict("records"), strict=True)
    ]
    introduction = (
        "Accuracy is worth something only above the majority baseline: what naming the largest "
        "class for every sample would give. A point is named by what differs from the base."
    )
    return page("Sweep points", introduction, columns, rows, numeric=columns[2:-1])


def evidence(table, names):
    """Page of the table of evidence.tsv: what every point is worth beside the baselines. `names`
    are those of the sweep's points, by folder; the others, of evidence alone, spell themselves."""
    columns = {
        "point": "point",
        "target": "target",
        "split": "split",
        "metric": "metric",
        "verdict": "verdict",
        "value": "value",
        "ci_low": "95 % interval from",
        "ci_high": "to",
        "baseline_majority": "majority",
        "baseline_integral": "integral of m",
        "baseline_parts": "integrals of both parts",
        "baseline_composition": "composition",
        "baseline_density_pca": "principal components",
        "p_value": "p, permuted labels",
        "repeats": "repeats",
        "networks": "networks a fold",
    }
    rows = [
        [point_name(row["point"], names)]
        + [readable(_text(row[name])) for name in list(columns)[1:]]
        for row in table.to_dict("records")
    ]
    introduction = (
        "What each point came to on samples that it was not trained on, beside baselines on the "
        "same splits. A baseline is beaten where the 95 % interval of the paired difference lies "
        "above zero."
    )
    headings = list(columns.values())
    return page("Evidence", introduction, headings, rows, numeric=headings[5:])


def excluded(table):
    """Page of the table of excluded.tsv (calculation, reason, source)."""
    columns = ["calculation", "reason", "source"]
    rows = [[_text(row[column]) for column in columns] for row in table.to_dict("records")]
    introduction = f"Calculations that were read and are not in the dataset: {len(rows)}."
    return page("Excluded calculations", introduction, columns, rows)


def architecture(layers):
    """Page of the table of architecture.tsv (layer, kind, output_shape, parameters)."""
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
    return page("Architecture", introduction, columns, rows, numeric=columns[3:])


def _row(columns, kinds, cells):
    first, *rest = (
        f'{kind} data-label="{escape(column)}">{escape(cell)}'
        for column, kind, cell in zip(columns, kinds, cells, strict=True)
    )
    return f'<tr><th scope="row"{first}</th>' + "".join(f"<td{c}</td>" for c in rest) + "</tr>"


def _nothing(width):
    return f'<tr><td colspan="{width}" data-label="rows">none</td></tr>'


def _number(row, name):
    return f"{row[name]:.3f}" if known(row, name) else "–"


def _whole_number(row, name):
    return f"{row[name]:,.0f}" if known(row, name) else "–"


def _counted(row, side):
    if not (known(row, f"{side}_accuracy") and known(row, f"{side}_samples")):
        return _number(row, f"{side}_accuracy")
    share, samples = row[f"{side}_accuracy"], row[f"{side}_samples"]
    return f"{share:.3f} ({share * samples:.0f}/{samples:.0f})"


def _interval(row, side):
    if not (known(row, f"{side}_accuracy") and known(row, f"{side}_samples")):
        return "–"
    low, high = wilson_interval(row[f"{side}_accuracy"], row[f"{side}_samples"])
    return f"{low:.2f} to {high:.2f}"


def _text(value):
    return "" if value is None or value != value else str(value)
