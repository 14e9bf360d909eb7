"""Pages of excluded calculations and of layers."""

import pandas as pd

from html_page import Page
from spinlens.report import result_tables


def test_excluded_lists_calculation_reason_and_source():
    columns = ["calculation", "reason", "source"]
    row = ["Cr2Te6_AFM", "not selected: order is AFM", "runs/Cr2Te6/CHGCAR.gz"]
    html = result_tables.excluded(pd.DataFrame([row], columns=columns))
    assert Page(html).rows == [columns, row] and "not in the dataset: 1." in html
    empty = result_tables.excluded(pd.DataFrame(columns=columns))
    assert Page(empty).rows[1] == ["none"]


def test_architecture_adds_up():
    layers = pd.DataFrame(
        [("first_convolution", "Conv3D", "5×5×5×3", 384003), ("classes", "Dense", "2", 50)],
        columns=["layer", "kind", "output_shape", "parameters"],
    )
    html = result_tables.architecture(layers)
    assert Page(html).rows[1] == ["first convolution", "Conv3D", "5×5×5×3", "384,003"]
    assert "384,053 parameters" in html
