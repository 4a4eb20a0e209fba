"""What every client does, as lines (see flat): every operation with both headers, faults, what is optional, 1 MB, a hundred calls."""

from desk import PATHS
from exchange import (CITIZEN, FOREIGN_CITIZEN, FUND, JOB_CENTRE, JOBNET, MUNICIPALITY, OTHER_FUND, OTHER_JOB_CENTRE, PDF, REPLY, STAR, TEXT, TITLE,
                      UNKNOWN_CITIZEN, UNKNOWN_CV_NUMBER, UNKNOWN_GUID, XML, citizen, company, item, offer)
from flat import escape

MOMENT = "2026-03-01T12:00:00Z"
LARGE = b"%PDF-1.4\n" + bytes(range(256)) * 4096 + b"\n%%EOF\n"
HUNDRED = "hundred"
CORE = ("CitizenMessageService", "CodeListService")
NO_QUEUE = (*CORE, "JobnetCitizenMessageService")
SERVICES = (*NO_QUEUE, "WsrmService", "WsrmMessageService")
ON_JOBNET = ("CV1002", "Caja Ødegaard Test")  # nobody else writes to this citizen, nor to OTHER_JOB_CENTRE


class Script:
    """Collects the lines; files hold the documents."""

    def __init__(self, folder):
        self.folder = folder
        self.lines = []

    def call(self, service, name, organisation, operation, body=None, leave_out=None, keep=None, repeat=None, email=True, sequence=None):
        self.line("call", name, PATHS[service], operation)
        if repeat:
            self.line("repeat", repeat)
        headers = organisation.headers()
        headers["RequestUserMetadataHeader"]["RegistrationDateTime"] = Time(MOMENT)
        if not email:
            del headers["RequestUserMetadataHeader"]["RequestUserStructure"]["UserEmail"]
        for header in headers:
            if header != leave_out:
                self.leaves("header", header, headers[header])
        if sequence:
            self.leaves("header", "SequenceRequest", {"Identifier": sequence})
        for key, value in (body or {}).items():
            self.leaves("body", key, value)
        for key, path in (keep or {}).items():
            self.line("keep", key, path)

    def leaves(self, word, path, value):
        if isinstance(value, dict):
            for name, child in value.items():
                self.leaves(word, f"{path}.{name}", child)
        elif isinstance(value, list):
            for index, child in enumerate(value):
                self.leaves(word, f"{path}[{index}]", child)
        elif isinstance(value, bool):
            self.line(word, path, "bool", "true" if value else "false")
        elif isinstance(value, int):
            self.line(word, path, "int", value)
        elif isinstance(value, bytes):
            file = self.folder / f"{len(list(self.folder.iterdir()))}.bytes"
            file.write_bytes(value)
            self.line(word, path, "file", file)
        else:
            self.line(word, path, {Time: "time", Date: "date"}.get(type(value), "text"), escape(value))

    def line(self, *words):
        self.lines.append("\t".join(str(word) for word in words))


class Time(str):
    pass


class Date(str):
    pass


def steps(folder, repeat=100, services=SERVICES):
    """The lines; the documents are written into the folder. The services are the first of SERVICES, or all."""
    script = Script(folder)
    messages(script)
    if services[len(CORE):]:
        jobnet(script)
    if services == SERVICES:
        queue(script)
    code_lists(script, repeat)
    return script.lines


