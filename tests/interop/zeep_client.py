"""An independent client: zeep reads the served WSDLs and calls every operation of every service.

Usage: zeep_client.py BASE_URL, for example http://127.0.0.1:8080. The server holds the demo data and lets the caller act for every
demo organisation. Runs again and again against the same server: each run only looks at the messages it made.
"""

import datetime
import random
import sys
import urllib.parse

import requests

from desk import PATHS, TIMEOUT, Desk, Refused
from exchange import (CITIZEN, CV_NUMBER, FOREIGN_CITIZEN, FUND, JOB_CENTRE, JOBNET, MUNICIPALITY, PDF, REPLY, STAR, TEXT, TITLE, UDK,
                      UNKNOWN_CITIZEN, UNKNOWN_CV_NUMBER, UNKNOWN_GUID, XML, citizen, company, documents, employer, item, offer,
                      recommendation)
from report import Report, holds, same

GET = {"PersonCivilRegistrationIdentifier": CITIZEN}


def main(base):
    base = base.rstrip("/")
    report = Report()
    desks = {}
    for name in PATHS:
        descriptions(report, base, name)
        with report.check(f"zeep calls {name} where it was asked for"):
            desks[name] = Desk(base + PATHS[name] + "?wsdl", base + PATHS[name])
    messages = desks.get("CitizenMessageService")
    if messages:
        recommendation_and_reply(report, messages)
        refusals(report, messages)
        header_faults(report, messages)
        spoiled_requests(report, messages)
        every_operation_called(report, messages)
    if jobnet := desks.get("JobnetCitizenMessageService"):
        employer_and_citizen(report, jobnet)
        refusals_on_jobnet(report, jobnet)
        every_operation_called(report, jobnet)
    if lists := desks.get("CodeListService"):
        code_lists(report, lists)
        every_operation_called(report, lists)
    return report.verdict()


def descriptions(report, base, name):
    operations = {}
    for query in ("?wsdl", "?WSDL", "?singleWsdl"):
        with report.check(f"zeep reads {name}{query}"):
            desk = Desk(base + PATHS[name] + query)
            operations[query] = sorted(desk.operations)
            same(urllib.parse.urlsplit(desk.served_address).path, PATHS[name], "the path of the served address")
            holds("dialogmodul.invalid" not in desk.served_address, "the address is still the placeholder")
    with report.check(f"all descriptions of {name} have the same operations"):
        same(len(operations), 3, "the number of descriptions")
        same(operations["?singleWsdl"], operations["?wsdl"], "the list of operations")
        same(operations["?WSDL"], operations["?wsdl"], "the list of operations")
    with report.check(f"{name}?wsdl is the same bytes each time and answers HEAD"):
        first, second = (requests.get(base + PATHS[name] + "?wsdl", timeout=TIMEOUT) for _ in range(2))
        same(first.content, second.content, "the description")
        same(requests.head(base + PATHS[name] + "?wsdl", timeout=TIMEOUT).status_code, 200, "the status of HEAD")


