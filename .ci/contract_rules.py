"""The rules of the contracts that a schema processor does not know.

Run by contract-lint in the root of the project; the arguments are the fixtures that are schema-valid.
Each rule cost some SOAP client a broken integration, or keeps the contracts in STAR's conventions.
"""

import pathlib
import re
import sys
import xml.etree.ElementTree as ET

XS = "{http://www.w3.org/2001/XMLSchema}"
WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
SOAP = "{http://schemas.xmlsoap.org/wsdl/soap/}"
ENVELOPES = {  # each version of SOAP, and what it calls the detail of a fault
    "{http://schemas.xmlsoap.org/soap/envelope/}": "detail",
    "{http://www.w3.org/2003/05/soap-envelope}": "{http://www.w3.org/2003/05/soap-envelope}Detail",
}
HEADERS = {
    "{http://rep.oio.dk/ams.dk/xml/schemas/2005/09/01/}ActiveOrganisationHeader",
    "{http://service.bm.dk/RequestUserMetadata/2015/01/21/}RequestUserMetadataHeader",
}
FAULT = "{http://service.bm.dk/xml/schemas/2011/01/12/}FaultDetails"
QNAME_ATTRIBUTES = ("type", "ref", "base", "itemType", "memberTypes", "substitutionGroup", "refer")

breaches = 0


def main(fixtures):
    schemas = [Document(path) for path in sorted(pathlib.Path("xsd").glob("*.xsd"))]
    services = [Document(path) for path in sorted(pathlib.Path("wsdl").glob("*.wsdl"))]
    check(schemas and services, "wsdl/, xsd/", "nothing to check")

    one_file_per_namespace(schemas)
    prefixes_mean_one_thing(schemas + services)
    for schema in schemas:
        check_schema(schema)
    outputs = set()
    elements = {element.get("name") for schema in schemas for element in schema.root.iter(XS + "element")}
    for service in services:
        check_service(service, elements, outputs)
    everything_is_reached(services, schemas)
    readmes_name_everything(services, schemas)
    for fixture in fixtures:
        check_fixture(fixture, outputs)
    return 1 if breaches else 0


class Document:
    """A parsed file that remembers which element declared which prefixes."""

    def __init__(self, path):
        self.path = path
        self.declared = {}
        pending = {}
        for event, value in ET.iterparse(path, events=("start-ns", "start")):
            if event == "start-ns":
                pending[value[0] or ""] = value[1]
            else:
                if not self.declared:
                    self.root = value
                self.declared[value] = pending
                pending = {}

    def prefixes(self, element):
        """What an element and everything in it declares."""
        return {prefix: uri for part in element.iter() for prefix, uri in self.declared[part].items()}

    def resolve(self, qname):
        """Expands a QName; sound because no prefix means two things in one document."""
        prefix, _, local = qname.rpartition(":")
        return "{%s}%s" % (self.prefixes(self.root).get(prefix, ""), local)


def check(holds, where, sentence):
    global breaches
    if not holds:
        breaches += 1
        print(f"contract-lint: {where}: {sentence}", file=sys.stderr)
    return bool(holds)


def one_file_per_namespace(schemas):
    seen = {}
    for schema in schemas:
        namespace = schema.root.get("targetNamespace")
        check(namespace, schema.path, "a schema has a targetNamespace")
        check(namespace not in seen, schema.path, f"the namespace {namespace} has a file already: {seen.get(namespace)}")
        seen[namespace] = schema.path


def prefixes_mean_one_thing(documents):
    """All schemas and one WSDL are one document when they are served inline; only tns is a WSDL's own."""
    meaning = {}
    for document in documents:
        own = {}
        for element, declared in document.declared.items():
            for prefix, uri in declared.items():
                if prefix == "":
                    continue
                known = own if prefix == "tns" else meaning
                check(known.setdefault(prefix, uri) == uri, document.path, f"the prefix {prefix} means {uri} here and {known[prefix]} elsewhere")