def messages(script):
    def call(*args, **other):
        script.call("CitizenMessageService", *args, **other)

    citizen = {"PersonCivilRegistrationIdentifier": CITIZEN}
    thread = {**citizen, "CitizenMessageThreadIdentifier": "$thread"}
    recommendation = {
        "FromUser": FUND.caseworker(), "ToUser": JOB_CENTRE.caseworker(), **citizen, "CitizenMessageChannelTypeIdentifier": item(4),
        "CitizenMessageContextTypeIdentifier": item(11), "ReplyAllowed": True, "MessageTitle": TITLE, "MessageText": TEXT,
    }
    two = [document("indstilling.pdf", "application/pdf", PDF), document("plan.xml", "application/xml", XML)]
    first = "CitizenMessageTypeCollection.CitizenMessageType[0].CitizenMessageDocumentInformationCollection.CitizenMessageDocumentInformation"
    call("create", FUND, "CreateMessage", {**recommendation, "CitizenMessageDocumentCollection": {"CitizenMessageDocument": two}},
         keep={"message": "ServiceReceipt.MessageIdentifier", "thread": "CitizenMessageThreadIdentifier"})
    call("messages", FUND, "GetMessages", thread, keep={f"document{n}": f"{first}[{n}].CitizenMessageDocumentIdentifier" for n in (0, 1)})
    for n in (0, 1):
        call(f"document {n}", FUND, "GetCitizenMessageDocument", {**citizen, "CitizenMessageDocumentIdentifier": f"$document{n}"})
    call("inbox", JOB_CENTRE, "GetAuthorityMessages", {"CitizenMessageThreadIdentifier": "$thread", "UnreadOnly": True})
    call("mark as read", JOB_CENTRE, "MarkMessageAsRead", {**citizen, "CitizenMessageIdentifier": "$message"})
    call("empty inbox", JOB_CENTRE, "GetAuthorityMessages", {"CitizenMessageThreadIdentifier": "$thread", "UnreadOnly": True})
    call("reply", JOB_CENTRE, "CreateMessageReply", {"FromUser": JOB_CENTRE.caseworker(), **thread, "MessageText": REPLY})
    call("thread", FUND, "GetMessageThread", thread)
    every = {**citizen, "CitizenMessageContextTypeIdentifier": item(11), "CitizenMessageChannelTypeIdentifier": item(4),
             "CitizenMessageThreadIdentifier": "$thread", "FromDateTime": Time("2020-01-01T00:00:00Z"),
             "ToDateTime": Time("2100-01-01T00:00:00Z"), "UnreadOnly": False, "MaxCount": 1}
    call("every filter", FUND, "GetMessages", every, keep={"token": "ContinuationToken"})
    call("next page", FUND, "GetMessages", {**every, "ContinuationToken": "$token"})
    call("no part in it", MUNICIPALITY, "GetMessages", thread)
    call("take back", FUND, "RectifyMessage", {**citizen, "CitizenMessageIdentifier": "$message", "RectificationReason": "Forkert borger"})
    call("taken back", FUND, "GetMessageThread", thread)
    call("nothing optional", FUND, "CreateMessage", {**recommendation, "ReplyAllowed": False}, email=False,
         keep={"thread": "CitizenMessageThreadIdentifier"})
    call("nothing optional in the answer", FUND, "GetMessages", thread, email=False)
    large = [document("stor.pdf", "application/pdf", LARGE)]
    call("1 MB in", FUND, "CreateMessage", {**recommendation, "CitizenMessageDocumentCollection": {"CitizenMessageDocument": large}},
         keep={"thread": "CitizenMessageThreadIdentifier"})
    call("1 MB stored", FUND, "GetMessages", thread, keep={"document": f"{first}[0].CitizenMessageDocumentIdentifier"})
    call("1 MB out", FUND, "GetCitizenMessageDocument", {**citizen, "CitizenMessageDocumentIdentifier": "$document"})
    call("fault: unknown citizen", STAR, "GetMessages", {"PersonCivilRegistrationIdentifier": UNKNOWN_CITIZEN})
    call("fault: unknown message", FUND, "MarkMessageAsRead", {**citizen, "CitizenMessageIdentifier": UNKNOWN_GUID})
    call("header fault: no organisation", FUND, "GetMessages", citizen, leave_out="ActiveOrganisationHeader")
    call("header fault: no user", FUND, "GetMessages", citizen, leave_out="RequestUserMetadataHeader")


