"""The oracle: compares what the journal says with what the archive holds, read past the service in plain SQL.

0 acknowledged calls lost, 0 duplicates for one request id, 0 partial units, and an audit whose chains verify.
"""

import collections

MADE = ("create", "email", "reply")


def judge(archive, journal, settled, url=None, before=None):
    """What is wrong, one sentence each; nothing if all is well. With `settled`, nothing may be open any more: the archive holds
    exactly what was acknowledged. `before` limits the calls to the first so many of the journal, for a backup."""
    read = Archive(archive)
    calls = journal.calls if before is None else journal.calls[:before]
    made = [call for call in calls if call.kind in MADE]
    acknowledged = {bare(call.message): call for call in made if call.state == "acknowledged"}
    wrong = list(partial(read))
    rectified = {bare(call.about["message"]) for call in calls if call.kind == "rectify" and call.state == "acknowledged"}
    for message, call in acknowledged.items():
        if message not in read.messages:
            wrong.append(f"lost: {call.kind} {message} was acknowledged")
        elif message not in read.contents and message not in read.rectified:
            wrong.append(f"partial: {call.kind} {message} has no text")
        elif message in read.contents and read.contents[message] != call.about["text"]:
            wrong.append(f"altered: {call.kind} {message}")
        elif read.documents[message] != call.about["documents"]:
            wrong.append(f"partial: {call.kind} {message} has {read.documents[message]} documents of {call.about['documents']}")
    wrong += [f"lost: the rectification of {message}" for message in rectified - read.rectified]
    reads = {bare(call.about["message"]) for call in calls if call.kind == "read" and call.state == "acknowledged"}
    wrong += [f"lost: the reading of {message}" for message in reads - read.read]
    texts = collections.Counter(read.contents.values())
    wrong += [f"duplicate: {count} messages for one request" for count in texts.values() if count > 1]
    wrong += queue(read, journal, acknowledged, settled)
    if settled and before is None:
        wrong += [f"unexplained: message {message}" for message in read.messages.keys() - acknowledged.keys()]
        if read.answers != len(acknowledged):
            wrong.append(f"{read.answers} kept answers for {len(acknowledged)} requests")
    verified = archive.program.run(url or archive.url, "audit", "verify", check=False)
    if verified.returncode:
        wrong.append(f"audit verify: {(verified.stdout + verified.stderr).strip()[-300:]}")
    return wrong


class Archive:
    """The archive as plain data, keyed by message."""

    def __init__(self, archive):
        hexed, rows = archive.hex, archive.rows
        self.messages = {row[0]: row[1:] for row in rows(
            f"SELECT {hexed('id')}, {hexed('thread')}, in_reply_to IS NULL, document_count, channel, recipient FROM message")}
        self.threads = {row[0] for row in rows(f"SELECT {hexed('id')} FROM thread")}
        self.contents = {row[0]: row[1] for row in rows(f"SELECT {hexed('message')}, text FROM message_content")}
        self.rectified = {row[0] for row in rows(f"SELECT {hexed('message')} FROM rectification")}
        self.read = {row[0] for row in rows(f"SELECT {hexed('message')} FROM reading")}
        self.unread = {row[0] for row in rows(f"SELECT {hexed('id')} FROM message WHERE recipient NOT IN ('citizen', sender) AND NOT EXISTS "
                                              "(SELECT 1 FROM reading WHERE citizen = message.citizen AND message = message.id AND reader = recipient)")}
        self.listed = {row[0] for row in rows(f"SELECT {hexed('message')} FROM __unread")}
        self.documents = collections.Counter(row[0] for row in rows(f"SELECT {hexed('message')} FROM document"))
        self.whole_documents = collections.Counter(row[0] for row in rows(
            f"SELECT {hexed('document.message')} FROM document JOIN document_name ON document_name.citizen = document.citizen "
            "AND document_name.document = document.id JOIN document_content ON document_content.citizen = document.citizen "
            "AND document_content.sha256 = document.sha256 AND length(document_content.bytes) = document.size"))
        self.deliveries = {row[0] for row in rows(f"SELECT {hexed('message')} FROM delivery")}
        self.carried = {row[0] for row in rows(
            f"SELECT {hexed('message')} FROM outbox UNION SELECT {hexed('message')} FROM delivery_outcome")}
        self.events = collections.Counter(row[0] for row in rows(f"SELECT {hexed('message')} FROM queue_event WHERE kind IN (1, 2)"))
        self.answers = int(rows("SELECT count(*) FROM answered_request")[0][0])
        self.audited = " ".join(row[0] for row in archive.rows_of_audit("SELECT objects FROM audit_record WHERE outcome = 0")).replace("-", "")


def partial(read):
    """Units of which a part is missing."""
    for message, (thread, first, count, channel, _) in read.messages.items():
        if thread not in read.threads:
            yield f"partial: message {message} has no thread"
        if message not in read.rectified:
            if message not in read.contents:
                yield f"partial: message {message} has no text"
            if read.whole_documents[message] != int(count):
                yield f"partial: message {message} has {read.whole_documents[message]} of {count} documents"
        if channel == "1" and not (message in read.deliveries and message in read.carried):
            yield f"partial: message {message} has no delivery"
        if message not in read.audited:
            yield f"partial: message {message} has no audit record"
    for message in read.unread ^ read.listed:
        yield f"partial: the list of the unread is wrong about {message}"
    first_messages = sum(first in ("1", "t") for _, first, *_ in read.messages.values())
    if first_messages != len(read.threads):
        yield f"partial: {len(read.threads)} threads for {first_messages} first messages"


def queue(read, journal, acknowledged, settled):
    """Every message is told to the authority it is for exactly once: its event waits, or was acknowledged."""
    gone, unsure = collections.Counter(), set()
    for sequence, state in journal.sequences.items():
        events = [bare(message) for message in journal.events.get(sequence, ())]
        if state == "gone":
            gone.update(events)
        elif state == "unsure":
            unsure.update(events)
    for message, call in acknowledged.items():
        if call.kind == "email":
            continue
        waiting, told = read.events[message], gone[message]
        if waiting + told > 1:
            yield f"duplicate: the event of {message} was told {told} times and waits {waiting} times"
        elif waiting + told == 0 and (settled or message not in unsure):
            yield f"lost: the event of {message}"


def bare(identifier):
    return identifier.replace("-", "")
