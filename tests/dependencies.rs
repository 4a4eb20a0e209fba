//! What the server is made of, read from `Cargo.toml` and `Cargo.lock`: nothing that must not be there, nothing older than an advisory
//! allows, nothing without a reason. Licences and origins are checked by cargo-deny (`deny.toml`).
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

/// Below these versions somebody has found what an attacker could use.
const FLOORS: &[(&str, &str, &str)] = &[
    (
        "quick-xml",
        "0.42.0",
        "below 0.41 memory and time without bound in names and namespaces; 0.42 is what the reader was tried with",
    ),
    (
        "rustls-webpki",
        "0.103.13",
        "revocation lists of another distribution point were taken for the right ones; a panic on some lists",
    ),
    ("rustls", "0.23.18", "RUSTSEC-2024-0399: a panic in the acceptor by one message"),
    ("ring", "0.17.12", "RUSTSEC-2025-0009: a panic in AES with overflow checks"),
    ("tokio", "1.44.2", "RUSTSEC-2025-0023: unsound broadcast channel"),
    ("bytes", "1.11.1", "RUSTSEC-2026-0007: an overflow in reserve"),
    ("actix-http", "3.11.0", "RUSTSEC-2021-0081 and later: request smuggling"),
    ("slab", "0.4.11", "RUSTSEC-2025-0047: access out of bounds"),
    ("mio", "0.8.11", "RUSTSEC-2024-0019: tokens of closed pipes"),
    ("idna", "1.0.0", "RUSTSEC-2024-0421: Punycode that hides an ASCII name"),
    ("lettre", "0.10.0", "RUSTSEC-2021-0069: SMTP commands inside a message"),
    ("regex", "1.5.5", "RUSTSEC-2022-0013: patterns without bound"),
    ("chrono", "0.4.20", "RUSTSEC-2020-0159: a race over the local time zone"),
    ("time", "0.3.47", "RUSTSEC-2026-0009: a stack that grows with the input"),
    ("diesel", "2.3.10", "advisories about the clients of databases"),
    ("libsqlite3-sys", "0.35.0", "SQLite before 3.50.2 (CVE-2025-6965)"),
    ("smallvec", "1.6.1", "RUSTSEC-2021-0003: a buffer overflow in insert_many"),
];

/// What must not be there, wherever it comes from.
const BANNED: &[(&str, &str)] = &[
    ("h2", "no HTTP/2"),
    ("brotli", "nothing a caller sends is decompressed"),
    ("zstd", "nothing a caller sends is decompressed"),
    ("zstd-safe", "nothing a caller sends is decompressed"),
    ("async-compression", "nothing a caller sends is decompressed"),
    ("libxml", "no C XML library"),
    ("expat-sys", "no C XML library"),
    ("roxmltree", "no tree of a document that nothing has bounded"),
    ("openssl-sys", "TLS is rustls"),
    ("native-tls", "TLS is rustls"),
];

/// A package of the lock file.
struct Package {
    version: String,
    needs: Vec<String>,
}

fn read(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

fn packages() -> BTreeMap<String, Vec<Package>> {
    let mut found: BTreeMap<String, Vec<Package>> = BTreeMap::new();
    for block in read("Cargo.lock").split("[[package]]").skip(1) {
        let field = |name: &str| {
            let line = block.lines().find_map(|line| line.strip_prefix(&format!("{name} = \"")));
            line.unwrap_or_default().trim_end_matches('"').to_owned()
        };
        let needs = block.lines().filter_map(|line| line.strip_prefix(" \""));
        let needs = needs
            .map(|line| line.trim_end_matches("\",").split(' ').next().unwrap().to_owned())
            .collect();
        found.entry(field("name")).or_default().push(Package {
            version: field("version"),
            needs,
        });
    }
    found
}

fn numbers(version: &str) -> Vec<u64> {
    let plain = version.split(['+', '-']).next().unwrap();
    plain.split('.').map(|part| part.parse().unwrap()).collect()
}

#[test]
fn nothing_is_older_than_an_advisory_allows() {
    let packages = packages();
    for (name, floor, reason) in FLOORS {
        let found = packages
            .get(*name)
            .unwrap_or_else(|| panic!("{name} is not used any more: drop its floor"));
        for package in found {
            assert!(numbers(&package.version) >= numbers(floor), "{name} {}: {reason}", package.version);
        }
    }
}

#[test]
fn no_http_2_no_decompressor_and_no_c_xml_library_is_in_the_server() {
    let packages = packages();
    let server = tree(&["--edges", "normal,features"]);
    let names: Vec<&str> = server.iter().filter_map(|line| line.split(' ').next()).collect();
    assert!(names.contains(&"actix-http") && names.len() > 100, "{names:?}");
    for (name, reason) in BANNED {
        assert!(!packages.contains_key(*name), "{name} is in the lock file: {reason}");
        assert!(!names.contains(name), "{name} is in the server: {reason}");
    }
    for line in &server {
        let (name, feature) = line.split_once(" feature ").unwrap_or((line, ""));
        let banned = feature.contains("http2") || feature.contains("compress") || feature.contains("gzip") || feature.contains("brotli");
        assert!(!banned, "{name} has its feature {feature}");
    }
    // It could also decompress: only we ourselves may use it, for what we send.
    let users = tree(&["--edges", "normal", "--invert", "flate2", "--depth", "1"]);
    assert!(
        users.len() == 2 && users.iter().any(|user| user.starts_with("dialogmodul ")),
        "{users:?}"
    );
}

/// What `cargo tree` says of the server, without network: a line for each package, and for each feature if asked.
fn tree(arguments: &[&str]) -> Vec<String> {
    let fixed = ["tree", "--offline", "--locked", "--package", "dialogmodul", "--prefix", "none"];
    let output = Command::new(env!("CARGO"))
        .args(fixed)
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let told = String::from_utf8(output.stdout).unwrap();
    let lines: BTreeSet<_> = told.lines().map(|line| line.trim_end_matches(" (*)").to_owned()).collect();
    lines.into_iter().collect()
}

#[test]
fn every_dependency_has_its_reason() {
    let own = read("Cargo.toml");
    let mut before = "";
    let mut inside = false;
    for line in own.lines() {
        if line.starts_with('[') {
            inside = line.ends_with("dependencies]");
        } else if inside && line.contains('=') && !line.contains(".workspace") && !line.contains("{ path") {
            let shared = before.contains('=');
            assert!(before.starts_with('#') || shared, "no reason before: {line}");
        }
        before = line;
    }
}

#[test]
fn the_reading_of_the_lock_file_finds_what_is_there() {
    let packages = packages();
    let own = &packages["dialogmodul"][0];
    assert!(packages.len() > 100 && own.needs.iter().any(|need| need == "actix-web"));
    assert!(numbers("0.103.13") > numbers("0.103.9") && numbers("1.2.3+a") == numbers("1.2.3"));
}
