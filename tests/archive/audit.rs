//! The audit in its table: one record per unit, no readable citizen, one chain per process.

use dialogmodul::domain::audit::Outcome;
use dialogmodul::domain::*;

use super::people::*;
use crate::on_each_engine;
use crate::support;
use crate::support::database::{Database, Kind};

on_each_engine! {
    /// S5: the citizen stands in the audit as keyed hash and encrypted value only: the same hash each time, another cipher text each time.
    fn s05_the_audit_shows_no_citizen(database: &Database) {
        let repository = database.repository();
        for cpr in [Some(ALMA), Some(ALMA), Some("2304780009"), None] {
            let mut unit = Unit::default();
            unit.record(Fact::Audit(Box::new(record(cpr))));
            repository.commit(unit).wait().unwrap();
        }
        let mut plain = database.connection();
        let mut column = |column: &str| {
            let hex = match database.kind() {
                Kind::Sqlite => format!("hex({column})"),
                Kind::Postgres => format!("encode({column}, 'hex')"),
            };
            plain.texts(&format!("SELECT coalesce({hex}, '') AS value FROM audit_record ORDER BY number"))
        };
        let hashes = column("citizen_hash");
        assert_eq!((hashes[0] == hashes[1], hashes[1] == hashes[2], hashes[3].as_str()), (true, false, ""));
        assert_eq!(hashes[0].len(), 64);
        let encrypted = column("citizen_encrypted");
        assert!(encrypted[0] != encrypted[1] && encrypted[3].is_empty());
        let readable: String = ALMA.bytes().map(|byte| format!("{byte:02x}")).collect();
        assert!(encrypted.iter().chain(&hashes).all(|text| !text.to_lowercase().contains(&readable)));
        let another = database.repository_with(|settings| settings.audit_key = [8; 32]);
        let mut unit = Unit::default();
        unit.record(Fact::Audit(Box::new(record(Some(ALMA)))));
        another.commit(unit).wait().unwrap();
        assert_eq!(plain_count(database, "SELECT count(DISTINCT citizen_hash) AS value FROM audit_record"), 3);
    }

    /// S5: what an auditor asks for stands in columns of its own.
    fn s05_a_record_keeps_what_an_auditor_asks_for(database: &Database) {
        let repository = database.repository();
        let mut unit = Unit::default();
        let kept = audit::AuditRecord {
            certificate: Some("UI:DK-O:G:1".to_owned()),
            criterion: Some("unread only".to_owned()),
            outcome: Outcome::Fault(4589),
            ..record(Some(ALMA))
        };
        unit.record(Fact::Audit(Box::new(kept)));
        repository.commit(unit).wait().unwrap();
        let row = database.connection().texts(
            "SELECT certificate || '|' || system || '|' || organisation || '|' || acting_user || '|' || acting_organisation || '|' || operation \
             || '|' || objects || '|' || criterion || '|' || CAST(outcome AS text) AS value FROM audit_record",
        );
        assert_eq!(
            row,
            ["UI:DK-O:G:1|akasse-fagsystem|2/81|RID:12345|2/81|CitizenMessageService v2 CreateMessage|message 1, thread 2|unread only|4589"]
        );
    }

    /// S5: records are numbered without gaps in one chain per writing process, whatever was refused or failed in between.
    fn s05_each_process_writes_a_chain_without_gaps(database: &Database) {
        let ours = database.repository();
        ours.load_demo().unwrap();
        let theirs = database.repository();
        let message = sent(&ours, &[]);
        for repository in [&ours, &theirs, &ours, &theirs] {
            let _ = repository.commit(sending(&message, &[])).wait();
            let _ = repository.commit(rectifying(&letter(message.citizen))).wait();
            sent(repository, &[]);
        }
        let chains = database.connection().texts(
            "SELECT CAST(min(number) AS text) || '-' || CAST(max(number) AS text) || ' ' || CAST(count(*) AS text) AS value \
             FROM audit_record GROUP BY chain ORDER BY 1",
        );
        assert_eq!(chains, ["1-4 4", "1-5 5"]);
        assert_eq!(plain_count(database, "SELECT count(DISTINCT seal) AS value FROM audit_record"), 9);
    }
}

fn plain_count(database: &Database, sql: &str) -> i64 {
    database.connection().number(sql)
}
