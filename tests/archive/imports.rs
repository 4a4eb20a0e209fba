//! Importing files: all or nothing, a bad line by number and reason, a second time without effect.

use std::fmt::Write;

use dialogmodul::domain::*;
use dialogmodul::repository::Repository;
use dialogmodul::repository::import::{Kind as File, Summary};

use super::people::*;
use crate::on_each_engine;
use crate::support;
use crate::support::database::{Database, Kind};

fn import(repository: &Repository, kind: File, lines: &str) -> Result<Summary, String> {
    let header = match kind {
        File::Citizens => "cpr\tcv_number\tname\tcontact_group\temail\tmobile\tdead_on",
        File::Organisations => "type\tcode\tname\tcvr",
        File::Relations => "cpr\torganisation_type\torganisation_code\tkind\tfrom\tto\treason",
        File::Agreements => {
            "system\tcertificate_subject_cvr\tcertificate_subject_id\torganisation_type\torganisation_code\tvalid_from\tvalid_to"
        }
        File::Subscriptions => "organisation_type\torganisation_code\tvalid_from\tvalid_to",
        File::CodeLists => "list\tcode\tname\tdescription\tstart\tend\tsource",
        File::Retention => "context\tperiod\tarchive_release",
        File::ArchiveReleases => "cpr\tinactive_before",
    };
    repository
        .import(kind, format!("{header}\n{lines}").as_bytes(), &mut |_| {})
        .map_err(|error| error.to_string())
}

fn is_refused(repository: &Repository, kind: File, lines: &str, reason: &str) {
    let error = import(repository, kind, lines).unwrap_err();
    assert_eq!(error, format!("{reason}; nothing was imported"));
    assert!(!error.contains("150385"), "a reason shows a citizen: {error}");
}

