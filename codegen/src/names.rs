//! Every rule of naming: from names of the contract to names in Rust.
//!
//! Types keep their exact wire name where Rust allows it; fields, modules and constants follow Rust's customs.

use std::collections::{BTreeMap, BTreeSet};

/// Names whose words cannot be told from their letters.
const OVERRIDES: [(&str, &str); 1] = [("CVRnumberIdentifier", "cvr_number_identifier")];

const KEYWORDS: [&str; 48] = [
    "as", "break", "const", "continue", "else", "enum", "extern", "false", "fn", "for", "if", "impl", "in", "let", "loop", "match", "mod",
    "move", "mut", "pub", "ref", "return", "static", "struct", "trait", "true", "type", "unsafe", "use", "where", "while", "async",
    "await", "dyn", "abstract", "become", "box", "do", "final", "macro", "override", "priv", "typeof", "unsized", "virtual", "yield",
    "try", "gen",
];

/// Not even as raw identifiers.
const FORBIDDEN: [&str; 4] = ["self", "super", "crate", "_"];

/// Names that generated code uses itself.
const TAKEN_TYPES: [&str; 18] = [
    "String", "Vec", "Option", "Box", "Result", "Some", "None", "Ok", "Err", "Self", "Default", "Clone", "Copy", "Debug", "Iterator",
    "Into", "From", "Drop",
];

/// Words of a namespace that say nothing about what it holds.
const EMPTY_WORDS: [&str; 8] = ["xml", "schemas", "schema", "core", "types", "wsdl", "xsd", "ns"];

/// Prefixes that mean something else in a SOAP message.
const TAKEN_PREFIXES: [&str; 12] = [
    "soap", "soapenv", "SOAP-ENV", "s", "env", "xs", "xsd", "xsi", "xml", "xmlns", "tns", "wsdl",
];

/// `snake_case`, a keyword as it is.
pub fn snake(name: &str) -> String {
    match OVERRIDES.iter().find(|(wire, _)| *wire == name) {
        Some((_, rust)) => (*rust).to_owned(),
        None => words(name).join("_").to_lowercase(),
    }
}

/// A field or a variable.
pub fn field(name: &str) -> String {
    let name = snake(name);
    if FORBIDDEN.contains(&name.as_str()) {
        format!("{name}_")
    } else if KEYWORDS.contains(&name.as_str()) {
        format!("r#{name}")
    } else {
        name
    }
}

/// A constant.
pub fn constant(name: &str) -> String {
    snake(name).to_uppercase()
}

/// A type or a variant: the wire name itself where it is one for Rust.
pub fn type_name(name: &str) -> String {
    let exact = name.starts_with(|first: char| first.is_ascii_uppercase()) && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let name = if exact {
        name.to_owned()
    } else {
        words(name).iter().map(|word| capital(word)).collect()
    };
    if TAKEN_TYPES.contains(&name.as_str()) {
        format!("{name}Type")
    } else {
        name
    }
}

/// A name that is not taken yet: a number is added until it is free.
pub fn unique(taken: &mut BTreeSet<String>, name: String) -> String {
    let mut candidate = name.clone();
    let mut number = 2;
    while !taken.insert(candidate.clone()) {
        candidate = match name.strip_prefix("r#") {
            Some(bare) => format!("{bare}_{number}"),
            None if name.ends_with('_') => format!("{name}{number}"),
            None if name.starts_with(|first: char| first.is_ascii_uppercase()) && !is_constant(&name) => {
                format!("{name}{number}")
            }
            None => format!("{name}_{number}"),
        };
        number += 1;
    }
    candidate
}

fn is_constant(name: &str) -> bool {
    name.chars().all(|c| !c.is_ascii_lowercase())
}

/// Module and prefix of a namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Module {
    /// Name of the module.
    pub name: String,
    /// Prefix written for the namespace; empty for no namespace.
    pub prefix: String,
}

