"""Organisations of the demo data and what they say: headers, users, documents. No network here."""

import datetime

CITIZEN = "1503850002"  # a-kasse 2/81, job centre 8/90101, municipality 7/901
CV_NUMBER = "CV1000"  # the same citizen, as Jobnet names them
FOREIGN_CITIZEN = "0307880044"  # a-kasse 2/82, job centre 8/90201, municipality 7/902
UNKNOWN_CITIZEN = "0101010101"
UNKNOWN_CV_NUMBER = "CV9999"
UNKNOWN_GUID = "00000000-0000-4000-8000-000000000000"

TITLE = "Indstilling om tilbud: æøå ÆØÅ"
TEXT = "Kære jobcenter\n\nA & B < C > D \"citat\" 'apostrof' – én linje til.\n"
REPLY = "Tak, vi følger indstillingen."

PDF = b"%PDF-1.4\n" + bytes(range(256)) * 40 + b"\n%%EOF\n"
XML = '<?xml version="1.0" encoding="utf-8"?>\n<plan><mål>Arbejde</mål></plan>\n'.encode()


class Organisation:
    """On whose behalf a call is made."""

    def __init__(self, kind, code):
        self.kind = kind
        self.code = code

    def headers(self, kind=None, user_type=2):
        """Both SOAP headers; another organisation type or user type spoils them."""
        return {"ActiveOrganisationHeader": {"OrganisationTypeIdentifier": kind or self.kind, "OrganisationCode": self.code},
                "RequestUserMetadataHeader": self.metadata(user_type)}

    def metadata(self, user_type):
        return {
            "RequestUserStructure": {
                "UserFullName": "Sara Sagsbehandler",
                "RequestUserTypeIdentifier": item(user_type),
                "UserIdentifier": "RID:12345678",
                "UserEmail": "sara@example.dk",
            },
            "RequestOrganisationStructure": {
                "OrganisationTypeIdentifier": item(self.kind),
                "OrganisationCode": self.code,
            },
            "RegistrationDateTime": datetime.datetime.now(datetime.timezone.utc),
        }

    def caseworker(self):
        """The organisation as sender or recipient of a message."""
        return {
            "UserTypeIdentifier": item(2),
            "UserIdentifier": "RID:12345678",
            "FullName": "Sara Sagsbehandler",
            "OrganisationTypeIdentifier": item(self.kind),
            "OrganisationCode": self.code,
        }


FUND = Organisation(2, "81")
JOB_CENTRE = Organisation(8, "90101")
MUNICIPALITY = Organisation(7, "901")
STAR = Organisation(90, "90000051")
UDK = Organisation(92, "90000061")
JOBNET = Organisation(94, "90000071")
OTHER_FUND = Organisation(2, "82")  # of FOREIGN_CITIZEN
OTHER_JOB_CENTRE = Organisation(8, "90201")


def item(code):
    return {"CodeListItemIdentifier": code}


def company(unit, cvr="90000041"):
    """A company by both of its numbers."""
    return {"ProductionUnitIdentifier": unit, "CVRnumberIdentifier": cvr}


def employer(unit):
    """A company as sender of a message."""
    return {
        "UserTypeIdentifier": item(4),
        "UserIdentifier": "HR-1",
        "FullName": "Vera Virksomhed",
        "Company": {"CompanyIdentifier": company(unit), "CompanyContactIdentifier": UNKNOWN_GUID},
        "OrganisationTypeIdentifier": item(24),
    }


def citizen(cv_number=CV_NUMBER, name="Alma Prøve"):
    """The citizen as sender or recipient of a message."""
    return {"UserTypeIdentifier": item(1), "UserIdentifier": cv_number, "FullName": name, "OrganisationTypeIdentifier": item(94)}


def offer(unit, **other):
    """CreateMessage through Jobnet: an employer writes to the citizen."""
    return {
        "FromUser": employer(unit),
        "ToUser": citizen(),
        "CvCustomerIdentifier": CV_NUMBER,
        "CitizenMessageChannelTypeIdentifier": item(3),
        "CitizenMessageContextTypeIdentifier": item(5),
        "ReplyAllowed": True,
        "MessageTitle": "Jobtilbud: æøå",
        "MessageText": TEXT,
        "CitizenMessageDocumentCollection": documents(PDF),
        **other,
    }


