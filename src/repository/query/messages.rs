//! Messages as they are read: pages, threads, single messages, each with what happened since.
//! A page is one query over the messages and one over their documents, whatever its size; content comes along only for a party.
//! Who may see what beyond that is left to the services.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::dsl::{case_when, exists, not};
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use uuid::Uuid;

use super::super::schema::{citizen, delivery, delivery_outcome, message, message_content, reading, rectification, unread};
use super::super::types::{CITIZEN, Identifier, Moment, viewer_key};
use super::super::{CitizenNumbers, MessageFilter};
use super::{Backend, Connection, documents};
use crate::domain::delivery::DeliveryState;
use crate::domain::message::History;
use crate::domain::{
    Channel, CitizenKey, CivilRegistrationNumber, Company, CompanyIdentifier, Context, Message, MessageId, Organisation, Party, PartyKind,
    ThreadId, Viewer,
};

diesel::alias!(message as answers: Answers, reading as views: Views, rectification as removals: Removals);

/// Which messages, and for whose eyes.
#[derive(Default)]
struct Selection<'a> {
    citizen: Option<CitizenKey>,
    recipient: Option<String>,
    company: Option<&'a CompanyIdentifier>,
    message: Option<MessageId>,
    thread: Option<ThreadId>,
    filter: Option<&'a MessageFilter>,
    viewer: Option<&'a Viewer>,
}

/// A page of a citizen's messages, newest first.
pub fn of_citizen(
    connection: &mut Connection,
    citizen: CitizenKey,
    filter: &MessageFilter,
    viewer: Option<&Viewer>,
) -> QueryResult<Vec<Message>> {
    load(
        connection,
        &Selection {
            citizen: Some(citizen),
            filter: Some(filter),
            viewer,
            ..Selection::default()
        },
    )
}

/// A page of an authority's inbox, newest first, with the citizens' numbers.
pub fn to_authority(
    connection: &mut Connection,
    authority: &Organisation,
    filter: &MessageFilter,
) -> QueryResult<Vec<(CivilRegistrationNumber, Message)>> {
    let selection = Selection {
        recipient: Some(authority.to_string()),
        filter: Some(filter),
        viewer: Some(&Viewer::from(authority)),
        ..Selection::default()
    };
    let messages = load(connection, &selection)?;
    with_citizens(connection, messages, |cpr, _| CivilRegistrationNumber::new(cpr))
}

/// A page of the replies to a company's own messages, newest first, with both of the citizens' numbers.
pub fn to_company(
    connection: &mut Connection,
    company: &CompanyIdentifier,
    filter: &MessageFilter,
) -> QueryResult<Vec<(CitizenNumbers, Message)>> {
    let selection = Selection {
        company: Some(company),
        filter: Some(filter),
        viewer: Some(&Viewer::Company(company.clone())),
        ..Selection::default()
    };
    let messages = load(connection, &selection)?;
    with_citizens(connection, messages, |cpr, cv_number| {
        (CivilRegistrationNumber::new(cpr), cv_number.to_owned())
    })
}

/// Messages of many citizens, each with what names its citizen, made of the CPR number and the CV number.
fn with_citizens<N>(connection: &mut Connection, messages: Vec<Message>, name: impl Fn(&str, &str) -> N) -> QueryResult<Vec<(N, Message)>> {
    if messages.is_empty() {
        return Ok(Vec::new());
    }
    let mut keys: Vec<Identifier> = messages.iter().map(|message| Identifier(message.citizen.0)).collect();
    keys.sort_unstable();
    keys.dedup();
    let numbers: Vec<(Identifier, String, String)> = citizen::table
        .filter(citizen::key.eq_any(keys))
        .select((citizen::key, citizen::cpr, citizen::cv_number))
        .load(connection)?;
    let numbers: HashMap<_, _> = numbers.into_iter().map(|(key, cpr, cv_number)| (key, (cpr, cv_number))).collect();
    let named = |message: Message| {
        let (cpr, cv_number) = numbers.get(&Identifier(message.citizen.0)).ok_or(diesel::result::Error::NotFound)?;
        Ok((name(cpr, cv_number), message))
    };
    messages.into_iter().map(named).collect()
}

