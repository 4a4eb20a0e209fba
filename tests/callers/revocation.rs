//! Revocation: lists are read again without a connection being dropped, what they revoke is refused, and what is wrong with them is told.

use std::time::{Duration, Instant};

use log::Level;
use rustls::HandshakeKind;
use rustls::version::{TLS12, TLS13};

use crate::on_each_engine;
use crate::stage::{CODE_LISTS, House, NAMES, forget, kss, logged, within};
use crate::support;
use crate::support::certificates::{Authority, Issued, Wish, pem};
use crate::support::database::{Database, Kind};
use crate::support::tls_client::{TlsClient, TlsConnection};

/// Two certificates of the same system, numbers 7 and 66.
fn two(house: &House) -> (Issued, Issued) {
    (
        house.issue(kss()),
        house.clients.issue(&Wish {
            serial: 66,
            ..Wish::client(kss())
        }),
    )
}

fn post(connection: &mut TlsConnection) -> Option<i32> {
    connection.post(CODE_LISTS, "", NAMES).unwrap().fault()
}

on_each_engine! {
    /// S1: a connection that was made before its certificate was revoked is answered 1013 within the reload interval, and others go on.
    fn s1_a_kept_connection_with_a_revoked_certificate_is_refused(database: &Database) {
        let house = House::new();
        let (good, bad) = two(&house);
        house.write("list.crl", house.clients.revocations(-60, 3600, &[]));
        let server = house.open(database, house.tls());
        let mut kept_good = house.client(Some(&good)).connect(server.address);
        let mut kept_bad = house.client(Some(&bad)).connect(server.address);
        assert_eq!((post(&mut kept_good), post(&mut kept_bad)), (None, None));
        house.write("list.crl", pem("X509 CRL", &house.clients.revocations(-30, 3600, &[66])));
        let begun = Instant::now();
        assert!(within(5, || post(&mut kept_bad) == Some(1013)));
        // One second of interval; the rest is for a busy machine.
        assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
        assert_eq!(post(&mut kept_bad), Some(1013));
        assert_eq!(post(&mut kept_good), None);
        assert_eq!(house.call(server.address, Some(&bad)), Err(()));
        assert_eq!(house.call(server.address, Some(&good)), Ok(None));
        assert!(logged(Level::Info, &["not accepted", "Revoked", "outcome=1013"]) || logged(Level::Info, &["not accepted", "revoked", "outcome=1013"]));
    }
}

/// S1: a session that is resumed skips the check in the handshake; the call is refused all the same.
#[test]
fn s1_a_resumed_session_with_a_revoked_certificate_is_refused() {
    for version in [&TLS12, &TLS13] {
        let (database, house) = (Database::new(Kind::Sqlite), House::new());
        let (_, bad) = two(&house);
        house.write("list.crl", house.clients.revocations(-60, 3600, &[]));
        let server = house.open(&database, house.tls());
        let client = TlsClient::new(house.servers.der(), Some(&bad), &[version]);
        assert_eq!(client.post(server.address, CODE_LISTS, NAMES).unwrap().fault(), None);
        let mut again = client.connect(server.address);
        assert_eq!(post(&mut again), None);
        assert_eq!(again.stream.conn.handshake_kind(), Some(HandshakeKind::Resumed), "{version:?}");
        house.write("list.crl", house.clients.revocations(-30, 3600, &[66]));
        assert!(within(5, || post(&mut again) == Some(1013)), "{version:?}");
        let mut resumed = client.connect(server.address);
        assert_eq!(post(&mut resumed), Some(1013), "{version:?}");
        assert_eq!(resumed.stream.conn.handshake_kind(), Some(HandshakeKind::Resumed), "{version:?}");
    }
}

/// What cannot be a newer list of the issuer leaves the old one in force, and the operator is told.
#[test]
fn a_damaged_list_leaves_the_old_one_in_force() {
    let (database, house) = (Database::new(Kind::Sqlite), House::new());
    let (good, bad) = two(&house);
    let sound = house.clients.revocations(-60, 3600, &[66]);
    house.write("list.crl", &sound);
    let server = house.open(&database, house.tls());
    let path = house.path("list.crl").display().to_string();
    let mut changed = house.clients.revocations(-30, 3600, &[]);
    *changed.last_mut().unwrap() ^= 1;
    let mut kept = house.client(Some(&good)).connect(server.address);
    for (damaged, why) in [
        (b"nonsense".to_vec(), "neither DER nor PEM"),
        (Vec::new(), "neither DER nor PEM"),
        (sound[..sound.len() - 1].to_vec(), "not DER"),
        ([sound.as_slice(), b"\n"].concat(), "something stands behind it"),
        (changed, "signature"),
        (Authority::new("Clients").revocations(-30, 3600, &[]), "signature"),
        (house.clients.revocations(-600, 3600, &[]), "older"),
        (pem("CERTIFICATE", &sound).into_bytes(), "neither DER nor PEM"),
    ] {
        house.write("list.crl", damaged);
        forget(&path);
        assert!(within(5, || logged(Level::Error, &["stay in force", &path, why])), "{why}");
        assert_eq!(post(&mut kept), None, "{why}");
        assert_eq!(house.call(server.address, Some(&good)), Ok(None), "{why}");
        assert_eq!(house.call(server.address, Some(&bad)), Err(()), "{why}");
    }
    std::fs::remove_file(&path).unwrap();
    assert!(within(5, || logged(Level::Error, &["stay in force", &path, "cannot read"])));
    assert_eq!(house.call(server.address, Some(&bad)), Err(()));
    // A sound one is taken again.
    house.write("list.crl", house.clients.revocations(-30, 3600, &[7]));
    assert!(within(5, || post(&mut kept) == Some(1013)));
    assert_eq!(house.call(server.address, Some(&bad)), Ok(None));
}

