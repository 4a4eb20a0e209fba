//! Documents of messages as they are read: what is known of those of a page, and the bytes of one.
//! Who may have them is left to the services.

use std::collections::HashMap;

use diesel::prelude::*;

use super::super::StoredDocument;
use super::super::schema::{document, document_content, document_name};
use super::super::types::Identifier;
use super::{Backend, Connection, messages};
use crate::domain::document::{DocumentInformation, MediaType};
use crate::domain::{CitizenKey, DocumentId, Message, MessageId};

/// A document's bytes with the message it belongs to; no bytes if they were taken away.
pub fn bytes(connection: &mut Connection, citizen: CitizenKey, id: DocumentId) -> QueryResult<Option<StoredDocument>> {
    let owner = Identifier(citizen.0);
    let found: Option<(Identifier, Vec<u8>)> = document::table
        .find((owner, Identifier(id.0)))
        .select((document::message, document::sha256))
        .first(connection)
        .optional()?;
    let Some((message, sha256)) = found else { return Ok(None) };
    let Some(message) = messages::find(connection, citizen, MessageId(message.0), None)? else {
        return Ok(None);
    };
    if message.history.rectified_at.is_some() {
        return Ok(Some((message, None)));
    }
    let bytes = document_content::table
        .find((owner, sha256))
        .select(document_content::bytes)
        .first(connection)
        .optional()?;
    Ok(Some((message, bytes)))
}

/// Gives the messages that are wanted what is known of their documents, in one query for all.
pub fn attach(connection: &mut Connection, messages: &mut [Message], wanted: &[(CitizenKey, MessageId)]) -> QueryResult<()> {
    let mut citizens: Vec<Identifier> = wanted.iter().map(|(citizen, _)| Identifier(citizen.0)).collect();
    citizens.sort_unstable();
    citizens.dedup();
    let ids: Vec<Identifier> = wanted.iter().map(|(_, message)| Identifier(message.0)).collect();
    let query = document::table
        .inner_join(
            document_name::table.on(document_name::citizen
                .eq(document::citizen)
                .and(document_name::document.eq(document::id))),
        )
        .filter(document::message.eq_any(ids))
        .order((document::message, document::id))
        .select((
            document::message,
            document::id,
            document_name::name,
            document::media_type,
            document::size,
        ))
        .into_boxed::<Backend>();
    // One citizen by name is one partition; a list of them may be all.
    let query = match citizens.as_slice() {
        [citizen] => query.filter(document::citizen.eq(*citizen)),
        _ => query.filter(document::citizen.eq_any(citizens)),
    };
    let found: Vec<(Identifier, Identifier, String, String, i64)> = query.load(connection)?;
    let mut by_message: HashMap<MessageId, Vec<DocumentInformation>> = HashMap::new();
    for (message, id, name, media_type, size) in found {
        let media_type = messages::known(MediaType::from_text(&media_type))?;
        let size = u64::try_from(size).map_err(|error| diesel::result::Error::DeserializationError(error.into()))?;
        by_message.entry(MessageId(message.0)).or_default().push(DocumentInformation {
            id: DocumentId(id.0),
            name,
            media_type,
            size,
        });
    }
    for message in messages {
        message.documents = by_message.remove(&message.id).unwrap_or_default();
    }
    Ok(())
}
