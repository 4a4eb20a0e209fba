#!/usr/bin/env python3
"""Asks libxml2 and us about the same documents, and reports where we disagree. README.md says how to run it."""

import argparse
import concurrent.futures
import http.client
import pathlib
import random
import re
import struct
import subprocess
import sys
import threading
import urllib.parse

from lxml import etree

import mutants
import waivers

ROOT = pathlib.Path(__file__).resolve().parents[2]
SERVICES = {
    b"/CitizenMessageService/": "/PjakTassWCFtService/2/CitizenMessageService.svc",
    b"/CodeListService/": "/PjakTassWCFtService/5/CodeListService.svc",
    b"/JobnetCitizenMessageService/": "/PjakTassWCFtService/2/JobnetCitizenMessageService.svc",
    b"/WsrmService/": "/PjakTassWCFtService/3/WsrmService.svc",
    b"/WsrmMessageService/": "/PjakTassWCFtService/10/WsrmMessageService.svc",
}
# Refusals of the schema's own concerns, and those of callers, which are decided before a body is decoded.
OF_THE_SCHEMA = {1014, 1001, 8232, 8233, 8234, 8235}
OF_THE_CALLER = {8173, 8174, 4413, 1013, 4575, 1101}


class Libxml2:
    """No DTD, no network; large documents are for our own bounds to refuse."""

    def __init__(self):
        self.local = threading.local()
        # libxml2 makes its built-in types with the first schema, and does not expect two threads to do so at a time.
        schema(self.parser())

    @staticmethod
    def parser():
        return etree.XMLParser(
            resolve_entities=False, load_dtd=False, no_network=True, dtd_validation=False, attribute_defaults=False, huge_tree=True
        )

    def parse(self, document):
        if not hasattr(self.local, "schema"):
            self.local.schema = schema(self.parser())
        try:
            return etree.fromstring(document, self.parser())
        except etree.XMLSyntaxError:
            return None

    def is_valid(self, tree):
        try:
            return self.local.schema.validate(tree)
        except etree.XMLSchemaValidateError:  # it gave up on a document far beyond our bounds
            return False


def schema(parser):
    """The envelope of the fixtures, but that headers nobody declares may stand in it, and any attribute on its own elements, as SOAP has it."""
    path = ROOT / "fixtures/envelope.xsd"
    tree = etree.parse(str(path), parser)
    xs = "{http://www.w3.org/2001/XMLSchema}"
    for kind in tree.getroot().findall(xs + "complexType"):
        if kind.get("name") in ("EnvelopeType", "HeaderType", "BodyType"):
            etree.SubElement(kind, xs + "anyAttribute", processContents="lax")
            if kind.get("name") == "EnvelopeType":
                kind[-1].set("namespace", "##any")
            if kind.get("name") == "HeaderType":
                next(kind.iter(xs + "any")).set("processContents", "lax")
    tree.getroot().set("{http://www.w3.org/XML/1998/namespace}base", path.as_uri())
    return etree.XMLSchema(tree)


class Reader:
    """Our reader, a process that answers document after document."""

    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.lock = threading.Lock()

    def ask(self, document):
        with self.lock:
            self.process.stdin.write(struct.pack(">I", len(document)) + document)
            self.process.stdin.flush()
            answer = self.process.stdout.readline().decode().strip()
        if not answer:
            raise SystemExit("the reader died")
        return answer


class Server:
    """A running server; each thread has its connection."""

    def __init__(self, url):
        self.address = urllib.parse.urlsplit(url)
        self.local = threading.local()

    def ask(self, path, document):
        for attempt in (1, 2):
            connection = getattr(self.local, "connection", None)
            if connection is None:
                connection = self.local.connection = http.client.HTTPConnection(self.address.hostname, self.address.port, timeout=30)
            try:
                connection.request("POST", path, body=document, headers={"Content-Type": "text/xml"})
                response = connection.getresponse()
                text = response.read().decode()
                break
            except (ConnectionError, http.client.HTTPException):
                connection.close()
                self.local.connection = None
                if attempt == 2:
                    raise
        code = re.search(r"ErrorCode>(\d+)<", text)
        return response.status, int(code[1]) if code else None, text


def waiver(said, known):
    return next((reason for phrase, reason in known if phrase.lower() in said.lower()), None)


