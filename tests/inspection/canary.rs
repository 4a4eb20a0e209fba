//! Canaries: invented numbers and marked texts go through every operation and every kind of fault of the real program, and turn up nowhere
//! but in the tables that are meant to hold them and in the answers of those who may read them (S8).

use std::collections::BTreeSet;
use std::fs::{self, File as Sheet};
use std::io::Read as _;
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use dialogmodul::repository::import::Kind as File;
use tempfile::TempDir;

use super::envelopes::{cpr as number, mark as mark_as_read, *};
use crate::on_each_engine;
use crate::support;
use crate::support::database::{Database, Kind};
use crate::support::server::{Response, connect, request};

const CITIZENS: usize = 50;
const XML: &str = "Content-Type: text/xml\r\n";

/// A citizen with a number and a mark of its own.
struct Canary {
    cpr: String,
    mark: String,
}

impl Canary {
    /// The mark inside a text of its kind.
    fn says(&self, kind: &str) -> String {
        format!("{kind} {} af", self.mark)
    }
}

fn canaries() -> Vec<Canary> {
    let canary = |number: usize| Canary {
        cpr: format!("0702{:02}{:04}", number + 20, 7301 + 37 * number),
        mark: format!("Kanariefugl{number:03}"),
    };
    (0..CITIZENS).map(canary).collect()
}

fn import(database: &Database, canaries: &[Canary]) {
    let repository = database.repository();
    repository.load_demo().unwrap();
    let mut citizens = "cpr\tcv_number\tname\tcontact_group\temail\tmobile\tdead_on\n".to_owned();
    let mut relations = "cpr\torganisation_type\torganisation_code\tkind\tfrom\tto\treason\n".to_owned();
    for (number, Canary { cpr, mark }) in canaries.iter().enumerate() {
        let dead = if number == 0 { "2020-01-01" } else { "" };
        citizens += &format!("{cpr}\tC{number}\tNavn {mark}\t1\t{mark}@example.dk\t\t{dead}\n");
        for of in ["2\t81", "8\t90101", "7\t901"] {
            relations += &format!("{cpr}\t{of}\town\t2020-01-01\t2100-01-01\tGrund {mark}\n");
        }
    }
    for (kind, text) in [(File::Citizens, citizens), (File::Relations, relations)] {
        repository.import(kind, text.as_bytes(), &mut |_| ()).unwrap();
    }
}

/// The program, with everything it says in a file.
struct Program {
    child: Child,
    address: SocketAddr,
    folder: TempDir,
}

