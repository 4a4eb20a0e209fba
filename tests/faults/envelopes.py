"""What the load says and hears: requests as bytes, and the few things of an answer the journal keeps."""

import base64
import re

FUND, JOB_CENTRE = ("2", "81"), ("8", "90101")
CITIZENS = ["1503850002", "2304780009", "0706920016", "2911960023", "1205710030", "1809990037"]
MESSAGES = "/PjakTassWCFtService/2/CitizenMessageService.svc"
SEQUENCES = "/PjakTassWCFtService/3/WsrmService.svc"
EVENTS = "/PjakTassWCFtService/10/WsrmMessageService.svc"

CMS = "http://service.bm.dk/CitizenMessageService/2015/06/01/"
STRUCTURE = "http://service.bm.dk/pjaktass/2015/06/01/CitizenMessageStructure/"
ITEM = "http://service.bm.dk/pjaktass/2013/06/07/CodeListBase/"
WSRM = "http://docs.oasis-open.org/ws-rx/wsrm/200602"


def envelope(organisation, body, header=""):
    kind, code = organisation
    return f"""<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header>
<ActiveOrganisationHeader xmlns="http://rep.oio.dk/ams.dk/xml/schemas/2005/09/01/"><OrganisationTypeIdentifier>{kind}</OrganisationTypeIdentifier><OrganisationCode>{code}</OrganisationCode></ActiveOrganisationHeader>
<RequestUserMetadataHeader xmlns="http://service.bm.dk/RequestUserMetadata/2015/01/21/"><RequestUserStructure xmlns="http://service.bm.dk/pjaktass/2015/01/21/RequestUserStructure/"><UserFullName>Fejl Prøve</UserFullName><RequestUserTypeIdentifier xmlns="http://service.bm.dk/pjaktass/2015/01/21/RequestUserTypeIdentifierCodeList/"><CodeListItemIdentifier xmlns="{ITEM}">2</CodeListItemIdentifier></RequestUserTypeIdentifier><UserIdentifier>RID-{code}-1</UserIdentifier></RequestUserStructure><RequestOrganisationStructure xmlns="http://service.bm.dk/pjaktass/2015/01/21/RequestOrganisationStructure/"><OrganisationTypeIdentifier><CodeListItemIdentifier xmlns="{ITEM}">{kind}</CodeListItemIdentifier></OrganisationTypeIdentifier><OrganisationCode>{code}</OrganisationCode></RequestOrganisationStructure><RegistrationDateTime>2026-01-20T11:00:00+01:00</RegistrationDateTime></RequestUserMetadataHeader>{header}</s:Header><s:Body>{body}</s:Body></s:Envelope>""".encode()


def item(name, value, prefix=""):
    return f'<{prefix}{name}><CodeListItemIdentifier xmlns="{ITEM}">{value}</CodeListItemIdentifier></{prefix}{name}>'


def party(name, kind, identifier, full_name, organisation):
    code = f"<c:OrganisationCode>{organisation[1]}</c:OrganisationCode>" if organisation[1] else ""
    return (f'<{name} xmlns:c="{STRUCTURE}">{item("UserTypeIdentifier", kind, "c:")}<c:UserIdentifier>{identifier}</c:UserIdentifier>'
            f'<c:FullName>{full_name}</c:FullName>{item("OrganisationTypeIdentifier", organisation[0], "c:")}{code}</{name}>')


def documents(contents):
    if not contents:
        return ""
    each = "".join(f'<CitizenMessageDocument xmlns="{STRUCTURE}"><DocumentName>bilag-{number}.pdf</DocumentName>'
                   f"<DocumentMediaType>application/pdf</DocumentMediaType>"
                   f"<DocumentContent>{base64.b64encode(content).decode()}</DocumentContent></CitizenMessageDocument>"
                   for number, content in enumerate(contents))
    return f"<CitizenMessageDocumentCollection>{each}</CitizenMessageDocumentCollection>"