def check_schema(document):
    root, path = document.root, document.path
    check(root.tag == XS + "schema", path, "the root is a schema")
    check(document.declared[root].get("") == root.get("targetNamespace"), path, "the schema declares its targetNamespace as its own default namespace")
    check("tns" not in document.prefixes(root), path, "tns belongs to the WSDL")
    check(root.get("elementFormDefault") == "qualified", path, "elementFormDefault is qualified")
    check_imports(document, root, path.parent)
    for pattern in root.iter(XS + "pattern"):
        check(not re.search(r"\[\^?-|(?<!\\)-\]", pattern.get("value")), path, f"write \\- in the pattern {pattern.get('value')}")
    for part in root.iter():
        if part.get("name"):
            text = part.findtext(f"{XS}annotation/{XS}documentation", "")
            check(text.strip(), path, f"{part.get('name')} says what it means in xs:documentation")
            check(re.search(r"\b(STAR|ours)\b", text), path, f"{part.get('name')} says where it comes from: STAR or ours")


def check_imports(document, schema, folder):
    imported = set()
    for entry in schema.iter(XS + "import"):
        namespace, location = entry.get("namespace"), entry.get("schemaLocation")
        imported.add(namespace)
        if check(location, document.path, f"the import of {namespace} names its file"):
            target = folder / location
            if check(target.is_file(), document.path, f"the import of {namespace} names {location}, which is not there"):
                check(ET.parse(target).getroot().get("targetNamespace") == namespace, document.path, f"{location} is not the file of {namespace}")
    own = document.prefixes(schema)
    for part in schema.iter():
        for attribute in QNAME_ATTRIBUTES:
            for qname in part.get(attribute, "").split():
                prefix = qname.rpartition(":")[0]
                if check(prefix in own, document.path, f"{qname} leans on a prefix from outside its schema"):
                    uri = own[prefix]
                    check(uri == schema.get("targetNamespace") or "{%s}" % uri == XS or uri in imported, document.path, f"{qname}: its namespace is not imported")


def check_service(document, elements, outputs):
    root, path = document.root, document.path
    name = root.get("name")
    version = path.stem.rpartition(".v")[2]
    namespace = f"http://service.bm.dk/pjaktass/{version}/{name}"
    check(path.name == f"{name}.v{version}.wsdl", path, "the file is called <Service>.v<version>.wsdl")
    check(root.get("targetNamespace") == namespace, path, f"the targetNamespace is {namespace}")
    for schema in root.iter(XS + "schema"):
        check(XS[1:-1] in document.declared[schema].values(), path, "an inline schema declares its own xmlns")
        check_imports(document, schema, path.parent)

    messages = {}
    for message in root.findall(WSDL + "message"):
        parts = message.findall(WSDL + "part")
        check(message.get("name") not in elements, path, f"the message {message.get('name')} has the name of an element")
        if check(len(parts) == 1 and parts[0].get("element"), path, f"the message {message.get('name')} has one part, an element"):
            messages[message.get("name")] = document.resolve(parts[0].get("element"))

    port = root.find(WSDL + "portType")
    check(port.get("name") == name, path, f"the portType is called {name}")
    for operation in port.findall(WSDL + "operation"):
        at = f"{path}: {operation.get('name')}"
        check(operation.findtext(WSDL + "documentation", "").strip(), at, "an operation says what it does in wsdl:documentation")
        for direction, tag in (("Request", "input"), ("Response", "output")):
            found = operation.find(WSDL + tag).get("message").rpartition(":")[2]
            check(found == f"{operation.get('name')}{direction}Msg", at, f"its message is called <Operation>{direction}Msg")
            element = messages.get(found, "")
            check(element.endswith("}" + operation.get("name") + direction), at, f"its element is called <Operation>{direction}")
            if direction == "Response":
                outputs.add(element)
        faults = operation.findall(WSDL + "fault")
        check([messages.get(fault.get("message").rpartition(":")[2]) for fault in faults] == [FAULT], at, "it declares the fault FaultDetails")

    binding = root.find(WSDL + "binding")
    check(binding.get("name") == name + "Binding", path, f"the binding is called {name}Binding")
    check(binding.find(SOAP + "binding").get("style") == "document", path, "soap:binding says style=\"document\"")
    bound = binding.findall(WSDL + "operation")
    check([o.get("name") for o in bound] == [o.get("name") for o in port.findall(WSDL + "operation")], path, "portType and binding have the same operations in the same order")
    for operation in bound:
        check_binding(f"{path}: {operation.get('name')}", operation, namespace, messages)
    for address in root.iter(SOAP + "address"):
        check(address.get("location") == f"https://dialogmodul.invalid/PjakTassWCFtService/{version}/{name}.svc", path, "soap:address is the placeholder and the path of the service")