def recommendation_and_reply(report, desk):
    """An a-kasse recommends an offer, the job centre answers; then the a-kasse takes the message back."""
    created = sent = received = None

    with report.check("CreateMessage gives a receipt and a thread"):
        created = desk.call(FUND, "CreateMessage", recommendation())
        same(len(created.ServiceReceipt.MessageIdentifier), 36, "the length of the identifier")
        same(len(created.CitizenMessageThreadIdentifier), 36, "the length of the identifier")
        age = datetime.datetime.now(datetime.timezone.utc) - aware(created.ServiceReceipt.EventDate)
        holds(abs(age) < datetime.timedelta(minutes=5), f"EventDate is {age} old")
    if created is None:
        return
    message, thread = created.ServiceReceipt.MessageIdentifier, created.CitizenMessageThreadIdentifier
    in_thread = {**GET, "CitizenMessageThreadIdentifier": thread}

    with report.check("GetMessages shows the sender what was sent"):
        (sent,) = listed(desk.call(FUND, "GetMessages", in_thread))
        same(sent.CitizenMessageIdentifier, message, "the identifier")
        same(sent.CitizenMessageContextTypeIdentifier.CodeListItemIdentifier, 11, "the context")
        same(sent.CitizenMessageChannelTypeIdentifier.CodeListItemIdentifier, 4, "the channel")
        same(sent.PersonCivilRegistrationIdentifier, CITIZEN, "the citizen")
        same(sent.FromUser.OrganisationCode, FUND.code, "the sender")
        same(sent.FromUser.FullName, "Sara Sagsbehandler", "the sender's name")
        same(sent.ToUser.OrganisationTypeIdentifier.CodeListItemIdentifier, JOB_CENTRE.kind, "the recipient's type")
        same(sent.ToUser.OrganisationCode, JOB_CENTRE.code, "the recipient")
        same((sent.ReplyAllowed, sent.ContentVisible, sent.InReplyToIdentifier), (True, True, None), "reply, visible, in reply to")
        same(sent.MessageTitle, TITLE, "the title")
        same(sent.MessageText, TEXT, "the text")
    with report.check("the documents come back byte for byte"):
        found = sent.CitizenMessageDocumentInformationCollection.CitizenMessageDocumentInformation
        same([(d.DocumentName, d.DocumentMediaType, d.DocumentSize) for d in found],
             [("indstilling.pdf", "application/pdf", len(PDF)), ("plan.xml", "application/xml", len(XML))], "the documents")
        for information, content in zip(found, (PDF, XML)):
            request = {**GET, "CitizenMessageDocumentIdentifier": information.CitizenMessageDocumentIdentifier}
            for organisation in (FUND, JOB_CENTRE):
                holds(desk.call(organisation, "GetCitizenMessageDocument", request) == content, f"{information.DocumentName} came back changed")
    with report.check("GetAuthorityMessages: the recipient finds it unread in its inbox"):
        inbox = {"CitizenMessageThreadIdentifier": thread, "CitizenMessageContextTypeIdentifier": item(11), "UnreadOnly": True}
        (received,) = listed(desk.call(JOB_CENTRE, "GetAuthorityMessages", inbox))
        same((received.CitizenMessageIdentifier, received.MessageText), (message, TEXT), "the message")
    with report.check("MarkMessageAsRead takes it out of the unread ones"):
        receipt = desk.call(JOB_CENTRE, "MarkMessageAsRead", {**GET, "CitizenMessageIdentifier": message})
        same(receipt.MessageIdentifier, message, "the receipt")
        same(listed(desk.call(JOB_CENTRE, "GetAuthorityMessages", inbox)), [], "the unread messages")
    with report.check("an authority without a part in the thread sees the message and not its content"):
        (row,) = listed(desk.call(MUNICIPALITY, "GetMessages", in_thread))
        same((row.CitizenMessageIdentifier, row.ContentVisible), (message, False), "message and visible")
        same((row.MessageTitle, row.MessageText, row.CitizenMessageDocumentInformationCollection), (None, None, None), "the content")
    with report.check("CreateMessageReply answers in the thread, in order"):
        reply = desk.call(JOB_CENTRE, "CreateMessageReply", {**in_thread, "FromUser": JOB_CENTRE.caseworker(), "MessageText": REPLY})
        shown = desk.call(FUND, "GetMessageThread", in_thread)
        same([m.CitizenMessageIdentifier for m in thread_of(shown)], [message, reply.MessageIdentifier], "the thread")
        same(thread_of(shown)[1].InReplyToIdentifier, message, "in reply to")
        same(thread_of(shown)[1].MessageText, REPLY, "the text of the reply")
    with report.check("a page holds one message and the next goes on"):
        seen, token = [], None
        for _ in range(10):
            page = desk.call(FUND, "GetMessages", {**in_thread, "MaxCount": 1, "ContinuationToken": token})
            seen += [m.CitizenMessageIdentifier for m in listed(page)]
            if not (token := page.ContinuationToken):
                break
        same(sorted(seen), sorted([message, reply.MessageIdentifier]), "the pages together")
    with report.check("RectifyMessage removes the content for everybody (8103, 4589)"):
        rectify = {**GET, "CitizenMessageIdentifier": message, "RectificationReason": "Sendt på den forkerte borger"}
        same(desk.call(FUND, "RectifyMessage", rectify).MessageIdentifier, message, "the receipt")
        for organisation in (FUND, JOB_CENTRE):
            rows = listed(desk.call(organisation, "GetMessages", in_thread))
            (row,) = [r for r in rows if r.CitizenMessageIdentifier == message]
            same((row.CitizenMessageStatusTypeIdentifier.CodeListItemIdentifier, row.MessageText), (5, None), "status and text")
        document = sent.CitizenMessageDocumentInformationCollection.CitizenMessageDocumentInformation[0].CitizenMessageDocumentIdentifier
        refused(desk, FUND, "GetCitizenMessageDocument", {**GET, "CitizenMessageDocumentIdentifier": document}, 8103)
        refused(desk, FUND, "RectifyMessage", rectify, 4589)
    with report.check("a thread whose first message was taken back takes no more replies"):
        request = {**in_thread, "FromUser": JOB_CENTRE.caseworker(), "MessageText": REPLY}
        holds(refused(desk, JOB_CENTRE, "CreateMessageReply", request) > 0, "the fault has a code")


