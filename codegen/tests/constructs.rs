//! One folder for each construct in `tests/constructs/`: its golden compiles, takes the valid instances there and back,
//! and refuses the invalid ones. That the golden is what codegen writes today is seen in `goldens.rs`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "tests")]
#![allow(clippy::module_inception, reason = "a construct and its namespace have one name")]

use std::{
    collections::BTreeSet,
    fmt::Debug,
    path::{Path, PathBuf},
};

use xml::{Decode, Encode, Limits, Name, Reader, Writer};

/// Constructs with the type and the name of their root.
macro_rules! constructs {
    ($($module:ident $folder:literal $space:ident $root:ident: $type:ty;)*) => {
        $(mod $module {
            #![allow(missing_docs, dead_code, reason = "what codegen writes is read here, not documented")]
            include!(concat!("../../tests/constructs/", $folder, "/golden.rs"));
        })*

        const FOLDERS: &[&str] = &[$($folder),*];

        #[test]
        fn valid_instances_survive_the_way_there_and_back() {
            let mut wrong = Vec::new();
            $(round_trip::<$type>($folder, &$module::$space::$root, &mut wrong);)*
            assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        }

        #[test]
        fn invalid_instances_are_refused_with_a_path() {
            let mut wrong = Vec::new();
            $(refused::<$type>($folder, &$module::$space::$root, &mut wrong);)*
            assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        }
    };
}

constructs! {
    all "all" all FORM: all::all::FormType;
    anonymous_types "anonymous-types" anonymous_types ORDER: anonymous_types::anonymous_types::Order;
    any "any" any ENVELOPE: any::any::Envelope;
    any_attribute "any-attribute" any_attribute THING: any_attribute::any_attribute::Thing;
    any_type "any-type" any_type BOX: any_type::any_type::BoxType;
    attributes "attributes" attributes ITEM: attributes::attributes::ItemType;
    built_in_types "built-in-types" built_in_types EVERYTHING: built_in_types::built_in_types::Everything;
    choice "choice" choice CONTACT: choice::choice::ContactType;
    complex_extension "complex-extension" complex_extension CAR: complex_extension::complex_extension::CarType;
    complex_restriction "complex-restriction" complex_restriction NARROW: complex_restriction::complex_restriction::NarrowType;
    default_fixed "default-fixed" default_fixed SETTINGS: default_fixed::default_fixed::Settings;
    derived_types "derived-types" derived_types GARAGE: derived_types::derived_types::Garage;
    element_refs "element-refs" element_refs LETTER: element_refs::element_refs::Letter;
    empty "empty" empty NOTHING: empty::empty::NothingType;
    facets_dates "facets-dates" facets_dates DATES: facets_dates::facets_dates::Dates;
    facets_numbers "facets-numbers" facets_numbers NUMBERS: facets_numbers::facets_numbers::Numbers;
    facets_text "facets-text" facets_text TEXTS: facets_text::facets_text::Texts;
    form "form" form OUTER: form::form::Outer;
    groups "groups" groups ROUTE: groups::groups::RouteType;
    imports_without_location "imports-without-location" near NEAR: imports_without_location::far::FarType;
    includes "includes" includes ROOT: includes::includes::CycleType;
    list "list" list LISTS: list::list::Lists;
    mixed_occurrences "mixed-occurrences" mixed_occurrences ROOT: mixed_occurrences::mixed_occurrences::Root;
    names "names" names TYPE: names::names::StringType;
    nil_attributes "nil-attributes" nil_attributes READINGS: nil_attributes::nil_attributes::Readings;
    nillable "nillable" nillable RECORD: nillable::nillable::Record;
    no_namespace "no-namespace" no_namespace PLAIN: no_namespace::no_namespace::PlainType;
    recursion "recursion" recursion TREE: recursion::recursion::NodeType;
    recursive_groups "recursive-groups" recursive_groups MENU: recursive_groups::recursive_groups::Menu;
    sequence "sequence" sequence PERSON: sequence::sequence::PersonType;
    simple_content "simple-content" simple_content PRICES: simple_content::simple_content::Prices;
    union "union" union SIZES: union::union::Sizes;
    utf_16 "utf-16" utf_16 BREV: utf_16::utf_16::Brev;
    wsdl "wsdl" messages BOOK_REQUEST: wsdl::messages::BookRequestType;
}