on_each_engine! {
    /// The demo data comes in whole, and a second time changes nothing.
    fn demo_data_is_imported_once(database: &Database) {
        let repository = database.repository();
        repository.load_demo().unwrap();
        let before = database.counts();
        assert_eq!(["citizen", "organisation", "relation", "agreement", "code_list_item"].map(|table| before[table]), [12, 11, 39, 13, 65]);
        let key = alma(&repository);
        repository.load_demo().unwrap();
        assert_eq!((database.counts(), alma(&repository)), (before, key));
        let alma = citizen(&repository, ALMA);
        assert_eq!((alma.cv_number.as_str(), alma.dead_on, alma.relations.len()), ("CV1000", None, 3));
        assert_eq!(repository.reader().citizen_by_cv_number("CV1000").unwrap().unwrap().key, key);
        assert!(citizen(&repository, "0606590079").dead_on.is_some());
        assert!(repository.reader().citizen_by_cpr(&CivilRegistrationNumber::new("0101010101")).unwrap().is_none());
        let organisation = |code| Organisation::new(OrganisationType::JOB_CENTRE, code);
        assert!(repository.reader().organisation_exists(&organisation("90101")).unwrap());
        assert!(!repository.reader().organisation_exists(&organisation("90109")).unwrap());
        let agreements = repository.reader().agreements("90000091", "CVR:90000091-FID:1234567890123").unwrap();
        assert_eq!(agreements.iter().map(|agreement| agreement.organisation.to_string()).collect::<Vec<_>>(), ["7/901", "8/90101"]);
        assert_eq!(agreements[0].system, "kss-gammel");
    }

    /// An import says how many lines it read and how many changed something; changed lines take effect.
    fn a_second_import_changes_what_is_new(database: &Database) {
        let repository = database.repository();
        let first = "1503850002\tCV1\tAlma\t1\t\t\t\n2304780009\tCV2\tBertil\t1\t\t\t\n";
        assert_eq!(import(&repository, File::Citizens, first), Ok(Summary { lines: 2, changed: 2 }));
        let key = alma(&repository);
        assert_eq!(import(&repository, File::Citizens, first), Ok(Summary { lines: 2, changed: 0 }));
        assert_eq!(import(&repository, File::Citizens, "1503850002\tCV9\tAlma\t1\t\t\t2026-01-01\n"), Ok(Summary { lines: 1, changed: 1 }));
        let alma = citizen(&repository, ALMA);
        assert_eq!((alma.key, alma.cv_number.as_str(), alma.dead_on.is_some()), (key, "CV9", true));
        let organisation = "8\t1\tJobcenter\t90000021\n";
        assert_eq!(import(&repository, File::Organisations, organisation).unwrap().changed, 1);
        assert_eq!(import(&repository, File::Organisations, organisation).unwrap().changed, 0);
        assert_eq!(import(&repository, File::Organisations, "8\t1\tJobcenter Nyt\t90000021\n").unwrap().changed, 1);
        let relation = "1503850002\t8\t1\tguest\t2026-01-01\t2027-01-01\tEfter aftale\n";
        assert_eq!(import(&repository, File::Relations, relation).unwrap().changed, 1);
        assert_eq!(import(&repository, File::Relations, relation).unwrap().changed, 0);
        assert_eq!(import(&repository, File::Relations, &relation.replace("2027", "2028")).unwrap().changed, 1);
        let relations = citizen(&repository, ALMA).relations;
        assert_eq!((relations.len(), relations[0].to.to_string().as_str()), (1, "2028-01-01"));
        let agreement = "kss\t90000091\tUI:1\t8\t1\t2020-01-01\t2027-01-01\n";
        assert_eq!(import(&repository, File::Agreements, agreement).unwrap().changed, 1);
        assert_eq!(import(&repository, File::Agreements, agreement).unwrap().changed, 0);
    }

    /// A bad line stops the import and is named by number and reason; lines before it are not there.
    fn a_bad_line_is_named_and_nothing_is_imported(database: &Database) {
        let repository = database.repository();
        repository.load_demo().unwrap();
        let before = database.counts();
        let good = "0101850002\tCV77\tNy\t1\t\t\t\n";
        let citizens = [
            ("150385000\tCV9\tAlma\t1\t\t\t", "line 3: cpr must be ten digits that begin with a day and a month"),
            ("3102850002\tCV9\tAlma\t1\t\t\t", "line 3: cpr must be ten digits that begin with a day and a month"),
            ("0000000000\tCV9\tAlma\t1\t\t\t", "line 3: cpr must be ten digits that begin with a day and a month"),
            ("1503850002\t\tAlma\t1\t\t\t", "line 3: cv_number must be a text of 1 to 64 characters"),
            ("1503850002\tCV9\tAlma\tx\t\t\t", "line 3: contact_group must be a number from 0 to 100000000"),
            ("1503850002\tCV9\tAlma\t1\talma\t\t", "line 3: email must be one address"),
            ("1503850002\tCV9\tAlma\t1\t\t12345678\t", "line 3: mobile must be + and digits"),
            ("1503850002\tCV9\tAlma\t1\t\t\t2026-2-30", "line 3: dead_on must be a day like 2026-01-31"),
            ("1503850002\tCV9\tAlma\t1\t\t", "line 3: 6 columns instead of 7"),
            ("0101850002\tCV9\tAlma\t1\t\t\t", "line 3: the same entry stands in line 2"),
            ("1503850002\tCV77\tAlma\t1\t\t\t", "line 3: the CV number belongs to another citizen"),
            ("1503850002\tCV1001\tAlma\t1\t\t\t", "line 3: the CV number belongs to another citizen"),
        ];
        for (line, reason) in citizens {
            is_refused(&repository, File::Citizens, &format!("{good}{line}\n"), reason);
        }
        is_refused(&repository, File::Organisations, "0\t1\tx\t90000021", "line 2: type must be a number from 1 to 100");
        is_refused(&repository, File::Organisations, "8\t1\tx\t9000002", "line 2: cvr must be eight digits");
        is_refused(&repository, File::Organisations, "8\t1 \tx\t90000021", "line 2: code must not begin or end with white space");
        let agreement = "kss\t90000091\tUI:1\t8\t404\t2020-01-01\t2027-01-01";
        is_refused(&repository, File::Agreements, agreement, "line 2: the organisation is not registered; import organisations first");
        let header = repository.import(File::Citizens, "cpr\tname\n".as_bytes(), &mut |_| {}).unwrap_err().to_string();
        assert!(header.starts_with("line 1: the header must be, separated by tabs: cpr cv_number name"), "{header}");
        let bytes = b"type\tcode\tname\tcvr\n8\t1\t\xff\t90000021\n".as_slice();
        let encoding = repository.import(File::Organisations, bytes, &mut |_| {}).unwrap_err().to_string();
        assert_eq!(encoding, "line 2: the text is not UTF-8; nothing was imported");
        assert_eq!(database.counts(), before);
    }

    /// S1: certificates are read with the letters of their UUID in lower case, so agreements are kept that way.
    fn s01_an_agreement_may_write_its_uuid_in_capitals(database: &Database) {
        let repository = database.repository();
        repository.load_demo().unwrap();
        let agreement = |id: &str| format!("kss\t90000091\t{id}\t8\t90101\t2020-01-01\t2027-01-01");
        for (id, kept) in [
            ("UI:DK-O:G:ABCDEF00-2222-4222-8222-22222222222A", "UI:DK-O:G:abcdef00-2222-4222-8222-22222222222a"),
            ("CVR:90000091-FID:77", "CVR:90000091-FID:77"),
        ] {
            import(&repository, File::Agreements, &agreement(id)).unwrap();
            assert_eq!(repository.reader().agreements("90000091", kept).unwrap().len(), 1, "{id}");
        }
    }

    /// S7: a context has one period of days, months or years; a release names a known citizen and a day.
    fn s07_periods_and_releases_are_read_strictly(database: &Database) {
        let repository = database.repository();
        repository.load_demo().unwrap();
        let period = "a period is a number of days, months or years like 5 years, at least 1 day and at most 100 years";
        for (lines, reason) in [
            ("1\t5\tno", format!("line 2: {period}")),
            ("1\t0 days\tno", format!("line 2: {period}")),
            ("1\t5 years\tmaybe", "line 2: archive_release must be yes or no".to_owned()),
            ("1\t5 years\tno\n1\t6 years\tno", "line 3: the same entry stands in line 2".to_owned()),
        ] {
            is_refused(&repository, File::Retention, lines, &reason);
        }
        assert_eq!(import(&repository, File::Retention, "1\t18 months\tyes\n3\t30 days\tno").unwrap().changed, 2);
        assert_eq!(import(&repository, File::Retention, "1\t18 months\tyes\n3\t31 days\tno").unwrap().changed, 1);
        is_refused(&repository, File::ArchiveReleases, "0101010101\t2026-01-01", "line 2: the citizen is not registered; import citizens first");
        is_refused(&repository, File::ArchiveReleases, "1503850002\tsoon", "line 2: inactive_before must be a day like 2026-01-31");
        assert_eq!(import(&repository, File::ArchiveReleases, "1503850002\t2026-01-01").unwrap().changed, 1);
        assert_eq!(import(&repository, File::ArchiveReleases, "1503850002\t2026-01-01").unwrap().changed, 0);
    }

    /// S4: guest access needs a reason of 1 to 900 characters without HTML; S3: periods are closed-open and not empty.
    fn s04_guest_access_needs_a_reason(database: &Database) {
        let repository = database.repository();
        repository.load_demo().unwrap();
        let relation = |kind: &str, reason: &str| format!("1503850002\t8\t90201\t{kind}\t2026-01-01\t2027-01-01\t{reason}");
        for kind in ["guest", "other_actor_guest"] {
            is_refused(&repository, File::Relations, &relation(kind, ""), "line 2: guest access needs a reason of 1 to 900 characters");
            assert_eq!(import(&repository, File::Relations, &relation(kind, &"æ".repeat(900))).unwrap().lines, 1);
        }
        is_refused(&repository, File::Relations, &relation("guest", &"æ".repeat(901)), "line 2: reason must be a text of 0 to 900 characters");
        is_refused(&repository, File::Relations, &relation("guest", "<b>x</b>"), "line 2: reason must not contain HTML");
        let kinds = "line 2: kind must be one of own, former, guest, other_actor_own, other_actor_guest";
        is_refused(&repository, File::Relations, &relation("friend", ""), kinds);
        is_refused(&repository, File::Relations, &relation("own", "").replace("2027", "2026"), "line 2: from must be before to");
        let unknown = relation("own", "").replace("1503850002", "0101010101");
        is_refused(&repository, File::Relations, &unknown, "line 2: the citizen is not registered; import citizens first");
    }

    /// K1: a code is never reused: name and start stay; ending it is data, and ended values stay in the list.
    fn k01_a_code_keeps_its_meaning(database: &Database) {
        let repository = database.repository();
        repository.load_demo().unwrap();
        let list = "CitizenMessageContextTypeIdentifier";
        let item = |code: i32, name: &str, start: &str, end: &str| format!("{list}\t{code}\t{name}\t\t{start}\t{end}\tSTAR");
        let reused = "line 2: the code is in use with another name or start; codes are never reused, take a new one";
        is_refused(&repository, File::CodeLists, &item(2, "Noget andet", "2014-11-01", "2100-07-01"), reused);
        is_refused(&repository, File::CodeLists, &item(2, "Udkast til min plan", "2024-11-01", "2100-07-01"), reused);
        is_refused(&repository, File::CodeLists, &item(2, "Udkast til min plan", "2014-11-01", "2014-10-31"), "line 2: end must not be before start");
        import(&repository, File::CodeLists, &item(2, "Udkast til min plan", "2014-11-01", "2026-01-01")).unwrap();
        import(&repository, File::CodeLists, &item(12, "Ny", "2026-01-01", "2100-07-01")).unwrap();
        let lists = repository.reader().code_lists().unwrap();
        let day = "2026-05-04".parse().unwrap();
        assert_eq!(lists.items(list).unwrap().count(), 12);
        assert_eq!(lists.require(list, 2, day), Err(Refusal::ExpiredCodeListItem));
        assert_eq!((lists.require(list, 12, day), lists.require(list, 13, day)), (Ok(()), Err(Refusal::UnknownCodeListItem)));
        let planned = lists.items(list).unwrap().find(|item| item.code == 11).unwrap();
        assert_eq!((planned.name.as_str(), planned.source.as_str()), ("Indstilling om tilbud", "STAR"));
    }

    /// A long file goes in in portions, tells its progress, and still comes in whole or not at all.
    fn a_long_file_comes_in_whole(database: &Database) {
        let repository = database.repository();
        let file = many_citizens(5000);
        let mut told = Vec::new();
        let broken = file.replace("CX4999", "CX0");
        let error = repository.import(File::Citizens, broken.as_bytes(), &mut |_| {}).unwrap_err();
        assert_eq!(error.to_string(), "line 5001: the CV number belongs to another citizen; nothing was imported");
        assert_eq!(database.count("citizen"), 0);
        let summary = repository.import(File::Citizens, file.as_bytes(), &mut |lines| told.push(lines)).unwrap();
        assert_eq!((summary, told), (Summary { lines: 5000, changed: 5000 }, vec![2000, 4000, 5000]));
    }

    /// A server goes on writing while a long file comes in: between two portions, or beside them.
    fn others_write_while_a_long_file_comes_in(database: &Database) {
        let (server, repository) = (database.repository(), database.repository());
        server.load_demo().unwrap();
        let file = many_citizens(5000);
        let mut wrote = Vec::new();
        let summary = repository
            .import(File::Citizens, file.as_bytes(), &mut |_| wrote.push(server.commit(sending(&letter(alma(&server)), &[])).wait()))
            .unwrap();
        assert_eq!((summary.changed, wrote.len()), (5000, 3));
        assert!(wrote.iter().all(Result::is_ok), "{wrote:?}");
    }

    /// Whatever is wrong with a long file, even in its last line, is said before anything of it is stored; what a line gives up, a later one may take.
    fn a_long_file_is_looked_through_first(database: &Database) {
        let repository = database.repository();
        import(&repository, File::Organisations, "8\t1\tJobcenter\t90000021\n").unwrap();
        import(&repository, File::Citizens, "0101010001\tCV-a\tNavn\t1\t\t\t\n0101010002\tCV-b\tNavn\t1\t\t\t\n").unwrap();
        let before = database.counts();
        let many = many_citizens(5000);
        let lines = many.split_once('\n').unwrap().1;
        let taken = "line 5002: the CV number belongs to another citizen";
        for (wrong, reason) in [
            ("0101010003\tCV-a\tNavn\t1\t\t\t\n", taken),
            ("0101010003\tCX17\tNavn\t1\t\t\t\n", taken),
            ("0101010001\tCV-b\tNavn\t1\t\t\t\n0101010002\tCV-a\tNavn\t1\t\t\t\n", taken),
            ("0101800017\tCV-c\tNavn\t1\t\t\t\n", "line 5002: the same entry stands in line 19"),
            ("0101010003\tCV-c\tNavn\tx\t\t\t\n", "line 5002: contact_group must be"),
        ] {
            let error = import(&repository, File::Citizens, &format!("{lines}{wrong}")).unwrap_err();
            assert!(error.starts_with(reason) && error.ends_with("; nothing was imported"), "{error}");
            assert_eq!(database.counts(), before, "{error}");
        }
        let handed_on = "0101010001\tCV-c\tNavn\t1\t\t\t\n0101010003\tCV-a\tNavn\t1\t\t\t\n";
        assert_eq!(import(&repository, File::Citizens, &format!("{lines}{handed_on}")).unwrap().changed, 5002);
        let mut relations = String::new();
        for number in 0..3000 {
            writeln!(relations, "010180{number:04}\t8\t1\town\t2020-01-01\t2100-01-01\t").unwrap();
        }
        let unknown = format!("{relations}0909090909\t8\t1\town\t2020-01-01\t2100-01-01\t\n");
        let reason = "line 3002: the citizen is not registered; import citizens first";
        is_refused(&repository, File::Relations, &unknown, reason);
        assert_eq!(database.count("relation"), 0);
        assert_eq!(import(&repository, File::Relations, &relations).unwrap().changed, 3000);
    }
}

