"""suds: goes through the steps. Usage: client.py STEPS BASE_URL"""

import base64
import logging
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import flat  # noqa: E402

from suds import WebFault  # noqa: E402
from suds.client import Client  # noqa: E402
from suds.sudsobject import Object  # noqa: E402


def main(steps, base):
    logging.getLogger("suds").setLevel(logging.CRITICAL)
    clients = {}

    def call(step, kept):
        if step.path not in clients:
            clients[step.path] = Client(f"{base}{step.path}?wsdl", cache=None, unwrap=False)
        client = clients[step.path]
        headers = flat.tree(step.header, kept, suds_value)
        method = getattr(client.service, step.operation)
        client.set_options(soapheaders=headers)
        try:
            answer = method(flat.tree(step.body, kept, suds_value))
        except WebFault as error:
            fault = error.fault
            return {"Fault": {"code": str(fault.faultcode).split(":")[-1], "text": str(fault.faultstring), **plain(fault.detail.FaultDetails)}}
        tree = plain(answer)
        if step.operation == "GetCitizenMessageDocument":  # suds leaves base64 to its caller
            tree["CitizenMessageDocument"] = base64.b64decode(tree["CitizenMessageDocument"])
        return tree

    flat.run(steps, call)


def suds_value(kind, text):
    value = flat.python_value(kind, text)
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def plain(value):
    if isinstance(value, Object):
        return {name: plain(child) for name, child in value}
    if isinstance(value, list):
        return [plain(child) for child in value]
    return value or None if isinstance(value, str) else value  # suds reads an empty collection as an empty text


if __name__ == "__main__":
    main(*sys.argv[1:])
