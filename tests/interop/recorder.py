"""Sits between a client and the server: passes every byte on unchanged and keeps a copy. Knows HTTP only when it reads the copies."""

import dataclasses
import gzip
import socket
import threading
import zlib


@dataclasses.dataclass
class Message:
    start: str
    headers: dict
    body: bytes


@dataclasses.dataclass
class Exchange:
    connection: int
    request: Message
    reply: Message


class Recorder:
    def __init__(self, server):
        """Listens on a free port and connects to (host, port) of the server, which may be set later."""
        self.server = server
        self.connections = []
        self.threads = []
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def take(self):
        """The exchanges since the last time, in order of their connections; those of connections still open too."""
        taken, self.connections = self.connections, []
        for connection in taken:
            connection.close()
        return [exchange for number, connection in enumerate(taken) for exchange in connection.exchanges(number)]

    def _accept(self):
        while True:
            client, _ = self.listener.accept()
            try:
                self.connections.append(Connection(client, socket.create_connection(self.server)))
            except OSError:
                client.close()


class Connection:
    def __init__(self, client, server):
        self.sockets = (client, server)
        self.said, self.answered = bytearray(), bytearray()
        for end in self.sockets:
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.threads = [threading.Thread(target=self._copy, args=args, daemon=True)
                        for args in ((client, server, self.said), (server, client, self.answered))]
        for thread in self.threads:
            thread.start()

    @staticmethod
    def _copy(source, target, copy):
        try:
            while data := source.recv(65536):
                copy += data
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def close(self):
        for end in self.sockets:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        for thread in self.threads:
            thread.join(5)
        for end in self.sockets:
            end.close()

    def exchanges(self, number):
        requests = list(messages(bytes(self.said)))
        replies = [m for m in messages(bytes(self.answered)) if not m.start.split()[1].startswith("1")]
        return [Exchange(number, request, reply) for request, reply in zip(requests, replies, strict=True)]


def messages(stream):
    while stream:
        head, _, stream = stream.partition(b"\r\n\r\n")
        start, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        if "chunked" in headers.get("transfer-encoding", ""):
            body, stream = chunks(stream)
        else:
            length = int(headers.get("content-length", 0))
            body, stream = stream[:length], stream[length:]
        if headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        elif headers.get("content-encoding") == "deflate":
            body = zlib.decompress(body)
        yield Message(start, headers, body)


def chunks(stream):
    body = bytearray()
    while True:
        size, _, stream = stream.partition(b"\r\n")
        size = int(size.split(b";")[0], 16)
        if size == 0:
            while True:  # trailers, then an empty line
                line, _, stream = stream.partition(b"\r\n")
                if not line:
                    return bytes(body), stream
        body += stream[:size]
        stream = stream[size + 2:]