def jobnet(script):
    def call(name, operation, body, **other):
        script.call("JobnetCitizenMessageService", f"jobnet: {name}", JOBNET, operation, body, **other)

    about = {"CvCustomerIdentifier": ON_JOBNET[0]}
    thread = {**about, "CitizenMessageThreadIdentifier": "$thread"}
    unread = "CitizenMessageInfo.CitizenMessageTypeCollection.CitizenMessageType[0].CitizenMessageDocumentInformationCollection"
    call("create", "CreateMessage", offer("1000000001", **about, ToUser=citizen(*ON_JOBNET)),
         keep={"message": "ServiceReceipt.MessageIdentifier", "thread": "CitizenMessageThreadIdentifier"})
    call("unread", "GetUnreadMessages", about, keep={"document": f"{unread}.CitizenMessageDocumentInformation[0].CitizenMessageDocumentIdentifier"})
    call("document", "GetCitizenMessageDocument", {**about, "CitizenMessageDocumentIdentifier": "$document"})
    call("mark as read", "MarkMessageAsRead", {**about, "CitizenMessageIdentifier": "$message"})
    call("nothing unread", "GetUnreadMessages", about)
    call("reply", "CreateMessageReply", {"FromUser": citizen(*ON_JOBNET), **thread, "MessageText": REPLY})
    call("thread", "GetMessageThread", thread)
    call("messages", "GetMessages", {**thread, "MaxCount": 500})
    call("replies of another unit", "GetCompanyReplies", {"CompanyIdentifier": company("0000000000")})
    script.call("JobnetCitizenMessageService", "fault: unknown CV number", JOBNET, "GetUnreadMessages", {"CvCustomerIdentifier": UNKNOWN_CV_NUMBER})


def queue(script):
    """A message to a job centre that nobody else writes to; at the end its queue is empty again, so that every client finds the same."""
    def call(name, operation, body=None, **other):
        script.call("WsrmService", name, OTHER_JOB_CENTRE, operation, body, **other)

    script.call("CitizenMessageService", "queue: a message", OTHER_FUND, "CreateMessage", {
        "FromUser": OTHER_FUND.caseworker(), "ToUser": OTHER_JOB_CENTRE.caseworker(), "PersonCivilRegistrationIdentifier": FOREIGN_CITIZEN,
        "CitizenMessageChannelTypeIdentifier": item(4), "CitizenMessageContextTypeIdentifier": item(1), "ReplyAllowed": False,
        "MessageTitle": TITLE, "MessageText": TEXT})
    call("queue: open", "CreateSequence", keep={"sequence": "Identifier"})
    script.call("WsrmMessageService", "queue: events", OTHER_JOB_CENTRE, "GetCitizenMessageEventVersion1", sequence="$sequence")
    call("queue: give back", "CloseSequence", {"Identifier": "$sequence"})
    call("queue: open again", "CreateSequence", keep={"sequence": "Identifier"})
    call("queue: acknowledge", "TerminateSequence", {"Identifier": "$sequence"})
    call("fault: no sequence", "TerminateSequence", {"Identifier": "$sequence"})


def code_lists(script, repeat):
    def call(*args, **other):
        script.call("CodeListService", *args, **other)

    for name in LISTS:
        call(f"list {name}", FUND, f"Get{name}CodeList")
    call("list by name", FUND, "GetCodeList", {"CodeListName": "CitizenMessageContextTypeIdentifier"})
    call("list on a day", FUND, "GetCodeList", {"CodeListName": "CitizenMessageContextTypeIdentifier", "ValidOn": Date("2023-06-30")})
    call("names", FUND, "GetCodeListNames")
    call("fault: unknown list", FUND, "GetCodeList", {"CodeListName": "NoSuchList"})
    if repeat:
        call(HUNDRED, FUND, "GetCodeListNames", repeat=repeat)


LISTS = ("CitizenMessageContextTypeIdentifier", "CitizenMessageChannelTypeIdentifier", "CitizenMessageUserTypeIdentifier",
         "CitizenMessageStatusTypeIdentifier", "OrganisationTypeIdentifier", "RequestUserTypeIdentifier", "InterviewTypeIdentifier",
         "InterviewContactTypeIdentifier", "ParticipationStatusTypeIdentifier")


def document(name, media_type, content):
    return {"DocumentName": name, "DocumentMediaType": media_type, "DocumentContent": content}
