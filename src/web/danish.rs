//! What services and operations are for, in Danish: WSDL takes one documentation for each element – JAX-WS refuses a
//! second – so theirs is English and the Danish stands in `danish.tsv`, by `Service` and `Service/Operation`.

use std::collections::HashMap;
use std::sync::LazyLock;

use xml::description::{Operation, Service};

use super::language::Language;
use super::origin::told;

static TEXTS: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
    include_str!("danish.tsv")
        .lines()
        .skip(1)
        .filter_map(|line| line.split_once('\t'))
        .collect()
});

/// What a service is for.
pub(super) fn service(language: Language, service: &Service) -> String {
    said(language, service.name).unwrap_or_else(|| told(language, service.documentation))
}

/// What an operation of a service does.
pub(super) fn operation(language: Language, service: &Service, operation: &Operation) -> String {
    let name = format!("{}/{}", service.name, operation.name);
    said(language, &name).unwrap_or_else(|| told(language, operation.documentation))
}

fn said(language: Language, name: &str) -> Option<String> {
    let text = TEXTS.get(name).filter(|_| language == Language::Danish)?;
    Some((*text).to_owned())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::contract::description::SERVICES;

    #[test]
    fn every_service_and_operation_is_told_in_danish_and_no_other() {
        let operations = SERVICES.iter().flat_map(|service| {
            service
                .operations
                .iter()
                .map(|operation| format!("{}/{}", service.name, operation.name))
        });
        let contract: HashSet<_> = SERVICES.iter().map(|service| service.name.to_owned()).chain(operations).collect();
        let told: HashSet<_> = TEXTS.keys().map(|name| (*name).to_owned()).collect();
        assert_eq!(told, contract);
    }
}
