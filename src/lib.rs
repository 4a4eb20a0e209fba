//! Dialogmodul: a SOAP facade of the Danish dialogue module.
//! Five rooms: `soap` (the door), `contract` over `xml` (wire shapes), `services` (the desk), `domain` (rules) and
//! `repository` (the archive). The README has the map and the walk of one request.

pub mod bench;
pub mod client;
pub mod command;
pub mod contract;
pub mod delivery;
pub mod domain;
pub mod error;
pub mod meter;
pub mod repository;
pub mod services;
pub mod settings;
pub mod soap;
pub mod web;
