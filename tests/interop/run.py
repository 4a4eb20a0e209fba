#!/usr/bin/env python3
"""Every client against the real binary, and the table of how it went.

Usage: run.py --server BINARY [--tools FOLDER] [--large] [--only NAME,NAME] [--expect] [--table FILE] [--keep FOLDER]
--tools is the folder of install.sh; --large runs Mono and Axis too; --expect writes expected.tsv from the first client anew.
"""

import argparse
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

from lxml import etree

import clients
import judge
import table
from desk import PATHS
from exchange import FUND, JOB_CENTRE, JOBNET, MUNICIPALITY, OTHER_FUND, OTHER_JOB_CENTRE, STAR
from flat import read_steps
from recorder import Recorder
from report import Report, holds, same
from server import Server, agreements, certificates, fetch
from steps import CORE, HUNDRED, NO_QUEUE, SERVICES, steps

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SECONDS = 300  # a client may take


def main():
    options = arguments()
    report = Report()
    folder = pathlib.Path(options.keep or tempfile.mkdtemp(prefix="interop-")).resolve()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    plain = Place(options.server, folder / "plain")
    other = Place(options.server, folder / "other")
    safe = Server(options.server, ROOT, folder / "safe")
    try:
        plain.start()
        other.start("--soap12-binding", "--lenient-namespaces")
        tls = certificates(folder / "tls")
        agreements(folder / "agreements.tsv", (FUND, OTHER_FUND, JOB_CENTRE, OTHER_JOB_CENTRE, MUNICIPALITY, STAR, JOBNET))
        safe.load("agreements", folder / "agreements.tsv")
        safe.start("--public-url", f"https://localhost:{safe.port}", "--tls-certificate", str(tls / "server.pem"), "--tls-key",
                   str(tls / "server.key"), "--client-issuers", str(tls / "client-ca.pem"))
        run = Run(options, report, folder, plain, other, f"https://localhost:{safe.port}")
        rows = [run.client(kind) for kind in clients.ALL
                if (options.large or not kind.large) and (not options.only or kind.folder in options.only)]
        if options.table:
            table.write(options.table, rows, [kind.name for kind in clients.ALL])
    finally:
        plain.server.stop()
        other.server.stop()
        safe.stop()
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
    return report.verdict()


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", required=True, type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("--tools", default=ROOT / "target/interop", type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--only", type=lambda text: text.split(","))
    parser.add_argument("--expect", action="store_true")
    parser.add_argument("--table", type=pathlib.Path)
    parser.add_argument("--keep")
    return parser.parse_args()


class Place:
    """A server and the recorder before it, which is the address clients know."""

    def __init__(self, binary, folder):
        self.server = Server(binary, ROOT, folder)
        self.recorder = Recorder(("127.0.0.1", self.server.port))
        self.base = f"http://127.0.0.1:{self.recorder.port}"

    def start(self, *options):
        self.server.start("--profile", "development", "--public-url", self.base, *options)


