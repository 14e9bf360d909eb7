"""A real SLURM of one node: Debian's slurm-wlm and munge, no accounting, no systemd.

The node says that it has 8 CPUs, whatever it has, so that tests that mostly wait do so together.

Every process is a child of this one and is stopped by its own handle. Whatever a job's tools
need is found through two links in /etc/slurm, the only place where they look; they are removed,
and where a test was killed before it could, the next one removes them.
"""

import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "squeue", "sinfo", "scontrol")
ETC = Path("/etc/slurm")
LINKS = ("slurm.conf", "gres.conf")
PREFIX = "slurm."
# Where Debian keeps daemons, which a user's PATH may lack.
PATH = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"])

# What is not set here is as SLURM has it: munge, no accounting, no plugins for tasks or switches.
SLURM_CONF = """\
ClusterName=onenode
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller_port}
SlurmdPort={node_port}
AuthInfo=socket={folder}/munge.socket
SlurmUser=root
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
JobCompType=jobcomp/filetxt
JobCompLoc={folder}/jobcomp.log
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=2
JobAcctGatherParams=OverMemoryKill
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
MinJobAge={min_job_age}
ReturnToService=2
SchedulerParameters=sched_interval=1,batch_sched_delay=0
SlurmdParameters=config_overrides
GresTypes=gpu,lane
NodeName=far NodeAddr=127.0.0.2 CPUs=8 RealMemory=32000 Gres=gpu:4,lane:1 State=DRAIN Reason=repair
NodeName={host} NodeAddr=127.0.0.1 CPUs=8 RealMemory=32000 Gres=gpu:4,lane:1 State=UNKNOWN
PartitionName=cpu Nodes={host} Default=YES MaxTime=INFINITE PriorityTier=9 State=UP
PartitionName=gpu Nodes={host} MaxTime=300 PriorityTier=9 State=UP
PartitionName=short Nodes={host} MaxTime=2 PriorityTier=9 State=UP
PartitionName=low Nodes={host} State=UP
PartitionName=far Nodes=far State=UP
"""
# GPUs that can be granted and are not there: device files that answer to nobody.
GRES_CONF = "Name=gpu File={folder}/dev/nvidia[0-3]\nName=lane Count=1\n"
KEPT_JOBS, FORGOTTEN_JOBS = 3600, 2  # MinJobAge, seconds


def missing():
    """Why a SLURM of our own cannot be started here, or "" where it can."""
    absent = [program for program in PROGRAMS if not shutil.which(program, path=PATH)]
    if absent:
        return f"no {', '.join(absent)}: apt-get install slurm-wlm munge"
    if os.geteuid() != 0:
        return "slurmd and slurmctld are started as root"
    remove_abandoned_links()
    taken = [name for name in LINKS if os.path.lexists(ETC / name)]
    return f"{ETC} has {', '.join(taken)}: of a SLURM here" if taken else ""


def new_folder():
    """A folder for OneNode. munged wants its socket where every user may go."""
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    folder.chmod(0o755)
    return folder


def remove_abandoned_links():
    """Remove the links that a killed test left, and say so; a real SLURM's files stay."""
    for link in (ETC / name for name in LINKS):
        if abandoned(link):
            print(f"{link} -> {os.readlink(link)} removed: a killed test left it")
            link.unlink()


def abandoned(link):
    """Whether a path is a link to a folder of OneNode's whose slurmctld is gone."""
    if not link.is_symlink():
        return False
    target = Path(os.readlink(link))
    folder = target.parent
    ours = folder.name.startswith(PREFIX) and folder.parent == Path(tempfile.gettempdir())
    return ours and target.name == link.name and not controlled(folder)


def controlled(folder):
    """Whether the slurmctld of a folder lives, by its pid file."""
    try:
        pid = int((folder / "slurmctld.pid").read_text(encoding="ascii"))
        return Path(f"/proc/{pid}/comm").read_text(encoding="utf-8").strip() == "slurmctld"
    except (OSError, ValueError):
        return False


