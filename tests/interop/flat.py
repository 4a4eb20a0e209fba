"""The plain lines between the runner and its clients: steps in, decoded values out.

A line of a step is `call NAME PATH OPERATION`, `repeat NUMBER`, `header|body PATH TYPE VALUE` or `keep NAME PATH`, parted by tabs; a line
of an answer is `PATH VALUE` below a line `= NAME`. A value is lexical XML with \\n, \\t and \\\\ escaped, `$NAME` a value kept before.
"""

import dataclasses
import datetime
import hashlib
import pathlib

ESCAPES = (("\\", "\\\\"), ("\n", "\\n"), ("\t", "\\t"), ("\r", "\\r"))
TEXTS = {"\\\\": "\\", "\\n": "\n", "\\t": "\t", "\\r": "\r"}


@dataclasses.dataclass
class Step:
    name: str
    path: str
    operation: str
    header: list = dataclasses.field(default_factory=list)  # of (path, type, text)
    body: list = dataclasses.field(default_factory=list)
    keep: dict = dataclasses.field(default_factory=dict)
    repeat: int = 1


def escape(text):
    for plain, escaped in ESCAPES:
        text = text.replace(plain, escaped)
    return text


def unescape(text):
    parts, position = [], 0
    while position < len(text):
        width = 2 if text[position] == "\\" else 1
        part = text[position:position + width]
        parts.append(TEXTS.get(part, part))
        position += width
    return "".join(parts)


def read_steps(file):
    steps = []
    for line in pathlib.Path(file).read_text("utf-8").splitlines():
        word, *rest = line.split("\t")
        if word == "call":
            steps.append(Step(*rest))
        elif word == "repeat":
            steps[-1].repeat = int(rest[0])
        elif word == "keep":
            steps[-1].keep[rest[0]] = rest[1]
        else:
            getattr(steps[-1], word).append((rest[0], rest[1], unescape(rest[2])))
    return steps


def tree(lines, kept, value):
    """Nested dictionaries and lists of the lines; `value` makes a leaf of type and text."""
    root = {}
    for path, kind, text in lines:
        place = root
        *parents, leaf = path.split(".")
        for parent in parents:
            name, _, index = parent.rstrip("]").partition("[")
            if index:
                rows = place.setdefault(name, [])
                if int(index) == len(rows):
                    rows.append({})
                place = rows[int(index)]
            else:
                place = place.setdefault(name, {})
        place[leaf] = value(kind, kept[text[1:]] if text.startswith("$") else text)
    return root


def python_value(kind, text):
    """A leaf as Python libraries want it."""
    if kind == "int":
        return int(text)
    if kind == "bool":
        return text == "true"
    if kind == "file":
        return pathlib.Path(text).read_bytes()
    if kind == "time":
        return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    if kind == "date":
        return datetime.date.fromisoformat(text)
    return text


def shown(value):
    """The text of a decoded leaf."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes):
        return f"{len(value)} bytes {hashlib.sha256(value).hexdigest()}"
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, datetime.date):
        return value.isoformat()
    return escape(str(value))


def flatten(value, path=""):
    """(path, text) of every leaf below a dictionary or list; what is None is absent."""
    if isinstance(value, dict):
        for name, child in value.items():
            yield from flatten(child, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from flatten(child, f"{path}[{index}]")
    elif value is not None:
        yield path, shown(value)


def run(file, call):
    """Goes through the steps: `call(step, kept)` gives the decoded answer as a tree."""
    kept = {}
    for step in read_steps(file):
        print(f"= {step.name}")
        try:
            lines = list(flatten(call(step, kept)))
            for _ in range(step.repeat - 1):
                if list(flatten(call(step, kept))) != lines:
                    raise AssertionError("two answers differ")
            for path, text in lines:
                print(f"{path}\t{text}")
            found = dict(lines)
            for name, path in step.keep.items():
                kept[name] = unescape(found[path])
        except Exception as error:  # whatever goes wrong in a foreign library is a finding about this step
            print(f"error\t{escape(f'{type(error).__name__}: {error}')}", flush=True)