def refusals(report, desk):
    def expect(sentence, code, organisation, operation, request):
        with report.check(f"{sentence} is refused with {code}"):
            refused(desk, organisation, operation, request, code)

    def other_citizen(cpr):
        return {"PersonCivilRegistrationIdentifier": cpr}

    expect("an unknown citizen", 1010, STAR, "GetMessages", other_citizen(UNKNOWN_CITIZEN))
    expect("a member of another a-kasse", 4857, FUND, "GetMessages", other_citizen(FOREIGN_CITIZEN))
    expect("a citizen of another job centre", 6005, JOB_CENTRE, "GetMessages", other_citizen(FOREIGN_CITIZEN))
    expect("an organisation without the right", 4575, UDK, "GetMessages", GET)
    expect("an organisation without the right, asking for an unknown citizen,", 4575, UDK, "GetMessages", other_citizen(UNKNOWN_CITIZEN))
    expect("an unknown message", 4589, FUND, "MarkMessageAsRead", {**GET, "CitizenMessageIdentifier": UNKNOWN_GUID})
    expect("an unknown message to rectify", 4589, FUND, "RectifyMessage",
           {**GET, "CitizenMessageIdentifier": UNKNOWN_GUID, "RectificationReason": "Fejl"})
    expect("an unknown thread", 4589, FUND, "GetMessageThread", {**GET, "CitizenMessageThreadIdentifier": UNKNOWN_GUID})
    expect("a reply in an unknown thread", 4589, FUND, "CreateMessageReply",
           {**GET, "FromUser": FUND.caseworker(), "CitizenMessageThreadIdentifier": UNKNOWN_GUID, "MessageText": REPLY})
    expect("an unknown document", 4589, FUND, "GetCitizenMessageDocument", {**GET, "CitizenMessageDocumentIdentifier": UNKNOWN_GUID})
    expect("an unknown context", 2002, FUND, "CreateMessage", recommendation(CitizenMessageContextTypeIdentifier=item(999)))
    expect("a recommendation by a job centre", 4575, JOB_CENTRE, "CreateMessage", recommendation(FromUser=JOB_CENTRE.caseworker()))
    with report.check("a recommendation by SMS is refused with a code of ours"):
        holds(refused(desk, FUND, "CreateMessage", recommendation(CitizenMessageChannelTypeIdentifier=item(2))) > 90000, "the code is STAR's")
    with report.check("a document that is neither PDF nor XML is refused with a code of ours"):
        request = recommendation(CitizenMessageDocumentCollection=documents(b"GIF89a"))
        holds(refused(desk, FUND, "CreateMessage", request) > 90000, "the code is STAR's")