def create(cpr, text, contents=()):
    """The fund writes to the job centre."""
    return envelope(FUND, f'<CreateMessageRequest xmlns="{CMS}">{party("FromUser", 2, "RID-81-1", "Anne Fagsystem", FUND)}'
                          f'{party("ToUser", 2, "RID-90101-1", "Jytte Jobcenter", JOB_CENTRE)}'
                          f'<PersonCivilRegistrationIdentifier>{cpr}</PersonCivilRegistrationIdentifier>'
                          f'{item("CitizenMessageChannelTypeIdentifier", 4)}{item("CitizenMessageContextTypeIdentifier", 1)}'
                          f'<ReplyAllowed>true</ReplyAllowed><MessageTitle>Prøve</MessageTitle><MessageText>{text}</MessageText>'
                          f'{documents(contents)}</CreateMessageRequest>')


def create_email(text):
    """The job centre writes to a citizen by e-mail: a delivery and a row of the outbox come with it."""
    return envelope(JOB_CENTRE, f'<CreateMessageRequest xmlns="{CMS}">{party("FromUser", 2, "RID-90101-1", "Jytte Jobcenter", JOB_CENTRE)}'
                                f'{party("ToUser", 1, "CV1000", "Alma Prøve", ("8", ""))}'
                                f'<PersonCivilRegistrationIdentifier>{CITIZENS[0]}</PersonCivilRegistrationIdentifier>'
                                f'{item("CitizenMessageChannelTypeIdentifier", 1)}{item("CitizenMessageContextTypeIdentifier", 1)}'
                                f'<ReplyAllowed>true</ReplyAllowed><MessageTitle>Prøve</MessageTitle><MessageText>{text}</MessageText>'
                                f'</CreateMessageRequest>')


def reply(cpr, thread, text, contents=()):
    return envelope(JOB_CENTRE, f'<CreateMessageReplyRequest xmlns="{CMS}">'
                                f'{party("FromUser", 2, "RID-90101-1", "Jytte Jobcenter", JOB_CENTRE)}'
                                f'<PersonCivilRegistrationIdentifier>{cpr}</PersonCivilRegistrationIdentifier>'
                                f'<CitizenMessageThreadIdentifier>{thread}</CitizenMessageThreadIdentifier>'
                                f'<MessageText>{text}</MessageText>{documents(contents)}</CreateMessageReplyRequest>')


def about_message(organisation, operation, cpr, message, more=""):
    return envelope(organisation, f'<{operation} xmlns="{CMS}"><PersonCivilRegistrationIdentifier>{cpr}</PersonCivilRegistrationIdentifier>'
                                  f'<CitizenMessageIdentifier>{message}</CitizenMessageIdentifier>{more}</{operation}>')


def mark_read(cpr, message):
    return about_message(JOB_CENTRE, "MarkMessageAsReadRequest", cpr, message)


def rectify(cpr, message):
    return about_message(FUND, "RectifyMessageRequest", cpr, message, "<RectificationReason>Prøve</RectificationReason>")


def get_messages(cpr):
    return envelope(FUND, f'<GetMessagesRequest xmlns="{CMS}"><PersonCivilRegistrationIdentifier>{cpr}'
                          f'</PersonCivilRegistrationIdentifier></GetMessagesRequest>')


def create_sequence():
    return envelope(JOB_CENTRE, '<CreateSequenceRequest xmlns="http://service.bm.dk/WsrmService/2015/06/01/"/>')


def terminate_sequence(sequence):
    return envelope(JOB_CENTRE, '<TerminateSequenceRequest xmlns="http://service.bm.dk/WsrmService/2015/06/01/">'
                                f'<Identifier xmlns="{WSRM}">{sequence}</Identifier></TerminateSequenceRequest>')


def get_events(sequence):
    header = f'<SequenceRequest xmlns="{WSRM}"><Identifier>{sequence}</Identifier></SequenceRequest>'
    return envelope(JOB_CENTRE, '<GetCitizenMessageEventVersion1Request xmlns="http://service.bm.dk/WsrmMessageService/2015/06/01/"/>', header)


GUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"


def find_all(name, body):
    return [text for text in re.findall(rf"<(?:\w+:)?{name}>([^<]*)</", body.decode())]


def find(name, body):
    found = find_all(name, body)
    return found[0] if found else None


def guid_in(text):
    found = re.search(GUID, text)
    return found.group(0) if found else None
