//! Decoding and encoding of CreateMessage: the generated codec next to yaserde, roxmltree and libxml2 on the same bytes.
//!
//! `small` is a message of about 3 kB; `large` is the same with a document of 200 kB in base64. Every decoder starts from
//! bytes and ends with owned values; libxml2 builds its tree and validates it against the served schemas. Run it with
//! `cargo bench --manifest-path benches/comparison/Cargo.toml`.

use std::fs;
use std::hint::black_box;
use std::path::Path;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use dialogmodul::contract::citizen_message_service::{CREATE_MESSAGE_REQUEST, CreateMessageRequestType};
use libxml::parser::Parser;
use libxml::schemas::{SchemaParserContext, SchemaValidationContext};
use xml::{Decode, Limits, Reader, Writer};
use yaserde::{YaDeserialize, YaSerialize};

const SENTENCE: &str = "Vi indstiller til et kursus i regnskab på seks uger; se også vedlagte indstilling om løn og arbejdstid. ";

fn messages() -> [(&'static str, String); 2] {
    let document = format!(
        "<CitizenMessageDocumentCollection><m:CitizenMessageDocument><m:DocumentName>indstilling.pdf</m:DocumentName>\
         <m:DocumentMediaType>application/pdf</m:DocumentMediaType><m:DocumentContent>{}</m:DocumentContent>\
         </m:CitizenMessageDocument></CitizenMessageDocumentCollection>",
        "JVBERi0xLjQK".repeat(200_000 / 9)
    );
    [("small", message("")), ("large", message(&document))]
}

fn message(documents: &str) -> String {
    let user = |kind: &str, number: u32, name: &str, organisation: u32, code: u32| {
        format!(
            "<m:UserTypeIdentifier><c:CodeListItemIdentifier>{kind}</c:CodeListItemIdentifier></m:UserTypeIdentifier>\
             <m:UserIdentifier>RID-{number}</m:UserIdentifier><m:FullName>{name}</m:FullName>\
             <m:OrganisationTypeIdentifier><c:CodeListItemIdentifier>{organisation}</c:CodeListItemIdentifier></m:OrganisationTypeIdentifier>\
             <m:OrganisationCode>{code}</m:OrganisationCode>"
        )
    };
    format!(
        "<CreateMessageRequest xmlns=\"http://service.bm.dk/CitizenMessageService/2015/06/01/\" \
         xmlns:m=\"http://service.bm.dk/pjaktass/2015/06/01/CitizenMessageStructure/\" \
         xmlns:c=\"http://service.bm.dk/pjaktass/2013/06/07/CodeListBase/\">\
         <FromUser>{}</FromUser><ToUser>{}</ToUser>\
         <PersonCivilRegistrationIdentifier>1503850002</PersonCivilRegistrationIdentifier>\
         <CitizenMessageChannelTypeIdentifier><c:CodeListItemIdentifier>4</c:CodeListItemIdentifier></CitizenMessageChannelTypeIdentifier>\
         <CitizenMessageContextTypeIdentifier><c:CodeListItemIdentifier>11</c:CodeListItemIdentifier></CitizenMessageContextTypeIdentifier>\
         <ReplyAllowed>true</ReplyAllowed><MessageTitle>Indstilling om tilbud</MessageTitle>\
         <MessageText>{}</MessageText>{documents}</CreateMessageRequest>",
        user("2", 8107, "Åse Sørensen", 2, 81),
        user("2", 9010, "Jørgen Jobcenter", 8, 90101),
        SENTENCE.repeat(14),
    )
}

/// The same message as yaserde's derive wants it.
#[derive(Default, Debug, YaDeserialize, YaSerialize)]
#[yaserde(
    rename = "CreateMessageRequest",
    prefix = "s",
    default_namespace = "s",
    namespaces = { "s" = "http://service.bm.dk/CitizenMessageService/2015/06/01/",
                   "m" = "http://service.bm.dk/pjaktass/2015/06/01/CitizenMessageStructure/",
                   "c" = "http://service.bm.dk/pjaktass/2013/06/07/CodeListBase/" }
)]
struct Message {
    #[yaserde(rename = "FromUser", prefix = "s")]
    from: User,
    #[yaserde(rename = "ToUser", prefix = "s")]
    to: User,
    #[yaserde(rename = "PersonCivilRegistrationIdentifier", prefix = "s")]
    citizen: String,
    #[yaserde(rename = "CitizenMessageChannelTypeIdentifier", prefix = "s")]
    channel: Item,
    #[yaserde(rename = "CitizenMessageContextTypeIdentifier", prefix = "s")]
    context: Item,
    #[yaserde(rename = "ReplyAllowed", prefix = "s")]
    reply_allowed: bool,
    #[yaserde(rename = "MessageTitle", prefix = "s")]
    title: String,
    #[yaserde(rename = "MessageText", prefix = "s")]
    text: String,
    #[yaserde(rename = "CitizenMessageDocumentCollection", prefix = "s")]
    documents: Option<Documents>,
}

