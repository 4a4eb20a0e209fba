//! The tables as Diesel sees them; the migrations of both engines agree with it (a test compares them).
//! Instants are `timestamptz` or microseconds, identifiers `uuid` or 16 bytes, see `types`.
//! What a table is for stands in the migrations. A table whose name begins with `__` says something about its database and is not moved.

diesel::table! {
    use diesel::sql_types::*;
    use crate::repository::types::{Id, Instant};
    citizen (key) {
        key -> Id,
        cpr -> Text,
        cv_number -> Text,
        name -> Text,
        contact_group -> Integer,
        email -> Nullable<Text>,
        mobile -> Nullable<Text>,
        dead_on -> Nullable<Date>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::repository::types::{Id, Instant};
    organisation (key) {
        key -> Text,
        name -> Text,
        cvr -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::repository::types::{Id, Instant};
    relation (citizen, organisation, kind, valid_from) {
        citizen -> Id,
        organisation -> Text,
        kind -> Text,
        valid_from -> Date,
        valid_to -> Date,
        reason -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::repository::types::{Id, Instant};
    agreement (cvr, subject_id, organisation, valid_from) {
        cvr -> Text,
        subject_id -> Text,
        organisation -> Text,
        valid_from -> Date,
        valid_to -> Date,
        system -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::repository::types::{Id, Instant};
    code_list_item (list, code) {
        list -> Text,
        code -> Integer,
        name -> Text,
        description -> Nullable<Text>,
        valid_from -> Date,
        valid_to -> Date,
        source -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::repository::types::{Id, Instant};
    thread (citizen, id) {
        citizen -> Id,
        id -> Id,
        context -> Integer,
        channel -> Integer,
        first_message -> Id,
        created_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::repository::types::{Id, Instant};
    message (citizen, id) {
        citizen -> Id,
        id -> Id,
        thread -> Id,
        in_reply_to -> Nullable<Id>,
        context -> Integer,
        channel -> Integer,
        reply_allowed -> Bool,
        document_count -> Integer,
        created_at -> Instant,
        sender -> Text,
        recipient -> Text,
        from_kind -> Integer,
        from_identifier -> Text,
        from_name -> Text,
        from_organisation_type -> Integer,
        from_organisation_code -> Nullable<Text>,
        from_company_cvr -> Nullable<Text>,
        from_company_unit -> Nullable<Text>,
        from_company_contact -> Nullable<Id>,
        to_kind -> Integer,
        to_identifier -> Text,
        to_name -> Text,
        to_organisation_type -> Integer,
        to_organisation_code -> Nullable<Text>,
        to_company_cvr -> Nullable<Text>,
        to_company_unit -> Nullable<Text>,
        to_company_contact -> Nullable<Id>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::repository::types::{Id, Instant};
    message_content (citizen, message) {
        citizen -> Id,
        message -> Id,
        title -> Text,
        text -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::repository::types::{Id, Instant};
    document (citizen, id) {
        citizen -> Id,
        id -> Id,
        message -> Id,
        media_type -> Text,
        size -> BigInt,
        sha256 -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::repository::types::{Id, Instant};
    document_name (citizen, document) {
        citizen -> Id,
        document -> Id,
        name -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::repository::types::{Id, Instant};
    document_content (citizen, sha256) {
        citizen -> Id,
        sha256 -> Binary,
        bytes -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::repository::types::{Id, Instant};
    reading (citizen, message, reader) {
        citizen -> Id,
        message -> Id,
        reader -> Text,
        read_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::repository::types::{Id, Instant};
    rectification (citizen, message) {
        citizen -> Id,
        message -> Id,
        rectified_by -> Text,
        reason -> Text,
        rectified_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::repository::types::{Id, Instant};
    delivery (citizen, message, channel) {
        citizen -> Id,
        message -> Id,
        channel -> Integer,
        id -> Id,
        state -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::repository::types::{Id, Instant};
    delivery_outcome (citizen, message, channel) {
        citizen -> Id,
        message -> Id,
        channel -> Integer,
        state -> Integer,
        ended_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::repository::types::{Id, Instant};
    outbox (citizen, id) {
        citizen -> Id,
        id -> Id,
        message -> Id,
        channel -> Integer,
        kind -> Integer,
        queued_at -> Instant,
        due_at -> Instant,
        attempts -> Integer,
        owner -> Nullable<Id>,
        leased_until -> Nullable<Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::repository::types::{Id, Instant};
    delivery_attempt (citizen, delivery, number) {
        citizen -> Id,
        delivery -> Id,
        number -> Integer,
        message -> Id,
        channel -> Integer,
        kind -> Integer,
        state -> Integer,
        reason -> Nullable<Integer>,
        status -> Nullable<Integer>,
        ended_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::repository::types::{Id, Instant};
    queue_event (position) {
        position -> BigInt,
        id -> Id,
        recipient -> Text,
        kind -> Integer,
        citizen -> Id,
        message -> Id,
        thread -> Id,
        context -> Integer,
        channel -> Integer,
        queued_at -> Instant,
        authority -> Text,
        user_kind -> Integer,
        user_identifier -> Text,
        user_name -> Text,
        user_organisation -> Text,
        acted_at -> Instant,
        acted_offset -> Integer,
        sequence -> Nullable<Id>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::repository::types::{Id, Instant};
    queue_sequence (id) {
        id -> Id,
        system -> Text,
        recipient -> Text,
        sub_queue -> Text,
        opened_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    queue_subscription (organisation) {
        organisation -> Text,
        valid_from -> Date,
        valid_to -> Date,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::repository::types::{Id, Instant};
    audit_record (chain, number) {
        chain -> Id,
        number -> BigInt,
        recorded_at -> Instant,
        call -> Id,
        certificate -> Nullable<Text>,
        system -> Nullable<Text>,
        organisation -> Nullable<Text>,
        acting_user -> Nullable<Text>,
        acting_organisation -> Nullable<Text>,
        operation -> Nullable<Text>,
        citizen_hash -> Nullable<Binary>,
        citizen_encrypted -> Nullable<Binary>,
        objects -> Text,
        criterion -> Nullable<Text>,
        outcome -> Integer,
        seal -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::repository::types::{Id, Instant};
    answered_request (key) {
        key -> Binary,
        content -> Binary,
        citizen -> Id,
        message -> Id,
        answered_at -> Instant,
        answer -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::repository::types::Id;
    audit_head (chain) {
        chain -> Id,
        number -> BigInt,
        seal -> Binary,
        signature -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::repository::types::Id;
    chain_mark (chain) {
        chain -> Id,
        number -> BigInt,
        seal -> Binary,
        signature -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::repository::types::Id;
    audit_citizen (citizen_hash, chain, number) {
        citizen_hash -> Binary,
        chain -> Id,
        number -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::repository::types::{Id, Instant};
    retention (context) {
        context -> Integer,
        period -> Text,
        archive_release -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::repository::types::{Id, Instant};
    archive_release (citizen) {
        citizen -> Id,
        inactive_before -> Date,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::repository::types::{Id, Instant};
    legal_hold (citizen, reason) {
        citizen -> Id,
        reason -> Text,
        held_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::repository::types::{Id, Instant};
    purged_thread (citizen, id) {
        citizen -> Id,
        id -> Id,
        context -> Integer,
        purged_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::repository::types::{Id, Instant};
    purged_document (citizen, id) {
        citizen -> Id,
        id -> Id,
        sender -> Text,
        recipient -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::repository::types::{Id, Instant};
    #[sql_name = "__code_list_version"]
    code_list_version (id) {
        id -> Integer,
        version -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::repository::types::{Id, Instant};
    #[sql_name = "__agreement_version"]
    agreement_version (id) {
        id -> Integer,
        version -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::repository::types::{Id, Instant};
    #[sql_name = "__unread"]
    unread (recipient, message) {
        recipient -> Text,
        message -> Id,
        citizen -> Id,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    citizen,
    organisation,
    relation,
    agreement,
    code_list_item,
    thread,
    message,
    message_content,
    document,
    document_name,
    document_content,
    reading,
    rectification,
    delivery,
    delivery_outcome,
    outbox,
    delivery_attempt,
    queue_event,
    audit_citizen,
    audit_head,
    chain_mark,
    queue_sequence,
    queue_subscription,
    audit_record,
    answered_request,
    retention,
    archive_release,
    legal_hold,
    purged_thread,
    purged_document,
    code_list_version,
    agreement_version,
    unread,
);
