//! Wildcards: which namespaces they take, and what is known of the names in them.

use super::plan::Plan;
use crate::{
    error::Error,
    model::{ElementId, Namespaces, Process, TypeRef, Wildcard},
};

/// Expression: the next child is one of the wildcard's.
pub(super) fn stands_next(namespaces: &Namespaces) -> String {
    match namespaces {
        Namespaces::Any => "reader.peek()?.is_some()".to_owned(),
        Namespaces::Other(target) if target.is_empty() => "reader.peek()?.is_some_and(|tag| !tag.namespace.is_empty())".to_owned(),
        Namespaces::Other(target) => {
            format!("reader.peek()?.is_some_and(|tag| !tag.namespace.is_empty() && tag.namespace != {target:?})")
        }
        Namespaces::Listed(listed) => {
            format!("reader.peek()?.is_some_and(|tag| {listed:?}.contains(&tag.namespace))")
        }
    }
}

/// Expression: `attribute` is none of the wildcard's.
fn refuses_attribute(namespaces: &Namespaces) -> String {
    let instance = "attribute.namespace == xml::XSI";
    match namespaces {
        Namespaces::Any => instance.to_owned(),
        Namespaces::Other(target) if target.is_empty() => format!("{instance} || attribute.namespace.is_empty()"),
        Namespaces::Other(target) => {
            format!("{instance} || attribute.namespace.is_empty() || attribute.namespace == {target:?}")
        }
        Namespaces::Listed(listed) => format!("{instance} || !{listed:?}.contains(&attribute.namespace)"),
    }
}

/// Expression that captures the next child.
pub(super) fn capture(process: Process) -> String {
    match process {
        Process::Skip => "reader.capture()?".to_owned(),
        Process::Lax => "super::reading_known::lax(reader)?".to_owned(),
        Process::Strict => "super::reading_known::strict(reader)?".to_owned(),
    }
}

/// Statements that let attributes of a wildcard stand, after the declared ones are read.
pub(super) fn attributes(plan: &Plan<'_>, wildcard: &Wildcard) -> String {
    let refused = refuses_attribute(&wildcard.namespaces);
    let check = match wildcard.process {
        Process::Skip => String::new(),
        Process::Lax if plan.model.attributes.is_empty() => String::new(),
        Process::Lax => "super::reading_known::attributes(reader, false)?;".to_owned(),
        Process::Strict => "super::reading_known::attributes(reader, true)?;".to_owned(),
    };
    format!(
        "if reader.attributes().any(|attribute| {refused}) {{
            return Err(reader.violation(xml::Rule::Attribute));
        }}
        {check}
        reader.any_attributes();\n"
    )
}

/// The module that knows all global elements and attributes, for wildcards that look at them.
pub(super) fn known(plan: &Plan<'_>) -> Result<String, Error> {
    let mut arms = String::new();
    for (index, element) in plan.model.elements.iter().enumerate() {
        if !element.is_global {
            continue;
        }
        let (namespace, local) = (&element.name.namespace, &element.name.local);
        let name = plan.name_expression(namespace, local);
        let id = ElementId(index);
        let rust = plan.reading_rust(id, "\0").unwrap_or_else(|| plan.element_rust(id, "\0"));
        let check = if element.type_ref == TypeRef::AnyType {
            "Ok(true)".to_owned()
        } else {
            format!("reader.required::<{rust}>(&{name}).map(|_| true)")
        };
        arms.push_str(&format!("({namespace:?}, {local:?}) => {check},\n"));
    }
    let mut attributes = String::new();
    for attribute in &plan.model.attributes {
        let rust = plan.simple_rust(attribute.type_ref, "\0");
        attributes.push_str(&format!(
            "({:?}, {:?}) => <{rust} as xml::datatypes::Datatype>::read(attribute.value.into()).map(|_| ()),\n",
            attribute.name.namespace, attribute.name.local
        ));
    }
    Ok(format!(
        "#[allow(dead_code, clippy::all, reason = \"not every contract looks at all of it\")]
        mod reading_known {{
            /// The next child as it was written; it must be valid if the contract declares it.
            pub(super) fn lax(reader: &mut xml::Reader<'_>) -> Result<String, xml::Violation> {{
                let raw = reader.capture()?;
                is_known(reader, &raw)?;
                Ok(raw)
            }}

            /// The next child as it was written; the contract must declare it.
            pub(super) fn strict(reader: &mut xml::Reader<'_>) -> Result<String, xml::Violation> {{
                let raw = reader.capture()?;
                if is_known(reader, &raw)? {{
                    return Ok(raw);
                }}
                Err(reader.violation(xml::Rule::Unexpected {{ expected: \"an element of the contract\".into() }}))
            }}

            fn is_known(outer: &xml::Reader<'_>, raw: &str) -> Result<bool, xml::Violation> {{
                check(raw).map_err(|inner| {{
                    let mut violation = outer.violation(inner.rule);
                    violation.in_type = inner.in_type;
                    violation
                }})
            }}

            fn check(raw: &str) -> Result<bool, xml::Violation> {{
                let mut whole = xml::Reader::new(raw.as_bytes(), xml::Limits::default())?;
                let reader = &mut whole;
                let Some(tag) = reader.peek()? else {{ return Ok(false) }};
                let name = tag.to_qname();
                match (name.namespace.as_str(), name.local.as_str()) {{
                    {arms}
                    _ => Ok(false),
                }}
            }}

            /// The attributes nobody has asked for yet, valid as far as the contract declares them.
            pub(super) fn attributes(reader: &xml::Reader<'_>, strict: bool) -> Result<(), xml::Violation> {{
                for attribute in reader.attributes() {{
                    let judged: Result<(), xml::Rule> = match (attribute.namespace, attribute.local) {{
                        {attributes}
                        _ if strict => Err(xml::Rule::Attribute),
                        _ => Ok(()),
                    }};
                    judged.map_err(|rule| reader.violation(rule))?;
                }}
                Ok(())
            }}
        }}\n"
    ))
}
