"""zeep: goes through the steps. Usage: client.py STEPS BASE_URL"""

import os
import pathlib
import sys

import requests
import zeep
import zeep.helpers

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import flat  # noqa: E402


def main(steps, base):
    session = requests.Session()
    session.trust_env = False  # a REQUESTS_CA_BUNDLE would win over verify
    if tls := os.environ.get("INTEROP_TLS"):
        session.verify = f"{tls}/ca.pem"
        session.cert = (f"{tls}/client.pem", f"{tls}/client.key")
    clients = {}

    def call(step, kept):
        if step.path not in clients:
            clients[step.path] = zeep.Client(f"{base}{step.path}?wsdl", transport=zeep.Transport(session=session))
        client = clients[step.path]
        service = client.service
        if os.environ.get("INTEROP_SOAP12"):
            name = pathlib.PurePath(step.path).stem
            service = client.bind(name, f"{name}Soap12")
        headers = flat.tree(step.header, kept, flat.python_value)
        try:
            answer = service[step.operation](_soapheaders=headers, **flat.tree(step.body, kept, flat.python_value))
        except zeep.exceptions.Fault as fault:
            return {"Fault": {"code": fault.code.split(":")[-1], "text": fault.message,
                              **plain(client.wsdl.types.deserialize(fault.detail[0]))}}
        output = service._binding.get(step.operation).output
        if getattr(output.header.type, "elements", []):  # then zeep hands out headers and body, and the body as it is
            return plain(answer.body)
        return whole(output.body.type, plain(answer))

    flat.run(steps, call)


def whole(kind, value):
    """zeep hands out the only child of an answer, and the only child of that, in place of the answer: here with their names again."""
    if len(kind.elements) > 1:
        return value
    ((name, element),) = kind.elements
    inner = getattr(element.type, "elements", [])
    if len(inner) == 1 and not element.accepts_multiple:
        value = {inner[0][0]: value}
    return {name: value}


def plain(value):
    return zeep.helpers.serialize_object(value, dict)


if __name__ == "__main__":
    main(*sys.argv[1:])
