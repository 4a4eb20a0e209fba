//! The number that tells whether the code lists have changed.

use dialogmodul::repository::import::Kind as Import;

use super::people::*;
use crate::on_each_engine;
use crate::support;
use crate::support::database::{Database, Kind};

const HEADER: &str = "list\tcode\tname\tdescription\tstart\tend\tsource\n";

on_each_engine! {
    /// K1: servers look at this number only, so whatever changes a list must move it, and what changes nothing else must not.
    fn the_version_of_the_lists_moves_with_every_change(database: &Database) {
        let repository = database.repository();
        repository.load_demo().unwrap();
        let mut plain = database.connection();
        let mut moved = watched(|| repository.reader().code_list_version().unwrap());
        sent(&repository, &[]);
        assert!(!moved("a message"));

        let line = format!("{HEADER}CitizenMessageContextTypeIdentifier\t4711\tNy\t\t2020-01-01\t2100-07-01\tours\n");
        repository.import(Import::CodeLists, line.as_bytes(), &mut |_| {}).unwrap();
        assert!(moved("a value imported"));
        let ended = line.replace("2100-07-01", "2026-07-01");
        repository.import(Import::CodeLists, ended.as_bytes(), &mut |_| {}).unwrap();
        assert!(moved("an end imported"));
        let wrong = format!("{HEADER}CitizenMessageContextTypeIdentifier\t4712\tNy\t\t2020-01-01\t2100-07-01\tours\nno line\n");
        repository.import(Import::CodeLists, wrong.as_bytes(), &mut |_| {}).unwrap_err();
        assert!(!moved("an import that failed"));

        for sql in [
            "UPDATE code_list_item SET description = 'Andet' WHERE code = 4711",
            "INSERT INTO code_list_item SELECT list, 4713, name, description, valid_from, valid_to, source FROM code_list_item WHERE code = 4711",
            "DELETE FROM code_list_item WHERE code = 4711",
        ] {
            plain.execute(sql).unwrap();
            assert!(moved(sql), "{sql}");
        }
        if database.kind() == Kind::Postgres {
            plain.execute("TRUNCATE code_list_item").unwrap();
            assert!(moved("TRUNCATE"));
        }
    }
}
