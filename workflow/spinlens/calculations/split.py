"""Turn one calculation folder into its record: read, check, split."""

import hashlib
import os
import stat
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinlens.calculations import record
from spinlens.calculations.charge_file import ChargeFile, read_charge_file
from spinlens.calculations.charge_parts import read_parts
from spinlens.calculations.checks import check
from spinlens.calculations.find import Calculation
from spinlens.calculations.labels import read_labels
from spinlens.calculations.magnetic_order import SMALLEST_MOMENT_MUB, magnetic_order
from spinlens.calculations.moment_axis import project, to_cartesian
from spinlens.core.errors import Excluded
from spinlens.density import grids, site_moments

# Only the checks need them; the first is the key of the label table's rows.
NOT_RECORDED = (
    "calculation", "potcar_valences", "ionic_steps_allowed", "outcar_formula", "remark", "saxis",
)  # fmt: skip


def split(
    calculation: Calculation,
    table_labels: Mapping[str, Any],
    label_table: str,
    settings: Mapping[str, Any],
) -> record.Record:
    """Split a calculation's charge file into charge and magnetization densities.

    Parameters
    ----------
    calculation
        Calculation from `find`.
    table_labels
        Its row of the label table, which adds to the labels of the run's own files or overrides
        them.
    label_table
        Path of the label table, as the source of these labels.
    settings
        The config's keys moment_tolerance_muB, unconverged, nonmagnetic and moment_axis.

    Returns
    -------
    Record
        Admitted with its grids, or excluded with the reason.
    """
    try:
        stored = _read(calculation)
        labels = _labels(calculation, table_labels, label_table)
        frame = to_cartesian(stored, labels)
        note = check(
            stored,
            labels,
            moment_tolerance_muB=settings["moment_tolerance_muB"],
            unconverged=settings["unconverged"],
        )
        magnetization = _stored_magnetization(stored, settings["nonmagnetic"])
    except Excluded as reason:
        return excluded(calculation, reason)
    remark = "" if "energy_eV" in labels else labels.get("remark", ("", ""))[0]
    stored.note = "; ".join(filter(None, (stored.note, frame, note, remark)))
    charge, magnetization = grids.split(stored.charge, magnetization, stored.lattice)
    labels.setdefault("formula", (stored.formula, "CHGCAR"))
    kept = {name: label[:2] for name, label in labels.items() if name not in NOT_RECORDED}
    return admitted(calculation, stored, charge, magnetization, kept, settings)


def admitted(
    calculation: Calculation,
    stored: ChargeFile,
    charge: NDArray[np.floating],
    magnetization: NDArray[np.floating],
    labels: dict[str, Any],
    settings: Mapping[str, Any],
) -> record.Record:
    """Make the record of an admitted calculation, with its attributes and arrays.

    Parameters
    ----------
    calculation, stored
        Calculation from `find`, and its charge file.
    charge
        Charge density, (na, nb, nc), e Å⁻³.
    magnetization
        Magnetization density in μB Å⁻³, (na, nb, nc), or (3, na, nb, nc) of a noncollinear run,
        whose projection on one axis then becomes the record's `magnetization`.
    labels
        Name to (value, source).
    settings
        The config's key moment_axis: the axis if the total moment vanishes; None for the
        principal axis of the moments.
    """
    vector: dict[str, NDArray[Any]] = {}
    attributes = _origin(calculation, stored.note)
    if magnetization.ndim == 4:
        vector = {"magnetization_vector": magnetization}
        projection = project(magnetization, stored, settings["moment_axis"])
        magnetization = projection.magnetization
        attributes |= {"projection_axis": projection.axis, "projection_share": projection.share}
        attributes["note"] = "; ".join(filter(None, (attributes["note"], projection.note)))
        of_sites = projection.site_moments.tolist()
    structure = stored.lattice, stored.positions
    moments = site_moments.in_spheres(magnetization, *structure)
    attributes["sign_flipped"] = 0
    if not vector and _points_down(magnetization, stored.lattice, moments):
        magnetization, moments = -magnetization, -moments
        attributes["sign_flipped"] = 1
    arrays = {"charge": charge, "magnetization": magnetization} | vector
    arrays |= {"lattice": stored.lattice, "site_position": stored.positions}
    attributes["content_sha256"] = _content_sha256(arrays)
    arrays["site_element"] = np.array(stored.elements, dtype=object)
    arrays["site_moment"] = moments
    arrays["site_moment_voronoi"] = site_moments.in_voronoi_regions(
        magnetization, *structure, tie=site_moments.TIE + 2 * stored.position_error
    )
    labels = _with_integrated_moment(labels, magnetization, stored.lattice)
    order = magnetic_order(of_sites if vector else moments.tolist())
    labels.setdefault("order_final", (order, "moments of the sites"))
    return record.Record(attributes | record.label_attributes(labels), arrays)


