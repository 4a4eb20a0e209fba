//! The number that tells whether agreements or organisations have changed, and the commits that rest on it.

use std::thread;
use std::time::Duration;

use dialogmodul::domain::*;
use dialogmodul::error::Error;
use dialogmodul::repository::import::Kind as Import;

use super::people::*;
use crate::on_each_engine;
use crate::support;
use crate::support::database::{Database, Kind};

const AGREEMENTS: &str =
    "system\tcertificate_subject_cvr\tcertificate_subject_id\torganisation_type\torganisation_code\tvalid_from\tvalid_to\n";
const ORGANISATION: &[u8] = b"type\tcode\tname\tcvr\n4\t90000077\tNy\t90000077\n";

on_each_engine! {
    /// S1: what admits a caller is remembered under this number, so whatever changes it must move the number, and what changes nothing of it must not.
    fn s1_the_number_of_the_agreements_moves_with_every_change(database: &Database) {
        let repository = database.repository();
        repository.load_demo().unwrap();
        let mut plain = database.connection();
        let mut moved = watched(|| repository.reader().agreement_version().unwrap());
        sent(&repository, &[]);
        assert!(!moved("a message"));
        let line = format!("{AGREEMENTS}ny\t90000011\tCVR:90000011-FID:7\t2\t81\t2020-01-01\t2100-07-01\n");
        repository.import(Import::Agreements, line.as_bytes(), &mut |_| {}).unwrap();
        assert!(moved("an agreement imported"));
        repository.import(Import::Agreements, line.replace("2100-07-01", "2026-07-01").as_bytes(), &mut |_| {}).unwrap();
        assert!(moved("an end imported"));
        let wrong = format!("{line}no line\n");
        repository.import(Import::Agreements, wrong.as_bytes(), &mut |_| {}).unwrap_err();
        assert!(!moved("an import that failed"));
        repository.import(Import::Organisations, ORGANISATION, &mut |_| {}).unwrap();
        assert!(moved("an organisation imported"));
        for sql in [
            "UPDATE agreement SET valid_to = '2026-06-30' WHERE system = 'ny'",
            "INSERT INTO agreement SELECT cvr, 'CVR:90000011-FID:8', organisation, valid_from, valid_to, system FROM agreement WHERE system = 'ny'",
            "DELETE FROM agreement WHERE system = 'ny'",
            "INSERT INTO organisation VALUES ('4/1', 'x', '00000000')",
            "UPDATE organisation SET name = 'y' WHERE key = '4/1'",
            "DELETE FROM organisation WHERE key = '4/1'",
        ] {
            plain.execute(sql).unwrap();
            assert!(moved(sql), "{sql}");
        }
        if database.kind() == Kind::Postgres {
            for sql in [
                "TRUNCATE agreement",
                "TRUNCATE organisation",
                "SET session_replication_role = replica; INSERT INTO organisation VALUES ('4/1', 'x', '00000000')",
            ] {
                plain.execute(sql).unwrap();
                assert!(moved(sql), "{sql}");
            }
        }
    }

    /// S1: a unit that rests on an admission is stored as long as nothing has changed; then it is refused for that before all else, and alone.
    fn s1_a_unit_rests_on_the_agreements_its_caller_was_admitted_by(database: &Database) {
        let repository = database.repository();
        repository.load_demo().unwrap();
        let citizen = alma(&repository);
        let version = repository.reader().agreement_version().unwrap();
        let resting = |mut unit: Unit| {
            unit.require_admission(Some(Condition::AgreementsUnchanged { version }));
            unit
        };
        repository.commit(resting(sending(&letter(citizen), &[]))).wait().unwrap();
        // While another process writes, the units gather into one batch.
        let mut other = database.connection();
        other.begin();
        if database.kind() == Kind::Postgres {
            other.execute("LOCK TABLE __agreement_version IN ACCESS EXCLUSIVE MODE").unwrap();
        }
        other.execute("DELETE FROM agreement WHERE system = 'star'").unwrap();
        let closed = sending(&answer(&letter(citizen)), &[]);
        let units = [resting(sending(&letter(citizen), &[])), sending(&letter(citizen), &[]), resting(closed), resting(Unit::default())];
        let commits: Vec<_> = units.into_iter().map(|unit| repository.commit(unit)).collect();
        thread::sleep(Duration::from_millis(100));
        other.execute("COMMIT").unwrap();
        let answers = commits.into_iter().map(|commit| match commit.wait() {
            Ok(()) => None,
            Err(Error::Refused(refusal)) => Some(refusal),
            Err(error) => panic!("{error:?}"),
        });
        let refused = Some(Refusal::NoAgreement);
        assert_eq!(answers.collect::<Vec<_>>(), [refused, None, refused, refused]);
        assert_eq!((database.count("message"), database.count("audit_record")), (2, 2));
    }
}
