//! The second binding: what a WSDL says of SOAP 1.1, said again of SOAP 1.2, for clients that choose it.
//! It knows bindings and ports of WSDL 1.1; the contract itself stays as its author wrote it.

use super::rewrite::{Tag, apply, tags};

/// How WSDL 1.1 says SOAP 1.1 and SOAP 1.2 (W3C).
const WSDL_SOAP: &str = "http://schemas.xmlsoap.org/wsdl/soap/";
const WSDL_SOAP_12: &str = "http://schemas.xmlsoap.org/wsdl/soap12/";
/// Prefix of the second binding, and what its name and its port's end with.
const PREFIX: &str = "soap12";
const SUFFIX: &str = "Soap12";

/// The WSDL with a binding and a port for SOAP 1.2 behind each of its own; as it is, where it has some already.
pub(in crate::soap) fn with_soap_12(wsdl: &str) -> String {
    let tags = tags(wsdl);
    let prefix = tags.first().and_then(|definitions| definitions.prefix_of(WSDL_SOAP));
    let (Some(prefix), false) = (prefix, wsdl.contains(WSDL_SOAP_12)) else {
        return wsdl.to_owned();
    };
    let mut changes = Vec::new();
    let mut first = None;
    for (index, tag) in tags.iter().enumerate() {
        match (tag.local, tag.closes) {
            ("definitions", false) => {
                let declared = tag.with_attribute(&format!("xmlns:{PREFIX}"), Some(WSDL_SOAP_12));
                changes.push((tag.place.clone(), declared));
            }
            ("binding" | "port", false) if tag.prefix != prefix => first = Some(index),
            ("binding" | "port", true) if tag.prefix != prefix => {
                if let Some(own) = first.take().and_then(|first| tags.get(first..=index)) {
                    changes.push((tag.place.end..tag.place.end, again(wsdl, own, prefix)));
                }
            }
            _ => {}
        }
    }
    apply(wsdl, &changes)
}

/// A binding or port from its first to its last tag, again for SOAP 1.2; on a line of its own, as far in as the first.
fn again(wsdl: &str, own: &[Tag<'_>], soap: &str) -> String {
    let (Some(first), Some(last)) = (own.first(), own.last()) else {
        return String::new();
    };
    let before = wsdl.get(..first.place.start).unwrap_or_default();
    let margin = before
        .get(before.trim_end_matches([' ', '\t', '\n', '\r']).len()..)
        .unwrap_or_default();
    let mut text = margin.to_owned();
    let mut at = first.place.start;
    for tag in own {
        text.push_str(wsdl.get(at..tag.place.start).unwrap_or_default());
        text.push_str(&match tag.local {
            _ if tag.prefix == soap => tag.with_prefix(PREFIX),
            "binding" | "port" if tag.place == first.place => renamed(tag),
            _ => wsdl.get(tag.place.clone()).unwrap_or_default().to_owned(),
        });
        at = tag.place.end;
    }
    debug_assert_eq!(at, last.place.end);
    text
}

/// The start of a binding or port under its second name; a port leads to the second binding.
fn renamed(tag: &Tag<'_>) -> String {
    let second = |name: &str| Some(format!("{}{SUFFIX}", tag.attribute(name)?));
    let text = tag.with_attribute("name", second("name").as_deref());
    match (tag.local, second("binding")) {
        ("port", Some(binding)) => Tag::new(0..text.len(), &text).with_attribute("binding", Some(&binding)),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WSDL: &str = r#"<w:definitions xmlns:w="w" xmlns:s="http://schemas.xmlsoap.org/wsdl/soap/">
  <w:binding name="B" type="t:P">
    <s:binding style="document"/>
    <w:operation name="O"><s:operation soapAction="a"/><w:input><s:body use="literal"/></w:input></w:operation>
  </w:binding>
  <w:service name="S">
    <w:port name="P" binding="t:B"><s:address location="x"/></w:port>
  </w:service>
</w:definitions>"#;

    #[test]
    fn a_second_binding_and_port_stand_behind_the_first() {
        let both = with_soap_12(WSDL);
        let (_, second) = both.split_once("</w:binding>").unwrap_or_default();
        let binding = r#"
  <w:binding name="BSoap12" type="t:P">
    <soap12:binding style="document"/>
    <w:operation name="O"><soap12:operation soapAction="a"/><w:input><soap12:body use="literal"/></w:input></w:operation>
  </w:binding>
"#;
        assert!(second.starts_with(binding), "{both}");
        let port = r#"</w:port>
    <w:port name="PSoap12" binding="t:BSoap12"><soap12:address location="x"/></w:port>
  </w:service>"#;
        assert!(both.contains(port), "{both}");
        assert!(both.starts_with(r#"<w:definitions xmlns:w="w" xmlns:s="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:soap12="http://schemas.xmlsoap.org/wsdl/soap12/">"#));
    }

    #[test]
    fn the_contracts_own_binding_stays_as_it_is() {
        let both = with_soap_12(WSDL);
        let (first, _) = WSDL.split_once("  <w:service").unwrap_or_default();
        let (_, first) = first.split_once('>').unwrap_or_default();
        assert!(both.contains(first.trim_end()));
    }

    #[test]
    fn a_wsdl_that_speaks_of_soap_12_itself_stays_as_it_is() {
        let both = with_soap_12(WSDL);
        assert_eq!(with_soap_12(&both), both);
        assert_eq!(with_soap_12("<w/>"), "<w/>");
    }
}