impl Program {
    fn start(database: &Database) -> Self {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("audit.key"), "07".repeat(32)).unwrap();
        let said = Sheet::create(folder.path().join("said")).unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_dialogmodul"))
            .args([
                "serve",
                "--profile",
                "development",
                "--listen",
                "127.0.0.1:0",
                "--audit-key-file",
                "audit.key",
            ])
            .current_dir(folder.path())
            .env("DIALOGMODUL_DATABASE_URL", database.url())
            .env("RUST_LOG", "trace")
            .env("RUST_BACKTRACE", "full")
            .stdin(Stdio::null())
            .stdout(said.try_clone().unwrap())
            .stderr(said)
            .spawn()
            .unwrap();
        let mut program = Self {
            child,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            folder,
        };
        let end = Instant::now() + Duration::from_secs(60);
        let address = loop {
            let said = program.said();
            if let Some((_, rest)) = said.split_once("Listening on ") {
                break rest.split(';').next().unwrap().parse().unwrap();
            }
            assert!(Instant::now() < end, "{said}");
            thread::sleep(Duration::from_millis(20));
        };
        program.address = address;
        program
    }

    /// Everything on standard output and error so far.
    fn said(&self) -> String {
        let mut bytes = Vec::new();
        Sheet::open(self.folder.path().join("said"))
            .unwrap()
            .read_to_end(&mut bytes)
            .unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn send(&self, bytes: &[u8]) -> Response {
        let mut connection = connect(self.address);
        connection.write(bytes);
        connection.response()
    }

    fn call(&self, writer: &Writer<'_>, payload: &str) -> Response {
        self.send(&request("POST", MESSAGES, XML, writer.envelope(payload).as_bytes()))
    }

    /// Stops it, as an operator would; everything it has said.
    fn stop(mut self) -> String {
        Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        self.child.wait().unwrap();
        self.said()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a caller is told who gets nothing else: heads of all responses, and the bodies of faults.
#[derive(Default)]
struct Heard {
    text: String,
    faults: BTreeSet<i32>,
}

impl Heard {
    fn note(&mut self, response: Response) -> Option<String> {
        self.text += &response.head;
        let body = response.text().to_owned();
        match fault(&body) {
            Some(number) => {
                self.faults.insert(number);
                self.text += &body;
                None
            }
            None => Some(body),
        }
    }
}

/// Every operation, answered.
fn use_everything(program: &Program, canary: &Canary, heard: &mut Heard) {
    let name = canary.says("Bruger");
    let centre = Writer {
        name: &name,
        identifier: &canary.cpr,
        ..Writer::of((8, "90101"))
    };
    let fund = Writer {
        active: (2, "81"),
        of_user: (2, "81"),
        ..centre
    };
    let pdf = base64(&format!("%PDF-1.4 {} {}\n%%EOF\n", canary.mark, canary.cpr));
    let (title, text) = (canary.says("Titel"), format!("{} {}", canary.says("Tekst"), canary.cpr));
    let letter = Letter {
        about: &canary.cpr,
        channel: 4,
        context: 1,
        title: &title,
        text: &text,
        documents: document(&canary.mark, &pdf),
    };
    let mut answered = |writer: &Writer<'_>, payload: &str| {
        let response = program.call(writer, payload);
        let said = response.text().to_owned();
        heard.note(response).unwrap_or_else(|| panic!("{payload}: {said}"))
    };
    let created = answered(&fund, &letter.from(&fund, &to_authority((8, "90101"), &canary.says("Modtager"))));
    let (message, thread) = (
        inner(&created, "MessageIdentifier").unwrap(),
        inner(&created, "CitizenMessageThreadIdentifier").unwrap(),
    );
    answered(&centre, &reply(&centre, &canary.cpr, thread, &canary.says("Svar")));
    let shown = answered(&centre, &get_thread(&canary.cpr, thread));
    assert!(
        shown.contains(&canary.mark) && shown.contains(&canary.cpr),
        "those who may read it do"
    );
    let document = inner(&shown, "CitizenMessageDocumentIdentifier").unwrap();
    answered(&centre, &get_messages(&canary.cpr));
    answered(&centre, INBOX);
    answered(&centre, &get_document(&canary.cpr, document));
    answered(&centre, &mark(&canary.cpr, message));
    answered(&fund, &rectify(&canary.cpr, message, &canary.says("Grund")));
    let response = program.send(&request("POST", CODE_LISTS, XML, centre.envelope(LIST_NAMES).as_bytes()));
    heard.note(response).unwrap();
}

/// Every fault a caller can bring about, with the canary wherever there is room.
fn break_everything(program: &Program, canary: &Canary, dead: &Canary, heard: &mut Heard) {
    let Canary { cpr, mark } = canary;
    let name = canary.says("Bruger");
    let centre = Writer {
        name: &name,
        identifier: cpr,
        ..Writer::of((8, "90101"))
    };
    let fund = Writer {
        active: (2, "81"),
        of_user: (2, "81"),
        ..centre
    };
    let (title, text) = (canary.says("Titel"), canary.says("Tekst"));
    let letter = |channel, context, documents: &str| Letter {
        about: cpr,
        channel,
        context,
        title: &title,
        text: &text,
        documents: documents.to_owned(),
    };
    let to = to_citizen(&canary.says("Modtager"));
    let long = format!("{mark}{}", "x".repeat(200));
    let payloads = [
        get_messages(&format!("{cpr}{mark}")),
        get_messages(&format!("{cpr}7")),
        get_messages(&format!("39{}", &cpr[2..])),
        format!("<m:{mark}Request>{}</m:{mark}Request>", number(cpr)),
        format!(
            "<m:GetMessagesRequest>{}<m:{mark}>{cpr}</m:{mark}></m:GetMessagesRequest>",
            number(cpr)
        ),
        format!("<m:GetMessagesRequest {mark}=\"{cpr}\">{}</m:GetMessagesRequest>", number(cpr)),
        format!("<m:GetMessagesRequest>{}{mark} {cpr}</m:GetMessagesRequest>", number(cpr)),
        format!(
            "<m:GetMessagesRequest>{}<m:MaxCount>{cpr}</m:MaxCount></m:GetMessagesRequest>",
            number(cpr)
        ),
        format!(
            "<m:GetMessagesRequest>{}<m:FromDateTime>{mark}</m:FromDateTime></m:GetMessagesRequest>",
            number(cpr)
        ),
        format!(
            "<m:GetMessagesRequest>{}<m:ContinuationToken>{mark}</m:ContinuationToken></m:GetMessagesRequest>",
            number(cpr)
        ),
        format!("<{mark}:GetMessagesRequest>{cpr}</{mark}:GetMessagesRequest>"),
        format!("<m:GetMessagesRequest>&{mark};</m:GetMessagesRequest>"),
        get_thread(cpr, mark),
        get_thread(cpr, NONE),
        get_document(cpr, NONE),
        mark_as_read(cpr, NONE),
        rectify(cpr, NONE, &canary.says("Grund")),
        rectify(cpr, NONE, &format!("<b>{mark}</b>")),
        reply(&centre, cpr, NONE, &text),
        letter(99, 1, "").from(&centre, &to),
        letter(3, 99, "").from(&centre, &to),
        letter(3, 8, "").from(&centre, &to),
        letter(3, 11, "").from(&centre, &to),
        letter(3, 5, "").from(&centre, &to),
        letter(4, 1, "").from(&centre, &to),
        letter(4, 1, "").from(&centre, &to_authority((8, "90201"), &canary.says("Modtager"))),
        letter(4, 1, "").from(&centre, &to_authority((8, mark), &canary.says("Modtager"))),
        letter(3, 1, "").from(&fund, &to),
        letter(3, 1, &document(mark, &base64(mark))).from(&centre, &to),
        letter(3, 1, &document(&long, &base64(mark))).from(&centre, &to),
        letter(3, 1, &document(mark, mark)).from(&centre, &to),
        letter(3, 1, "").from(&centre, &to_citizen(&format!("{mark}{}", "x".repeat(300)))),
        Letter {
            about: &dead.cpr,
            ..letter(3, 1, "")
        }
        .from(&centre, &to),
        get_messages("0101010101"),
        get_messages("0000000000"),
    ];
    for payload in &payloads {
        heard.note(program.call(&centre, payload));
    }
    let good = get_messages(cpr);
    for writer in [
        Writer::of((8, "90201")),
        Writer::of((2, "82")),
        Writer::of((7, "902")),
        Writer::of((92, "90000061")),
        Writer::of((8, "404")),
        Writer::of((8, cpr)),
        Writer {
            active: (55, "1"),
            ..centre
        },
        Writer {
            of_user: (4, "90000099"),
            ..centre
        },
        Writer {
            of_user: (4, mark),
            ..centre
        },
        Writer {
            of_user: (55, "1"),
            ..centre
        },
        Writer {
            active: (8, &long),
            ..centre
        },
        Writer { name: &long, ..centre },
    ] {
        heard.note(program.call(
            &Writer {
                name: if writer.name == long { &long } else { &name },
                ..writer
            },
            &good,
        ));
    }
    let envelope = centre.envelope(&good);
    let bodies = [
        envelope.replace("<c:CodeListItemIdentifier>2<", "<c:CodeListItemIdentifier>9<"),
        envelope.replace(
            "<e:Header>",
            &format!("<e:Header><{mark} xmlns=\"urn:{mark}\" e:mustUnderstand=\"1\">{cpr}</{mark}>"),
        ),
        envelope.replace(
            "http://schemas.xmlsoap.org/soap/envelope/",
            "http://www.w3.org/2003/05/soap-envelope",
        ),
        envelope.replace("a:ActiveOrganisationHeader", &format!("a:{mark}")),
        envelope.replace("r:RequestUserMetadataHeader", &format!("r:{mark}")),
        envelope.replace("</e:Body>", &format!("{mark}</e:Body>")),
        envelope.replace("</e:Envelope>", mark),
        envelope.replace("2026-11-20T11:00:00+01:00", mark),
        format!("{cpr} {mark}"),
        format!("<!DOCTYPE {mark} [<!ENTITY a \"{cpr}\">]>{envelope}"),
        format!("<?xml version=\"1.0\" encoding=\"{mark}\"?>{envelope}"),
        format!("<?{mark} {cpr}?>{envelope}"),
    ];
    for body in &bodies {
        heard.note(program.send(&request("POST", MESSAGES, XML, body.as_bytes())));
    }
    let body = envelope.as_bytes();
    for (method, path, headers, body) in [
        ("GET", format!("{MESSAGES}?{mark}={cpr}"), String::new(), b"".as_slice()),
        ("PUT", format!("{MESSAGES}?{mark}"), XML.to_owned(), body),
        ("POST", format!("/{mark}/{cpr}"), XML.to_owned(), body),
        ("GET", format!("{MESSAGES}?xsd={mark}"), String::new(), b""),
        (
            "POST",
            format!("{MESSAGES}?{cpr}"),
            format!("{XML}SOAPAction: \"{mark}\"\r\n"),
            body,
        ),
        ("POST", MESSAGES.to_owned(), format!("Content-Type: text/{mark}\r\n"), body),
        ("POST", MESSAGES.to_owned(), format!("{XML}Content-Encoding: {mark}\r\n"), body),
        (
            "POST",
            MESSAGES.to_owned(),
            format!("{XML}User-Agent: {mark}\r\nx-requestId: {cpr}\r\nReferer: http://{mark}/{cpr}\r\n"),
            body,
        ),
        ("POST", MESSAGES.to_owned(), format!("{XML}Cookie: {}\r\n", mark.repeat(2000)), body),
        ("POST", format!("{MESSAGES}?{}", mark.repeat(300)), XML.to_owned(), body),
        (mark, MESSAGES.to_owned(), XML.to_owned(), body),
    ] {
        heard.note(program.send(&request(method, &path, &headers, body)));
    }
    heard.note(program.send(format!("POST {MESSAGES} HTTP/1.1\r\n{mark} {cpr}\r\n\r\n").as_bytes()));
}

fn base64(text: &str) -> String {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let chunk = |chunk: &[u8]| {
        let bits = chunk.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        (0..4)
            .map(|at| {
                if at <= chunk.len() {
                    char::from(DIGITS[(bits >> (18 - 6 * at) & 63) as usize])
                } else {
                    '='
                }
            })
            .collect::<String>()
    };
    text.as_bytes().chunks(3).map(chunk).collect()
}

/// All a table holds, as text and in hexadecimal digits.
fn dump(database: &Database, table: &str) -> String {
    let mut plain = database.connection();
    let sql = match database.kind() {
        Kind::Sqlite => {
            let columns = plain.texts(&format!(
                "SELECT 'quote(' || name || ')' AS value FROM pragma_table_info('{table}')"
            ));
            format!("SELECT {} AS value FROM {table}", columns.join(" || ' ' || "))
        }
        Kind::Postgres => format!("SELECT CAST(row_to_json(t) AS text) AS value FROM {table} t"),
    };
    plain.texts(&sql).join("\n")
}

/// Where a canary is heard that must not be.
fn silent(place: &str, text: &str, canaries: &[Canary]) {
    let text = text.to_lowercase();
    for Canary { cpr, mark } in canaries {
        for word in [cpr, mark, &format!("{}-{}", &cpr[..6], &cpr[6..])] {
            let word = word.to_lowercase();
            let hex: String = word.bytes().map(|byte| format!("{byte:02x}")).collect();
            for form in [&word, &hex, &base64(&word).trim_end_matches('=').to_lowercase()] {
                let at = text.find(form.as_str());
                assert!(at.is_none(), "{place} has {form}: {}", &text[at.unwrap().saturating_sub(200)..]);
            }
        }
    }
}

on_each_engine! {
    /// S8, S5: 50 numbers and 50 marks through every operation and every fault; no log line of any level, no fault, no header of a response
    /// and no table of the audit has one of them.
    fn s08_no_canary_is_heard_outside_its_cage(database: &Database) {
        let canaries = canaries();
        import(database, &canaries);
        let program = Program::start(database);
        let mut heard = Heard::default();
        for canary in &canaries[1..] {
            use_everything(&program, canary, &mut heard);
        }
        for canary in &canaries[1..] {
            break_everything(&program, canary, &canaries[0], &mut heard);
        }
        let said = program.stop();
        assert!(said.matches("call=").count() > 50 * 60, "the log has a line for every call");
        silent("the log", &said, &canaries);
        silent("what callers are told", &heard.text, &canaries);
        let expected = [
            1001, 1010, 1013, 1014, 2002, 4405, 4413, 4575, 4589, 4857, 6005, 8173, 8174, 8232, 8233, 8234, 8235, 90012, 90013, 90015,
        ];
        let missing: Vec<_> = expected.iter().filter(|number| !heard.faults.contains(number)).collect();
        assert!(missing.is_empty(), "{missing:?} of {:?}", heard.faults);
        // Messages and their events are the cage: an event names who registered it, as the contract has it.
        for table in ["audit_record", "audit_head", "audit_citizen", "agreement", "delivery_attempt"] {
            silent(table, &dump(database, table), &canaries);
        }
        let citizen = dump(database, "citizen");
        assert!(canaries.iter().all(|canary| citizen.contains(&canary.cpr) && citizen.contains(&canary.mark)), "the dump shows what is there");
    }
}