def excluded(calculation: Calculation, reason: object) -> record.Record:
    """Make the record of a calculation that was read and refused.

    Parameters
    ----------
    calculation
        Calculation from `find`.
    reason
        Sentence or exception.

    Returns
    -------
    Record
        Without arrays; its reason is one line.
    """
    reasons = "; ".join(filter(None, (str(reason), calculation.note)))
    return record.Record(_origin(calculation) | {"excluded": " ".join(reasons.split())})


def _read(calculation: Calculation) -> ChargeFile:
    if calculation.parts:
        return read_parts(calculation.parts, calculation.folder)
    return read_charge_file(calculation.charge_file, calculation.folder)


def _labels(
    calculation: Calculation, table_labels: Mapping[str, Any], label_table: str
) -> dict[str, Any]:
    """Labels by name; the label table overrides the path, and that the run's own files."""
    own_files = read_labels(calculation.folder, calculation.charge_file)
    return (
        ({} if calculation.shared else own_files)
        | {name: (value, "path") for name, value in calculation.names.items()}
        | {name: (value, label_table) for name, value in table_labels.items()}
    )


def _stored_magnetization(stored: ChargeFile, nonmagnetic: str) -> NDArray[np.floating]:
    if stored.magnetization is not None:
        return stored.magnetization
    if nonmagnetic == "zero":
        return 0 * stored.charge
    raise Excluded(
        "not spin-polarised, so it has no magnetization: set nonmagnetic: zero to take it as zero"
    )


def _points_down(
    magnetization: NDArray[np.floating],
    lattice: NDArray[np.float64],
    moments: NDArray[np.float64],
) -> bool:
    """Whether the total moment is negative or, if it vanishes, the first magnetic site is down."""
    total = float(grids.integral(magnetization, lattice))
    if abs(total) > grids.VANISHING_MOMENT * float(grids.integral(abs(magnetization), lattice)):
        return total < 0
    magnetic = moments[np.abs(moments) >= SMALLEST_MOMENT_MUB]
    return bool(magnetic.size and magnetic[0] < 0)


def _with_integrated_moment(
    labels: dict[str, Any], magnetization: NDArray[np.floating], lattice: NDArray[np.float64]
) -> dict[str, Any]:
    """Take the integral as the total moment; what was reported is kept beside it."""
    moment = float(grids.integral(magnetization, lattice))
    integrated = {"total_moment_muB": (moment, "integral of the magnetization density")}
    reported = labels.get("total_moment_muB")
    rest = {name: label for name, label in labels.items() if name != "total_moment_muB"}
    return integrated | ({"reported_moment_muB": reported} if reported else {}) | rest


def _origin(calculation: Calculation, note: str = "") -> dict[str, Any]:
    return {
        "id": calculation.id,
        "source": calculation.charge_file,
        "source_sha256": _file_sha256(calculation.charge_file),
        "note": "; ".join(filter(None, (calculation.note, note))),
        "Conventions": "CF-1.11",
    }


def _file_sha256(path: str) -> str:
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return ""  # a pipe would never end
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def _content_sha256(arrays: dict[str, NDArray[Any]]) -> str:
    """Digest of densities and structure: the same under another compression of the file."""
    digest = hashlib.sha256()
    for values in arrays.values():
        digest.update(np.ascontiguousarray(values, dtype=np.float32).data)
    return digest.hexdigest()
