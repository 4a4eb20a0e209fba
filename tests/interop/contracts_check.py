"""Without a server: zeep reads the contracts from their files, builds a request for every operation, and libxml2 finds each of them valid.

Usage: contracts_check.py [ROOT]
"""

import pathlib
import sys

from lxml import etree

import exchange
from desk import Desk
from report import Report, holds, same


def main(root):
    report = Report()
    schema = None
    with report.check("libxml2 reads the schemas"):
        schema = etree.XMLSchema(etree.parse(root / "fixtures/envelope.xsd"))
    services = {
        "CitizenMessageService.v2": lambda desk: exchange.citizen_message_examples(),
        "JobnetCitizenMessageService.v2": lambda desk: exchange.jobnet_examples(),
        "CodeListService.v5": lambda desk: exchange.code_list_examples(desk.operations),
    }
    for name, examples in services.items():
        desk = None
        with report.check(f"zeep reads {name}"):
            desk = Desk(str(root / f"wsdl/{name}.wsdl"))
        if desk is None or schema is None:
            continue
        with report.check(f"{name}: there is an example for every operation"):
            same(sorted(examples(desk)), sorted(desk.operations), "the list of operations")
        for operation, request in examples(desk).items():
            with report.check(f"{name}: the request of {operation} is valid"):
                envelope = desk.envelope(exchange.FUND, operation, request)
                schema.assertValid(etree.fromstring(etree.tostring(envelope)))
                holds(list(desk.operations[operation].faults) == ["FaultDetails"], "it declares the fault FaultDetails")
    with report.check("a request with a broken CPR number is not valid"):
        request = {"PersonCivilRegistrationIdentifier": "9903850002"}
        envelope = Desk(str(root / "wsdl/CitizenMessageService.v2.wsdl")).envelope(exchange.FUND, "GetMessages", request)
        holds(not schema.validate(etree.fromstring(etree.tostring(envelope))), "it was found valid")
    return report.verdict()


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parents[2])))
