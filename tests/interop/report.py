"""A line for each check and a verdict at the end. Knows nothing of SOAP."""

import contextlib


class Report:
    def __init__(self):
        self.passed = 0
        self.failed = 0

    @contextlib.contextmanager
    def check(self, sentence):
        """Whatever the block raises fails the check, and only that check."""
        try:
            yield
        except Exception as reason:  # a foreign client may fail in any way; each is a finding
            self.failed += 1
            print(f"FAIL  {sentence}: {type(reason).__name__}: {reason}", flush=True)
        else:
            self.passed += 1
            print(f"ok    {sentence}", flush=True)

    def verdict(self):
        """Prints the totals; the exit code of the run. A run without a check has not shown anything."""
        print(f"{self.passed} passed, {self.failed} failed")
        return 0 if self.passed and not self.failed else 1


def same(actual, expected, what="value"):
    if actual != expected:
        raise AssertionError(f"{what} is {actual!r}, expected {expected!r}")


def holds(condition, sentence):
    if not condition:
        raise AssertionError(sentence)