def judge(document, path, libxml2, reader, server):
    """What we disagree about (or None), and a waiver that was used (or None)."""
    tree = libxml2.parse(document)
    ours = reader.ask(document)
    if tree is None and ours == "taken":
        return "the reader takes what libxml2 refuses", None
    used = None
    if tree is not None and ours != "taken":
        used = waiver(ours, waivers.READER)
        if used is None:
            return f"the reader refuses what libxml2 takes: {ours}", None
    if server is None or path is None:
        return None, used
    status, code, text = server.ask(path, document)
    if status == 503 or code == 1011:
        return f"the server failed: {status} {code}", None
    valid = tree is not None and libxml2.is_valid(tree)
    if tree is not None and not valid and waivers.collapse(tree) and libxml2.is_valid(tree):
        valid, used = True, waivers.SPACE
    if not valid and (status == 200 or code not in OF_THE_SCHEMA | OF_THE_CALLER):
        return f"answered {status} {code}, though libxml2 refuses it: {libxml2.local.schema.error_log.last_error}", None
    if valid and code in OF_THE_SCHEMA and used in (None, waivers.SPACE):
        used = waiver(text, waivers.REQUEST)
        if used is None:
            said = re.search(r"Message>(.*?)<", text)
            return f"refused as invalid, though libxml2 finds it valid: {code} {said and said[1]}", None
    return None, used


def seeds():
    for path in sorted((ROOT / "fixtures").glob("*/*.xml")):
        if path.parent.name not in ("soapui", "hostile"):
            document = path.read_bytes()
            is_request = path.name.endswith(".request.xml")
            service = next((at for mark, at in SERVICES.items() if mark in document), SERVICES[b"/WsrmService/"])
            yield path, document, service if is_request else None


def grown(document):
    """The notation of fixtures/hostile (its README)."""

    def grow(match):
        if match[1] == b"listener":
            return b"127.0.0.1:9"
        count, piece = match[1].split("×".encode(), 1)
        return b"".join(piece.replace(b"#", b"%d" % number) for number in range(int(count)))

    return re.sub("⟦(.*?)⟧".encode(), grow, document, flags=re.S)


def documents(count, seed):
    for path in sorted((ROOT / "fixtures/hostile/xml").iterdir()):
        yield path.name, grown(path.read_bytes()), SERVICES[b"/CitizenMessageService/"]
    all_seeds = list(seeds())
    for path, document, service in all_seeds:
        yield path.name, document, service
    for number in range(count):
        dice = random.Random(f"{seed}-{number}")
        path, document, service = dice.choice(all_seeds)
        yield f"mutant-{seed}-{number} of {path.parent.name}/{path.name}", mutants.mutant(dice, document), service


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--mutants", type=int, default=2000)
    arguments.add_argument("--seed", default="1")
    arguments.add_argument("--reader", default=str(ROOT / "target/debug/examples/verdicts"))
    arguments.add_argument("--url", help="a running server; without one only the reader is asked")
    arguments.add_argument("--keep", default=str(ROOT / "target/libxml2"), help="folder for documents we disagree about")
    options = arguments.parse_args()
    libxml2, reader = Libxml2(), Reader(options.reader)
    server = Server(options.url) if options.url else None
    asked, refused, wrong, waived = 0, 0, [], {}
    one = lambda entry: (entry, libxml2.parse(entry[1]), judge(entry[1], entry[2], libxml2, reader, server))
    with concurrent.futures.ThreadPoolExecutor(4) as crowd:
        waiting = set()
        todo = documents(options.mutants, options.seed)
        while True:
            for entry in todo:
                waiting.add(crowd.submit(one, entry))
                if len(waiting) >= 64:
                    break
            if not waiting:
                break
            done, waiting = concurrent.futures.wait(waiting, return_when=concurrent.futures.FIRST_COMPLETED)
            for future in done:
                (name, document, _), tree, (problem, used) = future.result()
                asked += 1
                refused += tree is None
                if used:
                    waived[used] = waived.get(used, 0) + 1
                if problem:
                    folder = pathlib.Path(options.keep)
                    folder.mkdir(parents=True, exist_ok=True)
                    kept = folder / (re.sub(r"[^\w.-]+", "-", name))
                    kept.write_bytes(document)
                    wrong.append(name)
                    print(f"\n{name}: {problem}\n  kept in {kept}", flush=True)
                if sys.stderr.isatty() or asked % 10000 == 0:
                    print(f"\r{asked} documents, {refused} malformed, {len(wrong)} disagreements", end="", file=sys.stderr, flush=True)
    print(f"\n{asked} documents, {refused} of them malformed to libxml2 {'.'.join(map(str, etree.LIBXML_VERSION))}; {len(wrong)} disagreements")
    for reason, count in sorted(waived.items(), key=lambda pair: -pair[1]):
        print(f"  waived {count} times: {reason}")
    if asked < options.mutants + 300 or refused < options.mutants // 10 or refused > asked * 9 // 10:
        raise SystemExit("the documents are not what they should be")
    raise SystemExit(1 if wrong else 0)


if __name__ == "__main__":
    main()
