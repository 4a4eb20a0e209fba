//! The pages as a browser or a script gets them: through the door, over a fresh demo archive.

#![allow(missing_docs, reason = "tests")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

mod support {
    #![allow(dead_code, reason = "each test binary uses its own part of the support")]
    pub mod database;
    pub mod server;
}

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use dialogmodul::contract::Service;
use dialogmodul::services::{Desk, Settings, Sources};
use dialogmodul::settings::Profile;
use support::database::{Database, Kind};
use support::server::{Response, Server, request};

const MESSAGES: &str = "/PjakTassWCFtService/2/CitizenMessageService.svc";

/// A server and the archive it needs, in the order they are to be dropped.
struct House {
    server: Server,
    database: Database,
}

impl House {
    fn open(profile: Profile, kind: Kind) -> Self {
        let database = Database::demo(kind);
        let noon = Sources::fixed("2026-11-20T11:00:00Z".parse().unwrap());
        let fresh = Settings {
            code_lists_for: Duration::ZERO,
            ..Settings::default()
        };
        let desk = Desk::new(database.repository(), fresh, noon).unwrap();
        let server = Server::start_desk(desk, |settings| settings.profile = profile);
        Self { server, database }
    }

    fn get(&self, path: &str, headers: &str) -> Response {
        self.server.send(&request("GET", path, headers, b""))
    }
}

fn house() -> House {
    House::open(Profile::Development, Kind::Sqlite)
}

fn path(service: Service) -> String {
    format!("/PjakTassWCFtService/{}/{}.svc", service.version(), service.name())
}

fn every_path() -> Vec<String> {
    let others = ["/", "/code-lists", "/code-lists?on=2026-01-01&all=1"].map(str::to_owned);
    Service::ALL.iter().map(|service| path(*service)).chain(others).collect()
}

mod pages {
    use super::*;

    #[test]
    fn every_page_answers_in_both_languages() {
        let house = house();
        for path in every_path() {
            for (accepted, tag) in [("da", "da"), ("en-GB,en;q=0.9", "en")] {
                let page = house.get(&path, &format!("Accept-Language: {accepted}\r\n"));
                assert_eq!(page.status(), 200, "{path}");
                assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
                assert_eq!(page.header("content-language"), Some(tag));
                assert_eq!(page.header("vary"), Some("Accept-Language"));
                assert!(page.text().starts_with(&format!("<!DOCTYPE html><html lang=\"{tag}\">")), "{path}");
            }
        }
        assert_eq!(
            house.get("/?lang=en", "Accept-Language: da\r\n").header("content-language"),
            Some("en")
        );
    }

    #[test]
    fn a_service_is_shown_under_its_aliases_in_any_case() {
        let house = house();
        let page = house.get(MESSAGES, "").body;
        for alias in ["/pjaktass/2/citizenmessageservice.svc", "/PJAKTASSWCF/2/CitizenMessageService.SVC"] {
            assert_eq!(house.get(alias, "").body, page);
        }
    }

    #[test]
    fn a_page_loads_nothing_from_elsewhere_and_a_browser_is_held_to_it() {
        let house = house();
        for path in every_path().into_iter().chain(assets(&house)) {
            let page = house.get(&path, "");
            assert_eq!(page.status(), 200, "{path}");
            let policy = page.header("content-security-policy").unwrap();
            assert!(
                policy.starts_with("default-src 'none'; ") && !policy.contains("unsafe") && !policy.contains("http"),
                "{policy}"
            );
            assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
            for attribute in [" href=\"", " src=\"", " action=\""] {
                for link in page.text().split(attribute).skip(1).filter_map(|rest| rest.split('"').next()) {
                    assert!(!link.contains("//") && !link.starts_with('/'), "{path} leads to {link}");
                }
            }
            assert!(!page.text().contains("style=\"") && !page.text().contains("<style") && !page.text().contains("url("));
        }
    }