def employer_and_citizen(report, desk):
    """An employer writes through Jobnet, the citizen reads and replies, the company finds the reply."""
    unit = f"{random.randrange(10**10):010}"  # a company of this run's own
    about = {"CvCustomerIdentifier": CV_NUMBER}
    created = None
    with report.check("Jobnet: CreateMessage gives an employer a receipt and a thread"):
        created = desk.call(JOBNET, "CreateMessage", offer(unit))
        same((len(created.ServiceReceipt.MessageIdentifier), len(created.CitizenMessageThreadIdentifier)), (36, 36), "the identifiers")
    if created is None:
        return
    message, thread = created.ServiceReceipt.MessageIdentifier, created.CitizenMessageThreadIdentifier
    in_thread = {**about, "CitizenMessageThreadIdentifier": thread}

    def unread():
        # zeep hands out the only child of an answer in place of the answer, twice here, and reads an empty one as None.
        unread = desk.call(JOBNET, "GetUnreadMessages", about)
        return {m.CitizenMessageIdentifier: m for m in unread.CitizenMessageType} if unread else {}

    with report.check("Jobnet: the citizen finds it unread, with its content and the sender's company"):
        found = unread()[message]
        same((found.MessageText, found.CvCustomerIdentifier, found.ContentVisible), (TEXT, CV_NUMBER, True), "text, citizen, visible")
        identifier = found.FromUser.Company.CompanyIdentifier
        same((identifier.ProductionUnitIdentifier, identifier.CVRnumberIdentifier), (unit, "90000041"), "the company")
    with report.check("Jobnet: the document comes back byte for byte"):
        (document,) = found.CitizenMessageDocumentInformationCollection.CitizenMessageDocumentInformation
        request = {**about, "CitizenMessageDocumentIdentifier": document.CitizenMessageDocumentIdentifier}
        holds(desk.call(JOBNET, "GetCitizenMessageDocument", request) == PDF, "the document came back changed")
    with report.check("Jobnet: MarkMessageAsRead takes it out of the unread ones"):
        receipt = desk.call(JOBNET, "MarkMessageAsRead", {**about, "CitizenMessageIdentifier": message})
        same((receipt.MessageIdentifier, message in unread()), (message, False), "receipt and unread")
    with report.check("Jobnet: the citizen replies, and the thread has both in order"):
        reply = desk.call(JOBNET, "CreateMessageReply", {**in_thread, "FromUser": citizen(), "MessageText": REPLY})
        shown = thread_of(desk.call(JOBNET, "GetMessageThread", in_thread))
        same([m.CitizenMessageIdentifier for m in shown], [message, reply.MessageIdentifier], "the thread")
        same([m.CitizenMessageStatusTypeIdentifier.CodeListItemIdentifier for m in shown], [4, 2], "replied and delivered")
    with report.check("Jobnet: the company finds the reply, another unit of it does not"):
        (found,) = listed(desk.call(JOBNET, "GetCompanyReplies", {"CompanyIdentifier": company(unit)}))
        same((found.CitizenMessageIdentifier, found.MessageText), (reply.MessageIdentifier, REPLY), "the reply")
        same(listed(desk.call(JOBNET, "GetCompanyReplies", {"CompanyIdentifier": company("0000000000")})), [], "another unit's replies")
    with report.check("Jobnet: Mine beskeder goes on page by page"):
        seen, token = [], None
        for _ in range(10):
            page = desk.call(JOBNET, "GetMessages", {**in_thread, "MaxCount": 1, "ContinuationToken": token})
            seen += [m.CitizenMessageIdentifier for m in listed(page)]
            if not (token := page.ContinuationToken):
                break
        same(seen, [reply.MessageIdentifier, message], "the pages together")