/// An import that dies between two portions leaves whole lines; the same file again stores the rest, and what is there only once.
#[test]
fn an_import_that_was_cut_off_is_ended_by_the_same_file() {
    let database = Database::new(Kind::Sqlite);
    let (repository, file) = (database.repository(), many_citizens(5000));
    let cut_off = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        repository.import(File::Citizens, file.as_bytes(), &mut |lines| assert!(lines < 4000, "cut off"))
    }));
    assert!(cut_off.is_err());
    assert_eq!(database.count("citizen"), 4000);
    let again = repository.import(File::Citizens, file.as_bytes(), &mut |_| ()).unwrap();
    assert_eq!(
        (again, database.count("citizen")),
        (
            Summary {
                lines: 5000,
                changed: 1000
            },
            5000
        )
    );
}

/// What changes as a whole is seen as a whole: while code lists come in nobody sees half of them, and if they fail nobody sees any of it.
#[test]
fn k01_code_lists_change_as_a_whole() {
    let database = Database::new(Kind::Sqlite);
    let (server, repository) = (database.repository(), database.repository());
    let items = || server.reader().code_lists().unwrap().items("L").map_or(0, Iterator::count);
    let mut lines = String::new();
    for code in 1..=2500 {
        writeln!(lines, "L\t{code}\tNavn\t\t2020-01-01\t2100-01-01\tTEST").unwrap();
    }
    let file = format!("list\tcode\tname\tdescription\tstart\tend\tsource\n{lines}");
    let mut seen = Vec::new();
    repository
        .import(File::CodeLists, file.as_bytes(), &mut |_| seen.push(items()))
        .unwrap();
    assert_eq!((seen, items()), (vec![0, 0], 2500));
    let wrong = lines.replace("L\t", "L2\t") + "L\t1\tEt andet\t\t2020-01-01\t2100-01-01\tTEST\n";
    import(&repository, File::CodeLists, &wrong).unwrap_err();
    assert_eq!((items(), database.count("code_list_item")), (2500, 2500));
}

fn many_citizens(number: usize) -> String {
    let mut file = "cpr\tcv_number\tname\tcontact_group\temail\tmobile\tdead_on\n".to_owned();
    for number in 0..number {
        writeln!(file, "010180{number:04}\tCX{number}\tNavn\t1\t\t\t").unwrap();
    }
    file
}
