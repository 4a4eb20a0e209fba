"""The server under test with the demo data, in plain HTTP and with TLS. Knows the command line of the binary and nothing of SOAP."""

import os
import secrets
import socket
import subprocess
import time
import urllib.request

TABLES = ("code-lists", "organisations", "citizens", "relations", "agreements")
SYSTEMS = {  # certificate_subject_cvr and certificate_subject_id of fixtures/demo/agreements.tsv
    "tester": ("90000099", "UI:DK-O:G:99999999-9999-4999-8999-999999999999"),
}


class Server:
    def __init__(self, binary, root, folder):
        self.binary, self.root, self.folder = binary, root, folder
        folder.mkdir(parents=True)
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("DIALOGMODUL_")}
        self.environment |= {"DIALOGMODUL_DATABASE_URL": f"sqlite:{folder}/archive.sqlite", "DIALOGMODUL_AUDIT_KEY_FILE": f"{folder}/audit.key"}
        (folder / "audit.key").write_text(secrets.token_hex(32))
        for table in TABLES:
            self.load(table, root / f"fixtures/demo/{table}.tsv")
        self.port = free_port()
        self.process = None

    def load(self, table, file):
        subprocess.run([self.binary, "import", table, file], env=self.environment, check=True, stdout=subprocess.DEVNULL, cwd=self.folder)

    def start(self, *options):
        log = open(self.folder / "log", "wb")
        self.process = subprocess.Popen([self.binary, "serve", "--listen", f"127.0.0.1:{self.port}", *options], env=self.environment,
                                        stdout=log, stderr=log, cwd=self.folder)  # it writes to ./data what it would deliver
        for _ in range(300):
            if self.process.poll() is not None:
                break
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError("the server did not start:\n" + (self.folder / "log").read_text())

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(60)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def fetch(url):
    with urllib.request.urlopen(url, timeout=30) as answer:
        return answer.read()


def certificates(folder):
    """A server's and a client's certificate with their issuers, PEM and PKCS #12 (password `interop`), made with openssl."""
    folder.mkdir(parents=True)

    def openssl(*words):
        subprocess.run(["openssl", *words], cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def issuer(name):
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.pem", "-days", "2",
                "-subj", f"/C=DK/O=Interop/CN={name}", "-addext", "keyUsage=critical,keyCertSign,cRLSign")

    def issue(name, by, subject, extensions):
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr", "-utf8", "-subj", subject)
        (folder / f"{name}.ext").write_text(f"basicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature,keyEncipherment\n{extensions}\n")
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", f"{by}.pem", "-CAkey", f"{by}.key", "-CAcreateserial", "-days", "2",
                "-out", f"{name}.pem", "-extfile", f"{name}.ext")

    cvr, identity = SYSTEMS["tester"]
    issuer("ca")
    issuer("client-ca")
    issue("server", "ca", "/C=DK/O=Interop/CN=localhost", "extendedKeyUsage=serverAuth\nsubjectAltName=DNS:localhost,IP:127.0.0.1")
    issue("client", "client-ca", f"/C=DK/2.5.4.97=NTRDK-{cvr}/O=Interop/serialNumber={identity}/CN=interop", "extendedKeyUsage=clientAuth")
    (folder / "client-both.pem").write_bytes((folder / "client.pem").read_bytes() + (folder / "client.key").read_bytes())
    openssl("pkcs12", "-export", "-in", "client.pem", "-inkey", "client.key", "-out", "client.p12", "-passout", "pass:interop")
    return folder


def agreements(file, organisations):
    """Agreements of the tester: it may act for all these organisations."""
    cvr, identity = SYSTEMS["tester"]
    lines = ["system\tcertificate_subject_cvr\tcertificate_subject_id\torganisation_type\torganisation_code\tvalid_from\tvalid_to"]
    lines += [f"tester\t{cvr}\t{identity}\t{o.kind}\t{o.code}\t2020-01-01\t2100-07-01" for o in organisations]
    file.write_text("\n".join(lines) + "\n")