def refusals_on_jobnet(report, desk):
    def expect(sentence, code, organisation, operation, request):
        with report.check(f"Jobnet: {sentence} is refused with {code}"):
            refused(desk, organisation, operation, request, code)

    unit = "1000000001"
    expect("an authority", 4575, FUND, "GetUnreadMessages", {"CvCustomerIdentifier": CV_NUMBER})
    expect("STAR", 4575, STAR, "GetUnreadMessages", {"CvCustomerIdentifier": CV_NUMBER})
    expect("an unknown CV number", 1010, JOBNET, "GetUnreadMessages", {"CvCustomerIdentifier": UNKNOWN_CV_NUMBER})
    expect("an unknown thread", 4589, JOBNET, "GetMessageThread",
           {"CvCustomerIdentifier": CV_NUMBER, "CitizenMessageThreadIdentifier": UNKNOWN_GUID})
    expect("a citizen who starts", 90005, JOBNET, "CreateMessage", offer(unit, FromUser=citizen()))
    expect("an employer in a context of authorities", 90021, JOBNET, "CreateMessage",
           offer(unit, CitizenMessageContextTypeIdentifier=item(1)))
    expect("an employer without a company", 90022, JOBNET, "CreateMessage", offer(unit, FromUser={**employer(unit), "Company": None}))
    expect("a caseworker", 90023, JOBNET, "CreateMessage", offer(unit, FromUser=FUND.caseworker()))


def header_faults(report, desk):
    def expect(sentence, code, headers):
        with report.check(f"{sentence}: {code}"):
            refused(desk, FUND, "GetMessages", GET, code, headers)

    def without(name):
        return {key: value for key, value in FUND.headers().items() if key != name}

    expect("no ActiveOrganisationHeader", 8232, without("ActiveOrganisationHeader"))
    expect("no RequestUserMetadataHeader", 8233, without("RequestUserMetadataHeader"))
    expect("an organisation type outside the code list", 4413, FUND.headers(kind=99))
    expect("a user type outside the code list", 8174, FUND.headers(user_type=99))

    def spoiled(sentence, code, old, new):
        with report.check(f"{sentence}: {code}"):
            same(desk.post_spoiled(FUND, "GetMessages", GET, lambda text: text.replace(old, new)).code, code, "ErrorCode")

    spoiled("an ActiveOrganisationHeader that cannot be read", 8234, f">{FUND.code}</", "></")
    spoiled("a RequestUserMetadataHeader that cannot be read", 8235, "sara@example.dk", "sara")


def spoiled_requests(report, desk):
    """What zeep would not send, and what the answers look like on HTTP."""
    def expect(sentence, code, spoil, action=None):
        with report.check(f"{sentence}: {code}"):
            fault = desk.post_spoiled(FUND, "GetMessages", GET, spoil, action)
            same(fault.code, code, "ErrorCode")
            holds(fault.faultcode.endswith(":Client"), f"faultcode is {fault.faultcode}")
            holds("9903850002" not in f"{fault.text} {fault.message}", "the fault quotes the CPR number")

    expect("a CPR number that breaks its pattern", 1001, lambda text: text.replace(CITIZEN, "9903850002"))
    expect("an unknown element", 1014, lambda text: text.replace("PersonCivil", "PersonZivil"))
    expect("a request that is not well-formed", 1014, lambda text: text.replace("PersonCivil", "PersonZivil", 1))
    expect("a document type declaration", 1014, lambda text: text.replace("?>", "?><!DOCTYPE a>", 1))
    expect("a SOAPAction of another operation", 1014, lambda text: text, desk.operations["CreateMessage"].soapaction)
    for action, sentence in ((None, "its SOAPAction"), ("", "an empty SOAPAction")):
        with report.check(f"a request with {sentence} is answered as text/xml; charset=utf-8"):
            text = desk.text(FUND, "GetMessages", GET)
            answer = desk.post("GetMessages", text, action)
            same((answer.status_code, answer.headers["Content-Type"]), (200, "text/xml; charset=utf-8"), "status and media type")
    with report.check("a fault travels on HTTP 500 as text/xml; charset=utf-8"):
        answer = desk.post("GetMessages", "<broken")
        same((answer.status_code, answer.headers["Content-Type"]), (500, "text/xml; charset=utf-8"), "status and media type")


