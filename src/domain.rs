//! Vocabulary and rules of the dialogue module: what a message, a thread, a relation and a refusal are, and who may do what.
//! Pure: it knows no database, no wire and no clock; everything a rule needs is handed to it. Reading, writing and
//! wire shapes are left to the rooms `repository` and `services`.
//!
//! | word | Danish | meaning |
//! |---|---|---|
//! | citizen | borger | the person every message is about |
//! | caseworker | sagsbehandler | a person who writes for an authority |
//! | authority | myndighed | an organisation that may be sender or recipient: a-kasse, job centre, municipality … |
//! | draft | kladde | what a sender states, before the rules have made it a message |
//! | thread | tråd | a message and its replies: one citizen, one context, one channel |
//! | channel | kanal | how a message travels |
//! | context | kontekst, beskedtype | what a message is about |
//! | rectification | berigtigelse | removing a wrongly sent message; a marker stays |
//! | viewer | – | for whose eyes a message is: an authority, the citizen, or a company |
//! | relation | tilknytning | why an authority may see a citizen, and when |
//! | event | hændelse | something that happened to a message, told to an authority in its queue |
//! | sequence | sekvens | events of a queue that one system has taken and not yet acknowledged or given back |
//! | unit | – | the facts one call wants to append, with the conditions they rest on |

pub mod access;
pub mod audit;
pub mod caller;
pub mod citizen;
pub mod code_list;
pub mod day;
pub mod delivery;
pub mod document;
pub mod draft;
pub mod identifier;
pub mod message;
pub mod organisation;
pub mod queue;
pub mod refusal;
pub mod request;
pub mod retention;
#[cfg(test)]
pub(crate) mod testing;
pub mod thread;
pub mod unit;
pub mod viewer;

pub use access::{Access, AccessTable, Operation};
pub use caller::{ActingUser, Caller, Certificate};
pub use citizen::{Citizen, Relation, RelationKind, Subscription};
pub use day::danish_day;
pub use draft::Draft;
pub use identifier::{CitizenKey, CivilRegistrationNumber, DocumentId, LogReference, MessageId, SequenceId, ThreadId};
pub use message::{Channel, Company, CompanyIdentifier, Context, Message, Party, PartyKind, Status};
pub use organisation::{Organisation, OrganisationType};
pub use refusal::Refusal;
pub use request::{AnsweredRequest, RequestContent, RequestKey};
pub use thread::Thread;
pub use unit::{Condition, Fact, Unit};
pub use viewer::Viewer;