/// The messages of a thread in the order they were sent; none if the citizen has no such thread.
pub fn of_thread(connection: &mut Connection, citizen: CitizenKey, thread: ThreadId, viewer: Option<&Viewer>) -> QueryResult<Vec<Message>> {
    load(
        connection,
        &Selection {
            citizen: Some(citizen),
            thread: Some(thread),
            viewer,
            ..Selection::default()
        },
    )
}

/// One message of a citizen.
pub fn find(connection: &mut Connection, citizen: CitizenKey, message: MessageId, viewer: Option<&Viewer>) -> QueryResult<Option<Message>> {
    let selection = Selection {
        citizen: Some(citizen),
        message: Some(message),
        viewer,
        ..Selection::default()
    };
    Ok(load(connection, &selection)?.into_iter().next())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = message, check_for_backend(Backend))]
struct Row {
    citizen: Identifier,
    id: Identifier,
    thread: Identifier,
    in_reply_to: Option<Identifier>,
    context: i32,
    channel: i32,
    reply_allowed: bool,
    document_count: i32,
    created_at: Moment,
    #[diesel(embed)]
    from: From,
    #[diesel(embed)]
    to: To,
}

macro_rules! party_columns {
    ($name:ident: $kind:ident $identifier:ident $full_name:ident $organisation_type:ident $organisation_code:ident $cvr:ident $unit:ident $contact:ident) => {
        #[derive(Queryable, Selectable)]
        #[diesel(table_name = message, check_for_backend(Backend))]
        struct $name {
            $kind: i32,
            $identifier: String,
            $full_name: String,
            $organisation_type: i32,
            $organisation_code: Option<String>,
            $cvr: Option<String>,
            $unit: Option<String>,
            $contact: Option<Identifier>,
        }

        impl $name {
            fn party(self) -> QueryResult<Party> {
                let contact = self.$contact.map_or(Uuid::nil(), |contact| contact.0);
                Ok(Party {
                    kind: known(PartyKind::from_code(self.$kind))?,
                    identifier: self.$identifier,
                    full_name: self.$full_name,
                    company: self.$cvr.map(|cvr| Company {
                        identifier: CompanyIdentifier {
                            production_unit: self.$unit,
                            cvr,
                        },
                        contact,
                    }),
                    organisation_type: self.$organisation_type,
                    organisation_code: self.$organisation_code,
                })
            }
        }
    };
}

party_columns!(From: from_kind from_identifier from_name from_organisation_type from_organisation_code from_company_cvr from_company_unit from_company_contact);
party_columns!(To: to_kind to_identifier to_name to_organisation_type to_organisation_code to_company_cvr to_company_unit to_company_contact);

/// What happened to a message, as the joined tables tell it.
type Since = (Option<Moment>, Option<Moment>, Option<i32>, Option<(i32, Moment)>, bool);

/// A row with what happened, and title and text for a party.
type Joined = (Row, Since, Option<(String, String)>);

fn load(connection: &mut Connection, selection: &Selection<'_>) -> QueryResult<Vec<Message>> {
    let viewer = selection.viewer.map(viewer_key).unwrap_or_default();
    let rows = rows(connection, selection, &viewer)?;
    let mut messages = Vec::with_capacity(rows.len());
    let mut with_documents = Vec::new();
    for (row, since, content) in rows {
        let document_count = row.document_count;
        let mut message = assemble(row, since)?;
        let visible = selection.viewer.is_some_and(|viewer| message.content_visible_to(viewer));
        if let (true, Some((title, text))) = (visible, content) {
            (message.title, message.text) = (Some(title), Some(text));
            if document_count > 0 {
                with_documents.push((message.citizen, message.id));
            }
        }
        messages.push(message);
    }
    if !with_documents.is_empty() {
        documents::attach(connection, &mut messages, &with_documents)?;
    }
    Ok(messages)
}

