//! Runs SoapUI project files without SoapUI. It knows the file format, what each step and assertion means (traps included) and
//! how a run is reported; it never passes what it cannot judge. Which services are called, and that they are up, is left to the caller.

pub mod assertion;
pub mod cache;
pub mod compare;
pub mod definition;
pub mod expansion;
pub mod fragment;
pub mod http;
pub mod outcome;
pub mod project;
pub mod report;
pub mod run;
pub mod schema;
pub mod transfer;
pub mod xpath;