class Run:
    def __init__(self, options, report, folder, plain, other, safe):
        self.options, self.report, self.folder = options, report, folder
        self.plain, self.other, self.safe = plain, other, safe
        base = plain.base
        self.schemas = judge.Schemas(fetch, [f"{base}{path}?wsdl" for path in PATHS.values()], ROOT / "fixtures", folder / "schemas")
        self.tools = clients.Tools(options.tools, base, [PATHS[name] for name in SERVICES], folder / "schemas/xsd", self.contract())
        for name, repeat in (("plain", 100), ("safe", 0)):
            for services in (CORE, NO_QUEUE, SERVICES):
                file = self.file(name, services)
                documents = file.with_suffix(".documents")
                documents.mkdir()
                file.write_text("\n".join(steps(documents, repeat, services)) + "\n", "utf-8")
        with report.check("the steps call every operation of the served descriptions"):
            served = [etree.fromstring(fetch(f"{base}{path}?wsdl")).xpath("//*[local-name()='portType']/*/@name") for path in self.tools.paths]
            called = {(step.path, step.operation) for step in read_steps(self.file("plain", SERVICES))}
            same(called, {(path, name) for path, names in zip(self.tools.paths, served) for name in names}, "the operations called")
        plain.recorder.take()

    def file(self, name, services):
        return self.folder / f"{name}-{len(services)}.steps"

    def contract(self):
        base = self.plain.base
        return hashlib.sha256("".join(sorted(
            fetch(f"{base}{PATHS[name]}?singleWsdl").decode().replace(base, "") for name in SERVICES)).encode()).hexdigest()

    def client(self, kind):
        """Runs one client; its row of the table."""
        client = kind(self.tools)
        place = self.other if kind.soap_12 else self.plain
        row = table.Row(kind.name, note=kind.note)
        started = time.monotonic()
        with self.report.check(f"{kind.name} is there and reads the descriptions"):
            row.version = client.version()
            client.build()
            row.built = True
        if row.built:
            place.recorder.take()
            actual = self.answers(client, "plain", place.base)
            self.values(row, kind.name, actual, self.expected(client, actual))
            self.exchanges(row, kind, place.recorder.take())
            if kind.slips:
                self.slip(client)
            if kind.tls:
                row.tls = False
                actual = self.answers(client, "safe", self.safe, INTEROP_TLS=str(self.folder / "tls"))
                with self.report.check(f"{kind.name} gets the same values through TLS with a client certificate"):
                    none(judge.differences(actual, self.expected_once(client, actual)))
                    row.tls = True
        row.seconds = time.monotonic() - started
        return row

    def answers(self, client, name, base, **environment):
        os.environ.update(environment)
        try:
            command = [str(word) for word in (*client.command(), self.file(name, client.services), base)]
            done = subprocess.run(command, env={**os.environ, **client.environment()}, capture_output=True, timeout=SECONDS)
        except subprocess.TimeoutExpired as late:
            done = subprocess.CompletedProcess(late.cmd, 1, late.stdout or b"", (late.stderr or b"") + b"took too long")
        finally:
            for variable in environment:
                del os.environ[variable]
        log = self.folder / f"{client.folder}.{name}"
        log.with_suffix(f".{name}.out").write_bytes(done.stdout)
        log.with_suffix(f".{name}.err").write_bytes(done.stderr)
        if done.returncode:
            print(f"      {client.name} ended with {done.returncode}: {done.stderr.decode('utf-8', 'replace')[-1500:]}")
        return judge.answers(done.stdout.decode("utf-8", "replace"))

    def expected(self, client, actual):
        file = HERE / "expected.tsv"
        if self.options.expect:
            self.options.expect = False
            file.write_text("".join(f"= {name}\n" + "".join(f"{line}\n" for line in lines) for name, lines in actual.items()), "utf-8")
        asked = {step.name for step in read_steps(self.file("plain", client.services))}
        known = judge.read_expected(file)
        holds(asked <= set(known), f"expected.tsv does not know {asked - set(known)}")
        return {name: [line for line in map(client.sees, lines) if line] for name, lines in known.items() if name in asked}

    def expected_once(self, client, actual):
        return {name: lines for name, lines in self.expected(client, actual).items() if name != HUNDRED}

    def values(self, row, name, actual, expected):
        wrong = judge.differences(actual, expected)
        for column, sentence, belongs in table.COLUMNS:
            with self.report.check(f"{name}: {sentence}"):
                mine = [step for step in expected if belongs(step)]
                holds(mine, "no step of this kind")
                none({step: wrong[step] for step in mine if step in wrong})
                row.passed[column] = True
        row.agree = not wrong

    def exchanges(self, row, kind, exchanges):
        name = kind.name
        calls = [exchange for exchange in exchanges if exchange.request.start.startswith("POST ")]
        with self.report.check(f"{name}: every request and every reply is valid by the served schemas"):
            holds(len(calls) > 100, f"only {len(calls)} exchanges recorded")
            for number, exchange in enumerate(calls):
                for what, body in (("request", exchange.request.body), ("reply", exchange.reply.body)):
                    if reason := self.schemas.refuse(body):
                        kept = self.folder / f"{re.sub('[^a-z]', '', name.lower())}-{number}-{what}.xml"
                        kept.write_bytes(body)
                        raise AssertionError(f"{what} {number} ({kept.name}): {reason}")
            row.valid = len(calls)
        media_type, status = ("application/soap+xml", "400") if kind.soap_12 else ("text/xml", "500")
        with self.report.check(f"{name}: every reply is {media_type}; charset=utf-8, faults on HTTP {status}"):
            for exchange in calls:
                same(exchange.request.headers["content-type"].split(";")[0], media_type, "the media type of the request")
                same(exchange.reply.headers["content-type"], f"{media_type}; charset=utf-8", "the media type")
                fault = b":Fault>" in exchange.reply.body
                same(exchange.reply.start.split()[1], status if fault else "200", "the status")
        hundred = [exchange.connection for exchange in calls if b"GetCodeListNamesRequest" in exchange.request.body][-100:]
        row.connections = len(set(hundred))

    def slip(self, client):
        """node-soap as it is: a header whose children lie in its own namespace is refused, and the fault names what was expected."""
        with self.report.check(f"{client.name} without prefixes is refused, and told which name was expected"):
            answers = self.answers(client, "safe", self.plain.base, INTEROP_SLIP="1")
            fault = dict(line.split("\t") for line in answers["create"])
            same(fault.get("Fault.ErrorCode"), "8235", "ErrorCode")
            expected = "{http://service.bm.dk/pjaktass/2015/01/21/RequestUserStructure/}RequestUserStructure"
            holds(expected in fault["Fault.Message"], f"the message is {fault['Fault.Message']}")
        with self.report.check(f"{client.name} without prefixes gets the same values from a server with --lenient-namespaces"):
            actual = self.answers(client, "safe", self.other.base, INTEROP_SLIP="1")
            none(judge.differences(actual, self.expected_once(client, actual)))


def none(differences):
    few = [f"\n        {step}: {sentence}" for step, sentence in list(differences.items())[:3]]
    holds(not differences, f"{len(differences)} steps differ:" + "".join(few))


if __name__ == "__main__":
    sys.exit(main())