class OneNode:
    """A SLURM under `folder`, up inside its `with`; gres gpu:4 and lane:1.

    Partitions: cpu, gpu (5 hours), short (two minutes), low, whose jobs make way for those of the
    others, and far, whose node is drained.
    """

    def __init__(self, folder):
        self.folder = Path(folder)
        self._processes = []
        self._made = []
        self._known = {}  # every job that was listed so far
        self._up = False

    def __enter__(self):
        try:
            self._configure()
            self._start("munged", "--foreground", "--force", *self._munge_files())
            self.controller = self._start("slurmctld", "-D")
            self._start("slurmd", "-D", "-N", socket.gethostname().split(".")[0])
            self._wait_until_idle()
            self._up = True
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self._end_jobs()
        for process in reversed(self._processes):
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for path in reversed(self._made):
            path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()

    def jobs(self, folder=None):
        """Every job so far, or of a folder: a dict of id, state, partition, gres, and more."""
        fields = {"id": "%i", "state": "%T", "partition": "%P", "gres": "%b", "cpus": "%C",
                  "memory": "%m", "comment": "%k", "account": "%a", "folder": "%Z"}  # fmt: skip
        out = self.run("squeue", "--noheader", "--states=all", "-o", "|".join(fields.values()))
        rows = [dict(zip(fields, line.split("|"), strict=True)) for line in out.splitlines()]
        self._known |= {row["id"]: row for row in rows}
        states = dict(re.findall(r"^JobId=(\d+) .*?JobState=(\S+)", self.completed(), re.MULTILINE))
        for number in self._known.keys() - {row["id"] for row in rows}:  # forgotten by SLURM
            self._known[number]["state"] = states.get(number, self._known[number]["state"])
        own = [row for row in self._known.values() if folder in (None, Path(row["folder"]))]
        return [dict(row) for row in sorted(own, key=lambda row: int(row["id"]))]

    def lists(self, number):
        """Whether SLURM still knows a job."""
        return number in self.run("squeue", "--noheader", "--states=all", "-o", "%i").split()

    def completed(self):
        """SLURM's log of completed jobs."""
        log = self.folder / "jobcomp.log"
        return log.read_text(encoding="utf-8") if log.exists() else ""

    def run(self, *command):
        """Output of a SLURM command; it is asked again while the controller is down."""
        deadline = time.monotonic() + 120
        while True:
            done = subprocess.run(command, capture_output=True, text=True, timeout=60)
            if not done.returncode:
                return done.stdout
            assert "controller" in done.stderr and time.monotonic() < deadline, done.stderr
            time.sleep(1)

    def stop_controller(self):
        """End slurmctld; jobs go on, and questions get no answer."""
        self._processes.remove(self.controller)
        self.controller.terminate()
        self.controller.wait(timeout=60)

    def start_controller(self):
        """Start slurmctld again."""
        self.controller = self._start("slurmctld", "-D")

    def keep_ended_jobs(self, seconds):
        """Set for how long slurmctld knows a job that has ended, from its next start on."""
        conf = self.folder / "slurm.conf"
        text = conf.read_text(encoding="utf-8")
        text = re.sub(r"^MinJobAge=.*$", f"MinJobAge={seconds}", text, flags=re.MULTILINE)
        conf.write_text(text, encoding="utf-8")

    def _end_jobs(self, seconds=30):
        """Cancel what still runs, while there is a node that hears it."""
        deadline = time.monotonic() + seconds
        while self._up and time.monotonic() < deadline:
            left = self.run("squeue", "--noheader", "-o", "%i").split()
            if not left:
                return
            self.run("scancel", *left)
            time.sleep(0.5)

    def _configure(self):
        for name in ("state", "spool", "dev"):
            (self.folder / name).mkdir(parents=True)
        for number in range(4):
            (self.folder / "dev" / f"nvidia{number}").symlink_to("/dev/null")
        (self.folder / "munge.key").write_bytes(os.urandom(128))
        (self.folder / "munge.key").chmod(0o600)
        values = {
            "folder": self.folder,
            "host": socket.gethostname().split(".")[0],
            "controller_port": free_port(),
            "node_port": free_port(),
            "min_job_age": KEPT_JOBS,
        }
        if not ETC.exists():
            ETC.mkdir()
            self._made.append(ETC)
        for name, text in (("slurm.conf", SLURM_CONF), ("gres.conf", GRES_CONF)):
            (self.folder / name).write_text(text.format(**values), encoding="utf-8")
            (ETC / name).symlink_to(self.folder / name)
            self._made.append(ETC / name)

    def _munge_files(self):
        files = {"key-file": "munge.key", "socket": "munge.socket", "pid-file": "munge.pid",
                 "log-file": "munge.log", "seed-file": "munge.seed"}  # fmt: skip
        return [f"--{option}={self.folder / name}" for option, name in files.items()]

    def _start(self, program, *arguments):
        with open(self.folder / f"{program}.out", "w", encoding="utf-8") as out:
            command = [shutil.which(program, path=PATH), *arguments]
            process = subprocess.Popen(command, stdout=out, stderr=out, stdin=subprocess.DEVNULL)
        self._processes.append(process)
        return process

    def _wait_until_idle(self, seconds=60):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for process in self._processes:
                if process.poll() is not None:
                    raise RuntimeError(f"{process.args[0]} ended: see {self.folder}")
            try:
                state = subprocess.run(
                    ["sinfo", "-h", "-N", "-o", "%T"], capture_output=True, text=True, timeout=5
                )
            except subprocess.TimeoutExpired:
                continue
            if "idle" in state.stdout.split():
                return
            time.sleep(0.5)
        raise RuntimeError(f"the node was not idle after {seconds} s: see {self.folder}")


def free_port():
    """A port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_for(reached, process, study, seconds=400):
    deadline = time.monotonic() + seconds
    while not reached():
        assert process.poll() is None, study.said()[-5000:]
        assert time.monotonic() < deadline, study.said()[-5000:]
        time.sleep(0.5)


def start_requeued(node, number):
    """SLURM waits two minutes before it starts a job that was put back: spare the test these."""
    if not waiting(node, number):
        return False
    try:
        node.run("scontrol", "update", f"JobId={number}", "StartTime=now")
    except AssertionError as refused:
        if "no longer pending" not in str(refused):  # SLURM has started it meanwhile
            raise
    return True


def waiting(node, number):
    return any(job["id"] == number and job["state"] == "PENDING" for job in node.jobs())


def rule_of(job):
    """A job's rule, by its comment: `rule_NAME` or `rule_NAME_wildcards_...`."""
    return job["comment"].removeprefix("rule_").split("_wildcards_")[0]
