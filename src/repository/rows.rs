//! The rows that enter a table, one struct per table, and how many of them enter at once.
//! On PostgreSQL several rows are one statement over arrays, on SQLite one prepared statement per row; both stay in Diesel's statement cache.
//! Which facts become which rows is left to `facts`, which lines of a file to `import`.

use std::marker::PhantomData;
use std::sync::Arc;

use chrono::NaiveDate;
use diesel::backend::Backend;
use diesel::expression::{AsExpression, Expression};
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::{Array, Binary};
use diesel::sqlite::Sqlite;
use diesel::{PgConnection, QueryResult, RunQueryDsl, SqliteConnection};

use super::schema;
use super::types::{Identifier, Moment};

/// Rows that can be inserted over a connection.
pub trait Insert<Connection>: Sized {
    /// Inserts all rows; the number of rows that were new or changed.
    fn insert(connection: &mut Connection, rows: &[Self]) -> QueryResult<usize>;
}

/// Bytes shared with the request they came in.
#[derive(Clone, Debug, AsExpression)]
#[diesel(sql_type = Binary)]
pub struct Bytes(pub Arc<Vec<u8>>);

impl<B: Backend> ToSql<Binary, B> for Bytes
where
    [u8]: ToSql<Binary, B>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, B>) -> serialize::Result {
        ToSql::<Binary, B>::to_sql(self.0.as_slice(), out)
    }
}

/// A row as one statement of its own.
struct Single<'r, Row>(&'r Row);

impl<Row, Connection> RunQueryDsl<Connection> for Single<'_, Row> {}

macro_rules! single_row {
    ($backend:ident: $name:ident $(<$life:lifetime>)? in $table:ident { $($field:ident),+ } $($conflict:literal)?) => {
        impl<$($life)?> QueryFragment<$backend> for Single<'_, $name $(<$life>)?> {
            fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, $backend>) -> QueryResult<()> {
                into_table(&mut out, stringify!($table), &[$(stringify!($field)),+])?;
                let mut before = " VALUES (";
                $(
                    out.push_sql(std::mem::replace(&mut before, ", "));
                    out.push_bind_param::<<schema::$table::$field as Expression>::SqlType, _>(&self.0.$field)?;
                )+
                out.push_sql(concat!(")", $(" ", $conflict)?));
                Ok(())
            }
        }
    };
}

macro_rules! rows {
    ($(
        $(#[$doc:meta])*
        $name:ident $(<$life:lifetime>)? as $columns:ident in $table:ident { $($field:ident: $rust:ty),+ $(,)? } $($conflict:literal)?
    )+) => { $(
        $(#[$doc])*
        pub struct $name $(<$life>)? {
            $(pub $field: $rust),+
        }

        /// The same rows, turned into one array per column.
        struct $columns<'r $(, $life)?> {
            $($field: Vec<&'r $rust>),+
        }

        impl $(<$life>)? Insert<SqliteConnection> for $name $(<$life>)? {
            fn insert(connection: &mut SqliteConnection, rows: &[Self]) -> QueryResult<usize> {
                rows.iter().try_fold(0, |changed, row| Ok(changed + Single(row).execute(connection)?))
            }
        }

        impl $(<$life>)? Insert<PgConnection> for $name $(<$life>)? {
            fn insert(connection: &mut PgConnection, rows: &[Self]) -> QueryResult<usize> {
                match rows {
                    [] => return Ok(0),
                    // An array is written twice before it is sent; with a large document alone that would be felt.
                    [row] => return Single(row).execute(connection),
                    _ => {}
                }
                $columns { $($field: rows.iter().map(|row| &row.$field).collect()),+ }.execute(connection)
            }
        }

        single_row!(Sqlite: $name $(<$life>)? in $table { $($field),+ } $($conflict)?);
        single_row!(Pg: $name $(<$life>)? in $table { $($field),+ } $($conflict)?);

        impl<'r $(, $life)?> QueryFragment<Pg> for $columns<'r $(, $life)?> {
            fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
                into_table(&mut out, stringify!($table), &[$(stringify!($field)),+])?;
                let mut before = " SELECT * FROM unnest(";
                $(
                    out.push_sql(std::mem::replace(&mut before, ", "));
                    out.push_bind_param::<Array<<schema::$table::$field as Expression>::SqlType>, _>(&self.$field)?;
                )+
                out.push_sql(concat!(")", $(" ", $conflict)?));
                Ok(())
            }
        }

        impl<$($life)?> QueryId for Single<'_, $name $(<$life>)?> {
            type QueryId = PhantomData<Single<'static, schema::$table::table>>;
            const HAS_STATIC_QUERY_ID: bool = true;
        }

        impl<'r $(, $life)?> QueryId for $columns<'r $(, $life)?> {
            type QueryId = PhantomData<schema::$table::table>;
            const HAS_STATIC_QUERY_ID: bool = true;
        }

        impl<'r $(, $life)?, Connection> RunQueryDsl<Connection> for $columns<'r $(, $life)?> {}
    )+ };
}

