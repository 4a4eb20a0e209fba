//! Requests as a consumer of a queue would write them.

/// Opens a sequence of a sub-queue, or of the whole queue.
pub fn create_sequence(sub_queue: &str) -> String {
    if sub_queue.is_empty() {
        return "<w:CreateSequenceRequest/>".to_owned();
    }
    format!("<w:CreateSequenceRequest><q:SubQueueIdentifier>{sub_queue}</q:SubQueueIdentifier></w:CreateSequenceRequest>")
}

/// `Terminate` or `Close`.
pub fn end_sequence(how: &str, sequence: &str) -> String {
    format!("<w:{how}SequenceRequest><q:Identifier>{sequence}</q:Identifier></w:{how}SequenceRequest>")
}

pub const GET_EVENTS: &str = "<v:GetCitizenMessageEventVersion1Request/>";

/// The header that says of which sequence.
pub fn of_sequence(sequence: &str) -> String {
    format!("<q:SequenceRequest><q:Identifier>{sequence}</q:Identifier></q:SequenceRequest>")
}
