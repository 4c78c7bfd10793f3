"""What the machine is, and what a process costs on it: read from /proc, so Linux only."""

import os
import platform
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Final

TICK: Final = os.sysconf("SC_CLK_TCK")
CORES: Final = sorted(os.sched_getaffinity(0))


def pinned(place: int) -> Callable[[], None]:
    """For ``preexec_fn``: keep the child on one core. 0 is the server's place, 1 the generator's; one core is shared."""
    core = CORES[place % len(CORES)]

    def pin() -> None:
        os.sched_setaffinity(0, {core})

    return pin


def cpu_seconds(*pids: int) -> float:
    """User and system time of these processes so far, all their threads."""
    return sum(map(_cpu_seconds, pids))


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def memory_mb(*pids: int) -> float:
    """Resident memory of these processes in MB (10⁶ bytes)."""
    return sum(map(_memory_mb, pids))


def _memory_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    kib = next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))
    return kib * 1024 / 1e6


def busy() -> float:
    """Processes that wanted a core during the last minute, on average: what else runs here."""
    return os.getloadavg()[0]


def description() -> str:
    models = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    model = models[0].partition(":")[2].strip() if models else platform.machine()
    return f"{len(CORES)} cores ({model}), Linux, Python {platform.python_version()}"


def commit() -> str:
    """What was measured: the short name of the commit, with a ``+`` if files differ from it; empty outside a repository."""
    try:
        name, changed = (
            subprocess.run(
                ["git", *words], cwd=Path(__file__).parent, capture_output=True, text=True, check=True
            ).stdout
            for words in (["rev-parse", "--short", "HEAD"], ["status", "--porcelain", "--untracked-files=no"])
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    return name.strip() + ("+" if changed.strip() else "")
