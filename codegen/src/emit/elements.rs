//! Elements with a default or a fixed value: read by a type of their own, so that every occurrence is read the same way.

use super::{doc, plan::Plan};
use crate::{
    error::Error,
    model::{ElementId, TypeRef},
};

/// The reading type of such an element.
pub(super) fn valued(plan: &Plan<'_>, id: ElementId) -> Result<String, Error> {
    let element = plan.model.element(id);
    let Some(path) = plan.valued_path(id) else {
        return Ok(String::new());
    };
    let name = &path.name;
    let given = element.default.as_ref().or(element.fixed.as_ref()).cloned().unwrap_or_default();
    if matches!(element.type_ref, TypeRef::Simple(_) | TypeRef::Builtin(_)) {
        let judged = plan.model.interpreted(element.type_ref)?.read(&given);
        judged.map_err(|rule| Error::invalid(&element.place, format!("the given value is wrong: {rule}")))?;
    }
    let value = plan.simple_rust(element.type_ref, &path.namespace);
    let rust = plan.element_rust(id, &path.namespace);
    let (nil, wrap) = if element.is_nillable {
        let nil = "if reader.nil()? {
            reader.any_attributes();
            reader.empty()?;
            return Ok(Self(xml::Nillable(None)));
        }";
        // A fixed value excludes nil.
        let nil = if element.fixed.is_some() { "" } else { nil };
        (nil, "xml::Nillable(Some(value))")
    } else {
        ("", "value")
    };
    let fixed = match &element.fixed {
        None => String::new(),
        Some(fixed) => format!(
            "let fixed = <{value} as xml::datatypes::Datatype>::read({fixed:?}.into());
            if !fixed.is_ok_and(|fixed| xml::datatypes::Datatype::same(&value, &fixed)) {{
                return Err(reader.violation(xml::Rule::Facet(\"fixed\")));
            }}"
        ),
    };
    let says = match &element.fixed {
        Some(fixed) => format!("Reads `{}`, which is always `{fixed}`.", element.name.local),
        None => format!("Reads `{}`, which is `{given}` when it is empty.", element.name.local),
    };
    let doc = doc(&says, "");
    Ok(format!(
        "{doc}pub(super) struct {name}(pub(super) {rust});

        impl xml::Decode for {name} {{
            const TYPES: &'static [xml::Name] = <{value} as xml::Decode>::TYPES;
            fn decode(reader: &mut xml::Reader<'_>) -> Result<Self, xml::Violation> {{
                {nil}
                let value = reader.value(<{value} as xml::datatypes::Datatype>::NAME, |text| {{
                    let text = if text.is_empty() {{ {given:?}.into() }} else {{ text }};
                    <{value} as xml::datatypes::Datatype>::read(text)
                }})?;
                {fixed}
                Ok(Self({wrap}))
            }}
        }}\n"
    ))
}