fn into_table<B: Backend>(out: &mut AstPass<'_, '_, B>, table: &str, columns: &[&str]) -> QueryResult<()> {
    out.push_sql("INSERT INTO ");
    out.push_identifier(table)?;
    let mut before = " (";
    for column in columns {
        out.push_sql(std::mem::replace(&mut before, ", "));
        out.push_identifier(column)?;
    }
    out.push_sql(")");
    Ok(())
}

rows! {
    /// A thread begins.
    Thread as ThreadColumns in thread {
        citizen: Identifier,
        id: Identifier,
        context: i32,
        channel: i32,
        first_message: Identifier,
        created_at: Moment,
    }

    /// A message, without what can be taken away again.
    Message<'a> as MessageColumns in message {
        citizen: Identifier,
        id: Identifier,
        thread: Identifier,
        in_reply_to: Option<Identifier>,
        context: i32,
        channel: i32,
        reply_allowed: bool,
        document_count: i32,
        created_at: Moment,
        sender: String,
        recipient: String,
        from_kind: i32,
        from_identifier: &'a str,
        from_name: &'a str,
        from_organisation_type: i32,
        from_organisation_code: Option<&'a str>,
        from_company_cvr: Option<&'a str>,
        from_company_unit: Option<&'a str>,
        from_company_contact: Option<Identifier>,
        to_kind: i32,
        to_identifier: &'a str,
        to_name: &'a str,
        to_organisation_type: i32,
        to_organisation_code: Option<&'a str>,
        to_company_cvr: Option<&'a str>,
        to_company_unit: Option<&'a str>,
        to_company_contact: Option<Identifier>,
    }

    /// Title and text of a message.
    MessageContent<'a> as MessageContentColumns in message_content {
        citizen: Identifier,
        message: Identifier,
        title: &'a str,
        text: &'a str,
    }

    /// A document, without what can be taken away again.
    Document<'a> as DocumentColumns in document {
        citizen: Identifier,
        id: Identifier,
        message: Identifier,
        media_type: &'a str,
        size: i64,
        sha256: [u8; 32],
    }

    /// The file name of a document.
    DocumentName<'a> as DocumentNameColumns in document_name {
        citizen: Identifier,
        document: Identifier,
        name: &'a str,
    }

    /// The bytes of a document, once per citizen (M12).
    DocumentContent as DocumentContentColumns in document_content {
        citizen: Identifier,
        sha256: [u8; 32],
        bytes: Bytes,
    } "ON CONFLICT DO NOTHING"

    /// Somebody read a message; the first time counts.
    Reading as ReadingColumns in reading {
        citizen: Identifier,
        message: Identifier,
        reader: String,
        read_at: Moment,
    } "ON CONFLICT DO NOTHING"

    /// A message was rectified.
    Rectification<'a> as RectificationColumns in rectification {
        citizen: Identifier,
        message: Identifier,
        rectified_by: String,
        reason: &'a str,
        rectified_at: Moment,
    }

    /// A delivery, in the state it starts in.
    Delivery as DeliveryColumns in delivery {
        citizen: Identifier,
        message: Identifier,
        channel: i32,
        id: Identifier,
        state: i32,
    }

    /// Work for the outbox; a reminder that already waits is not queued again (D4).
    Outbox as OutboxColumns in outbox {
        citizen: Identifier,
        id: Identifier,
        message: Identifier,
        channel: i32,
        kind: i32,
        queued_at: Moment,
        due_at: Moment,
        attempts: i32,
    } "ON CONFLICT DO NOTHING"

    /// An event in an authority's queue; its position is given by the table.
    Event<'a> as EventColumns in queue_event {
        id: Identifier,
        recipient: String,
        kind: i32,
        citizen: Identifier,
        message: Identifier,
        thread: Identifier,
        context: i32,
        channel: i32,
        queued_at: Moment,
        authority: String,
        user_kind: i32,
        user_identifier: &'a str,
        user_name: &'a str,
        user_organisation: String,
        acted_at: Moment,
        acted_offset: i32,
    }

    /// An answer kept for a request that comes again (M20).
    AnsweredRequest<'a> as AnsweredRequestColumns in answered_request {
        key: [u8; 32],
        content: [u8; 32],
        citizen: Identifier,
        message: Identifier,
        answered_at: Moment,
        answer: &'a [u8],
    }

    /// A sequence is opened.
    Sequence<'a> as SequenceColumns in queue_sequence {
        id: Identifier,
        system: &'a str,
        recipient: String,
        sub_queue: &'a str,
        opened_at: Moment,
    }

    /// A subscription as imported: one period per authority.
    Subscription as SubscriptionColumns in queue_subscription {
        organisation: String,
        valid_from: NaiveDate,
        valid_to: NaiveDate,
    } "ON CONFLICT (organisation) DO UPDATE SET valid_from = excluded.valid_from, valid_to = excluded.valid_to \
       WHERE (queue_subscription.valid_from, queue_subscription.valid_to) IS DISTINCT FROM (excluded.valid_from, excluded.valid_to)"


    /// A legal hold; a second one for the same reason changes nothing.
    LegalHold<'a> as LegalHoldColumns in legal_hold {
        citizen: Identifier,
        reason: &'a str,
        held_at: Moment,
    } "ON CONFLICT DO NOTHING"

    /// A thread was purged.
    PurgedThread as PurgedThreadColumns in purged_thread {
        citizen: Identifier,
        id: Identifier,
        context: i32,
        purged_at: Moment,
    }

    /// A document went with its thread.
    PurgedDocument as PurgedDocumentColumns in purged_document {
        citizen: Identifier,
        id: Identifier,
        sender: String,
        recipient: String,
    }

    /// An audit record with its seal.
    Audit<'a> as AuditColumns in audit_record {
        chain: Identifier,
        number: i64,
        recorded_at: Moment,
        call: Identifier,
        certificate: Option<&'a str>,
        system: Option<&'a str>,
        organisation: Option<String>,
        acting_user: Option<&'a str>,
        acting_organisation: Option<String>,
        operation: Option<&'a str>,
        citizen_hash: Option<[u8; 32]>,
        citizen_encrypted: Option<Vec<u8>>,
        objects: String,
        criterion: Option<&'a str>,
        outcome: i32,
        seal: [u8; 32],
    }

    /// A citizen shown by a record that is about none.
    AuditCitizen as AuditCitizenColumns in audit_citizen {
        citizen_hash: [u8; 32],
        chain: Identifier,
        number: i64,
    }

    /// The last record of a chain, signed.
    AuditHead as AuditHeadColumns in audit_head {
        chain: Identifier,
        number: i64,
        seal: [u8; 32],
        signature: [u8; 32],
    } "ON CONFLICT (chain) DO UPDATE SET number = excluded.number, seal = excluded.seal, signature = excluded.signature"

    /// The same beside the facts, where the audit is kept elsewhere.
    ChainMark as ChainMarkColumns in chain_mark {
        chain: Identifier,
        number: i64,
        seal: [u8; 32],
        signature: [u8; 32],
    } "ON CONFLICT (chain) DO UPDATE SET number = excluded.number, seal = excluded.seal, signature = excluded.signature"

    /// A citizen as imported; a known one keeps its key.
    Citizen as CitizenColumns in citizen {
        key: Identifier,
        cpr: String,
        cv_number: String,
        name: String,
        contact_group: i32,
        email: Option<String>,
        mobile: Option<String>,
        dead_on: Option<NaiveDate>,
    } "ON CONFLICT (cpr) DO UPDATE SET cv_number = excluded.cv_number, name = excluded.name, contact_group = excluded.contact_group, \
       email = excluded.email, mobile = excluded.mobile, dead_on = excluded.dead_on \
       WHERE (citizen.cv_number, citizen.name, citizen.contact_group, citizen.email, citizen.mobile, citizen.dead_on) IS DISTINCT FROM \
       (excluded.cv_number, excluded.name, excluded.contact_group, excluded.email, excluded.mobile, excluded.dead_on)"

    /// An organisation as imported.
    Organisation as OrganisationColumns in organisation {
        key: String,
        name: String,
        cvr: String,
    } "ON CONFLICT (key) DO UPDATE SET name = excluded.name, cvr = excluded.cvr \
       WHERE (organisation.name, organisation.cvr) IS DISTINCT FROM (excluded.name, excluded.cvr)"

    /// A relation as imported.
    Relation as RelationColumns in relation {
        citizen: Identifier,
        organisation: String,
        kind: &'static str,
        valid_from: NaiveDate,
        valid_to: NaiveDate,
        reason: Option<String>,
    } "ON CONFLICT (citizen, organisation, kind, valid_from) DO UPDATE SET valid_to = excluded.valid_to, reason = excluded.reason \
       WHERE (relation.valid_to, relation.reason) IS DISTINCT FROM (excluded.valid_to, excluded.reason)"

    /// An agreement as imported.
    Agreement as AgreementColumns in agreement {
        cvr: String,
        subject_id: String,
        organisation: String,
        valid_from: NaiveDate,
        valid_to: NaiveDate,
        system: String,
    } "ON CONFLICT (cvr, subject_id, organisation, valid_from) DO UPDATE SET valid_to = excluded.valid_to, system = excluded.system \
       WHERE (agreement.valid_to, agreement.system) IS DISTINCT FROM (excluded.valid_to, excluded.system)"

    /// How long a context's threads are kept, as imported.
    Retention as RetentionColumns in retention {
        context: i32,
        period: String,
        archive_release: bool,
    } "ON CONFLICT (context) DO UPDATE SET period = excluded.period, archive_release = excluded.archive_release \
       WHERE (retention.period, retention.archive_release) IS DISTINCT FROM (excluded.period, excluded.archive_release)"

    /// A release to the archive as imported.
    ArchiveRelease as ArchiveReleaseColumns in archive_release {
        citizen: Identifier,
        inactive_before: NaiveDate,
    } "ON CONFLICT (citizen) DO UPDATE SET inactive_before = excluded.inactive_before \
       WHERE archive_release.inactive_before IS DISTINCT FROM excluded.inactive_before"

    /// A value of a code list as imported; its number, name and start stay (K1).
    CodeListItem as CodeListItemColumns in code_list_item {
        list: String,
        code: i32,
        name: String,
        description: Option<String>,
        valid_from: NaiveDate,
        valid_to: NaiveDate,
        source: String,
    } "ON CONFLICT (list, code) DO UPDATE SET description = excluded.description, valid_to = excluded.valid_to, source = excluded.source \
       WHERE (code_list_item.description, code_list_item.valid_to, code_list_item.source) IS DISTINCT FROM \
       (excluded.description, excluded.valid_to, excluded.source)"
}
