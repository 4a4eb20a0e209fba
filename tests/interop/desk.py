"""A service as zeep sees it: calls on behalf of an organisation, typed faults, and raw posts of what zeep would not send."""

import requests
import zeep
from zeep.wsdl.utils import etree_to_string

PATHS = {
    "CitizenMessageService": "/PjakTassWCFtService/2/CitizenMessageService.svc",
    "CodeListService": "/PjakTassWCFtService/5/CodeListService.svc",
    "JobnetCitizenMessageService": "/PjakTassWCFtService/2/JobnetCitizenMessageService.svc",
    "WsrmService": "/PjakTassWCFtService/3/WsrmService.svc",
    "WsrmMessageService": "/PjakTassWCFtService/10/WsrmMessageService.svc",
}
TIMEOUT = 60


class Refused(Exception):
    """A SOAP fault with its FaultDetails, decoded by the type the contract gives it."""

    def __init__(self, fault, details):
        super().__init__(f"fault {details.ErrorCode}: {fault.message}")
        self.code = details.ErrorCode
        self.text = fault.message
        self.message = details.Message
        self.faultcode = fault.code


class Desk:
    def __init__(self, description, address=None):
        """Reads the description, a URL or a file; calls go to the address, or where the description says."""
        self.client = zeep.Client(description, transport=zeep.Transport(timeout=TIMEOUT, operation_timeout=TIMEOUT))
        (service,) = self.client.wsdl.services.values()
        (port,) = service.ports.values()
        self.binding = port.binding
        self.operations = {operation.name: operation for operation in self.binding.all().values()}
        self.served_address = port.binding_options["address"]
        self.address = address or self.served_address
        self.service = self.client.create_service(str(self.binding.name), self.address)
        self.called = set()  # the operations that were answered

    def call(self, organisation, operation, request=None, headers=None):
        """The decoded answer; Refused where the answer is a fault."""
        try:
            answer = self.service[operation](**(request or {}), _soapheaders=headers or organisation.headers())
        except zeep.exceptions.Fault as fault:
            raise self.refused(fault) from None
        self.called.add(operation)
        return answer

    def envelope(self, organisation, operation, request=None):
        """What zeep would send."""
        return self.client.create_message(self.service, operation, **(request or {}), _soapheaders=organisation.headers())

    def text(self, organisation, operation, request=None):
        return etree_to_string(self.envelope(organisation, operation, request)).decode()

    def post(self, operation, text, action=None):
        """Posts any text as a request of the operation; the HTTP answer."""
        action = self.operations[operation].soapaction if action is None else action
        return requests.post(self.address, text.encode(), timeout=TIMEOUT,
                             headers={"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{action}"'})

    def post_spoiled(self, organisation, operation, request, spoil, action=None):
        """Sends the request after spoil has changed its text; the Refused that comes back."""
        good = self.text(organisation, operation, request)
        spoiled = spoil(good)
        if action is None and spoiled == good:
            raise AssertionError("the request was not spoiled")
        answer = self.post(operation, spoiled, action)
        try:
            self.binding.process_reply(self.client, self.operations[operation], answer)
        except zeep.exceptions.Fault as fault:
            return self.refused(fault)
        raise AssertionError("the spoiled request was answered")

    def refused(self, fault):
        """The fault as Refused; every fault of ours carries FaultDetails."""
        if fault.detail is None or len(fault.detail) != 1:
            raise AssertionError(f"a fault without FaultDetails: {fault.message}")
        return Refused(fault, self.client.wsdl.types.deserialize(fault.detail[0]))
