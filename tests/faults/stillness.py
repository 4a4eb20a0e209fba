"""When the whole machine stood still: a virtual machine that is paused is no server that hangs. Only what was ours to measure counts."""

import threading
import time

LOOK, STILL = 0.02, 0.5
_pauses = []


def _watch():
    before = time.monotonic()
    while True:
        time.sleep(LOOK)
        now = time.monotonic()
        if now - before > STILL:
            _pauses.append((before, now))
        before = now


threading.Thread(target=_watch, daemon=True).start()


def seconds(begun):
    """Seconds since then, without those in which this process did not run either."""
    now = time.monotonic()
    return now - begun - sum(max(0.0, min(now, end) - max(begun, start)) for start, end in list(_pauses))
