//! Calls over TLS: with which certificate a handshake succeeds, and what its holder is answered.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use dialogmodul::settings::Profile;
use dialogmodul::soap::tls::Entrance;
use rcgen::ExtendedKeyUsagePurpose;
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, ClientConnection, ProtocolVersion, RootCertStore};

use crate::on_each_engine;
use crate::stage::{BOTH, CODE_LISTS, House, NAMES, agree, fund, kss, kss_before, logged};
use crate::support;
use crate::support::certificates::{Authority, Issued, Wish, second, third};
use crate::support::database::{Database, Kind};
use crate::support::tls_client::TlsClient;

on_each_engine! {
    /// S1: a certificate maps to a system through an agreement for the organisation and the day; without one 1013, without a certificate 1101.
    fn s1_a_call_needs_a_certificate_with_an_agreement(database: &Database) {
        let next = "UI:DK-O:G:77777777-7777-4777-8777-777777777777";
        agree(database, &[
            // A renewed certificate of the same system, while the old one still counts.
            ("90000091", next, "2026-01-01", "2100-07-01"),
            ("90000091", "UI:DK-O:G:88888888-8888-4888-8888-888888888888", "2020-01-01", "2021-01-01"),
            ("90000091", "UI:DK-O:G:99999999-9999-4999-8999-999999999999", "2099-01-01", "2100-01-01"),
            // Ended, and agreed again.
            ("90000091", "CVR:90000091-FID:42", "2020-01-01", "2021-01-01"),
            ("90000091", "CVR:90000091-FID:42", "2022-01-01", "2100-01-01"),
        ]);
        let house = House::new();
        let server = house.open(database, house.tls());
        let before = database.count("audit_record");
        let cases = [
            ("the system of the job centre", kss(), None),
            ("its older certificate, OCES2", kss_before(), None),
            ("its newer certificate", third("NTRDK-90000091", next), None),
            ("the newer one, uuid in capitals", third("NTRDK-90000091", &next.to_uppercase()), None),
            ("agreed again", second("CVR:90000091-FID:42"), None),
            ("a system of others", fund(), Some(1013)),
            ("never heard of", third("NTRDK-90000091", "UI:DK-O:G:aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"), Some(1013)),
            ("a known id under another CVR number", third("NTRDK-90000011", "UI:DK-O:G:22222222-2222-4222-8222-222222222222"), Some(1013)),
            ("the agreement has ended", third("NTRDK-90000091", "UI:DK-O:G:88888888-8888-4888-8888-888888888888"), Some(1013)),
            ("the agreement has not begun", third("NTRDK-90000091", "UI:DK-O:G:99999999-9999-4999-8999-999999999999"), Some(1013)),
            ("an employee of the system's house", third("NTRDK-90000091", "UI:DK-E:G:22222222-2222-4222-8222-222222222222"), Some(1013)),
            ("a person", second("PID:9208-2002-2-123456789012"), Some(1013)),
        ];
        for (about, subject, expected) in &cases {
            assert_eq!(house.call(server.address, Some(&house.issue(subject.clone()))), Ok(*expected), "{about}");
        }
        assert_eq!(house.call(server.address, None), Ok(Some(1101)));
        assert!(logged(log::Level::Info, &["it belongs to an employee", "outcome=1013"]));
        drop(server);
        // S5: all of them are in the audit, with the certificate where it names a system.
        assert_eq!(database.count("audit_record") - before, cases.len() as i64 + 1);
        let named = |certificate: &str| format!("SELECT count(*) AS value FROM audit_record WHERE certificate = '{certificate}'");
        assert_eq!(database.connection().number(&named("90000091 CVR:90000091-FID:1234567890123")), 1);
        assert_eq!(database.connection().number(&named("90000011 UI:DK-O:G:11111111-1111-4111-8111-111111111111")), 1);
        // Certificates that are none of a system stand there by their fingerprints: their subjects may be people.
        let prints = database.connection().texts("SELECT DISTINCT certificate AS value FROM audit_record WHERE certificate LIKE 'sha256:%'");
        assert!(prints.len() == 2 && prints.iter().all(|print| print.len() == 7 + 64), "{prints:?}");
        // Whoever is not admitted is recorded with what was tried.
        let tried = "SELECT count(*) AS value FROM audit_record WHERE outcome = 1013 AND organisation = '8/90101' AND acting_user = 'RID-90101-12' \
                     AND operation = 'CodeListService/5 GetCodeListNames'";
        assert_eq!(database.connection().number(tried), 5);
    }
}

fn on_sqlite() -> Database {
    Database::new(Kind::Sqlite)
}