def check_binding(at, operation, namespace, messages):
    soap = operation.find(SOAP + "operation")
    check(soap.get("style") == "document", at, "soap:operation says style=\"document\"")
    check(soap.get("soapAction") == f"{namespace}#{operation.get('name')}", at, "the soapAction is <targetNamespace>#<Operation>")
    for part in operation.iter():
        if part.tag in (SOAP + "body", SOAP + "header", SOAP + "fault"):
            check(part.get("use") == "literal", at, f"{part.tag} says use=\"literal\"")
    asked = {messages.get(header.get("message").rpartition(":")[2]) for header in operation.find(WSDL + "input").findall(SOAP + "header")}
    given = {messages.get(header.get("message").rpartition(":")[2]) for header in operation.find(WSDL + "output").findall(SOAP + "header")}
    check(HEADERS <= asked, at, "its input carries both headers")
    check(not HEADERS & given, at, "its output carries neither header")
    faults = operation.findall(WSDL + "fault")
    check(len(faults) == 1, at, "it binds one fault")
    for fault in faults:
        soap = fault.find(SOAP + "fault")
        check(soap.get("name") == fault.get("name") == "FaultDetails", at, "soap:fault carries the name FaultDetails")
        check(soap.get("namespace") is None, at, "soap:fault has no namespace attribute")


def everything_is_reached(services, schemas):
    by_namespace = {schema.root.get("targetNamespace"): schema for schema in schemas}
    asked = {entry.get("namespace") for service in services for entry in service.root.iter(XS + "import")}
    envelope = {entry.get("namespace") for entry in ET.parse("fixtures/envelope.xsd").getroot().iter(XS + "import")}
    for namespace in sorted(asked - envelope):
        check(False, "fixtures/envelope.xsd", f"import {namespace} too, or no fixture of it can be judged")
    reached = set()
    while asked:
        namespace = asked.pop()
        reached.add(namespace)
        if namespace in by_namespace:
            asked |= {entry.get("namespace") for entry in by_namespace[namespace].root.iter(XS + "import")} - reached
    for namespace, schema in by_namespace.items():
        # The schemas of the lists that only the data knows are kept for the operations that will use them.
        check(namespace in reached or schema.path.name.endswith("CodeList.2015-06-01.xsd"), schema.path, "no service uses this schema")


def readmes_name_everything(services, schemas):
    for documents, tag, readme in ((services, WSDL + "operation", "wsdl/README.md"), (schemas, None, "xsd/README.md")):
        text = pathlib.Path(readme).read_text(encoding="utf-8")
        for document in documents:
            check(f"`{document.path.name}`" in text, readme, f"does not say where {document.path.name} comes from")
            for name in {part.get("name") for part in document.root.iter(tag) if part.get("name")}:
                check(f"`{name}`" in text, readme, f"does not say where {name} comes from")


def check_fixture(path, outputs):
    document = ET.parse(path).getroot()
    soap = document.tag.removesuffix("Envelope")
    root = document.find(soap + "Body")[0]
    if path.endswith(".fault.xml"):
        check(root.tag == soap + "Fault" and root.find(f"{ENVELOPES[soap]}/{FAULT}") is not None, path, "a fault file holds a fault with FaultDetails")
    elif path.endswith(".response.xml"):
        check(root.tag in outputs, path, f"{root.tag} is not the answer of an operation")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
