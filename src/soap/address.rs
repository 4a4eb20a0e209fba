//! Addresses: which service a path means, and what of it is asked for (contract 1).
//! It knows the first segments STAR's clients are configured with and ignores case, as IIS does.
//! What is answered there is left to `endpoint`.

use super::front::Front;
use crate::contract::Service;

/// The first segment of a service's address, as we publish it.
const FIRST: &str = "PjakTassWCFtService";

/// First segments that are taken.
const ALIASES: [&str; 3] = [FIRST, "PjakTassWCF", "pjaktass"];

/// What a path and query mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Address {
    /// The service itself.
    Service(Service),
    /// One of its descriptions.
    Description(Service, Form),
    /// A page that is no service's.
    Front(Front),
    /// Is the process alive?
    Live,
    /// Can it answer?
    Ready,
    /// Nothing we know.
    Unknown,
}

/// A form of a description.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `?wsdl`.
    Wsdl,
    /// `?singleWsdl`.
    Single,
    /// `?xsd=`.
    Schema(String),
}

impl Address {
    /// Reads path and query of a request.
    pub(super) fn of(path: &str, query: &str) -> Self {
        let segments: Vec<&str> = path.split('/').collect();
        match segments.as_slice() {
            ["", ""] => Self::Front(Front::Home),
            ["", "code-lists"] => Self::Front(Front::CodeLists),
            ["", "assets", name] => Self::Front(Front::Asset((*name).to_owned())),
            ["", "health", "live"] => Self::Live,
            ["", "health", "ready"] => Self::Ready,
            ["", first, version, file] if is_alias(first) => match service(version, file, ".svc") {
                Some(service) => form(query).map_or(Self::Service(service), |form| Self::Description(service, form)),
                None => Self::Unknown,
            },
            ["", first, version, folder, file] if is_alias(first) && folder.eq_ignore_ascii_case("wsdl") => {
                match service(version, file, ".wsdl") {
                    Some(service) => Self::Description(service, Form::Wsdl),
                    None => Self::Unknown,
                }
            }
            _ => Self::Unknown,
        }
    }
}

/// Path of a service below the public URL.
pub(super) fn path(service: Service) -> String {
    format!("/{FIRST}/{}/{}.svc", service.version(), service.name())
}

fn is_alias(segment: &str) -> bool {
    ALIASES.iter().any(|alias| alias.eq_ignore_ascii_case(segment))
}

fn service(version: &str, file: &str, extension: &str) -> Option<Service> {
    let (name, end) = file.split_at_checked(file.len().checked_sub(extension.len())?)?;
    if !end.eq_ignore_ascii_case(extension) {
        return None;
    }
    Service::ALL
        .iter()
        .copied()
        .find(|service| service.version() == version && service.name().eq_ignore_ascii_case(name))
}

fn form(query: &str) -> Option<Form> {
    query.split('&').find_map(|parameter| {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        match name.to_ascii_lowercase().as_str() {
            "wsdl" => Some(Form::Wsdl),
            "singlewsdl" => Some(Form::Single),
            "xsd" => Some(Form::Schema(value.to_owned())),
            _ => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGES: Service = Service::CitizenMessageServiceV2;

    #[test]
    fn every_service_is_at_its_own_path_under_every_alias_in_any_case() {
        for &service in Service::ALL {
            let published = path(service);
            assert_eq!(Address::of(&published, ""), Address::Service(service));
            for alias in ["pjaktass", "PJAKTASSWCF", "PjaktassWCFTservice"] {
                assert_eq!(
                    Address::of(&published.to_uppercase().replace(&FIRST.to_uppercase(), alias), ""),
                    Address::Service(service)
                );
            }
        }
    }

    #[test]
    fn descriptions_are_found_by_query_in_any_case_and_by_path() {
        let published = path(MESSAGES);
        for (query, form) in [
            ("wsdl", Form::Wsdl),
            ("WSDL=1", Form::Wsdl),
            ("SINGLEWsdl", Form::Single),
            ("XSD=a.b", Form::Schema("a.b".to_owned())),
        ] {
            assert_eq!(Address::of(&published, query), Address::Description(MESSAGES, form));
        }
        let file = format!("/PjakTassWCF/{}/wsdl/{}.wsdl", MESSAGES.version(), MESSAGES.name());
        assert_eq!(Address::of(&file, ""), Address::Description(MESSAGES, Form::Wsdl));
        assert_eq!(Address::of(&published, "other=1"), Address::Service(MESSAGES));
    }

    #[test]
    fn pages_are_at_the_root_and_beside_it() {
        for (path, front) in [
            ("/", Front::Home),
            ("/code-lists", Front::CodeLists),
            ("/assets/page.css", Front::Asset("page.css".to_owned())),
        ] {
            assert_eq!(Address::of(path, "lang=da"), Address::Front(front));
        }
    }

    #[test]
    fn other_paths_mean_nothing() {
        let (version, name) = (MESSAGES.version(), MESSAGES.name());
        for path in [
            "",
            "/x",
            &format!("/{FIRST}/99/{name}.svc"),
            &format!("/other/{version}/{name}.svc"),
            &format!("/{FIRST}/{version}/{name}"),
            &format!("/{FIRST}/{version}/{name}.svc/"),
            "/PjakTassWCFtService/2/é.svc",
        ] {
            assert_eq!(Address::of(path, ""), Address::Unknown, "{path}");
        }
    }
}