#[derive(Default, Debug, YaDeserialize, YaSerialize)]
#[yaserde(prefix = "m", namespaces = { "m" = "http://service.bm.dk/pjaktass/2015/06/01/CitizenMessageStructure/", "c" = "http://service.bm.dk/pjaktass/2013/06/07/CodeListBase/" })]
struct User {
    #[yaserde(rename = "UserTypeIdentifier", prefix = "m")]
    kind: Item,
    #[yaserde(rename = "UserIdentifier", prefix = "m")]
    identifier: String,
    #[yaserde(rename = "FullName", prefix = "m")]
    name: String,
    #[yaserde(rename = "OrganisationTypeIdentifier", prefix = "m")]
    organisation: Item,
    #[yaserde(rename = "OrganisationCode", prefix = "m")]
    code: Option<String>,
}

#[derive(Default, Debug, YaDeserialize, YaSerialize)]
#[yaserde(prefix = "c", namespaces = { "c" = "http://service.bm.dk/pjaktass/2013/06/07/CodeListBase/" })]
struct Item {
    #[yaserde(rename = "CodeListItemIdentifier", prefix = "c")]
    code: i32,
}

#[derive(Default, Debug, YaDeserialize, YaSerialize)]
#[yaserde(prefix = "m", namespaces = { "m" = "http://service.bm.dk/pjaktass/2015/06/01/CitizenMessageStructure/" })]
struct Documents {
    #[yaserde(rename = "CitizenMessageDocument", prefix = "m")]
    documents: Vec<Document>,
}

#[derive(Default, Debug, YaDeserialize, YaSerialize)]
#[yaserde(prefix = "m", namespaces = { "m" = "http://service.bm.dk/pjaktass/2015/06/01/CitizenMessageStructure/" })]
struct Document {
    #[yaserde(rename = "DocumentName", prefix = "m")]
    name: String,
    #[yaserde(rename = "DocumentMediaType", prefix = "m")]
    media_type: String,
    #[yaserde(rename = "DocumentContent", prefix = "m")]
    content: String,
}

fn generated(bytes: &[u8]) -> CreateMessageRequestType {
    let mut reader = Reader::new(bytes, Limits::default()).expect("starts");
    let message = reader.required(&CREATE_MESSAGE_REQUEST).expect("is the contract's");
    reader.finish().expect("ends");
    message
}

/// As much as a program needs that walks the tree: every text owned.
fn tree(text: &str) -> Vec<(String, String)> {
    let document = roxmltree::Document::parse(text).expect("parses");
    let leaves = document.descendants().filter(|node| node.is_element() && !node.children().any(|child| child.is_element()));
    leaves.map(|node| (node.tag_name().name().to_owned(), node.text().unwrap_or_default().to_owned())).collect()
}

fn decode(criterion: &mut Criterion) {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../xsd/CitizenMessageService.2015-06-01.xsd");
    assert!(fs::exists(&schema).expect("readable"));
    let mut validation =
        SchemaValidationContext::from_parser(&mut SchemaParserContext::from_file(schema.to_str().expect("text"))).expect("valid schema");
    let mut group = criterion.benchmark_group("decode");
    for (size, text) in messages() {
        validation.validate_document(&Parser::default().parse_string(&text).expect("parses")).expect("the message is valid");
        assert_eq!(generated(text.as_bytes()).message_title.as_str(), "Indstilling om tilbud");
        assert_eq!(yaserde::de::from_str::<Message>(&text).expect("decodes").title, "Indstilling om tilbud");
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(BenchmarkId::new("generated", size), |bench| bench.iter(|| generated(black_box(text.as_bytes()))));
        group.bench_function(BenchmarkId::new("roxmltree", size), |bench| bench.iter(|| tree(black_box(&text))));
        group.bench_function(BenchmarkId::new("yaserde", size), |bench| {
            bench.iter(|| yaserde::de::from_str::<Message>(black_box(&text)).expect("decodes"));
        });
        group.bench_function(BenchmarkId::new("libxml2 with schema", size), |bench| {
            bench.iter(|| {
                let document = Parser::default().parse_string(black_box(&text)).expect("parses");
                validation.validate_document(&document).expect("valid");
            });
        });
    }
    group.finish();
}

fn encode(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("encode");
    for (size, text) in messages() {
        let message = generated(text.as_bytes());
        let same: Message = yaserde::de::from_str(&text).expect("decodes");
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(BenchmarkId::new("generated", size), |bench| {
            bench.iter(|| {
                let mut writer = Writer::with_capacity(text.len() + 512);
                writer.element(&CREATE_MESSAGE_REQUEST, black_box(&message));
                writer.finish()
            });
        });
        group.bench_function(BenchmarkId::new("yaserde", size), |bench| {
            bench.iter(|| yaserde::ser::to_string(black_box(&same)).expect("encodes"));
        });
    }
    group.finish();
}

criterion_group!(benches, decode, encode);
criterion_main!(benches);
