//! The rooms of the house and who may speak to whom, kept by reading the source as text.
//! It knows the invariants of the architecture and nothing of what the code does.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A source file of the server: its room, its path and its code without comments.
struct Source {
    room: String,
    path: PathBuf,
    code: String,
}

/// Rooms a room may name beside itself.
const MAY_USE: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("error", &["domain"]),
    ("meter", &[]),
    ("repository", &["domain", "error", "meter"]),
    ("contract", &[]),
    ("client", &["contract"]),
    ("delivery", &["domain", "error", "repository"]),
    ("web", &["contract", "domain"]),
    // The load bench stands outside the house: it calls it, starts it, and makes units as the desk does to insert their rows bare.
    ("bench", &["client", "contract", "domain", "error", "repository", "services"]),
];

#[test]
fn rooms_use_only_the_rooms_below_them() {
    for source in sources() {
        let Some((_, allowed)) = MAY_USE.iter().find(|(room, _)| *room == source.room) else {
            continue;
        };
        for used in rooms_used(&source.code) {
            assert!(
                used == source.room || allowed.contains(&used.as_str()),
                "{} uses {used}",
                source.path.display()
            );
        }
    }
}

#[test]
fn soap_never_names_the_repository() {
    for source in sources().filter(|source| source.room == "soap") {
        assert!(!rooms_used(&source.code).contains("repository"), "{}", source.path.display());
    }
}

#[test]
fn xml_knows_no_other_room() {
    for source in sources().filter(|source| source.room == "xml") {
        for other in ["dialogmodul", "codegen"] {
            assert!(!names(&source.code, other), "{} names {other}", source.path.display());
        }
    }
}

#[test]
fn rules_and_archive_do_not_know_xml() {
    for source in sources().filter(|source| ["domain", "repository"].contains(&source.room.as_str())) {
        assert!(!names(&source.code, "xml::"), "{} names xml", source.path.display());
    }
}

#[test]
fn crates_of_the_outer_world_stay_in_their_rooms() {
    let homes: [(&str, &[&str]); 5] = [
        ("diesel", &["repository", "error"]),
        // The bench has a server that does nothing.
        ("actix_web", &["soap", "web", "command", "main", "bench"]),
        ("quick_xml", &["xml"]),
        ("hyper", &["client"]),
        ("prometheus", &["meter"]),
    ];
    for source in sources() {
        for (outside, rooms) in homes {
            let at_home = rooms.contains(&source.room.as_str());
            assert!(
                at_home || !names(&source.code, outside),
                "{} names {outside}",
                source.path.display()
            );
        }
    }
}

#[test]
fn wire_names_are_quoted_in_contracts_only() {
    for source in sources().filter(|source| source.room != "xml") {
        for quoted in source.code.split('"').skip(1).step_by(2) {
            assert!(!is_wire_name(quoted), "{} quotes {quoted}", source.path.display());
        }
    }
}

#[test]
fn the_scan_finds_what_it_looks_for() {
    let used = rooms_used("use crate::{domain::{Unit, audit}, soap::fault};\nfn f() { crate::repository::open() } $crate::not_ours");
    assert_eq!(used, ["domain", "repository", "soap"].map(str::to_owned).into());
    assert!(names("use diesel::prelude::*;", "diesel") && !names("use my_diesel_like;", "diesel"));
    assert!(names("fn f(r: xml::Reader) {}", "xml::") && !names("use quick_xml::Reader;", "xml::"));
    assert!(is_wire_name("CreateMessageRequest") && is_wire_name("CVRnumberIdentifier"));
    assert!(!is_wire_name("Request") && !is_wire_name("Content-Type") && !is_wire_name("a Type"));
    assert_eq!(without_comments("a // b\n\"http://c\" /// d"), "a \n\"http://c\" \n");
    assert!(sources().count() > 30, "the source tree was found");
}

/// Every Rust file of the server and of its XML room.
fn sources() -> impl Iterator<Item = Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&root, &mut files);
    files.into_iter().map(move |path| {
        let within = path.strip_prefix(&root).unwrap();
        let room = Path::new(within.iter().next().unwrap())
            .file_stem()
            .unwrap()
            .to_string_lossy()
            .into_owned();
        let code = without_comments(&fs::read_to_string(&path).unwrap());
        Source {
            room,
            code,
            path: within.to_owned(),
        }
    })
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// Line comments are dropped; `//` after a colon is an address.
fn without_comments(text: &str) -> String {
    text.lines().fold(String::new(), |mut code, line| {
        let comment = line.match_indices("//").map(|(at, _)| at).find(|at| !line[..*at].ends_with(':'));
        code.push_str(&line[..comment.unwrap_or(line.len())]);
        code.push('\n');
        code
    })
}

/// The rooms that stand behind `crate::`, alone or in braces.
fn rooms_used(code: &str) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    for (at, path) in code.match_indices("crate::") {
        if code[..at].ends_with(|before: char| before == '$' || is_word(before)) {
            continue;
        }
        let rest = &code[at + path.len()..];
        match rest.strip_prefix('{') {
            Some(group) => used.extend(first_words(group)),
            None => {
                used.insert(word(rest));
            }
        }
    }
    used
}

/// The first word of each path of a `use` group.
fn first_words(group: &str) -> Vec<String> {
    let mut words = vec![word(group)];
    let mut depth = 0;
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => words.push(word(&group[at + 1..])),
            _ => {}
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn word(text: &str) -> String {
    text.trim_start().chars().take_while(|character| is_word(*character)).collect()
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// Does the code name it as a path of its own, not as part of another word?
fn names(code: &str, name: &str) -> bool {
    code.match_indices(name).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        let after = code[at + name.len()..].chars().next();
        !before.is_some_and(|before| is_word(before) || before == ':') && (name.ends_with(':') || !after.is_some_and(is_word))
    })
}

/// A name as the contracts spell them.
fn is_wire_name(text: &str) -> bool {
    let ending = ["Identifier", "Request", "Response", "Header", "Type"]
        .iter()
        .find_map(|ending| text.strip_suffix(ending));
    ending.is_some_and(|stem| stem.len() >= 2 && stem.starts_with(|first: char| first.is_ascii_uppercase()) && stem.chars().all(is_word))
}
