//! Rectification: what goes, what stays, and who wins when two come at once.

use std::thread;
use std::time::Duration;

use dialogmodul::domain::*;
use dialogmodul::error::Error;

use super::people::*;
use crate::on_each_engine;
use crate::support;
use crate::support::database::{Database, Kind, Plain};

fn refused(result: Result<(), Error>) -> Refusal {
    match result {
        Err(Error::Refused(refusal)) => refusal,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

/// Rectifies past the repository, as another process in the middle of its transaction.
fn rectify_in_plain_sql(plain: &mut Plain, message: &Message) {
    let (citizen, id, thread) = (plain.id(message.citizen.0), plain.id(message.id.0), plain.id(message.thread.0));
    plain.begin();
    let at = match plain {
        Plain::Sqlite(_) => "0",
        Plain::Postgres(connection) => {
            diesel::connection::SimpleConnection::batch_execute(
                connection,
                &format!("SELECT 1 FROM thread WHERE citizen = {citizen} AND id = {thread} FOR NO KEY UPDATE"),
            )
            .unwrap();
            "now()"
        }
    };
    plain
        .execute(&format!("INSERT INTO rectification VALUES ({citizen}, {id}, '2/81', 'x', {at})"))
        .unwrap();
}

on_each_engine! {
    /// M11: title, text, file names and documents are gone from the tables; the marker with who and why stays.
    fn m11_rectification_takes_the_content_away(database: &Database) {
        let repository = database.repository();
        repository.load_demo().unwrap();
        let document = pdf("a");
        let sent = sent(&repository, std::slice::from_ref(&document));
        repository.commit(rectifying(&sent)).wait().unwrap();
        for viewer in [fund(), job_centre()] {
            let read = repository.reader().message(sent.citizen, sent.id, Some(&Viewer::from(&viewer))).unwrap().unwrap();
            assert!(read.title.is_none() && read.text.is_none() && read.documents.is_empty());
            assert_eq!(read.history.rectified_at, Some(minutes_later(5)));
        }
        assert!(matches!(repository.reader().document(sent.citizen, document.id).unwrap(), Some((_, None))));
        let counts = database.counts();
        assert_eq!(["message_content", "document_name", "document_content"].map(|table| counts[table]), [0, 0, 0]);
        assert_eq!(["message", "document", "rectification"].map(|table| counts[table]), [1, 1, 1]);
        let marker = database.connection().texts("SELECT rectified_by || ': ' || reason AS value FROM rectification");
        assert_eq!(marker, ["2/81: Sendt til forkert borger"]);
    }

    /// M11: a second rectification is refused, also when both come in the same batch; of an unknown message too.
    fn m11_a_message_is_rectified_once(database: &Database) {
        let repository = database.repository();
        repository.load_demo().unwrap();
        let first = sent(&repository, &[]);
        let second = sent(&repository, &[]);
        repository.commit(rectifying(&first)).wait().unwrap();
        assert_eq!(refused(repository.commit(rectifying(&first)).wait()), Refusal::UnknownIdentifier);
        assert_eq!(refused(repository.commit(rectifying(&letter(first.citizen))).wait()), Refusal::UnknownIdentifier);
        let commits: Vec<_> = (0..8).map(|_| repository.commit(rectifying(&second))).collect();
        let answers: Vec<_> = commits.into_iter().map(|commit| commit.wait().is_ok()).collect();
        assert_eq!(answers, [true, false, false, false, false, false, false, false]);
        assert_eq!(database.count("rectification"), 2);
        assert_eq!(database.count("audit_record"), 4, "a refused unit leaves nothing");
    }

    /// M11: a rectified first message closes its thread; a rectified reply does not.
    fn m11_a_rectified_first_message_closes_its_thread(database: &Database) {
        let repository = database.repository();
        repository.load_demo().unwrap();
        let first = sent(&repository, &[]);
        let reply = answer(&first);
        repository.commit(sending(&reply, &[])).wait().unwrap();
        repository.commit(rectifying(&reply)).wait().unwrap();
        repository.commit(sending(&answer(&first), &[])).wait().unwrap();
        repository.commit(rectifying(&first)).wait().unwrap();
        assert_eq!(refused(repository.commit(sending(&answer(&first), &[])).wait()), Refusal::ThreadClosed);
        assert_eq!(refused(repository.commit(sending(&answer(&letter(first.citizen)), &[])).wait()), Refusal::ThreadClosed);
    }

    /// M11: two processes that rectify the same messages at the same time: each message is rectified by exactly one of them.
    fn m11_two_processes_cannot_both_rectify(database: &Database) {
        let ours = database.repository();
        ours.load_demo().unwrap();
        let messages: Vec<Message> = (0..40).map(|_| sent(&ours, &[])).collect();
        let theirs = database.repository();
        let won: Vec<usize> = thread::scope(|scope| {
            let rectify = |repository| {
                let messages = &messages;
                scope.spawn(move || messages.iter().filter(|message| repository_accepts(repository, message)).count())
            };
            [rectify(&ours), rectify(&theirs)].map(|thread| thread.join().unwrap()).to_vec()
        });
        assert_eq!(won.iter().sum::<usize>(), messages.len());
        assert_eq!(database.count("rectification"), 40);
    }

    /// M11: a reply waits for another process that is just rectifying the first message, and is then refused.
    fn m11_a_reply_waits_for_a_rectification_under_way(database: &Database) {
        let repository = database.repository();
        repository.load_demo().unwrap();
        let first = sent(&repository, &[]);
        let mut other = database.connection();
        rectify_in_plain_sql(&mut other, &first);
        let reply = repository.commit(sending(&answer(&first), &[]));
        thread::sleep(Duration::from_millis(300));
        other.execute("COMMIT").unwrap();
        assert_eq!(refused(reply.wait()), Refusal::ThreadClosed);
        assert_eq!(database.count("message"), 1);
    }

    /// M12: the same bytes are stored once per citizen, and stay as long as one message of the citizen needs them.
    fn m12_shared_content_stays_until_its_last_message_goes(database: &Database) {
        let repository = database.repository();
        repository.load_demo().unwrap();
        let documents = [pdf("same"), pdf("same"), pdf("same")];
        let first = sent(&repository, &documents[..2]);
        let second = sent(&repository, &documents[2..]);
        let other = Message { citizen: citizen(&repository, "2304780009").key, ..letter(first.citizen) };
        repository.commit(sending(&other, &[pdf("same")])).wait().unwrap();
        assert_eq!((database.count("document"), database.count("document_content")), (4, 2));
        let bytes = |document| repository.reader().document(first.citizen, document).unwrap().unwrap().1;
        repository.commit(rectifying(&first)).wait().unwrap();
        assert_eq!((bytes(documents[0].id), bytes(documents[2].id)), (None, Some(documents[2].content.to_vec())));
        repository.commit(rectifying(&second)).wait().unwrap();
        assert_eq!((bytes(documents[2].id), database.count("document_content")), (None, 1));
    }

    /// M12: content that another process takes away while it is sent again is there afterwards.
    fn m12_content_sent_again_survives_a_removal_under_way(database: &Database) {
        let repository = database.repository();
        repository.load_demo().unwrap();
        let first = sent(&repository, &[pdf("same")]);
        let mut other = database.connection();
        rectify_in_plain_sql(&mut other, &first);
        other.execute("DELETE FROM document_name; DELETE FROM document_content").unwrap();
        let again = pdf("same");
        let message = letter(alma(&repository));
        let commit = repository.commit(sending(&message, std::slice::from_ref(&again)));
        thread::sleep(Duration::from_millis(300));
        other.execute("COMMIT").unwrap();
        commit.wait().unwrap();
        let (_, bytes) = repository.reader().document(message.citizen, again.id).unwrap().unwrap();
        assert_eq!(bytes.as_ref(), Some(&*again.content));
    }
}

fn repository_accepts(repository: &dialogmodul::repository::Repository, message: &Message) -> bool {
    match repository.commit(rectifying(message)).wait() {
        Ok(()) => true,
        Err(Error::Refused(Refusal::UnknownIdentifier)) => false,
        Err(other) => panic!("{other}"),
    }
}

/// M12: the other order on PostgreSQL: a rectification waits for a message that is just being stored with the same bytes.
#[test]
fn m12_a_rectification_waits_for_content_being_stored_on_postgres() {
    if support::database::postgres_is_missing() {
        return;
    }
    let database = Database::new(Kind::Postgres);
    let repository = database.repository();
    repository.load_demo().unwrap();
    let first = sent(&repository, &[pdf("same")]);
    let (mut other, second, third) = (database.connection(), pdf("same"), letter(first.citizen));
    let (citizen, message, document) = (other.id(first.citizen.0), other.id(third.id.0), other.id(second.id.0));
    other.begin();
    other.execute("SELECT 1 FROM document_content FOR KEY SHARE").unwrap();
    other
        .execute(&format!(
            "INSERT INTO document SELECT {citizen}, {document}, {message}, media_type, size, sha256 FROM document LIMIT 1"
        ))
        .unwrap();
    other
        .execute(&format!("INSERT INTO document_name VALUES ({citizen}, {document}, 'a.pdf')"))
        .unwrap();
    let commit = repository.commit(rectifying(&first));
    thread::sleep(Duration::from_millis(300));
    other.execute("COMMIT").unwrap();
    commit.wait().unwrap();
    assert_eq!(database.count("document_content"), 1);
}
