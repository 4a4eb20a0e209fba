"""The clients: how each is built, started and named in the table. Knows nothing of what they say."""

import dataclasses
import hashlib
import os
import pathlib
import shutil
import subprocess

from steps import CORE, NO_QUEUE, SERVICES

HERE = pathlib.Path(__file__).resolve().parent
JAVA = pathlib.Path("/usr/share/java")


@dataclasses.dataclass
class Tools:
    """Where install.sh put things, where things may be built, and how the served descriptions are told apart."""

    folder: pathlib.Path
    base: str
    paths: list
    schemas: pathlib.Path  # the served schemas, as files
    contract: str  # digest of the served descriptions without the address


class Client:
    name = ""  # in the table
    folder = ""  # beside this file
    tls = False
    large = False
    soap_12 = False  # it chooses the second binding of a server that has one
    services = SERVICES  # which it calls
    trims = False  # it takes white space off the ends of a text
    unseen = ()  # what it does not tell its user
    slips = False  # it can be asked to make its known mistake
    note = ""  # in the table
    sources = ()  # files beside the client that it is built from

    def __init__(self, tools):
        self.tools = tools
        self.here = HERE / self.folder

    def version(self):
        raise NotImplementedError

    def build(self):
        """Generates and compiles, where the client is of that kind."""

    def command(self):
        raise NotImplementedError

    def environment(self):
        return {}

    def sees(self, line):
        """A line of the expected answer as this client shows it, or None."""
        path, value = line.split("\t")
        while self.trims and value.endswith("\\n"):
            value = value[:-2]
        if self.soap_12 and path == "Fault.code":
            value = {"Client": "Sender", "Server": "Receiver"}[value]
        return None if path in self.unseen else f"{path}\t{value}"

    def paths(self):
        return self.tools.paths[:len(self.services)]

    def built(self, make):
        """A folder with what `make(folder)` built, kept until the contract or the client changes."""
        sources = sorted(self.here.iterdir()) + [HERE / name for name in self.sources]
        key = hashlib.sha256(self.tools.contract.encode() + b"".join(file.read_bytes() for file in sources if file.is_file())).hexdigest()[:16]
        folder = self.tools.folder / "built" / self.folder / key
        if not (folder / "done").exists():
            shutil.rmtree(folder.parent, ignore_errors=True)
            folder.mkdir(parents=True)
            make(folder)
            (folder / "done").touch()
        return folder


class Zeep(Client):
    name, folder, tls = "zeep", "zeep", True

    def version(self):
        return output(self.tools.folder / "bin/python", "-c", "import zeep; print(zeep.__version__)")

    def command(self):
        return [self.tools.folder / "bin/python", self.here / "client.py"]


class ZeepSoap12(Zeep):
    name, tls, soap_12 = "zeep, SOAP 1.2", False, True

    def environment(self):
        return {"INTEROP_SOAP12": "1"}


class Suds(Zeep):
    name, folder, tls = "suds", "suds", False

    def version(self):
        return output(self.tools.folder / "bin/python", "-c", "import suds; print(suds.__version__)")


class Php(Client):
    name, folder, tls = "PHP ext-soap", "php", True

    def version(self):
        return output("php", "-r", "echo PHP_VERSION;")

    def command(self):
        return ["php", "-d", "soap.wsdl_cache_enabled=0", "-d", "memory_limit=512M", self.here / "client.php"]


class PhpSoap12(Php):
    name, tls, soap_12 = "PHP ext-soap, SOAP 1.2", False, True

    def environment(self):
        return {"INTEROP_SOAP12": "1"}


