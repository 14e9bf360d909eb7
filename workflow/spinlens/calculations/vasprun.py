"""Read vasprun.xml as a stream: it may be large, or be cut anywhere."""

from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, XMLPullParser

from spinlens.calculations.compressed import CHUNK_BYTES, open_binary
from spinlens.calculations.vasp_outputs import finite_floats, spin_treatment

MOST_BYTES = 1 << 28


def read_vasprun(path: Path | str) -> dict[str, Any]:
    """Read the settings and the last ionic step of vasprun.xml.

    Parameters
    ----------
    path
        The file, compressed or not.

    Returns
    -------
    dict
        vasp_version, valence_electrons (NELECT), spin_kind, NELM, NSW; and of the last ionic step
        energy_eV, electronic_steps and, for collinear spin, total_moment_muB from the
        occupations. What the file does not contain is left out.
    """
    run = _Run()
    parser: Any = XMLPullParser(("start", "end"))
    read = 0
    with open_binary(path) as stream:
        try:
            while read < MOST_BYTES and (chunk := stream.read(CHUNK_BYTES)):
                read += len(chunk)
                parser.feed(chunk)
                for event, node in parser.read_events():
                    run.take(event, node)
        except Exception:  # cut or damaged: the content before it counts
            pass
    return run.values()


class _Run:
    """Values of a run, collected from the events of a parser."""

    def __init__(self) -> None:
        self.path: list[str] = []
        self.parameters: dict[str | None, str] = {}
        self.finished = False
        self.steps = 0
        self.energy: float | None = None
        self.moment: float | None = None
        self.column: list[float] = []
        self.weights: list[float] = []
        self.occupied: dict[int, list[float]] = {}
        self.spin_set = 0

    def take(self, event: str, node: Element) -> None:
        if event == "start":
            self.path.append(node.tag)
            self._start(node)
            return
        self._end(node)
        self.path.pop()
        node.clear()

    def values(self) -> dict[str, Any]:
        values: dict[str, Any] = {
            "vasp_version": self.parameters.get("version"),
            "valence_electrons": self._float("NELECT"),
            "NELM": self._integer("NELM"),
            "NSW": self._integer("NSW"),
            "spin_kind": spin_treatment(
                self._integer("ISPIN"), self.parameters.get("LNONCOLLINEAR") == "T"
            ),
        }
        if self.finished:
            values["energy_eV"] = self.energy
            values["electronic_steps"] = self.steps or None
            values["total_moment_muB"] = self.moment
        return {key: value for key, value in values.items() if value is not None}

    def _start(self, node: Element) -> None:
        if node.tag == "calculation":
            self.finished, self.steps, self.energy, self.moment = False, 0, None, None
        elif node.tag == "varray":
            self.column = []
        elif node.tag == "set" and "eigenvalues" in self.path:
            comment = node.get("comment", "")
            if comment.startswith("spin"):
                self.spin_set = int(comment.split()[-1])
                self.occupied[self.spin_set] = []
            elif comment.startswith("kpoint"):
                self.occupied.setdefault(self.spin_set, []).append(0.0)

    def _end(self, node: Element) -> None:
        text = (node.text or "").strip()
        if node.tag == "i":
            self._item(node.get("name"), text)
        elif node.tag == "scstep":
            self.steps += 1
        elif node.tag == "calculation":
            self.finished = True
        elif node.tag == "eigenvalues":
            self.moment = self._moment()
        elif node.tag == "v" and "kpoints" in self.path:
            self.column += finite_floats(text)
        elif node.tag == "varray" and "kpoints" in self.path and node.get("name") == "weights":
            self.weights = self.column
        elif node.tag == "r" and "eigenvalues" in self.path:
            numbers = finite_floats(text)
            if len(numbers) == 2 and self.occupied.get(self.spin_set):
                self.occupied[self.spin_set][-1] += numbers[1]

    def _item(self, name: str | None, text: str) -> None:
        if "parameters" in self.path or "generator" in self.path:
            self.parameters.setdefault(name, text)
        elif name == "e_0_energy" and "scstep" in self.path:
            numbers = finite_floats(text)
            self.energy = numbers[0] if numbers else None

    def _float(self, name: str) -> float | None:
        numbers = finite_floats(self.parameters.get(name, ""))
        return numbers[0] if numbers else None

    def _integer(self, name: str) -> int | None:
        text = self.parameters.get(name, "")
        return int(text) if text.isdecimal() else None

    def _moment(self) -> float | None:
        """Occupied states of spin up less those of spin down, weighted by k-point; μB."""
        up, down = self.occupied.get(1), self.occupied.get(2)
        if not up or not down or not len(up) == len(down) == len(self.weights):
            return None
        pairs = zip(self.weights, up, down, strict=True)
        return sum(weight * (u - d) for weight, u, d in pairs)
