//! What is done to the audit past the service is found (S5).

use dialogmodul::domain::audit::{AuditRecord, Outcome};
use dialogmodul::domain::{CivilRegistrationNumber, Fact, LogReference, Unit};
use dialogmodul::repository::Repository;
use dialogmodul::repository::audit::Anchor;
use uuid::Uuid;

use crate::on_each_engine;
use crate::support;
use crate::support::database::{Database, Kind, Plain};

/// Writes records, each in a commit of its own.
pub fn write(repository: &Repository, count: usize) {
    for number in 0..count {
        let record = AuditRecord {
            at: "2026-05-04T10:00:00Z".parse().unwrap(),
            call: LogReference(Uuid::now_v7()),
            certificate: None,
            system: Some("fagsystem".to_owned()),
            organisation: None,
            user: None,
            user_organisation: None,
            operation: Some(format!("operation {number}")),
            citizen: None,
            shown: vec![CivilRegistrationNumber::new("1503850002")],
            objects: Vec::new(),
            criterion: None,
            outcome: Outcome::Answered,
        };
        let mut unit = Unit::default();
        unit.record(Fact::Audit(Box::new(record)));
        repository.commit(unit).wait().unwrap();
    }
}

/// Takes away what keeps the tables from being altered, as somebody with all rights could.
pub fn unlock(plain: &mut Plain) {
    let sql = match plain {
        Plain::Sqlite(_) => {
            "DROP TRIGGER audit_record_is_kept_from_update; DROP TRIGGER audit_record_is_kept_from_delete; \
             DROP TRIGGER audit_citizen_is_kept_from_update; DROP TRIGGER audit_citizen_is_kept_from_delete"
        }
        Plain::Postgres(_) => "ALTER TABLE audit_record DISABLE TRIGGER USER; ALTER TABLE audit_citizen DISABLE TRIGGER USER",
    };
    plain.execute(sql).unwrap();
}

fn verify(repository: &Repository, anchors: &[Anchor]) -> Vec<String> {
    let found = repository.audit().verify(anchors, &mut |_, _| ()).unwrap();
    found
        .findings
        .iter()
        .map(|finding| finding.to_string().split_once(": ").unwrap().1.to_owned())
        .collect()
}

const TABLES: [&str; 3] = ["audit_record", "audit_head", "audit_citizen"];

