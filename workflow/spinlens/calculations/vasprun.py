"""Read vasprun.xml as a stream: it may be large, or be cut anywhere."""

from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, XMLPullParser

from spinlens.calculations.compressed import CHUNK_BYTES, open_binary
from spinlens.calculations.energy_settings import TAGS
from spinlens.calculations.vasp_text import finite_floats, spin_treatment

MOST_BYTES = 1 << 28


def read_vasprun(path: Path | str) -> dict[str, Any]:
    """Read the settings and the last ionic step of vasprun.xml, compressed or not.

    Returns
    -------
    dict
        vasp_version, valence_electrons (NELECT), spin_kind, NELM, NSW, ICHARG, saxis, kpoints,
        tags of `energy_settings.TAGS` and potentials (their titles); and of the last ionic step
        energy_eV, electronic_steps and, for collinear spin, total_moment_muB from the
        occupations. What the file does not contain is left out. Only the main k-points count, not
        those of KPOINTS_OPT, and only the self-consistent cycle, not the steps of a linear
        response behind it.
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
        self.steps: list[dict[str | None, float | None]] = []  # energies of the electronic steps
        self.moment: float | None = None
        self.column: list[float] = []
        self.weights: list[float] = []
        self.occupied: dict[int, list[float]] = {}
        self.spin_set = 0
        self.tags: dict[str, str] = {}
        self.saxis: list[float] | None = None
        self.mesh = ""
        self.potentials: list[str] = []

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
            "ICHARG": self._integer("ICHARG"),
            "saxis": self.saxis,
            "kpoints": self.mesh or None,
            "tags": self.tags or None,
            "potentials": self.potentials or None,
        }
        if self.finished:
            values |= self._of_cycle()
            values["total_moment_muB"] = self.moment
        return {key: value for key, value in values.items() if value is not None}

    def _of_cycle(self) -> dict[str, Any]:
        """Energy and number of steps of the self-consistent cycle, without a linear response."""
        steps = _steps_of_cycle(self.steps)
        energy = self.steps[steps - 1].get("e_0_energy") if steps else None
        return {"energy_eV": energy, "electronic_steps": steps or None}

    def _start(self, node: Element) -> None:
        if node.tag == "calculation":
            self.finished, self.steps, self.moment = False, [], None
        elif node.tag == "scstep":
            self.steps.append({})
        elif node.tag == "varray":
            self.column = []
        elif node.tag == "set" and self._in_main_eigenvalues():
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
        elif node.tag == "calculation":
            self.finished = True
        elif node.tag == "eigenvalues" and self._in_main_eigenvalues():
            self.moment = self._moment()
        elif node.tag == "v" and self.path[:2] == ["modeling", "kpoints"]:
            self._kpoints(node.get("name"), text)
        elif node.tag == "v" and self._in_settings():
            self._vector(node.get("name"), text)
        elif node.tag == "varray" and self.path[:2] == ["modeling", "kpoints"]:
            self.weights = self.column if node.get("name") == "weights" else self.weights
        elif node.tag == "c" and "atominfo" in self.path and text[:4] in ("PAW ", "PAW_", "US "):
            self.potentials.append(" ".join(text.split()))
        elif node.tag == "r" and self._in_main_eigenvalues():
            numbers = finite_floats(text)
            if len(numbers) == 2 and self.occupied.get(self.spin_set):
                self.occupied[self.spin_set][-1] += numbers[1]

    def _in_main_eigenvalues(self) -> bool:
        """Not in those of KPOINTS_OPT, and not in those repeated with the projections."""
        return self.path[:3] == ["modeling", "calculation", "eigenvalues"]

    def _in_settings(self) -> bool:
        return "parameters" in self.path or "incar" in self.path

    def _item(self, name: str | None, text: str) -> None:
        if self._in_settings() or "generator" in self.path:
            if "incar" not in self.path:
                self.parameters.setdefault(name, text)
            self._tag(name, text)
        elif "scstep" in self.path and self.steps:
            numbers = finite_floats(text)
            self.steps[-1][name] = numbers[0] if numbers else None

    def _kpoints(self, name: str | None, text: str) -> None:
        if name == "divisions":
            self.mesh = "x".join(text.split())
        self.column += finite_floats(text)

    def _vector(self, name: str | None, text: str) -> None:
        if name == "SAXIS" and len(finite_floats(text)) == 3:
            self.saxis = finite_floats(text)
        self._tag(name, text)

    def _tag(self, name: str | None, text: str) -> None:
        name = "ENCUT" if name == "ENMAX" else name
        if name in TAGS and text and not text.startswith("--"):
            self.tags.setdefault(name, text)

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


def _steps_of_cycle(steps: list[dict[str | None, float | None]]) -> int:
    """Count the steps of the self-consistent cycle.

    Its last step lists all terms of the energy again, as the first one does, or it is the last
    one with a free energy: what follows is a linear response.
    """
    for number in range(1, len(steps)):
        before, own = steps[number - 1], steps[number]
        if "e_fr_energy" in before and "e_fr_energy" not in own:
            return number
        if number > 1 and "alphaZ" in own and "alphaZ" not in before:
            return number + 1
    return len(steps)
