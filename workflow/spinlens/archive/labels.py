"""The archive's label table."""

from pathlib import Path

from spinlens.core.files import read_table, write_table

NAME = "labels.csv"


def write_labels(archive, label_table, calculations):
    """Write the archive's labels.csv whole: a row for each Calculation with labels in its path,
    overridden by the rows of the label table (a path, or none), and the rows that the archive
    has of calculations that are in neither any more. Without a row, no table is written."""
    known = {calculation.id for calculation in calculations}
    rows = {id: row for id, row in _read(Path(archive, NAME)).items() if id not in known}
    for calculation in calculations:
        if calculation.names:
            names = {name: str(value) for name, value in calculation.names.items()}
            rows[calculation.id] = {"calculation": calculation.id} | names
    for id, row in (_read(Path(label_table)) if label_table else {}).items():
        said = {name: cell for name, cell in row.items() if cell}
        rows[id] = (rows.get(id, {}) if id in known else {}) | said
    if rows:
        columns = dict.fromkeys(("calculation", *(name for row in rows.values() for name in row)))
        write_table(Path(archive, NAME), [rows[id] for id in sorted(rows)], list(columns))


def _read(path: Path) -> dict[str, dict[str, str]]:
    """Rows of a label table by calculation; none if there is no such file."""
    if not path.exists():
        return {}
    rows = [
        {name.strip(): cell.strip() for name, cell in row.items() if name and cell is not None}
        for row in read_table(path)
    ]
    return {row["calculation"]: row for row in rows if row.get("calculation")}