    #[test]
    fn style_script_and_icon_come_with_their_types_and_nothing_else_does() {
        let house = house();
        let types: Vec<_> = assets(&house)
            .iter()
            .map(|path| house.get(path, "").header("content-type").unwrap().to_owned())
            .collect();
        assert_eq!(
            types,
            ["image/svg+xml", "text/css; charset=utf-8", "text/javascript; charset=utf-8"]
        );
        for path in [
            "/assets/",
            "/assets/other.css",
            "/assets/../Cargo.toml",
            "/code-lists/",
            "/assets/page.css/x",
        ] {
            assert_eq!(house.get(path, "").status(), 404, "{path}");
        }
    }

    #[test]
    fn addresses_are_the_public_ones_whatever_host_is_asked() {
        let house = house();
        for path in every_path() {
            let page = house.get(&path, "X-Forwarded-Host: evil.example\r\n");
            assert!(
                !page.text().contains("elsewhere.example") && !page.text().contains("evil.example"),
                "{path}"
            );
        }
        assert!(
            house
                .get(MESSAGES, "")
                .text()
                .contains(&format!("http://dialog.example.dk{MESSAGES}"))
        );
    }

    #[test]
    fn a_page_the_browser_has_is_not_sent_again_and_head_is_answered() {
        let house = house();
        for path in every_path() {
            let page = house.get(&path, "");
            let tag = page.header("etag").unwrap();
            let again = house.get(&path, &format!("If-None-Match: {tag}\r\n"));
            assert_eq!((again.status(), again.body.len()), (304, 0), "{path}");
            let mut connection = house.server.connect();
            connection.write(&request("HEAD", &path, "", b""));
            assert_eq!(connection.head().header("etag"), Some(tag));
        }
        assert_eq!(house.server.send(&request("POST", "/", "", b"")).header("allow"), Some("GET, HEAD"));
    }

    #[test]
    fn operations_are_tried_in_the_development_profile_only() {
        let house = House::open(Profile::Production, Kind::Sqlite);
        let page = house.get(MESSAGES, "");
        assert!(!page.text().contains("<textarea") && !page.header("content-security-policy").unwrap().contains("connect-src"));
        assert!(super::house().get(MESSAGES, "").text().contains("<textarea"));
    }

    fn assets(house: &House) -> Vec<String> {
        let home = house.get("/", "");
        let links = home.text().split("\"./assets/").skip(1).filter_map(|rest| rest.split('"').next());
        links.map(|link| format!("/assets/{link}")).collect()
    }
}

mod code_lists {
    use super::*;

    #[test]
    fn the_lists_of_the_archive_are_shown_on_sqlite() {
        shows_what_the_archive_has(Kind::Sqlite);
    }

    #[test]
    fn the_lists_of_the_archive_are_shown_on_postgres() {
        if !support::database::postgres_is_missing() {
            shows_what_the_archive_has(Kind::Postgres);
        }
    }

    /// An imported value is there without a restart, and escaped; an ended one goes.
    fn shows_what_the_archive_has(kind: Kind) {
        let house = House::open(Profile::Production, kind);
        let list = "CitizenMessageChannelTypeIdentifier";
        let page = house.get("/code-lists?lang=en", "");
        assert!(page.text().contains(&format!("<h2 id=\"{list}\">")) && page.text().contains("Myndighed til myndighed"));
        let rows = format!(
            "list\tcode\tname\tdescription\tstart\tend\tsource\n{list}\t9\t<b>Brev</b>\t\t2026-01-01\t2100-07-01\tours\n{list}\t1\tE-mail\t\t2014-11-01\t2026-11-20\tours\n"
        );
        let kind = dialogmodul::repository::import::Kind::CodeLists;
        house.database.repository().import(kind, rows.as_bytes(), &mut |_| {}).unwrap();
        let page = house.get("/code-lists?lang=en", "");
        assert!(page.text().contains("&lt;b&gt;Brev&lt;/b&gt;") && !page.text().contains("<b>Brev"));
        assert!(!page.text().contains(">E-mail<"));
        assert!(house.get("/code-lists?lang=en&on=2026-11-19", "").text().contains(">E-mail<"));
    }
}

mod samples {
    use super::*;

