"""Doubt: does the oracle see what it is there to see? An archive is damaged in every way the others look for, and each must be reported."""

import contextlib
import sqlite3
import time

from load import Crowd
from oracle import judge
from world import Server

ANY = "(SELECT message FROM message_content ORDER BY message DESC LIMIT 1 OFFSET 3)"
MAIL = "(SELECT id FROM message WHERE channel = 1 LIMIT 1)"
# what is done to the archive, and how the report begins
DAMAGES = {
    "a message and all that hangs on it is gone": ("lost", "; ".join(f"DELETE FROM {table} WHERE {column} = {ANY}" for table, column in [
        ("message", "id"), ("document", "message"), ("delivery", "message"), ("queue_event", "message"), ("message_content", "message")])),
    "a text is gone": ("partial", f"DELETE FROM message_content WHERE message = {ANY}"),
    "a text is another": ("altered", f"UPDATE message_content SET text = 'x' WHERE message = {ANY}"),
    "a thread is gone": ("partial", f"DELETE FROM thread WHERE id = (SELECT thread FROM message WHERE id = {ANY})"),
    "bytes of a document are gone": ("partial", "DELETE FROM document_content WHERE rowid = (SELECT max(rowid) FROM document_content)"),
    "a document is gone": ("partial", "DELETE FROM document WHERE id = (SELECT document FROM document_name LIMIT 1)"),
    "an event is gone": ("lost", "DELETE FROM queue_event WHERE kind = 2 AND position = (SELECT max(position) FROM queue_event WHERE kind = 2)"),
    "an event is there twice": ("duplicate", "CREATE TABLE twice AS SELECT * FROM queue_event WHERE kind = 2 LIMIT 1; UPDATE twice SET "
                                "position = 1000000; INSERT INTO queue_event SELECT * FROM twice"),
    "a delivery waits nowhere": ("partial", f"DELETE FROM outbox WHERE message = {MAIL}; DELETE FROM delivery_outcome WHERE message = {MAIL}"),
    "a reading is gone": ("lost", "DELETE FROM reading"),
    "an unread message is not listed": ("partial: the list of the unread", "DELETE FROM __unread WHERE message = (SELECT max(message) FROM __unread)"),
    "a rectification is gone": ("lost", "DELETE FROM rectification"),
    "a message is there twice": ("duplicate", "CREATE TABLE twice AS SELECT * FROM message_content LIMIT 1; UPDATE twice SET message = x'00'; "
                                 "INSERT INTO message_content SELECT * FROM twice"),
    "an audit record is gone": ("audit", "DELETE FROM audit_record WHERE number = 2"),
    "the end of the audit is gone": ("audit", "DELETE FROM audit_record WHERE number = (SELECT max(number) FROM audit_record)"),
}


def run(archive, cycles, seed, progress):
    archive.fresh()
    server = Server(archive.program, archive.url)
    server.start()
    crowd = Crowd(server.port, seed)
    crowd.start()
    time.sleep(2)
    while not {"email", "reply", "read", "rectify"} <= {call.kind for call in crowd.journal.calls}:
        time.sleep(0.1)
    crowd.stop()
    crowd.settle()
    server.stop()
    progress.wrong(judge(archive, crowd.journal, settled=True))
    whole, progress.total = archive.path.read_bytes(), len(DAMAGES)
    for name, (reported, damage) in DAMAGES.items():
        archive.empty()
        archive.path.write_bytes(whole)
        with contextlib.closing(sqlite3.connect(archive.path)) as connection:
            triggers = [row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'")]
            connection.executescript("".join(f"DROP TRIGGER {trigger};" for trigger in triggers) + damage)
            connection.executescript("DROP TABLE IF EXISTS twice")
        problems = judge(archive, crowd.journal, settled=True)
        if not any(problem.startswith(reported) for problem in problems):
            progress.wrong([f"{name}: the oracle said {problems[:3]}"])
        progress.step(f"{name}: {len(problems)} reported")
    return f"{len(DAMAGES)} kinds of damage, each reported"
