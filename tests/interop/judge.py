"""What came back, judged: decoded values against the one expected file, recorded exchanges against the served schemas."""

import datetime
import re

from lxml import etree

GUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
NIL_GUID = "00000000-0000-4000-8000-000000000000"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP_12 = "http://www.w3.org/2003/05/soap-envelope"


def answers(text):
    """The lines of each step, sorted, with identifiers numbered by their first appearance and times of today as <now>."""
    found, numbers = {}, {}
    lines = None
    for line in text.splitlines():
        if line.startswith("= "):
            lines = found.setdefault(line[2:], [])
        elif lines is not None and "\t" in line:
            path, value = line.split("\t", 1)
            if value:  # an empty text is no text to zeep and suds: nobody can tell the two apart
                lines.append((path, value))
    return {name: [f"{path}\t{normal(path, value, numbers)}" for path, value in sorted(lines, key=order)] for name, lines in found.items()}


def order(line):
    return [int(part) if part.isdigit() else part for part in re.split(r"\[(\d+)\]", line[0])]


def normal(path, value, numbers):
    if path.endswith("ContinuationToken"):
        return "<token>"
    if path.endswith("DateTime") or path.endswith("EventDate"):
        if TIME.match(value):
            age = datetime.datetime.now(datetime.timezone.utc) - datetime.datetime.fromisoformat(value.replace("Z", "+00:00"))
            if abs(age) < datetime.timedelta(minutes=15):
                return "<now>"
        return value
    if path.endswith("ServiceEndpoint"):
        return re.sub("^https?://[^/]+", "<address>", value)
    if path.startswith("Fault."):
        return GUID.sub("<reference>", value)
    return GUID.sub(lambda found: f"<id {numbers.setdefault(found.group(), len(numbers) + 1)}>", value)


def differences(actual, expected):
    """One sentence for each step that is not as expected."""
    sentences = {}
    for name, lines in expected.items():
        if name not in actual:
            sentences[name] = "no answer"
        elif actual[name] != lines:
            pairs = [f"{line!r} missing" for line in lines if line not in actual[name]]
            pairs += [f"{line!r} not expected" for line in actual[name] if line not in lines]
            sentences[name] = "; ".join(pairs)[:500] or "another order"
    for name in actual:
        if name not in expected:
            sentences[name] = "not expected"
    return sentences


class Schemas:
    """The schemas as the server serves them, below envelopes of our own that say what SOAP 1.1 and 1.2 allow."""

    def __init__(self, fetch, addresses, fixtures, folder):
        (folder / "xsd").mkdir(parents=True)
        (folder / "fixtures").mkdir()
        self.served = {}
        for address in addresses:
            self._follow(fetch, address)
        for name, document in self.served.items():
            (folder / "xsd" / name).write_bytes(etree.tostring(document))
        for file in fixtures.glob("*.xsd"):
            (folder / "fixtures" / file.name).write_bytes(file.read_bytes())
        self.schema = etree.XMLSchema(etree.parse(str(folder / "fixtures/envelope.xsd")))

    def _follow(self, fetch, address):
        document = etree.fromstring(fetch(address))
        for place in document.iter("{*}import", "{*}include"):
            if location := place.get("schemaLocation"):
                name = re.search(r"[?&]xsd=([^&]+)", location).group(1)
                name = name if name.endswith(".xsd") else name + ".xsd"
                place.set("schemaLocation", name)
                if name not in self.served:
                    self.served[name] = None
                    self.served[name] = self._follow(fetch, location)
        return document

    def refuse(self, body):
        """Why the envelope is not valid, or None."""
        try:
            document = etree.fromstring(body)
        except etree.XMLSyntaxError as error:
            return f"not well-formed: {error}"
        # SOAP lets any attribute with a namespace stand on its own elements, which the envelope of the fixtures does not know.
        for element in document.iter(*(f"{{{version}}}{name}" for version in (SOAP, SOAP_12) for name in ("Envelope", "Header", "Body"))):
            for name in [n for n in element.attrib if n.startswith("{")]:
                del element.attrib[name]
        if self.schema.validate(document):
            return None
        return str(self.schema.error_log.last_error)


def read_expected(file):
    found = {}
    for line in file.read_text("utf-8").splitlines():
        if line.startswith("= "):
            lines = found[line[2:]] = []
        else:
            lines.append(line)
    return found