/// Names the modules of all namespaces, and their prefixes from those that the documents declare; reserved names are
/// those of other modules.
pub fn modules(namespaces: &BTreeSet<String>, declared: &[(String, String)], reserved: BTreeSet<String>) -> BTreeMap<String, Module> {
    let short = namespaces.iter().map(|namespace| module_name(namespace)).collect::<Vec<_>>();
    let mut taken = reserved;
    let mut prefixes = BTreeSet::new();
    let mut modules = BTreeMap::new();
    for namespace in namespaces {
        let mut name = module_name(namespace);
        if short.iter().filter(|other| **other == name).count() > 1 {
            name = with_digits(namespace, &name);
        }
        let name = unique(&mut taken, keyword_free(name));
        let prefix = if namespace.is_empty() {
            String::new()
        } else {
            let own = declared
                .iter()
                .filter(|(declared, _)| declared == namespace)
                .map(|(_, prefix)| prefix);
            let usable = |prefix: &&String| !TAKEN_PREFIXES.contains(&prefix.as_str()) && !prefixes.contains(*prefix);
            let chosen = own.clone().find(usable).cloned().unwrap_or_else(|| initials(&name));
            unique(&mut prefixes, chosen)
        };
        modules.insert(namespace.clone(), Module { name, prefix });
    }
    modules
}

/// `citizen_message_structure` from `http://…/2015/06/01/CitizenMessageStructure/`; the last word that says something.
fn module_name(namespace: &str) -> String {
    if namespace.is_empty() {
        return "no_namespace".to_owned();
    }
    if namespace == "http://www.w3.org/XML/1998/namespace" {
        return "xml_attributes".to_owned();
    }
    let path = namespace.split_once("://").map_or(namespace, |(_, path)| path);
    let parts = path.split(['/', ':', '#', '?']).filter(|part| !part.is_empty()).collect::<Vec<_>>();
    let telling = |part: &&&str| part.chars().any(char::is_alphabetic) && !EMPTY_WORDS.contains(&part.to_lowercase().as_str());
    let part = parts.iter().rfind(telling).or(parts.last()).copied().unwrap_or("namespace");
    snake(part)
}

/// The name with the digits of the namespace, which mostly hold its date or version.
fn with_digits(namespace: &str, name: &str) -> String {
    let digits = namespace
        .split(|c: char| !c.is_ascii_digit())
        .filter(|digits| !digits.is_empty())
        .collect::<Vec<_>>();
    if digits.is_empty() {
        name.to_owned()
    } else {
        format!("{name}_{}", digits.join("_"))
    }
}

/// Module of a service and its version.
pub fn service_module(service: &str, version: Option<&str>) -> String {
    match version {
        Some(version) => keyword_free(format!("{}_v{}", snake(service), version.replace(['.', '-'], "_"))),
        None => keyword_free(snake(service)),
    }
}

/// Variant of a service and its version.
pub fn service_variant(service: &str, version: Option<&str>) -> String {
    let version = version.map(|version| format!("V{}", version.replace(['.', '-'], "_")));
    format!("{}{}", type_name(service), version.unwrap_or_default())
}

fn keyword_free(name: String) -> String {
    if KEYWORDS.contains(&name.as_str()) || FORBIDDEN.contains(&name.as_str()) {
        format!("{name}_")
    } else {
        name
    }
}

fn initials(module: &str) -> String {
    let initials = module
        .split('_')
        .filter_map(|word| word.chars().next())
        .filter(char::is_ascii_alphabetic);
    let initials = initials.collect::<String>();
    if initials.is_empty() || TAKEN_PREFIXES.contains(&initials.as_str()) {
        format!("n{initials}")
    } else {
        initials
    }
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars
        .next()
        .map(|first| first.to_uppercase().chain(chars).collect())
        .unwrap_or_default()
}

/// The words of a name in ASCII: broken at capitals, at the end of a row of capitals, and at all that is no letter or digit.
fn words(name: &str) -> Vec<String> {
    let ascii = name.chars().map(ascii).collect::<String>();
    let chars = ascii.chars().collect::<Vec<_>>();
    let mut words = Vec::new();
    let mut word = String::new();
    for (index, c) in chars.iter().copied().enumerate() {
        let before = index.checked_sub(1).and_then(|before| chars.get(before)).copied();
        let after = chars.get(index + 1).copied();
        let breaks = c.is_ascii_uppercase()
            && (before.is_some_and(|before| before.is_ascii_lowercase() || before.is_ascii_digit())
                || (before.is_some_and(|before| before.is_ascii_uppercase()) && after.is_some_and(|after| after.is_ascii_lowercase())));
        if !c.is_ascii_alphanumeric() || breaks {
            words.extend((!word.is_empty()).then(|| std::mem::take(&mut word)));
        }
        if c.is_ascii_alphanumeric() {
            word.push(c);
        }
    }
    words.extend((!word.is_empty()).then_some(word));
    match words.first_mut() {
        None => words.push("unnamed".to_owned()),
        Some(first) if first.starts_with(|c: char| c.is_ascii_digit()) => first.insert(0, 'n'),
        Some(_) => {}
    }
    words
}

