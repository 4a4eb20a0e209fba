"""The world under test: the program as a process, and an archive on SQLite or on a PostgreSQL of the harness's own."""

import contextlib
import copy
import http.client
import os
import pathlib
import shutil
import signal
import socket
import sqlite3
import subprocess
import time

import stillness

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEMO = ["code-lists", "organisations", "citizens", "relations", "agreements", "subscriptions"]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Program:
    """The release binary with the settings of the harness and nothing of the environment's; `audit_url`: where the audit is, if not in the archive."""

    audit_url = None

    def __init__(self, binary, work):
        self.binary, self.work = str(pathlib.Path(binary).resolve()), work
        self.key = work / "audit.key"
        self.key.write_text("17" * 32)

    def environment(self, url, more=()):
        clean = {name: value for name, value in os.environ.items() if not name.startswith("DIALOGMODUL_")}
        if self.audit_url:
            clean["DIALOGMODUL_AUDIT_DATABASE_URL"] = self.audit_url
        return clean | {"DIALOGMODUL_DATABASE_URL": url, "DIALOGMODUL_AUDIT_KEY_FILE": str(self.key), "RUST_LOG": "info"} | dict(more)

    def with_audit(self, url):
        """The same with the audit in a database of its own."""
        program = copy.copy(self)
        program.audit_url = url
        return program

    def run(self, url, *arguments, check=True):
        done = subprocess.run([self.binary, *map(str, arguments)], env=self.environment(url), cwd=self.work, text=True, capture_output=True)
        if check and done.returncode:
            raise RuntimeError(f"{arguments}: {done.stderr}")
        return done

    def fill(self, url):
        for kind in DEMO:
            self.run(url, "import", kind, ROOT / "fixtures/demo" / f"{kind}.tsv")


class Server:
    """`dialogmodul serve`, always at the same port."""

    started = []

    @classmethod
    def end_all(cls):
        """Leaves none behind where a part broke."""
        for process in cls.started:
            if process.poll() is None:
                process.kill()
                process.wait()
        cls.started.clear()

    def __init__(self, program, url, more=()):
        self.program, self.url, self.more = program, url, dict(more)
        self.port, self.process = free_port(), None
        self.log = program.work / f"server-{self.port}.log"

    def start(self, wait=True):
        """Starts it; how many seconds until it was ready."""
        begun = time.monotonic()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [self.program.binary, "serve", "--profile", "development", "--listen", f"127.0.0.1:{self.port}"],
                env=self.program.environment(self.url, {"DIALOGMODUL_DELIVERY_POLL_SECONDS": "1"} | self.more), cwd=self.program.work,
                stdout=log, stderr=log)
        self.started.append(self.process)
        while wait and self.readiness() != 200:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server stopped with {self.process.returncode}: {self.log.read_text()[-2000:]}")
            if time.monotonic() - begun > 30:
                raise RuntimeError("the server did not become ready")
            time.sleep(0.01)
        return stillness.seconds(begun)

    def readiness(self):
        """Status of /health/ready; none if nobody answers."""
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=6)
            connection.request("GET", "/health/ready")
            return connection.getresponse().status
        return None

    def signal(self, number):
        self.process.send_signal(number)

    def kill(self):
        self.signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        """Asks it to stop; its exit code."""
        self.signal(signal.SIGTERM)
        return self.process.wait(timeout=40)

    def pauses(self):
        """How often delivery could not write: in a database that is well it always can."""
        return self.log.read_text(errors="replace").count("The delivery of ")

    def panics(self):
        return self.log.read_text(errors="replace").count("panicked at")


class SqliteArchive:
    name = "SQLite"

    def __init__(self, program):
        self.program = program
        self.folder = program.work / "sqlite"
        self.folder.mkdir(exist_ok=True)
        self.prepared, self.path = self.folder / "prepared.sqlite", self.folder / "archive.sqlite"
        self.url = f"sqlite:{self.path}"
        self.prepared.unlink(missing_ok=True)
        program.fill(f"sqlite:{self.prepared}")

    def fresh(self):
        self.empty()
        shutil.copy(self.prepared, self.path)

    def empty(self):
        for file in self.folder.glob("archive.sqlite*"):
            file.unlink()

    def rows(self, sql, path=None):
        with contextlib.closing(sqlite3.connect(f"file:{path or self.path}?mode=ro", uri=True, timeout=10)) as connection:
            return [tuple("" if value is None else str(value) for value in row) for row in connection.execute(sql)]

    def rows_of_audit(self, sql):
        return self.rows(sql)

    @staticmethod
    def hex(column):
        return f"lower(hex({column}))"


