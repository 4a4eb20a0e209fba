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
from exchange import FUND, JOB_CENTRE, MUNICIPALITY, STAR
from flat import read_steps
from recorder import Recorder
from report import Report, holds, same
from server import Server, agreements, certificates, fetch
from steps import HUNDRED, SERVICES, steps

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SECONDS = 300  # a client may take


def main():
    options = arguments()
    report = Report()
    folder = pathlib.Path(options.keep or tempfile.mkdtemp(prefix="interop-")).resolve()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    plain = Server(options.server, ROOT, folder / "plain")
    safe = Server(options.server, ROOT, folder / "safe")
    recorder = Recorder(("127.0.0.1", plain.port))
    try:
        base = f"http://127.0.0.1:{recorder.port}"
        plain.start("--profile", "development", "--public-url", base)
        tls = certificates(folder / "tls")
        agreements(folder / "agreements.tsv", (FUND, JOB_CENTRE, MUNICIPALITY, STAR))
        safe.load("agreements", folder / "agreements.tsv")
        safe.start("--public-url", f"https://localhost:{safe.port}", "--tls-certificate", str(tls / "server.pem"), "--tls-key",
                   str(tls / "server.key"), "--client-issuers", str(tls / "client-ca.pem"))
        run = Run(options, report, folder, base, f"https://localhost:{safe.port}", recorder)
        rows = [run.client(kind) for kind in clients.ALL
                if (options.large or not kind.large) and (not options.only or kind.folder in options.only)]
        if options.table:
            table.write(options.table, rows, [kind.name for kind in clients.ALL])
    finally:
        plain.stop()
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


class Run:
    def __init__(self, options, report, folder, base, safe, recorder):
        self.options, self.report, self.folder, self.recorder = options, report, folder, recorder
        self.base, self.safe = base, safe
        self.schemas = judge.Schemas(fetch, [f"{base}{path}?wsdl" for path in PATHS.values()], ROOT / "fixtures", folder / "schemas")
        self.tools = clients.Tools(options.tools, base, [PATHS[name] for name in SERVICES], folder / "schemas/xsd", self.contract())
        self.steps = {}
        for name, repeat in (("plain", 100), ("safe", 0), ("slip", 0)):
            (folder / f"{name}-documents").mkdir()
            (folder / f"{name}.steps").write_text("\n".join(steps(folder / f"{name}-documents", repeat)) + "\n", "utf-8")
        with report.check("the steps call every operation of the served descriptions"):
            texts = [fetch(f"{base}{path}?wsdl") for path in self.tools.paths]
            served = {name for text in texts for name in etree.fromstring(text).xpath("//*[local-name()='portType']/*/@name")}
            same({step.operation for step in read_steps(folder / "plain.steps")}, served, "the operations called")
        recorder.take()

    def contract(self):
        return hashlib.sha256("".join(sorted(
            fetch(f"{self.base}{PATHS[name]}?singleWsdl").decode().replace(self.base, "") for name in SERVICES)).encode()).hexdigest()

    def client(self, kind):
        """Runs one client; its row of the table."""
        client = kind(self.tools)
        row = table.Row(kind.name, note=kind.note)
        started = time.monotonic()
        with self.report.check(f"{kind.name} is there and reads the descriptions"):
            row.version = client.version()
            client.build()
            row.built = True
        if row.built:
            self.recorder.take()
            actual = self.answers(client, "plain", self.base)
            self.values(row, kind.name, actual, self.expected(client, actual))
            self.exchanges(row, kind.name, self.recorder.take())
            if kind.slips:
                self.slip(client)
                self.recorder.take()
            if kind.tls:
                row.tls = False
                actual = self.answers(client, "safe", self.safe, INTEROP_TLS=str(self.folder / "tls"))
                with self.report.check(f"{kind.name} gets the same values through TLS with a client certificate"):
                    expected = {name: lines for name, lines in self.expected(client, actual).items() if name != HUNDRED}
                    none(judge.differences(actual, expected))
                    row.tls = True
        row.seconds = time.monotonic() - started
        return row

    def answers(self, client, name, base, **environment):
        os.environ.update(environment)
        try:
            command = [str(word) for word in (*client.command(), self.folder / f"{name}.steps", base)]
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
        return {name: [line for line in map(client.sees, lines) if line] for name, lines in judge.read_expected(file).items()}

    def values(self, row, name, actual, expected):
        wrong = judge.differences(actual, expected)
        for column, sentence, belongs in table.COLUMNS:
            with self.report.check(f"{name}: {sentence}"):
                mine = [step for step in expected if belongs(step)]
                holds(mine, "no step of this kind")
                none({step: wrong[step] for step in mine if step in wrong})
                row.passed[column] = True
        row.agree = not wrong

    def exchanges(self, row, name, exchanges):
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
        with self.report.check(f"{name}: every reply is text/xml; charset=utf-8, faults on HTTP 500"):
            for exchange in calls:
                same(exchange.reply.headers["content-type"], "text/xml; charset=utf-8", "the media type")
                fault = b":Fault>" in exchange.reply.body
                same(exchange.reply.start.split()[1], "500" if fault else "200", "the status")
        hundred = [exchange.connection for exchange in calls if b"GetCodeListNamesRequest" in exchange.request.body][-100:]
        row.connections = len(set(hundred))

    def slip(self, client):
        """node-soap as it is: a header whose children lie in its own namespace is refused, and the fault names what was expected."""
        with self.report.check(f"{client.name} without prefixes is refused, and told which name was expected"):
            answers = self.answers(client, "slip", self.base, INTEROP_SLIP="1")
            fault = dict(line.split("\t") for line in answers["create"])
            same(fault.get("Fault.ErrorCode"), "8235", "ErrorCode")
            expected = "{http://service.bm.dk/pjaktass/2015/01/21/RequestUserStructure/}RequestUserStructure"
            holds(expected in fault["Fault.Message"], f"the message is {fault['Fault.Message']}")


def none(differences):
    few = [f"\n        {step}: {sentence}" for step, sentence in list(differences.items())[:3]]
    holds(not differences, f"{len(differences)} steps differ:" + "".join(few))


if __name__ == "__main__":
    sys.exit(main())