/// Constructs whose values hold markup as it was written.
const CAPTURED: &[&str] = &["any", "any-type", "no-namespace"];

#[test]
fn every_folder_is_a_construct_of_the_list() {
    let listed = FOLDERS.iter().map(|folder| (*folder).to_owned()).collect::<BTreeSet<_>>();
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(home()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        found.extend((name != "unsupported").then_some(name));
    }
    assert_eq!(found, listed);
}

#[test]
fn checking_against_the_model_agrees_with_the_generated_decoders() {
    let mut wrong = Vec::new();
    for folder in FOLDERS {
        let schema = home().join(folder).join("schema.xsd");
        for (prefix, exit_code) in [("valid-", 0), ("invalid-", 1)] {
            for instance in instances(folder, prefix).into_iter().filter(|_| schema.exists()) {
                let verdict = codegen::check::check(&schema, &instance);
                if verdict.exit_code() != exit_code {
                    wrong.push(format!("{}: {verdict}", instance.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn round_trip<T: Decode + Encode + PartialEq + Debug>(folder: &str, root: &Name, wrong: &mut Vec<String>) {
    let instances = instances(folder, "valid-");
    assert!(!instances.is_empty(), "{folder} has no valid instance");
    for path in instances {
        let bytes = std::fs::read(&path).unwrap();
        let value = match decode::<T>(&bytes, root) {
            Ok(value) => value,
            Err(violation) => {
                wrong.push(format!("{}: {violation}", path.display()));
                continue;
            }
        };
        let written = encode(&value, root);
        let text = String::from_utf8_lossy(&written);
        match decode::<T>(&written, root) {
            Ok(again) if again == value => {}
            // Captured markup carries the prefixes in scope, and has them all after the first time.
            Ok(again) if CAPTURED.contains(&folder) && decode::<T>(&encode(&again, root), root).as_ref() == Ok(&again) => {}
            Ok(again) => wrong.push(format!("{}: {again:?} from {text}", path.display())),
            Err(violation) => wrong.push(format!("{}: {violation}: {text}", path.display())),
        }
    }
}

fn refused<T: Decode + Debug>(folder: &str, root: &Name, wrong: &mut Vec<String>) {
    let instances = instances(folder, "invalid-");
    assert!(!instances.is_empty(), "{folder} has no invalid instance");
    for path in instances {
        let bytes = std::fs::read(&path).unwrap();
        match decode::<T>(&bytes, root) {
            Ok(value) => wrong.push(format!("{} is taken: {value:?}", path.display())),
            Err(violation) if violation.path.starts_with(root.local) => {}
            Err(violation) => wrong.push(format!("{}: not at the root: {violation}", path.display())),
        }
    }
}

fn decode<T: Decode>(bytes: &[u8], root: &Name) -> Result<T, xml::Violation> {
    let mut reader = Reader::new(bytes, Limits::default())?;
    let value = reader.required(root)?;
    reader.finish()?;
    Ok(value)
}

fn encode<T: Encode>(value: &T, root: &Name) -> Vec<u8> {
    let mut writer = Writer::with_capacity(1024);
    writer.element(root, value);
    writer.finish()
}

fn instances(folder: &str, prefix: &str) -> Vec<PathBuf> {
    let mut found = std::fs::read_dir(home().join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.file_name().unwrap().to_string_lossy().starts_with(prefix))
        .collect::<Vec<_>>();
    found.sort();
    found
}

fn home() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../tests/constructs")
        .canonicalize()
        .unwrap()
}