class SqliteApart(SqliteArchive):
    """The same with the audit in a file of its own."""

    def __init__(self, program):
        self.audit_path = program.work / "sqlite" / "audit.sqlite"
        super().__init__(program)
        self.program = program.with_audit(f"sqlite:{self.audit_path}")

    def empty(self):
        super().empty()
        for file in self.folder.glob("audit.sqlite*"):
            file.unlink()

    def rows_of_audit(self, sql):
        return self.rows(sql, self.audit_path)


class PostgresArchive:
    name = "PostgreSQL"

    def __init__(self, program, cluster):
        self.program, self.cluster = program, cluster
        self.url = cluster.url("archive")
        cluster.sql("postgres", "DROP DATABASE IF EXISTS prepared")
        cluster.sql("postgres", "CREATE DATABASE prepared")
        program.fill(cluster.url("prepared"))

    def fresh(self):
        self.drop()
        self.cluster.sql("postgres", "CREATE DATABASE archive TEMPLATE prepared")

    def empty(self):
        self.drop()
        self.cluster.sql("postgres", "CREATE DATABASE archive")

    def drop(self):
        self.cluster.sql("postgres", "DROP DATABASE IF EXISTS archive WITH (FORCE)")

    def rows(self, sql):
        return self.cluster.sql("archive", sql)

    def rows_of_audit(self, sql):
        return self.rows(sql)

    @staticmethod
    def hex(column):
        return f"replace(encode({column}::text::bytea, 'escape'), '-', '')"


class PostgresApart(PostgresArchive):
    """The same with the audit in a database of its own."""

    def __init__(self, program, cluster):
        super().__init__(program, cluster)
        self.program = program.with_audit(cluster.url("audit"))

    def drop(self):
        super().drop()
        self.cluster.sql("postgres", "DROP DATABASE IF EXISTS audit WITH (FORCE)")
        self.cluster.sql("postgres", "CREATE DATABASE audit")

    def rows_of_audit(self, sql):
        return self.cluster.sql("audit", sql)


class Cluster:
    """A PostgreSQL of our own, to be stopped, killed and started."""

    def __init__(self, work):
        bins = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
        self.bin, self.data, self.port = bins[-1], work / "postgres", free_port()
        work.chmod(0o755)
        self.data.mkdir()
        if os.getuid() == 0:
            shutil.chown(self.data, "postgres")
        self.run("initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale")
        self.start()

    def run(self, name, *arguments, check=True):
        command = [str(self.bin / name), *map(str, arguments)]
        if os.getuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        return subprocess.run(command, cwd="/", check=check, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    def start(self):
        """Starts it; tried again while children of a killed postmaster still hold its shared memory."""
        for attempt in range(100):
            started = self.run("pg_ctl", "-D", self.data, "-w", "-t", 60, "-l", self.data / "log", "-o",
                               f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.data} -c max_connections=100",
                               "start", check=False)
            if started.returncode == 0:
                return
            time.sleep(0.1)
        raise RuntimeError(f"PostgreSQL does not start: {started.stderr}")

    def stop(self, mode):
        self.run("pg_ctl", "-D", self.data, "-w", "-m", mode, "stop")

    def kill(self):
        """kill -9 of the postmaster; its children notice and go."""
        os.kill(int((self.data / "postmaster.pid").read_text().splitlines()[0]), signal.SIGKILL)

    def url(self, database, port=None):
        return f"postgres://postgres@127.0.0.1:{port or self.port}/{database}"

    def sql(self, database, sql):
        done = subprocess.run([str(self.bin / "psql"), "-X", "-q", "-At", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-d", self.url(database), "-c", sql],
                              check=True, text=True, capture_output=True)
        return [tuple(line.split("\t")) for line in done.stdout.splitlines()]