class NodeSoap(Client):
    name, folder, package = "node-soap", "node-soap", "soap"
    slips, note = True, \
        "headers are written by hand and need a prefix at each child; without, 8235 names what was expected, and `--lenient-namespaces` takes them"

    def version(self):
        return output(self.node(), "-p", f"require('{self.modules()}/{self.package}/package.json').version")

    def node(self):
        """The one install.sh got, where it got one."""
        own = self.tools.folder / "bin/node"
        return own if own.exists() else "node"

    def modules(self):
        return self.tools.folder / self.folder / "node_modules"

    def command(self):
        return [self.node(), self.here / "client.js"]

    def environment(self):
        return {"NODE_PATH": str(self.modules())}


class StrongSoap(NodeSoap):
    name, folder, package = "strong-soap", "strong-soap", "strong-soap"
    slips, trims, note = False, True, "takes white space off the ends of every text"


class Gsoap(Client):
    name, folder, tls = "gSOAP", "gsoap", True
    services = NO_QUEUE
    note = "keeps the namespace of the queue's headers for its own WS-ReliableMessaging and reads no schema of it: not the queue services"

    def version(self):
        return output("soapcpp2", "-V").split()[-1]

    def build(self):
        self.program = self.built(self.make) / "client"

    def make(self, folder):
        share = "/usr/share/gsoap"
        run(folder, "wsdl2h", "-t", self.here / "typemap.dat", "-o", "services.h", *(f"{self.tools.base}{path}?wsdl" for path in self.paths()))
        run(folder, "soapcpp2", "-C", "-j", "-L", "-x", "-w", f"-I{share}/import", f"-I{share}", "services.h")
        sources = sorted(folder.glob("soap*.cpp"))
        run(folder, "g++", "-O0", "-w", "-DWITH_OPENSSL", f"-I{folder}", "-o", "client", self.here / "client.cpp", *sources,
            "-lgsoapssl++", "-lssl", "-lcrypto", "-lz")

    def command(self):
        return [self.program]


class JaxWs(Client):
    name, folder, tls = "JAX-WS RI", "jaxws", True
    unseen, note = ("Fault.code",), "a typed fault has no faultcode; writes a null header as nil, which a handler must take out"
    sources = ("Flat.java",)
    JARS = ("jaxws-rt", "jaxws-tools", "jaxws-api", "jaxb-api", "jaxb-runtime", "jaxb-core", "jaxb-impl", "jaxb-xjc", "saaj-impl", "stax-ex",
            "streambuffer", "txw2", "xsom", "rngom", "codemodel", "dtd-parser", "mimepull", "metro-policy", "gmbal", "istack-commons-runtime",
            "istack-commons-tools", "javax.activation", "geronimo-annotation-1.3-spec", "relaxngDatatype", "glassfish-management-api", "jws-api",
            "javax.xml.soap-api", "FastInfoset", "xml-resolver", "stax2-api", "woodstox-core")

    def path(self):
        return ":".join(str(JAVA / f"{name}.jar") for name in self.JARS if (JAVA / f"{name}.jar").exists())

    def version(self):
        return package("libjaxws-java")

    def build(self):
        self.classes = self.built(self.make)

    def make(self, folder):
        for path in self.paths():
            run(folder, "java", "-cp", self.path(), "com.sun.tools.ws.WsImport", "-quiet", "-Xnocompile", "-XadditionalHeaders", "-keep",
                "-B-XautoNameResolution", "-s", ".", "-p", pathlib.Path(path).stem.lower(), f"{self.tools.base}{path}?wsdl")
        run(folder, "javac", "-nowarn", "-encoding", "UTF-8", "-cp", self.path(), "-d", ".", HERE / "Flat.java", *sorted(self.here.glob("*.java")),
            *sorted(folder.rglob("*.java")))

    def command(self):
        options = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
        if tls := os.environ.get("INTEROP_TLS"):
            store = pathlib.Path(tls, "ca.p12")
            if not store.exists():
                run(tls, "keytool", "-importcert", "-noprompt", "-alias", "ca", "-file", "ca.pem", "-keystore", store, "-storetype", "PKCS12",
                    "-storepass", "interop")
            options += [f"-Djavax.net.ssl.keyStore={tls}/client.p12", "-Djavax.net.ssl.keyStorePassword=interop",
                        f"-Djavax.net.ssl.trustStore={tls}/ca.p12", "-Djavax.net.ssl.trustStorePassword=interop"]
        return ["java", *options, "-cp", f"{self.classes}:{self.path()}", "Client"]