fn rows(connection: &mut Connection, selection: &Selection<'_>, viewer: &str) -> QueryResult<Vec<Joined>> {
    // The citizen sees the content of every message, and of what others wrote when they read it themselves; everybody else sees the content of
    // their own, and when the recipient read it.
    let is_citizen = || (selection.viewer == Some(&Viewer::Citizen)).into_sql::<Bool>();
    let reader = case_when(is_citizen().and(message::sender.ne(CITIZEN)), CITIZEN.into_sql::<Text>()).otherwise(message::recipient);
    // The last condition holds always; without it PostgreSQL may read every message once instead of looking for the answers of a page.
    let answered = exists(
        answers
            .filter(answers.field(message::citizen).eq(message::citizen))
            .filter(answers.field(message::in_reply_to).eq(message::id.nullable()))
            .filter(answers.field(message::id).ne(message::id))
            .select(answers.field(message::id)),
    );
    // Whoever does not filter by the list of the unread does not pay for it: the engines leave a join out that adds nothing.
    let query = message::table
        .left_join(
            unread::table.on(unread::recipient
                .eq(message::recipient)
                .and(unread::message.eq(message::id))
                .and(unread::citizen.eq(message::citizen))),
        )
        .left_join(
            rectification::table.on(rectification::citizen
                .eq(message::citizen)
                .and(rectification::message.eq(message::id))),
        )
        .left_join(
            reading::table.on(reading::citizen
                .eq(message::citizen)
                .and(reading::message.eq(message::id))
                .and(reading::reader.eq(reader))),
        )
        .left_join(
            delivery::table.on(delivery::citizen
                .eq(message::citizen)
                .and(delivery::message.eq(message::id))
                .and(delivery::channel.eq(message::channel))),
        )
        .left_join(
            delivery_outcome::table.on(delivery_outcome::citizen
                .eq(message::citizen)
                .and(delivery_outcome::message.eq(message::id))
                .and(delivery_outcome::channel.eq(message::channel))),
        )
        .left_join(
            message_content::table.on(message_content::citizen
                .eq(message::citizen)
                .and(message_content::message.eq(message::id))
                .and(message::sender.eq(viewer).or(message::recipient.eq(viewer)).or(is_citizen()))),
        )
        .select((
            Row::as_select(),
            (
                rectification::rectified_at.nullable(),
                reading::read_at.nullable(),
                delivery::state.nullable(),
                (delivery_outcome::state, delivery_outcome::ended_at).nullable(),
                answered,
            ),
            (message_content::title, message_content::text).nullable(),
        ));
    // The page that is asked for most has a statement known by its type: the text of the others is put together anew each time, which costs
    // a tenth of the call.
    if let Selection {
        citizen: Some(citizen),
        recipient: None,
        company: None,
        message: None,
        thread: None,
        filter:
            Some(MessageFilter {
                context: None,
                channel: None,
                thread: None,
                from: None,
                to: None,
                unread_only: false,
                limit,
                before: None,
            }),
        viewer,
    } = selection
        && viewer.is_none_or(Viewer::sees_rectified)
    {
        let page = query.filter(message::citizen.eq(Identifier(citizen.0)));
        return page.order(message::id.desc()).limit(i64::from(*limit)).load(connection);
    }
    let mut query = query.into_boxed::<Backend>();
    if let Some(citizen) = selection.citizen {
        query = query.filter(message::citizen.eq(Identifier(citizen.0)));
    }
    if let Some(recipient) = &selection.recipient {
        query = query.filter(message::recipient.eq(recipient));
    }
    if let Some(company) = selection.company {
        query = query
            .filter(message::to_company_cvr.eq(&company.cvr))
            .filter(message::in_reply_to.is_not_null());
        query = match &company.production_unit {
            Some(unit) => query.filter(message::to_company_unit.eq(unit)),
            None => query.filter(message::to_company_unit.is_null()),
        };
    }
    if selection.viewer.is_some_and(|viewer| !viewer.sees_rectified()) {
        // What is joined already would do, but PostgreSQL takes the lack of it for rare, and reads all of the citizen's messages for a page.
        let removed = removals
            .filter(removals.field(rectification::citizen).eq(message::citizen))
            .filter(removals.field(rectification::message).eq(message::id))
            .select(removals.field(rectification::message));
        query = query.filter(not(exists(removed)));
    }
    if let Some(id) = selection.message {
        query = query.filter(message::id.eq(Identifier(id.0)));
    }
    if let Some(thread) = selection.thread.or(selection.filter.and_then(|filter| filter.thread)) {
        // The second condition holds always; without it SQLite reads all of the citizen's messages instead of the thread's index.
        query = query
            .filter(message::thread.eq(Identifier(thread.0)))
            .filter(message::id.gt(Identifier(Uuid::nil())));
    }
    if let Some(filter) = selection.filter {
        if let Some(context) = filter.context {
            query = query.filter(message::context.eq(context.0));
        }
        if let Some(channel) = filter.channel {
            query = query.filter(message::channel.eq(channel.code()));
        }
        if let Some(from) = filter.from {
            query = query
                .filter(message::created_at.ge(Moment(from)))
                .filter(message::id.ge(earliest(from)));
        }
        if let Some(to) = filter.to {
            query = query.filter(message::created_at.lt(Moment(to)));
        }
        if let Some(before) = filter.before {
            query = query.filter(message::id.lt(Identifier(before.0)));
        }
        if let (true, Some(recipient)) = (filter.unread_only, &selection.recipient) {
            // The list of the unread comes first, and is searched and ordered by its own key.
            query = query.filter(unread::recipient.eq(recipient)).order(unread::message.desc());
            if let Some(from) = filter.from {
                query = query.filter(unread::message.ge(earliest(from)));
            }
            if let Some(before) = filter.before {
                query = query.filter(unread::message.lt(Identifier(before.0)));
            }
        } else {
            query = query.order(message::id.desc());
            if filter.unread_only {
                let seen = views
                    .filter(views.field(reading::citizen).eq(message::citizen))
                    .filter(views.field(reading::message).eq(message::id))
                    .filter(views.field(reading::reader).eq(viewer))
                    .select(views.field(reading::message));
                query = query.filter(message::sender.ne(viewer)).filter(not(exists(seen)));
            }
        }
        query = query.limit(filter.limit.into());
    } else {
        query = query.order(message::id.asc());
    }
    query.load(connection)
}