/// A letter in ASCII; capitals stay capital. A letter we do not know becomes its code.
fn ascii(c: char) -> String {
    let plain = match c {
        'æ' | 'ä' => "ae",
        'Æ' | 'Ä' => "Ae",
        'ø' | 'ö' => "oe",
        'Ø' | 'Ö' => "Oe",
        'å' => "aa",
        'Å' => "Aa",
        'ü' => "ue",
        'Ü' => "Ue",
        'ß' => "ss",
        'à'..='ã' => "a",
        'À'..='Ã' => "A",
        'ç' => "c",
        'Ç' => "C",
        'è'..='ë' => "e",
        'È'..='Ë' => "E",
        'ì'..='ï' => "i",
        'Ì'..='Ï' => "I",
        'ñ' => "n",
        'Ñ' => "N",
        'ò'..='õ' => "o",
        'Ò'..='Õ' => "O",
        'ù'..='û' => "u",
        'Ù'..='Û' => "U",
        'ý' | 'ÿ' => "y",
        'Ý' => "Y",
        'ð' => "d",
        'Ð' => "D",
        'þ' => "th",
        'Þ' => "Th",
        c if c.is_ascii() || !c.is_alphanumeric() => return c.to_string(),
        c => return format!("u{:x}", u32::from(c)),
    };
    plain.to_owned()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{field, module_name, modules, snake, type_name, unique};

    #[test]
    fn fields_are_snake_case_with_overrides() {
        for (wire, rust) in [
            ("CreateMessage", "create_message"),
            ("CVRnumberIdentifier", "cvr_number_identifier"),
            ("XMLHttpRequest", "xml_http_request"),
            ("p-number", "p_number"),
            ("Version1", "version1"),
            ("Årsløn", "aarsloen"),
            ("1st", "n1st"),
        ] {
            assert_eq!(snake(wire), rust);
        }
    }

    #[test]
    fn keywords_become_raw_or_are_marked() {
        assert_eq!(field("type"), "r#type");
        assert_eq!(field("self"), "self_");
    }

    #[test]
    fn types_keep_their_wire_name_where_rust_allows_it() {
        assert_eq!(type_name("CitizenMessageUserType"), "CitizenMessageUserType");
        assert_eq!(type_name("guid"), "Guid");
        assert_eq!(type_name("e-mail.Address"), "EMailAddress");
        assert_eq!(type_name("String"), "StringType");
    }

    #[test]
    fn colliding_names_are_numbered() {
        let mut taken = BTreeSet::new();
        let names = ["a", "a", "A_B", "A_B", "Ab", "Ab"].map(|name| unique(&mut taken, name.to_owned()));
        assert_eq!(names, ["a", "a_2", "A_B", "A_B_2", "Ab", "Ab2"]);
    }

    #[test]
    fn a_module_is_named_by_the_last_telling_word() {
        for (namespace, module) in [
            (
                "http://service.bm.dk/pjaktass/2015/06/01/CitizenMessageStructure/",
                "citizen_message_structure",
            ),
            ("http://service.bm.dk/CitizenMessageService/2015/06/01/", "citizen_message_service"),
            ("http://rep.oio.dk/cpr.dk/xml/schemas/core/2005/03/18/", "cpr_dk"),
            ("http://microsoft.com/wsdl/types/", "microsoft_com"),
            ("urn:example:person", "person"),
            ("", "no_namespace"),
        ] {
            assert_eq!(module_name(namespace), module);
        }
    }

    #[test]
    fn modules_of_two_versions_are_told_apart_by_their_digits() {
        let namespaces = ["urn:a/2015/x", "urn:a/2016/x"].map(str::to_owned).into();
        let names = modules(&namespaces, &[], BTreeSet::new())
            .into_values()
            .map(|module| module.name)
            .collect::<Vec<_>>();
        assert_eq!(names, ["x_2015", "x_2016"]);
    }
}