class Axis(Client):
    name, folder, large = "Axis", "axis", True
    services, note = CORE, "messages and code lists only"
    sources = ("Flat.java",)
    JARS = ("axis", "axis-jaxrpc", "axis-saaj", "commons-discovery", "commons-logging", "wsdl4j", "javax.mail", "javax.activation", "jaxb-api")

    def path(self):
        return ":".join(str(JAVA / f"{name}.jar") for name in self.JARS)

    def version(self):
        return package("libaxis-java")

    def build(self):
        self.classes = self.built(self.make)

    def make(self, folder):
        for path in self.paths():
            run(folder, "java", "-cp", self.path(), "org.apache.axis.wsdl.WSDL2Java", "-a", "-o", ".", f"{self.tools.base}{path}?wsdl")
        run(folder, "javac", "-nowarn", "-encoding", "UTF-8", "-cp", self.path(), "-d", ".", HERE / "Flat.java", *sorted(self.here.glob("*.java")),
            *sorted(folder.rglob("*.java")))

    def command(self):
        return ["java", "-XX:+UseSerialGC", "-cp", f"{self.classes}:{self.path()}", "Client"]


class MonoAsmx(Client):
    name, folder, large = "Mono ASMX", "mono-asmx", True
    services, note = CORE, "messages and code lists only"
    sources = ("Flat.cs",)

    def version(self):
        return package("mono-devel")

    def build(self):
        self.program = self.built(self.make) / "Client.exe"

    def make(self, folder):
        for name, path in zip(("Messages", "Lists"), self.paths()):
            run(folder, "wsdl2", f"-n:{name}", f"-o:{name}.cs", f"{self.tools.base}{path}?wsdl")
        run(folder, "mcs", "-nowarn:0-9999", "-out:Client.exe", "-r:System.Web.Services", "-r:System.Xml", HERE / "Flat.cs",
            self.here / "Client.cs", "Messages.cs", "Lists.cs")

    def command(self):
        return ["mono", self.program]


class MonoWcf(MonoAsmx):
    name, folder = "Mono WCF channel", "mono-wcf"
    note = "messages and code lists only; classes by xsd from the served schemas; Mono's svcutil does not get that far"

    def make(self, folder):
        numbers = {file.name: f"{number}.xsd" for number, file in enumerate(sorted(self.tools.schemas.iterdir()))}
        for name, number in numbers.items():  # xsd names its output after all of them: short names
            text = (self.tools.schemas / name).read_text("utf-8")
            for other in numbers:
                text = text.replace(f'schemaLocation="{other}"', f'schemaLocation="{numbers[other]}"')
            (folder / number).write_text(text, "utf-8")
        run(folder, "xsd", *numbers.values(), "/c", "/n:Wire")
        run(folder, "mcs", "-nowarn:0-9999", "-out:Client.exe", "-r:System.ServiceModel", "-r:System.Runtime.Serialization", "-r:System.Xml",
            HERE / "Flat.cs", self.here / "Client.cs", *folder.glob("*.cs"))


ALL = (Zeep, ZeepSoap12, Suds, Php, PhpSoap12, NodeSoap, StrongSoap, Gsoap, JaxWs, Axis, MonoAsmx, MonoWcf)


def output(*command):
    return subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True).stdout.strip()


def package(name):
    return output("dpkg-query", "-W", "-f", "${Version}", name).split("-")[0].split("+")[0]


def run(folder, *command):
    done = subprocess.run([str(word) for word in command], cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {(done.stdout + done.stderr)[-3000:]}")
