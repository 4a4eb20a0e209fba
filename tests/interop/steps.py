"""What every client does, as lines (see flat): every operation with both headers, faults, what is optional, 1 MB, a hundred calls."""

from desk import PATHS
from exchange import (CITIZEN, FUND, JOB_CENTRE, MUNICIPALITY, PDF, REPLY, STAR, TEXT, TITLE, UNKNOWN_CITIZEN, UNKNOWN_GUID, XML, item)
from flat import escape

MOMENT = "2026-03-01T12:00:00Z"
LARGE = b"%PDF-1.4\n" + bytes(range(256)) * 4096 + b"\n%%EOF\n"
HUNDRED = "hundred"
SERVICES = ("CitizenMessageService", "CodeListService")


class Script:
    """Collects the lines; files hold the documents."""

    def __init__(self, folder):
        self.folder = folder
        self.lines = []

    def call(self, service, name, organisation, operation, body=None, leave_out=None, keep=None, repeat=None, email=True):
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


def steps(folder, repeat=100):
    """The lines; the documents are written into the folder."""
    script = Script(folder)
    messages(script)
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
