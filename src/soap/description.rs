//! Descriptions: the WSDL and XSD documents a caller fetches (interop.md: the WSDL and XSD we serve).
//! All forms are built once for each URL callers use, with addresses under it and nothing else changed, so they are stable to the byte.
//! Which paths lead to them is left to `address` and `endpoint`.

mod rewrite;
mod soap12;

use super::page::Page;
use rewrite::{Tag, apply, tags};
pub(super) use soap12::with_soap_12;

/// A document of a contract as its author wrote it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Document<'d> {
    /// File name.
    pub(super) name: &'d str,
    /// Target namespace; empty for none.
    pub(super) namespace: &'d str,
    /// The text.
    pub(super) text: &'d str,
}

/// Everything that describes one service.
#[derive(Debug)]
pub(super) struct Description {
    /// `?wsdl`: schemas by reference.
    pub(super) wsdl: Page,
    /// `?singleWsdl`: schemas inside.
    pub(super) single: Page,
    schemas: Vec<(String, Page)>,
}

impl Description {
    /// The description of a service: its WSDL, the schemas it leads to, and the address callers use.
    pub(super) fn new(wsdl: Document<'_>, schemas: &[Document<'_>], address: &str) -> Self {
        let links = Links { address, schemas };
        Self {
            wsdl: Page::new(links.linked(wsdl.text)),
            single: Page::new(links.single(wsdl.text)),
            schemas: schemas
                .iter()
                .map(|schema| (stem(schema.name).to_owned(), Page::new(links.linked(schema.text))))
                .collect(),
        }
    }

    /// `?xsd=`: a schema by its file name, with or without extension and in any case, or by its number from 0.
    pub(super) fn schema(&self, name: &str) -> Option<&Page> {
        let named = self.schemas.iter().find(|(known, _)| known.eq_ignore_ascii_case(stem(name)));
        let numbered = || name.parse::<usize>().ok().and_then(|number| self.schemas.get(number));
        named.or_else(numbered).map(|(_, page)| page)
    }
}

/// Where the parts of a description lead.
struct Links<'d> {
    address: &'d str,
    schemas: &'d [Document<'d>],
}

impl Links<'_> {
    /// The document with every schema at an absolute location, and the service at its address.
    fn linked(&self, text: &str) -> String {
        let changes = tags(text)
            .iter()
            .filter_map(|tag| Some((tag.place.clone(), self.linked_tag(tag)?)))
            .collect::<Vec<_>>();
        apply(text, &changes)
    }

    fn linked_tag(&self, tag: &Tag<'_>) -> Option<String> {
        match tag.local {
            "import" | "include" | "redefine" => self
                .target(tag)
                .map(|schema| tag.with_attribute("schemaLocation", Some(&self.location(schema)))),
            "address" if !tag.closes => Some(tag.with_attribute("location", Some(self.address))),
            _ => None,
        }
    }

    /// The WSDL with the schemas inside. Schemas without a target namespace only held imports and go; a chameleon stays where it can be fetched.
    fn single(&self, text: &str) -> String {
        let tags = tags(text);
        let mut changes = Vec::new();
        let mut holder = None;
        for tag in &tags {
            match (tag.local, tag.closes) {
                ("schema", false) if tag.attribute("targetNamespace").is_none() && !tag.is_empty => holder = Some(tag.place.start),
                ("schema", true) if holder.is_some() => changes.extend(holder.take().map(|start| (start..tag.place.end, String::new()))),
                ("types", true) => changes.push((tag.place.start..tag.place.start, self.schemas_inside())),
                _ if holder.is_none() => changes.extend(self.single_tag(tag).map(|changed| (tag.place.clone(), changed))),
                _ => {}
            }
        }
        apply(text, &changes)
    }

    fn schemas_inside(&self) -> String {
        let named = self.schemas.iter().filter(|schema| !schema.namespace.is_empty());
        named.map(|schema| self.inside(schema.text)).collect()
    }

    /// A schema as an element of the WSDL.
    fn inside(&self, text: &str) -> String {
        let changes = tags(text)
            .iter()
            .filter_map(|tag| Some((tag.place.clone(), self.single_tag(tag)?)))
            .collect::<Vec<_>>();
        let changed = apply(text.trim_start_matches('\u{FEFF}'), &changes);
        match changed.split_once("?>") {
            Some((declaration, rest)) if declaration.starts_with("<?xml") => rest.trim_start().to_owned(),
            _ => changed,
        }
    }

    fn single_tag(&self, tag: &Tag<'_>) -> Option<String> {
        match tag.local {
            "import" if tag.attribute("schemaLocation").is_some() => Some(tag.with_attribute("schemaLocation", None)),
            "include" if self.target(tag).is_some_and(|schema| !schema.namespace.is_empty()) => Some(String::new()),
            _ => self.linked_tag(tag).filter(|_| tag.local != "import"),
        }
    }

    /// The schema an import or include means: by file name, else by namespace.
    fn target(&self, tag: &Tag<'_>) -> Option<&Document<'_>> {
        let file = tag
            .attribute("schemaLocation")
            .and_then(|location| location.rsplit(['/', '\\']).next());
        match (file, tag.attribute("namespace")) {
            (Some(file), _) => self.schemas.iter().find(|schema| schema.name.eq_ignore_ascii_case(file)),
            // One with a `location` is WSDL's own import.
            (None, Some(namespace)) if tag.attribute("location").is_none() => {
                self.schemas.iter().find(|schema| schema.namespace == namespace)
            }
            (None, _) => None,
        }
    }

    fn location(&self, schema: &Document<'_>) -> String {
        format!("{}?xsd={}", self.address, stem(schema.name))
    }
}