#[test]
fn tls_1_2_and_1_3_are_spoken() {
    let (database, house) = (on_sqlite(), House::new());
    let server = house.open(&database, house.tls());
    let issued = house.issue(kss());
    for (version, expected) in [(&TLS12, ProtocolVersion::TLSv1_2), (&TLS13, ProtocolVersion::TLSv1_3)] {
        for (identity, fault) in [(Some(&issued), None), (None, Some(1101))] {
            let mut connection = TlsClient::new(house.servers.der(), identity, &[version]).connect(server.address);
            assert_eq!(connection.post(CODE_LISTS, "", NAMES).unwrap().fault(), fault, "{expected:?}");
            assert_eq!(connection.stream.conn.protocol_version(), Some(expected));
        }
    }
}

#[test]
fn several_calls_share_a_connection() {
    let (database, house) = (on_sqlite(), House::new());
    let server = house.open(&database, house.tls());
    let mut connection = house.client(Some(&house.issue(kss()))).connect(server.address);
    for _ in 0..5 {
        assert_eq!(connection.post(CODE_LISTS, "", NAMES).unwrap().fault(), None);
    }
}

/// S1: what no trusted issuer has signed, or not for this, does not even get a connection.
#[test]
fn s1_certificates_that_do_not_hold_are_refused_in_the_handshake() {
    let (database, house) = (on_sqlite(), House::new());
    let server = house.open(&database, house.tls());
    let wish = |change: &dyn Fn(&mut Wish)| {
        let mut wish = Wish::client(kss());
        change(&mut wish);
        wish
    };
    let stranger = Authority::new("Clients").issue(&wish(&|_| ()));
    let server_only = house
        .clients
        .issue(&wish(&|wish| wish.extended = vec![ExtendedKeyUsagePurpose::ServerAuth]));
    let expired = house.clients.issue(&wish(&|wish| wish.to = -60));
    let early = house.clients.issue(&wish(&|wish| wish.from = 3600));
    let between = house.clients.below("Between");
    let mut whole = between.issue(&wish(&|_| ()));
    let alone = between.issue(&wish(&|_| ()));
    whole.others = vec![between.der().to_vec()];
    for version in BOTH {
        let call = |issued: &Issued| TlsClient::new(house.servers.der(), Some(issued), &[version]).post(server.address, CODE_LISTS, NAMES);
        for (about, issued) in [
            ("another issuer of that name", &stranger),
            ("for servers", &server_only),
            ("expired", &expired),
            ("not yet valid", &early),
            ("without the issuer between", &alone),
        ] {
            assert!(call(issued).is_err(), "{about}, {version:?}");
        }
        assert_eq!(call(&whole).unwrap().fault(), None);
    }
    assert!(
        logged(log::Level::Info, &["A handshake was refused for its client certificate", "Expired"])
            || logged(log::Level::Info, &["A handshake was refused", "expired"])
    );
}

/// Neither HTTP/2 nor plain HTTP gets an answer where TLS is spoken.
#[test]
fn other_protocols_are_not_answered() {
    let (database, house) = (on_sqlite(), House::new());
    let server = house.open(&database, house.tls());
    let mut plain = TcpStream::connect(server.address).unwrap();
    plain.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    plain.write_all(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    let mut said = Vec::new();
    let _ = plain.read_to_end(&mut said);
    assert!(!said.starts_with(b"HTTP"), "{said:?}");

    let mut roots = RootCertStore::empty();
    roots.add(house.servers.der().to_vec().into()).unwrap();
    let builder = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()));
    let mut config = builder
        .with_protocol_versions(BOTH)
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let mut agreed = |protocols: &[&[u8]]| {
        config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
        let mut stream = TcpStream::connect(server.address).unwrap();
        let mut connection = ClientConnection::new(Arc::new(config.clone()), "localhost".try_into().unwrap()).unwrap();
        while connection.is_handshaking() {
            connection.complete_io(&mut stream).ok()?;
        }
        connection.alpn_protocol().map(<[u8]>::to_vec)
    };
    assert_eq!(agreed(&[b"h2"]), None);
    assert_eq!(agreed(&[b"h2", b"http/1.1"]), Some(b"http/1.1".to_vec()));
}