/// No message of the instant or later has a smaller identifier, so a list need not be read to its end: an identifier is a UUIDv7 and begins with the
/// millisecond it was drawn in, a moment after the call came. An hour for a clock that is put back in that moment.
fn earliest(instant: DateTime<Utc>) -> Identifier {
    const MILLISECONDS: u64 = (1 << 48) - 1;
    let drawn = instant
        .checked_sub_signed(TimeDelta::hours(1))
        .unwrap_or(instant)
        .timestamp_millis();
    let drawn = u64::try_from(drawn).unwrap_or_default().min(MILLISECONDS);
    Identifier(Uuid::from_u64_pair(drawn << 16, 0))
}

fn assemble(row: Row, (rectified, read, delivery, outcome, replied): Since) -> QueryResult<Message> {
    let created_at = row.created_at.0;
    let ended = |state: DeliveryState| -> Option<DateTime<Utc>> {
        match (delivery, outcome) {
            (_, Some((code, at))) => (code == state.code()).then_some(at.0),
            (Some(code), None) => (code == state.code()).then_some(created_at),
            (None, None) => None,
        }
    };
    Ok(Message {
        id: MessageId(row.id.0),
        thread: ThreadId(row.thread.0),
        citizen: CitizenKey(row.citizen.0),
        in_reply_to: row.in_reply_to.map(|id| MessageId(id.0)),
        context: Context(row.context),
        channel: known(Channel::from_code(row.channel))?,
        from: row.from.party()?,
        to: row.to.party()?,
        reply_allowed: row.reply_allowed,
        created_at,
        title: None,
        text: None,
        documents: Vec::new(),
        history: History {
            delivered_at: ended(DeliveryState::Delivered),
            not_delivered_at: ended(DeliveryState::Failed),
            read_at: read.map(|at| at.0),
            replied,
            rectified_at: rectified.map(|at| at.0),
        },
    })
}

/// A stored number that the domain does not know is damage, not a refusal.
pub fn known<T>(value: Result<T, crate::domain::Refusal>) -> QueryResult<T> {
    value.map_err(|refusal| diesel::result::Error::DeserializationError(refusal.into()))
}