def documents(*contents):
    """Documents of a message from their bytes; the first bytes tell the kind."""
    return {"CitizenMessageDocument": [
        {"DocumentName": "indstilling.pdf", "DocumentMediaType": "application/pdf", "DocumentContent": content}
        if content.startswith(b"%PDF") else
        {"DocumentName": "plan.xml", "DocumentMediaType": "application/xml", "DocumentContent": content}
        for content in contents]}


def recommendation(**other):
    """CreateMessage: the a-kasse recommends an offer to the job centre."""
    return {
        "FromUser": FUND.caseworker(),
        "ToUser": JOB_CENTRE.caseworker(),
        "PersonCivilRegistrationIdentifier": CITIZEN,
        "CitizenMessageChannelTypeIdentifier": item(4),
        "CitizenMessageContextTypeIdentifier": item(11),
        "ReplyAllowed": True,
        "MessageTitle": TITLE,
        "MessageText": TEXT,
        "CitizenMessageDocumentCollection": documents(PDF, XML),
        **other,
    }


def citizen_message_examples():
    """One request for each operation of CitizenMessageService, with every optional element."""
    now = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.timezone.utc)
    filters = {
        "CitizenMessageContextTypeIdentifier": item(11),
        "CitizenMessageChannelTypeIdentifier": item(4),
        "CitizenMessageThreadIdentifier": UNKNOWN_GUID,
        "FromDateTime": now,
        "ToDateTime": now,
        "UnreadOnly": True,
        "MaxCount": 500,
        "ContinuationToken": "x",
    }
    citizen = {"PersonCivilRegistrationIdentifier": CITIZEN}
    company = {
        "CompanyIdentifier": {"ProductionUnitIdentifier": "1000000001", "CVRnumberIdentifier": "90000041"},
        "CompanyContactIdentifier": UNKNOWN_GUID,
    }
    return {
        "CreateMessage": recommendation(FromUser={**FUND.caseworker(), "Company": company}),
        "CreateMessageReply": {**citizen, "FromUser": JOB_CENTRE.caseworker(), "CitizenMessageThreadIdentifier": UNKNOWN_GUID,
                               "MessageText": REPLY, "CitizenMessageDocumentCollection": documents(PDF)},
        "GetMessages": {**citizen, **filters},
        "GetMessageThread": {**citizen, "CitizenMessageThreadIdentifier": UNKNOWN_GUID},
        "GetAuthorityMessages": filters,
        "MarkMessageAsRead": {**citizen, "CitizenMessageIdentifier": UNKNOWN_GUID},
        "RectifyMessage": {**citizen, "CitizenMessageIdentifier": UNKNOWN_GUID, "RectificationReason": "Sendt til den forkerte"},
        "GetCitizenMessageDocument": {**citizen, "CitizenMessageDocumentIdentifier": UNKNOWN_GUID},
    }


def jobnet_examples():
    """One request for each operation of JobnetCitizenMessageService, with every optional element."""
    about = {"CvCustomerIdentifier": CV_NUMBER}
    in_thread = {**about, "CitizenMessageThreadIdentifier": UNKNOWN_GUID}
    filters = citizen_message_examples()["GetAuthorityMessages"]
    return {
        "CreateMessage": offer("1000000001"),
        "CreateMessageReply": {**in_thread, "FromUser": citizen(), "MessageText": REPLY, "CitizenMessageDocumentCollection": documents(XML)},
        "GetMessages": {**about, **filters},
        "GetMessageThread": in_thread,
        "GetUnreadMessages": about,
        "MarkMessageAsRead": {**about, "CitizenMessageIdentifier": UNKNOWN_GUID},
        "GetCitizenMessageDocument": {**about, "CitizenMessageDocumentIdentifier": UNKNOWN_GUID},
        "GetCompanyReplies": {"CompanyIdentifier": company("1000000001"), "MaxCount": 500, "ContinuationToken": "x"},
    }


def code_list_examples(operations):
    """One request for each operation of CodeListService."""
    examples = {name: {} for name in operations}
    examples["GetCodeList"] = {"CodeListName": "CitizenMessageContextTypeIdentifier", "ValidOn": datetime.date(2026, 3, 1)}
    return examples