on_each_engine! {
    /// S5: every way to alter a chain is found, and named by its number.
    fn s05_what_is_done_to_a_chain_is_found(database: &Database) {
        let repository = database.repository();
        write(&repository, 9);
        assert_eq!(verify(&repository, &[]), [""; 0]);
        let mut plain = database.connection();
        unlock(&mut plain);
        for table in TABLES {
            plain.execute(&format!("CREATE TABLE kept_{table} AS SELECT * FROM {table}")).unwrap();
        }
        let other = plain.id(Uuid::from_u128(7));
        let zero = match plain { Plain::Sqlite(_) => "x'00'", Plain::Postgres(_) => "'\\x00'::bytea" };
        let copy = |number: &str, from: i64| format!(
            "INSERT INTO audit_record SELECT chain, {number}, recorded_at, call, certificate, system, organisation, acting_user, acting_organisation, \
             operation, citizen_hash, citizen_encrypted, objects, criterion, outcome, seal FROM kept_audit_record WHERE number = {from}"
        );
        for (damage, found) in [
            ("UPDATE audit_record SET outcome = 1011 WHERE number = 4".to_owned(), vec!["record 4 is not what was written there"]),
            ("UPDATE audit_record SET acting_user = 'x' WHERE number IN (4, 5)".to_owned(), vec!["records 4 to 5 are not what was written there"]),
            (format!("UPDATE audit_record SET seal = {zero} WHERE number = 9"), vec!["record 9 is not what was written there", "record 9 is not the one that once was the last"]),
            ("DELETE FROM audit_record WHERE number = 4".to_owned(), vec!["record 4 is missing"]),
            ("DELETE FROM audit_record WHERE number < 4".to_owned(), vec!["records 1 to 3 are missing"]),
            ("DELETE FROM audit_record WHERE number > 7".to_owned(), vec!["records 8 to 9 are missing"]),
            ("DELETE FROM audit_record".to_owned(), vec!["records 1 to 9 are missing"]),
            (
                "UPDATE audit_record SET number = 100 WHERE number = 3; UPDATE audit_record SET number = 3 WHERE number = 6; \
                 UPDATE audit_record SET number = 6 WHERE number = 100".to_owned(),
                vec!["records 3 to 4 are not what was written there", "records 6 to 7 are not what was written there"],
            ),
            ("UPDATE audit_record SET number = number + 1 WHERE number = 9".to_owned(), vec!["record 9 is missing"]),
            (copy("10", 9), vec!["record 10 is not what was written there"]),
            (copy("0", 1), vec!["record 0 is not what was written there"]),
            ("DELETE FROM audit_citizen WHERE number = 2".to_owned(), vec!["record 2 is not what was written there"]),
            (format!("INSERT INTO audit_citizen SELECT {zero}, chain, 2 FROM audit_head"), vec!["record 2 is not what was written there"]),
            ("DELETE FROM audit_head".to_owned(), vec!["its head is missing"]),
            ("UPDATE audit_head SET number = 7; DELETE FROM audit_record WHERE number > 7".to_owned(), vec!["its head is not signed with this key"]),
            (format!("UPDATE audit_record SET chain = {other} WHERE number = 9"), vec!["its head is missing", "records 1 to 8 are missing", "record 9 is missing"]),
        ] {
            plain.execute(&damage).unwrap();
            assert_eq!(verify(&repository, &[]), found, "{damage}");
            for table in TABLES {
                plain.execute(&format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM kept_{table}")).unwrap();
            }
            assert_eq!(verify(&repository, &[]), [""; 0], "put back after {damage}");
        }
        let stranger = database.repository_with(|settings| settings.audit_key = [8; 32]);
        assert_eq!(verify(&stranger, &[]), ["its head is not signed with this key", "records 1 to 9 are not what was written there"]);
    }

    /// S5: who puts a whole chain back to an older state, head and all, or removes it, is found by an anchor kept elsewhere.
    fn s05_an_anchor_kept_elsewhere_shows_what_was_put_back(database: &Database) {
        let repository = database.repository();
        write(&repository, 3);
        let mut plain = database.connection();
        for table in TABLES {
            plain.execute(&format!("CREATE TABLE kept_{table} AS SELECT * FROM {table}")).unwrap();
        }
        let early = repository.audit().verify(&[], &mut |_, _| ()).unwrap().anchors;
        write(&repository, 2);
        let anchors = repository.audit().verify(&[], &mut |_, _| ()).unwrap().anchors;
        let anchors: Vec<Anchor> = anchors.iter().map(|anchor| anchor.to_string().parse().unwrap()).collect();
        assert_eq!((anchors.len(), anchors[0].number), (1, 5));
        write(&repository, 1);
        let both: Vec<Anchor> = early.iter().chain(&anchors).cloned().collect();
        assert_eq!(verify(&repository, &both), [""; 0]);
        unlock(&mut plain);
        for table in TABLES {
            plain.execute(&format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM kept_{table}")).unwrap();
        }
        assert_eq!(verify(&repository, &early), [""; 0], "nothing in the database shows it");
        assert_eq!(verify(&repository, &both), ["records 4 to 5 are missing"]);
        for table in TABLES {
            plain.execute(&format!("DELETE FROM {table}")).unwrap();
        }
        assert_eq!(verify(&repository, &[]), [""; 0], "nothing in the database shows it");
        assert_eq!(verify(&repository, &both), ["records 1 to 5 are missing"]);
        let line = anchors[0].to_string();
        for wrong in ["", "x", &line[1..], &line[..line.len() - 1], &format!("{line} "), &line.replace(' ', "  ")] {
            assert!(wrong.parse::<Anchor>().is_err(), "{wrong}");
        }
    }
}