def code_lists(report, desk):
    lists = {name.removeprefix("Get").removesuffix("CodeList"): name for name in desk.operations
             if name not in ("GetCodeList", "GetCodeListNames")}
    by_operation = {}
    with report.check("GetCodeListNames names every list that has an operation"):
        same(sorted(desk.call(FUND, "GetCodeListNames")), sorted(lists), "the names")
    for name, operation in lists.items():
        with report.check(f"{operation} answers, and GetCodeList the same by name"):
            by_operation[name] = values(desk.call(FUND, operation))
            holds(by_operation[name], "the list is empty")
            codes = [code for code, *_ in by_operation[name]]
            same(len(codes), len(set(codes)), "the number of different codes")
            same(values(desk.call(FUND, "GetCodeList", {"CodeListName": name})), by_operation[name], "the list by its name")
    with report.check("the list of contexts holds the recommendation with its interval"):
        (found,) = [v for v in by_operation["CitizenMessageContextTypeIdentifier"] if v[0] == 11]
        same(found, (11, "Indstilling om tilbud", "A-kassens indstilling om tilbud til dagpengemodtagere",
                     datetime.date(2023, 7, 1), datetime.date(2100, 7, 1)), "the item")
    with report.check("ValidOn keeps to the items in force: from the first day, not the day before"):
        for day, expected in ((datetime.date(2023, 6, 30), False), (datetime.date(2023, 7, 1), True)):
            request = {"CodeListName": "CitizenMessageContextTypeIdentifier", "ValidOn": day}
            codes = [code for code, *_ in values(desk.call(FUND, "GetCodeList", request))]
            same((1 in codes, 11 in codes), (True, expected), f"codes 1 and 11 on {day}")
    with report.check("every known organisation may read the code lists"):
        for organisation in (JOB_CENTRE, MUNICIPALITY, STAR, UDK):
            holds(desk.call(organisation, "GetCodeListNames"), "no names")
    with report.check("an unknown list is refused with 2001"):
        refused(desk, FUND, "GetCodeList", {"CodeListName": "NoSuchList"}, 2001)


def every_operation_called(report, desk):
    with report.check(f"every operation of {desk.binding.name.localname} was called"):
        same(sorted(desk.called), sorted(desk.operations), "the operations called")


def refused(desk, organisation, operation, request, code=None, headers=None):
    """The code of the fault; an answer fails the check."""
    try:
        desk.call(organisation, operation, request, headers)
    except Refused as refusal:
        if code is not None:
            same(refusal.code, code, "ErrorCode")
        holds(refusal.text and refusal.message, "the fault has no text")
        return refusal.code
    raise AssertionError("the call was answered")


def listed(page):
    # zeep reads an empty collection as None.
    collection = page.CitizenMessageTypeCollection
    return collection.CitizenMessageType if collection else []


def thread_of(shown):
    # zeep hands out the only child of an answer in place of the answer.
    return shown if isinstance(shown, list) else shown.CitizenMessageType


def values(items):
    return [(i.CodeListItemIdentifier, i.Name, i.Description, i.StartDate, i.EndDate) for i in items]


def aware(moment):
    return moment if moment.tzinfo else moment.astimezone()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
