"""What something costs this process, however busy the machine is."""

import time
from collections.abc import Callable


def least_seconds(what: Callable[[], object], *, enough: float, tries: int = 5) -> float:
    """Of this process's own work, the best of some tries; the first below ``enough`` is the last."""
    found = []
    for _ in range(tries):
        began = time.process_time()
        what()
        found.append(time.process_time() - began)
        if found[-1] < enough:
            break
    return min(found)
