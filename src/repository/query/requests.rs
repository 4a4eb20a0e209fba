//! Answers kept for requests that come again, found by their key (M20).
//! An answer that is forgotten is as good as gone, whether or not it was removed yet.
//! Storing one, and the condition that it is the first, is left to `append`.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::super::schema::{answered_request, citizen};
use super::super::types::{Identifier, Moment};
use super::Connection;
use crate::domain::{AnsweredRequest, CitizenKey, CivilRegistrationNumber, MessageId, RequestContent, RequestKey};

type Row = (Vec<u8>, Identifier, Identifier, Moment, Vec<u8>, String);

/// The answer to a request, and whom it was about.
pub fn answered(
    connection: &mut Connection,
    key: RequestKey,
    forgotten: DateTime<Utc>,
) -> QueryResult<Option<(CivilRegistrationNumber, AnsweredRequest)>> {
    let found: Option<Row> = answered_request::table
        .inner_join(citizen::table.on(citizen::key.eq(answered_request::citizen)))
        .filter(answered_request::key.eq(key.0.as_slice()))
        .filter(answered_request::answered_at.gt(Moment(forgotten)))
        .select((
            answered_request::content,
            answered_request::citizen,
            answered_request::message,
            answered_request::answered_at,
            answered_request::answer,
            citizen::cpr,
        ))
        .first(connection)
        .optional()?;
    found.map(|row| read(key, row)).transpose()
}

/// Some of the keys whose answers are forgotten but still there.
pub fn forgotten(connection: &mut Connection, forgotten: DateTime<Utc>, limit: u32) -> QueryResult<Vec<RequestKey>> {
    let keys: Vec<Vec<u8>> = answered_request::table
        .filter(answered_request::answered_at.le(Moment(forgotten)))
        .select(answered_request::key)
        .order(answered_request::answered_at)
        .limit(limit.into())
        .load(connection)?;
    Ok(keys.into_iter().filter_map(|key| key.try_into().ok().map(RequestKey)).collect())
}

fn read(key: RequestKey, (content, citizen, message, at, answer, cpr): Row) -> QueryResult<(CivilRegistrationNumber, AnsweredRequest)> {
    let content = content
        .try_into()
        .map_err(|_| diesel::result::Error::DeserializationError("the content of a request is no hash".into()))?;
    let answered = AnsweredRequest {
        key,
        content: RequestContent(content),
        citizen: CitizenKey(citizen.0),
        message: MessageId(message.0),
        at: at.0,
        answer,
    };
    Ok((CivilRegistrationNumber::new(cpr), answered))
}