    #[test]
    fn every_sample_is_valid_by_our_own_judge() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for (service, name, text) in every_sample(&house()) {
            for (namespace, part) in parts(&text) {
                fs::write(file.path(), &part).unwrap();
                let document = service.documents().iter().find(|document| document.namespace == namespace);
                let schema = root().join("xsd").join(document.unwrap().name);
                let verdict = codegen::check::check(&schema, file.path()).to_string();
                assert_eq!(verdict, "valid", "{name}: {part}");
            }
        }
    }

    #[test]
    fn every_sample_is_valid_by_libxml2() {
        let folder = tempfile::tempdir().unwrap();
        let files = written(folder.path());
        let schema = root().join("fixtures/envelope.xsd");
        let judged = Command::new("xmllint")
            .args(["--nonet", "--noout", "--schema"])
            .arg(schema)
            .args(&files)
            .output();
        // .ci/run has it installed; a machine without it has the judge above.
        let Ok(judged) = judged else { return };
        assert!(judged.status.success(), "{}", String::from_utf8_lossy(&judged.stderr));
    }

    /// A sample is never refused for its form, and the plainest of them is answered.
    #[test]
    fn every_sample_request_is_read_by_its_operation() {
        let house = house();
        for (service, operation, text) in every_sample(&house).into_iter().filter(|(_, name, _)| name.ends_with("-request")) {
            let answer = house.server.post(&path(service), "", text.as_bytes());
            let formal = [1001, 1014, 8173, 8174, 8232, 8233, 8234, 8235, 4413, 2001, 2002, 2003];
            assert!(
                answer.fault().is_none_or(|code| !formal.contains(&code)),
                "{operation}: {}",
                answer.text()
            );
            if operation == "CreateMessage-request" || operation.contains("CodeList") {
                assert_eq!(answer.status(), 200, "{operation}: {}", answer.text());
            }
        }
    }

    /// The headers and the body of an envelope as documents of their own, each with the namespace of its root.
    fn parts(text: &str) -> Vec<(String, String)> {
        let (head, rest) = text.split_once("<soap:Envelope").unwrap().1.split_once('>').unwrap();
        let mut parts: Vec<(String, String)> = Vec::new();
        for line in rest.lines() {
            let begins = line.strip_prefix("    <").filter(|tag| !tag.starts_with('/'));
            if let Some(tag) = begins {
                let (prefix, _) = tag.split_once(':').unwrap();
                let (_, namespace) = head.split_once(&format!("xmlns:{prefix}=\"")).unwrap();
                let at = tag.find(['/', '>']).unwrap();
                let part = format!("<{}{head}{}", &tag[..at], &tag[at..]);
                parts.push((namespace.split('"').next().unwrap().to_owned(), part));
            } else if line.starts_with("    ") {
                parts.last_mut().unwrap().1.push_str(line);
            }
        }
        assert!(!parts.is_empty(), "{text}");
        parts
    }

    fn root() -> &'static Path {
        Path::new(env!("CARGO_MANIFEST_DIR"))
    }

    fn written(folder: &Path) -> Vec<PathBuf> {
        let samples = every_sample(&house());
        let operations: usize = Service::ALL.iter().map(|service| service.operations().len()).sum();
        assert_eq!(samples.len(), 2 * operations);
        let file = |(service, name, text): (Service, String, String)| {
            let file = folder.join(format!("{}-{name}.xml", service.name()));
            fs::write(&file, text).unwrap();
            file
        };
        samples.into_iter().map(file).collect()
    }

    /// Service, name and text of the samples as they stand on the pages.
    fn every_sample(house: &House) -> Vec<(Service, String, String)> {
        let mut all = Vec::new();
        for &service in Service::ALL {
            let page = house.get(&path(service), "");
            for part in page.text().split("<pre ").skip(1) {
                let Some((_, code)) = part.split_once("<code id=\"") else {
                    continue;
                };
                let (name, code) = code.split_once("\">").unwrap();
                let (code, _) = code.split_once("</code>").unwrap();
                if name.ends_with("-request") || name.ends_with("-response") {
                    all.push((service, name.to_owned(), plain(code)));
                }
            }
        }
        all
    }

    /// The text of marked XML, as a browser copies it.
    fn plain(html: &str) -> String {
        let bare = html.replace("<span class=\"tag\">", "").replace("</span>", "");
        assert!(!bare.contains('<'), "{bare}");
        bare.replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&amp;", "&")
    }
}
