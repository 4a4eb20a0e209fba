//! Reading back: what a party sees, what others see, pages, threads, the inbox.

use std::cell::Cell;

use chrono::TimeDelta;
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
        let read = repository.reader().message(sent.citizen, sent.id, Some(&Viewer::from(&job_centre()))).unwrap().unwrap();
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
        for (viewer, sees) in [
            (Some(Viewer::from(&fund())), true),
            (Some(Viewer::from(&job_centre())), true),
            (Some(Viewer::Citizen), true),
            (Some(Viewer::from(&municipality())), false),
            (Some(Viewer::Company(company_number(None))), false),
            (None, false),
        ] {
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
        let thread = repository.reader().thread(first.citizen, first.thread, Some(&Viewer::from(&fund()))).unwrap();
        assert_eq!(ids(&thread), [first.id, replies[0].id, replies[1].id]);
        let another = citizen(&repository, "2304780009").key;
        assert!(repository.reader().thread(another, first.thread, Some(&Viewer::from(&fund()))).unwrap().is_empty());
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

    /// M8: a company reads the replies to its own messages: of both of its numbers, of every citizen, newest first, page by page, over an index.
    fn m08_a_company_reads_the_replies_to_its_own_messages(database: &Database) {
        let repository = database.repository();
        repository.load_demo().unwrap();
        let employer = |unit: Option<&str>| Party {
            company: company().company.map(|company| Company { identifier: company_number(unit), ..company }),
            ..company()
        };
        let write = |cpr: &str, unit| {
            let offer = Message { context: Context::EMPLOYER, channel: Channel::JobnetNotification, from: employer(unit), to: the_citizen(), ..letter(citizen(&repository, cpr).key) };
            let reply = answer(&offer);
            [&offer, &reply].into_iter().for_each(|message| repository.commit(sending(message, &[])).wait().unwrap());
            reply
        };
        let units = [Some("1000000001"), Some("1000000002"), None];
        let replies: Vec<Message> = [ALMA, "2304780009"].iter().flat_map(|cpr| units.map(|unit| write(cpr, unit))).collect();
        let read = |unit, limit, before| {
            let filter = MessageFilter { limit, before, ..MessageFilter::default() };
            repository.reader().replies_to_company(&company_number(unit), &filter).unwrap()
        };
        for (at, unit) in units.into_iter().enumerate() {
            let both = read(unit, 10, None);
            let seen: Vec<_> = both.iter().map(|((_, cv_number), message)| (cv_number.as_str(), message.id, message.text.is_some())).collect();
            assert_eq!(seen, [("CV1001", replies[at + 3].id, true), ("CV1000", replies[at].id, true)]);
            let pages = [read(unit, 1, None), read(unit, 1, Some(replies[at + 3].id)), read(unit, 1, Some(replies[at].id))];
            assert_eq!(pages.map(|page| ids(&page.into_iter().map(|(_, message)| message).collect::<Vec<_>>())), [vec![replies[at + 3].id], vec![replies[at].id], vec![]]);
        }
        assert!(read(Some("1000000003"), 10, None).is_empty());
        repository.commit(rectifying(&replies[3])).wait().unwrap();
        assert_eq!(read(units[0], 10, None).len(), 1, "what was rectified is not there for a company");
    }

    /// M7, M10, M11: the citizen reads everything about them, has readings of their own, and no longer finds what was rectified.
    fn m07_m10_the_citizen_reads_everything_until_it_is_rectified(database: &Database) {
        let repository = database.repository();
        repository.load_demo().unwrap();
        let message = sent(&repository, &[pdf("a")]);
        let citizens = || repository.reader().message(message.citizen, message.id, Some(&Viewer::Citizen)).unwrap();
        let unread = || {
            let filter = MessageFilter { unread_only: true, ..MessageFilter::default() };
            ids(&repository.reader().messages_of_citizen(message.citizen, &filter, Some(&Viewer::Citizen)).unwrap())
        };
        repository.commit(reading(&message, Some(job_centre()), minutes_later(1))).wait().unwrap();
        assert_eq!((citizens().unwrap().history.read_at, unread()), (None, vec![message.id]), "the recipient's reading is not the citizen's");
        repository.commit(reading(&message, None, minutes_later(2))).wait().unwrap();
        assert_eq!((citizens().unwrap().history.read_at, unread()), (Some(minutes_later(2)), vec![]));
        let recipients = repository.reader().message(message.citizen, message.id, Some(&Viewer::from(&job_centre()))).unwrap().unwrap();
        assert_eq!(recipients.history.read_at, Some(minutes_later(1)));
        repository.commit(rectifying(&message)).wait().unwrap();
        assert!(citizens().is_none());
        let thread = |viewer: &Viewer| repository.reader().thread(message.citizen, message.thread, Some(viewer)).unwrap().len();
        assert_eq!((thread(&Viewer::Citizen), thread(&Viewer::from(&municipality()))), (0, 1));
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
            let page = repository.reader().messages_of_citizen(citizen, &filter, Some(&Viewer::from(viewer))).unwrap();
            page.iter().map(|found| messages.iter().position(|message| message.id == found.id).unwrap()).collect::<Vec<_>>()
        };
        let all = MessageFilter::default;
        let viewer = &job_centre();
        assert_eq!(found(all(), viewer), [2, 1, 0]);
        assert_eq!(found(MessageFilter { context: Some(Context(1)), ..all() }, viewer), [2, 0]);
        assert_eq!(found(MessageFilter { channel: Some(Channel::AuthorityToAuthority), ..all() }, viewer), [2, 1]);
        assert_eq!(found(MessageFilter { thread: Some(messages[1].thread), ..all() }, viewer), [1]);
        assert_eq!(found(MessageFilter { from: Some(minutes_later(1)), ..all() }, viewer), [2, 1], "from is included");
        // Identifiers begin with a time since 1970, of 48 bits.
        let years = |count: i64| Some(noon() + TimeDelta::days(366 * count));
        assert_eq!(found(MessageFilter { from: years(-200), ..all() }, viewer), [2, 1, 0]);
        assert_eq!(found(MessageFilter { from: years(20_000), ..all() }, viewer), [] as [usize; 0]);
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

    /// M10, M21: an inbox of the unread is what its authority has not read, whoever else has; the other filters narrow it as they do any list.
    fn m10_m21_an_inbox_shows_what_is_unread(database: &Database) {
        let repository = database.repository();
        repository.load_demo().unwrap();
        let centre = job_centre();
        let send = |minute, message: Message| {
            let message = Message { created_at: minutes_later(minute), ..message };
            repository.commit(sending(&message, &[])).wait().unwrap();
            message
        };
        let first: Vec<Message> = [ALMA, "2304780009", "0706920016", ALMA]
            .into_iter()
            .zip([0, 60, 120, 180])
            .map(|(cpr, minute)| send(minute, letter(citizen(&repository, cpr).key)))
            .collect();
        let unread = |filter: MessageFilter| {
            let filter = MessageFilter { unread_only: true, ..filter };
            let page = repository.reader().messages_to_authority(&centre, &filter).unwrap();
            page.into_iter().map(|(_, message)| message.id).collect::<Vec<_>>()
        };
        let newest_first = |messages: &[&Message]| messages.iter().rev().map(|message| message.id).collect::<Vec<_>>();
        let all = MessageFilter::default;
        assert_eq!(unread(all()), newest_first(&first.iter().collect::<Vec<_>>()));

        // Readers that are not the recipient; what the centre itself writes, to others or to itself; what is not to it.
        repository.commit(reading(&first[0], None, minutes_later(190))).wait().unwrap();
        repository.commit(reading(&first[0], Some(fund()), minutes_later(190))).wait().unwrap();
        let to_itself = letter(first[0].citizen);
        send(191, answer(&first[0]));
        send(192, Message { from: to_itself.to.clone(), ..to_itself });
        send(193, Message { to: the_citizen(), ..letter(first[0].citizen) });
        assert_eq!(unread(all()), newest_first(&first.iter().collect::<Vec<_>>()));

        repository.commit(reading(&first[1], Some(job_centre()), minutes_later(194))).wait().unwrap();
        assert_eq!(unread(all()), newest_first(&[&first[0], &first[2], &first[3]]));
        // What was rectified leaves a mark, and that is unread like any other.
        repository.commit(rectifying(&first[2])).wait().unwrap();
        assert_eq!(unread(all()), newest_first(&[&first[0], &first[2], &first[3]]));

        assert_eq!(unread(MessageFilter { limit: 1, ..all() }), [first[3].id]);
        assert_eq!(unread(MessageFilter { before: Some(first[3].id), limit: 1, ..all() }), [first[2].id]);
        assert_eq!(unread(MessageFilter { from: Some(minutes_later(120)), ..all() }), newest_first(&[&first[2], &first[3]]));
        assert_eq!(unread(MessageFilter { to: Some(minutes_later(120)), ..all() }), [first[0].id]);
        assert_eq!(unread(MessageFilter { thread: Some(first[2].thread), ..all() }), [first[2].id]);
        assert_eq!(unread(MessageFilter { context: Some(Context(999)), ..all() }), []);
        unread_is_listed(database);
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
            reader.messages_of_citizen(citizen, &MessageFilter::default(), Some(&Viewer::from(viewer))).unwrap();
            let before = QUERIES.get();
            let page = reader.messages_of_citizen(citizen, &MessageFilter::default(), Some(&Viewer::from(viewer))).unwrap();
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
