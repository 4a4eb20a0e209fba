//! Reading back: what a party sees, what others see, pages, threads, the inbox.

use std::cell::Cell;

use dialogmodul::domain::*;
use dialogmodul::repository::MessageFilter;
use diesel::connection::{InstrumentationEvent, set_default_instrumentation};

use super::people::*;
use crate::on_each_engine;
use crate::support;
use crate::support::database::{Database, Kind};

fn same(read: &Message, sent: &Message) {
    assert_eq!(
        (read.id, read.thread, read.citizen, read.in_reply_to),
        (sent.id, sent.thread, sent.citizen, sent.in_reply_to)
    );
    assert_eq!(
        (read.context, read.channel, read.reply_allowed),
        (sent.context, sent.channel, sent.reply_allowed)
    );
    assert_eq!(read.created_at, sent.created_at);
    assert!(read.from == sent.from && read.to == sent.to, "a party changed on the way");
}

fn ids(messages: &[Message]) -> Vec<MessageId> {
    messages.iter().map(|message| message.id).collect()
}

on_each_engine! {
    /// M13: what was sent comes back unaltered, to the instant and the last letter; M12: documents one by one.
    fn m13_a_party_reads_what_was_sent(database: &Database) {
        let repository = database.repository();
        repository.load_demo().unwrap();
        let documents = [pdf("a"), pdf("b")];
        let sent = sent(&repository, &documents);
        let read = repository.reader().message(sent.citizen, sent.id, Some(&job_centre())).unwrap().unwrap();
        same(&read, &sent);
        assert_eq!((&read.title, &read.text), (&sent.title, &sent.text));
        assert_eq!(read.documents, [information(&documents[0]), information(&documents[1])]);
        let (of, bytes) = repository.reader().document(sent.citizen, documents[1].id).unwrap().unwrap();
        same(&of, &sent);
        assert!(of.title.is_none() && of.text.is_none());
        assert_eq!(bytes.as_ref(), Some(&*documents[1].content));
        assert!(repository.reader().document(CitizenKey(uuid::Uuid::nil()), documents[1].id).unwrap().is_none());
    }

    /// M6: title, text and documents are loaded for sender and recipient only; everybody else gets the row.
    fn m06_only_parties_get_the_content(database: &Database) {
        let repository = database.repository();
        repository.load_demo().unwrap();
        let document = pdf("a");
        let sent = sent(&repository, &[document]);
        for (viewer, sees) in [(Some(fund()), true), (Some(job_centre()), true), (Some(municipality()), false), (None, false)] {
            let mut reader = repository.reader();
            let listed = reader.messages_of_citizen(sent.citizen, &MessageFilter::default(), viewer.as_ref()).unwrap();
            let in_thread = reader.thread(sent.citizen, sent.thread, viewer.as_ref()).unwrap();
            let alone = reader.message(sent.citizen, sent.id, viewer.as_ref()).unwrap().unwrap();
            for read in [&listed[0], &in_thread[0], &alone] {
                same(read, &sent);
                assert_eq!((read.title.is_some(), read.text.is_some(), read.documents.len()), (sees, sees, usize::from(sees)));
            }
        }
    }

    /// M1: a thread is the first message and its replies, in order, of one citizen.
    fn m01_a_thread_comes_in_the_order_it_was_written(database: &Database) {
        let repository = database.repository();
        repository.load_demo().unwrap();
        let first = sent(&repository, &[]);
        let replies = [answer(&first), answer(&first)];
        for reply in &replies {
            repository.commit(sending(reply, &[])).wait().unwrap();
        }
        sent(&repository, &[]);
        let thread = repository.reader().thread(first.citizen, first.thread, Some(&fund())).unwrap();
        assert_eq!(ids(&thread), [first.id, replies[0].id, replies[1].id]);
        let another = citizen(&repository, "2304780009").key;
        assert!(repository.reader().thread(another, first.thread, Some(&fund())).unwrap().is_empty());
    }

    /// M10: created, delivered or not, read by the recipient, replied, rectified; each with its time, read kept per reader.
    fn m10_history_follows_from_the_facts(database: &Database) {
        let repository = database.repository();
        repository.load_demo().unwrap();
        let history = |message: &Message| repository.reader().message(message.citizen, message.id, None).unwrap().unwrap().history;

        let mail = Message { channel: Channel::Email, to: the_citizen(), ..letter(alma(&repository)) };
        repository.commit(sending(&mail, &[])).wait().unwrap();
        assert_eq!(history(&mail).status(), message::Status::Created);
        let mut plain = database.connection();
        let at = match database.kind() {
            Kind::Sqlite => minutes_later(2).timestamp_micros().to_string(),
            Kind::Postgres => format!("'{}'", minutes_later(2).to_rfc3339()),
        };
        let (citizen, id) = (plain.id(mail.citizen.0), plain.id(mail.id.0));
        plain.execute(&format!("INSERT INTO delivery_outcome VALUES ({citizen}, {id}, 1, 3, {at})")).unwrap();
        assert_eq!(history(&mail).not_delivered_at, Some(minutes_later(2)));
        repository.commit(reading(&mail, None, minutes_later(3))).wait().unwrap();
        assert_eq!(history(&mail).read_at, Some(minutes_later(3)));

        let sent = sent(&repository, &[]);
        assert_eq!((history(&sent).status(), history(&sent).delivered_at), (message::Status::Delivered, Some(sent.created_at)));
        repository.commit(reading(&sent, Some(fund()), minutes_later(1))).wait().unwrap();
        assert_eq!(history(&sent).read_at, None, "the sender's reading is not the recipient's");
        repository.commit(reading(&sent, Some(job_centre()), minutes_later(2))).wait().unwrap();
        repository.commit(reading(&sent, Some(job_centre()), minutes_later(9))).wait().unwrap();
        assert_eq!(history(&sent).read_at, Some(minutes_later(2)), "the first reading counts");
        repository.commit(sending(&answer(&sent), &[])).wait().unwrap();
        assert_eq!(history(&sent).status(), message::Status::Replied);
        repository.commit(rectifying(&sent)).wait().unwrap();
        assert_eq!((history(&sent).status(), history(&sent).rectified_at), (message::Status::Rectified, Some(minutes_later(5))));
    }

    /// M8: a company as sender keeps its numbers and its contact.
    fn m08_a_company_comes_back_whole(database: &Database) {
        let repository = database.repository();
        repository.load_demo().unwrap();
        let offer = Message {
            context: Context::EMPLOYER,
            channel: Channel::JobnetNotification,
            from: company(),
            to: the_citizen(),
            ..letter(alma(&repository))
        };
        repository.commit(sending(&offer, &[])).wait().unwrap();
        same(&repository.reader().message(offer.citizen, offer.id, None).unwrap().unwrap(), &offer);
        assert_eq!(database.connection().texts("SELECT sender || ' ' || recipient AS value FROM message"), ["24/90000041 citizen"]);
    }

    /// M7: lists are newest first, and every filter narrows them.
    fn m07_filters_narrow_a_list(database: &Database) {
        let repository = database.repository();
        repository.load_demo().unwrap();
        let citizen = alma(&repository);
        let message = |minute, context, channel| Message { created_at: minutes_later(minute), context: Context(context), channel, ..letter(citizen) };
        let messages =
            [message(0, 1, Channel::Email), message(1, 11, Channel::AuthorityToAuthority), message(2, 1, Channel::AuthorityToAuthority)];
        messages.iter().for_each(|message| repository.commit(sending(message, &[])).wait().unwrap());
        repository.commit(reading(&messages[1], Some(job_centre()), minutes_later(3))).wait().unwrap();
        let found = |filter: MessageFilter, viewer: &Organisation| {
            let page = repository.reader().messages_of_citizen(citizen, &filter, Some(viewer)).unwrap();
            page.iter().map(|found| messages.iter().position(|message| message.id == found.id).unwrap()).collect::<Vec<_>>()
        };
        let all = MessageFilter::default;
        let viewer = &job_centre();
        assert_eq!(found(all(), viewer), [2, 1, 0]);
        assert_eq!(found(MessageFilter { context: Some(Context(1)), ..all() }, viewer), [2, 0]);
        assert_eq!(found(MessageFilter { channel: Some(Channel::AuthorityToAuthority), ..all() }, viewer), [2, 1]);
        assert_eq!(found(MessageFilter { thread: Some(messages[1].thread), ..all() }, viewer), [1]);
        assert_eq!(found(MessageFilter { from: Some(minutes_later(1)), ..all() }, viewer), [2, 1], "from is included");
        assert_eq!(found(MessageFilter { to: Some(minutes_later(1)), ..all() }, viewer), [0], "to is not");
        assert_eq!(found(MessageFilter { unread_only: true, ..all() }, viewer), [2, 0]);
        assert_eq!(found(MessageFilter { unread_only: true, ..all() }, &fund()), [] as [usize; 0], "what I sent is not unread");
        assert_eq!(found(MessageFilter { limit: 1, ..all() }, viewer), [2]);
        assert_eq!(found(MessageFilter { before: Some(messages[1].id), ..all() }, viewer), [0]);
    }

    /// M21: the inbox is everything addressed to the authority, of whatever citizen, and its pages stay stable while messages arrive.
    fn m21_an_inbox_pages_steadily(database: &Database) {
        let repository = database.repository();
        repository.load_demo().unwrap();
        let numbers = [ALMA, "2304780009", "0706920016"];
        let send = |cpr: &str| {
            let message = letter(citizen(&repository, cpr).key);
            repository.commit(sending(&message, &[pdf(cpr)])).wait().unwrap();
            message.id
        };
        let mut expected: Vec<_> = numbers.iter().cycle().take(10).map(|cpr| (*cpr, send(cpr))).collect();
        expected.reverse();
        let mut filter = MessageFilter { limit: 3, ..MessageFilter::default() };
        let mut seen = Vec::new();
        loop {
            let page = repository.reader().messages_to_authority(&job_centre(), &filter).unwrap();
            let Some((_, last)) = page.last() else { break };
            filter.before = Some(last.id);
            assert!(page.iter().all(|(_, message)| message.title.is_some() && message.documents.len() == 1));
            seen.extend(page.into_iter().map(|(cpr, message)| (cpr, message.id)));
            send(ALMA);
        }
        let seen: Vec<_> = seen.iter().map(|(cpr, id)| (cpr.expose(), *id)).collect();
        assert_eq!(seen, expected);
        assert!(repository.reader().messages_to_authority(&municipality(), &MessageFilter::default()).unwrap().is_empty());
        assert_eq!(repository.reader().messages_to_authority(&fund(), &MessageFilter::default()).unwrap().len(), 0);
    }

    /// A list is a constant number of queries, whatever its length, and hidden documents are not asked for.
    fn lists_take_a_constant_number_of_queries(database: &Database) {
        thread_local!(static QUERIES: Cell<usize> = const { Cell::new(0) });
        set_default_instrumentation(|| {
            Some(Box::new(|event: InstrumentationEvent<'_>| {
                if let InstrumentationEvent::StartQuery { .. } = event {
                    QUERIES.with(|queries| queries.set(queries.get() + 1));
                }
            }))
        })
        .unwrap();
        let repository = database.repository();
        repository.load_demo().unwrap();
        let citizen = alma(&repository);
        let queries = |count: usize, viewer: &Organisation| {
            for _ in 0..count {
                sent(&repository, &[pdf("a"), pdf("b")]);
            }
            let mut reader = repository.reader();
            reader.messages_of_citizen(citizen, &MessageFilter::default(), Some(viewer)).unwrap();
            let before = QUERIES.get();
            let page = reader.messages_of_citizen(citizen, &MessageFilter::default(), Some(viewer)).unwrap();
            assert!(page.len() >= count);
            let list = QUERIES.get() - before;
            reader.messages_to_authority(viewer, &MessageFilter::default()).unwrap();
            (list, QUERIES.get() - before - list)
        };
        assert_eq!(queries(1, &job_centre()), (2, 3));
        assert_eq!(queries(40, &job_centre()), (2, 3));
        assert_eq!(queries(1, &municipality()), (1, 1));
    }
}
