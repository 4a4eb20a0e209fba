//! The desk: one module per service contract; each operation reads, asks the rules and answers with the facts to append.
//! It knows the generated contract, the rules and the archive's interface. HTTP, envelopes and faults are left to `soap`,
//! rules to `domain`, storage to `repository`.

mod admission;
mod call;
mod citizen_message;
mod code_list;
mod code_lists;
mod continuation;
mod desk;
mod dialogue;
mod documents;
mod identity;
pub mod inspection;
mod jobnet_citizen_message;
pub mod legal_hold;
mod operation;
mod page;
mod posting;
pub mod purge;
mod refusals;
mod repetition;
mod sources;
mod surroundings;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod wire;
mod wsrm;
mod wsrm_message;

/// An operation of any service.
pub use crate::contract::Operation;
pub use admission::Stated;
pub use call::Call;
pub use code_list::{CodeListAnswer, EncodedLists};
pub use desk::{Desk, Refused, Settings};
pub use identity::Identity;
pub use sources::Sources;
pub use surroundings::{Block, Surroundings};

/// The receipt of a unit handed to the archive; wait for it or await it before the answer leaves.
pub use crate::repository::Commit;
/// How much waits in outbox and queues.
pub use crate::repository::{Backlog, OutboxDepth, QueueBacklog};