/// A list that expires is refused at that second when there is no grace, not at the next look at the files.
#[test]
fn an_expired_list_is_refused_after_its_grace() {
    let (database, house) = (Database::new(Kind::Sqlite), House::new());
    let (good, _) = two(&house);
    house.write("list.crl", house.clients.revocations(-60, 4, &[66]));
    let mut tls = house.tls();
    tls.reload_seconds = 3600.try_into().unwrap();
    let server = house.open(&database, tls);
    let mut kept = house.client(Some(&good)).connect(server.address);
    assert_eq!(post(&mut kept), None);
    assert!(within(8, || post(&mut kept) == Some(1013)));
    assert_eq!(house.call(server.address, Some(&good)), Err(()));
}

#[test]
fn an_expired_list_counts_during_its_grace() {
    for (expired, grace, expected) in [(-3000, 1, Ok(None)), (-3700, 1, Err(())), (-3700, 2, Ok(None)), (-5, 0, Err(()))] {
        let (database, house) = (Database::new(Kind::Sqlite), House::new());
        let (good, bad) = two(&house);
        house.write("list.crl", house.clients.revocations(-7200, expired, &[66]));
        let mut tls = house.tls();
        tls.grace_hours = grace;
        let server = house.open(&database, tls);
        assert_eq!(house.call(server.address, Some(&good)), expected, "{expired} {grace}");
        assert_eq!(house.call(server.address, Some(&bad)), Err(()), "{expired} {grace}");
        let path = house.path("list.crl").display().to_string();
        let level = if expected.is_ok() { Level::Warn } else { Level::Error };
        assert!(within(5, || logged(level, &["expired", &path])), "{expired} {grace}");
    }
}

/// With lists, every issuer needs one; the newest of an issuer counts; lists of issuers between count for those between.
#[test]
fn every_issuer_needs_a_list_and_its_newest_counts() {
    let (database, house) = (Database::new(Kind::Sqlite), House::new());
    let (good, bad) = two(&house);
    let other = Authority::new("Others");
    house.write("issuers.pem", house.clients.pem() + &other.pem());
    let unlisted = other.issue(&Wish::client(kss()));
    let lists = |lists: &[Vec<u8>]| lists.iter().map(|list| pem("X509 CRL", list)).collect::<String>();
    house.write(
        "list.crl",
        lists(&[
            house.clients.revocations(-600, 3600, &[]),
            house.clients.revocations(-60, 3600, &[66]),
        ]),
    );
    let server = house.open(&database, house.tls());
    assert_eq!(house.call(server.address, Some(&good)), Ok(None));
    assert_eq!(house.call(server.address, Some(&bad)), Err(()));
    assert_eq!(house.call(server.address, Some(&unlisted)), Err(()));
    drop(server);

    // One issuer's list has expired, the other's has not.
    house.write(
        "list.crl",
        lists(&[house.clients.revocations(-600, 3600, &[]), other.revocations(-600, -60, &[])]),
    );
    let server = house.open(&database, house.tls());
    assert_eq!(house.call(server.address, Some(&good)), Ok(None));
    assert_eq!(house.call(server.address, Some(&unlisted)), Err(()));
    drop(server);

    // An issuer between needs to be covered as well, and can be revoked.
    let between = house.clients.below("Between");
    let mut below = between.issue(&Wish::client(kss()));
    below.others = vec![between.der().to_vec()];
    let (_, parsed) = x509_parser::parse_x509_certificate(between.der()).unwrap();
    for (root_revokes, expected) in [(Vec::new(), Ok(None)), (parsed.raw_serial().to_vec(), Err(()))] {
        let root = house.clients.revocations_of(-600, 3600, &[root_revokes]);
        house.write("list.crl", lists(&[root, between.revocations(-600, 3600, &[])]));
        let server = house.open(&database, house.tls());
        assert_eq!(house.call(server.address, Some(&below)), expected);
    }
    house.write("list.crl", lists(&[house.clients.revocations(-600, 3600, &[])]));
    let server = house.open(&database, house.tls());
    assert_eq!(house.call(server.address, Some(&below)), Err(()));
}

/// Without lists nothing is revoked, which the operator is told.
#[test]
fn without_lists_certificates_count_until_they_expire() {
    let (database, house) = (Database::new(Kind::Sqlite), House::new());
    let server = house.open(&database, house.tls());
    assert_eq!(house.call(server.address, Some(&two(&house).1)), Ok(None));
    assert!(logged(Level::Warn, &["No revocation lists are configured"]));
}

/// A certificate that expires while its connection is kept is refused from that second on.
#[test]
fn a_certificate_that_expires_on_a_kept_connection_is_refused() {
    let (database, house) = (Database::new(Kind::Sqlite), House::new());
    let server = house.open(&database, house.tls());
    let short = house.clients.issue(&Wish {
        to: 4,
        ..Wish::client(kss())
    });
    let mut kept = house.client(Some(&short)).connect(server.address);
    assert_eq!(post(&mut kept), None);
    assert!(within(8, || post(&mut kept) == Some(1013)));
}