/// A file name without `.xsd`.
fn stem(name: &str) -> &str {
    match name.len().checked_sub(4).and_then(|at| name.split_at_checked(at)) {
        Some((stem, extension)) if extension.eq_ignore_ascii_case(".xsd") => stem,
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    const WSDL: &str = r#"<?xml version="1.0"?><w:definitions xmlns:w="w"><w:types><x:schema xmlns:x="x"><x:import namespace="urn:a" schemaLocation="../xsd/A.xsd"/></x:schema></w:types><w:service><w:port><s:address location="https://dialogmodul.invalid/old"/></w:port></w:service></w:definitions>"#;
    const A: Document<'_> = Document {
        name: "A.xsd",
        namespace: "urn:a",
        text: r#"<?xml version="1.0"?>
<x:schema xmlns:x="x" targetNamespace="urn:a"><x:import namespace="urn:b"/><x:include schemaLocation="A2.xsd"/></x:schema>"#,
    };
    const A2: Document<'_> = Document {
        name: "A2.xsd",
        namespace: "urn:a",
        text: r#"<x:schema xmlns:x="x" targetNamespace="urn:a"/>"#,
    };
    const B: Document<'_> = Document {
        name: "B.xsd",
        namespace: "urn:b",
        text: r#"<x:schema xmlns:x="x" targetNamespace="urn:b"/>"#,
    };

    fn description() -> Description {
        let wsdl = Document {
            name: "S.wsdl",
            namespace: "urn:s",
            text: WSDL,
        };
        Description::new(wsdl, &[A, A2, B], "http://here/S.svc")
    }

    fn text(page: &Page) -> &str {
        std::str::from_utf8(page.bytes()).unwrap()
    }

    #[test]
    fn the_wsdl_leads_to_its_schemas_and_its_address() {
        let description = description();
        let wsdl = text(&description.wsdl);
        assert!(wsdl.contains(r#"schemaLocation="http://here/S.svc?xsd=A""#));
        assert!(wsdl.contains(r#"<s:address location="http://here/S.svc"/>"#));
        assert!(!wsdl.contains("invalid"));
    }

    #[test]
    fn a_schema_leads_on_even_where_its_import_names_no_file() {
        let description = description();
        let schema = text(description.schema("a.XSD").unwrap());
        assert!(schema.contains(r#"<x:import namespace="urn:b" schemaLocation="http://here/S.svc?xsd=B"/>"#));
        assert!(schema.contains(r#"<x:include schemaLocation="http://here/S.svc?xsd=A2"/>"#));
        assert_eq!(text(description.schema("2").unwrap()), B.text);
        assert!(description.schema("C").is_none());
    }

    #[test]
    fn the_single_wsdl_holds_its_schemas_and_leads_nowhere() {
        let description = description();
        let single = text(&description.single);
        assert!(!single.contains("schemaLocation"));
        assert!(single.contains(r#"<x:schema xmlns:x="x" targetNamespace="urn:a"><x:import namespace="urn:b"/></x:schema>"#));
        assert!(single.contains(B.text));
        assert_eq!(single.matches("<?xml").count(), 1);
        assert_eq!(single.matches("<x:schema").count(), 3);
    }

    #[test]
    fn the_tag_of_a_page_depends_on_its_bytes_alone() {
        let tag = |page: &Page| page.tag(&actix_web::http::header::HeaderMap::new());
        assert_eq!(tag(&description().wsdl), tag(&description().wsdl));
        assert_ne!(tag(&description().wsdl), tag(&description().single));
    }
}
