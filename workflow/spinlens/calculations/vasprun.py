"""What vasprun.xml says, streamed: it may be large, or end anywhere."""

from xml.etree.ElementTree import XMLPullParser

from spinlens.calculations.compressed import CHUNK_BYTES, open_binary
from spinlens.calculations.numbers import finite_floats

MOST_BYTES = 1 << 28


def read_vasprun(path):
    """vasp_version, valence_electrons (NELECT), spin_kind, NELM, NSW, and, of the last ionic step,
    energy_eV, electronic_steps and, for collinear spin, total_moment_muB from the occupations.
    What the file does not say is left out."""
    run = _Run()
    parser = XMLPullParser(("start", "end"))
    read = 0
    with open_binary(path) as stream:
        try:
            while read < MOST_BYTES and (chunk := stream.read(CHUNK_BYTES)):
                read += len(chunk)
                parser.feed(chunk)
                for event, node in parser.read_events():
                    run.see(event, node)
        except Exception:  # cut or damaged: what came before it counts
            pass
    return run.found()


class _Run:
    def __init__(self):
        self.path = []
        self.values = {}
        self.finished = False
        self.steps = 0
        self.energy = None
        self.moment = None
        self.column = []
        self.weights = []
        self.occupied = {}
        self.spin_set = 0

    def see(self, event, node):
        if event == "start":
            self.path.append(node.tag)
            self._start(node)
            return
        self._end(node)
        self.path.pop()
        node.clear()

    def _start(self, node):
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

    def _end(self, node):
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

    def _item(self, name, text):
        if "parameters" in self.path or "generator" in self.path:
            self.values.setdefault(name, text)
        elif name == "e_0_energy" and "scstep" in self.path:
            numbers = finite_floats(text)
            self.energy = numbers[0] if numbers else None

    def found(self):
        found = {
            "vasp_version": self.values.get("version"),
            "valence_electrons": self._float("NELECT"),
            "NELM": self._integer("NELM"),
            "NSW": self._integer("NSW"),
            "spin_kind": self._spin(),
        }
        if self.finished:
            found["energy_eV"] = self.energy
            found["electronic_steps"] = self.steps or None
            found["total_moment_muB"] = self.moment
        return {key: value for key, value in found.items() if value is not None}

    def _float(self, name):
        numbers = finite_floats(self.values.get(name, ""))
        return numbers[0] if numbers else None

    def _integer(self, name):
        text = self.values.get(name, "")
        return int(text) if text.isdecimal() else None

    def _spin(self):
        if self.values.get("LNONCOLLINEAR") == "T":
            return "noncollinear"
        return {1: "none", 2: "collinear"}.get(self._integer("ISPIN"))

    def _moment(self):
        up, down = self.occupied.get(1), self.occupied.get(2)
        if not up or not down or not len(up) == len(down) == len(self.weights):
            return None
        pairs = zip(self.weights, up, down, strict=True)
        return sum(weight * (u - d) for weight, u, d in pairs)
