"""The table of the matrix, written by a run between two marks of README.md."""

import dataclasses

BEGIN, END = "<!-- table: written by run.py -->", "<!-- end of table -->"
COLUMNS = (
    ("operations", "every operation answers with the expected values", lambda step: not step.startswith(("fault", "header", "1 MB", "hundred", "nothing"))),
    ("fault", "typed faults with their ErrorCode", lambda step: step.startswith("fault")),
    ("header fault", "a missing header is refused with 8232 or 8233", lambda step: step.startswith("header")),
    ("optional", "optional elements there and not there", lambda step: step.startswith("nothing") or step in ("every filter", "no part in it")),
    ("1 MB", "a document of 1 MB in and out, byte for byte", lambda step: step.startswith("1 MB")),
    ("100 calls", "a hundred calls in a row", lambda step: step == "hundred"),
)


@dataclasses.dataclass
class Row:
    name: str
    version: str = ""
    built: bool = False
    passed: dict = dataclasses.field(default_factory=dict)
    connections: int = 0
    tls: bool | None = None
    agree: bool = False
    valid: int = 0
    seconds: float = 0
    note: str = ""


def write(file, rows, order):
    """Puts the rows between the marks of the file; a client that did not run keeps the row it had."""
    text = file.read_text("utf-8")
    before, _, rest = text.partition(BEGIN)
    old, _, after = rest.partition(END)
    heads = ["client", "version", *(column for column, _, _ in COLUMNS), "TLS", "values agree", "exchanges valid", "note"]
    lines = {line.split("|")[1].strip(): line for line in old.splitlines() if line.startswith("| ")}
    lines |= {cells[0]: "| " + " | ".join(cells) + " |" for cells in [heads, ["---"] * len(heads), *map(cells_of, rows)]}
    table = "\n".join(lines[name] for name in ("client", "---", *order) if name in lines)
    file.write_text(f"{before}{BEGIN}\n{table}\n{END}{after}", "utf-8")


def cells_of(row):
    columns = ["yes" if row.passed.get(column) else "**no**" for column, _, _ in COLUMNS]
    if row.passed.get("100 calls"):
        columns[-1] = f"yes, on {row.connections} connection{'s' if row.connections > 1 else ''}"
    tls = "–" if row.tls is None else "yes" if row.tls else "**no**"
    valid = f"all {row.valid}" if row.valid else "**no**"
    return [row.name, row.version, *columns, tls, "yes" if row.agree else "**no**", valid, row.note]
