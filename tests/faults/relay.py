"""A wire between server and PostgreSQL that can be cut, or that can hold everything back."""

import contextlib
import socket
import threading

from world import free_port


class Relay:
    """Listens on a port of its own and passes on."""

    def __init__(self, target):
        self.target, self.port = target, free_port()
        self.flows, self.open, self.pairs = threading.Event(), True, []
        self.flows.set()
        self.listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            near, _ = self.listener.accept()
            if not self.open:
                near.close()
                continue
            try:
                far = socket.create_connection(("127.0.0.1", self.target), timeout=5)
                far.settimeout(None)
            except OSError:
                near.close()
                continue
            self.pairs.append((near, far))
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=self.pass_on, args=(source, sink), daemon=True).start()

    def pass_on(self, source, sink):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                self.flows.wait()
                sink.sendall(data)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def stall(self):
        """Everything is taken and nothing comes out."""
        self.flows.clear()

    def cut(self):
        """Every connection breaks and no new one is made."""
        self.open = False
        for pair in self.pairs:
            for end in pair:
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
        self.pairs.clear()

    def mend(self):
        self.open = True
        self.flows.set()