#[test]
fn who_shakes_hands_slowly_keeps_nobody_out() {
    let (database, house) = (on_sqlite(), House::new());
    let server = house.open_with(&database, house.tls(), |settings| settings.limits.handshake_seconds = 120);
    let silent: Vec<_> = (0..300).map(|_| TcpStream::connect(server.address).unwrap()).collect();
    assert!(house.call(server.address, None) == Ok(Some(1101)));
    // They were there all the time.
    for mut one in silent {
        one.set_nonblocking(true).unwrap();
        assert_eq!(one.read(&mut [0; 1]).unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
    }
}

/// Five seconds, unless the operator says otherwise.
#[test]
fn a_handshake_may_take_five_seconds() {
    for (set, from, to) in [(None, 4_500, 8_000), (Some(1), 500, 4_000)] {
        let (database, house) = (on_sqlite(), House::new());
        let server = house.open_with(&database, house.tls(), |settings| {
            settings.limits.handshake_seconds = set.unwrap_or(settings.limits.handshake_seconds);
        });
        let mut silent = TcpStream::connect(server.address).unwrap();
        silent.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let begun = Instant::now();
        let _ = silent.read(&mut [0; 16]);
        let taken = begun.elapsed().as_millis();
        assert!(taken > from && taken < to, "{set:?}: {taken} ms");
    }
}

/// Greetings of TLS 1.0 and 1.1 are refused for their version; the same one of TLS 1.2, which lacks much else, is not.
#[test]
fn nothing_below_tls_1_2_is_spoken() {
    const PROTOCOL_VERSION: u8 = 70;
    let (database, house) = (on_sqlite(), House::new());
    let server = house.open(&database, house.tls());
    for (minor, for_its_version) in [(1, true), (2, true), (3, false)] {
        let hello = [
            &[3, minor][..],
            &[7; 32],
            // No session, three suites, no compression.
            &[0, 0, 6, 0xC0, 0x13, 0xC0, 0x2F, 0, 0x2F, 1, 0],
            // Signatures that would be taken: without them rustls does not look at the version.
            &[0, 8, 0, 13, 0, 4, 0, 2, 4, 1],
        ]
        .concat();
        let length = u8::try_from(hello.len()).unwrap();
        let record = [&[22, 3, 1, 0, length + 4, 1, 0, 0, length][..], &hello].concat();
        let mut stream = TcpStream::connect(server.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.write_all(&record).unwrap();
        let mut said = Vec::new();
        let _ = stream.read_to_end(&mut said);
        // One fatal alert.
        assert_eq!((said.first(), said.get(5), said.len()), (Some(&21), Some(&2), 7), "{said:?}");
        assert_eq!(said[6] == PROTOCOL_VERSION, for_its_version, "{said:?}");
    }
}

/// In the development profile nobody needs a certificate; but one that is shown must hold.
#[test]
fn the_development_profile_lets_callers_in_without_a_certificate() {
    let (database, house) = (on_sqlite(), House::new());
    let server = house.open_with(&database, house.tls(), |settings| settings.profile = Profile::Development);
    assert_eq!(house.call(server.address, None), Ok(None));
    assert_eq!(house.call(server.address, Some(&house.issue(kss()))), Ok(None));
    assert_eq!(house.call(server.address, Some(&house.issue(fund()))), Ok(Some(1013)));
    assert_eq!(
        house.call(server.address, Some(&house.issue(second("PID:9208-2002-2-123456789012")))),
        Ok(Some(1013))
    );
}

/// A file that cannot be used stops the start with a sentence that names it.
#[test]
fn files_that_cannot_be_used_stop_the_start() {
    let house = House::new();
    let other_key = house.servers.issue(&Wish::server()).key_pem();
    house.write("other.key", other_key);
    house.write("empty.pem", "");
    house.write("text.pem", "no certificate");
    house.write("broken.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    house.write("broken.crl", [0x30, 0x03, 0x02, 0x01]);
    house.write("later.crl", [house.clients.revocations(-60, 3600, &[]), vec![0]].concat());
    let whole = house.tls();
    let problem = |change: &dyn Fn(&mut dialogmodul::settings::Tls)| {
        let mut tls = whole.clone();
        change(&mut tls);
        Entrance::open(&tls).err().map(|problem| problem.to_string()).unwrap_or_default()
    };
    assert_eq!(problem(&|_| ()), "");
    for (name, expected) in [
        ("none.pem", "cannot read the file"),
        ("empty.pem", "no usable certificate"),
        ("text.pem", "no usable certificate"),
        ("broken.pem", "no usable"),
    ] {
        for said in [
            problem(&|tls| tls.certificate = Some(house.path(name))),
            problem(&|tls| tls.issuers = Some(house.path(name))),
        ] {
            assert!(said.contains(expected) && said.contains(name), "{said}");
        }
    }
    for name in ["none.key", "empty.pem", "server.pem", "other.key"] {
        let said = problem(&|tls| tls.key = Some(house.path(name)));
        assert!(said.contains("cannot read") || said.contains("no usable"), "{name}: {said}");
    }
    for name in ["none.crl", "empty.pem", "text.pem", "server.pem", "broken.crl", "later.crl"] {
        let said = problem(&|tls| tls.revocations = vec![house.path(name)]);
        assert!(
            said.contains(name) && (said.contains("cannot read") || said.contains("no usable revocation list")),
            "{name}: {said}"
        );
    }
    let said = problem(&|tls| tls.header = Some("X Client".to_owned()));
    assert!(said.contains("X Client"), "{said}");
}
