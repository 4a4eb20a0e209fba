//! The checks of a restriction, one call for each facet in XSD's order.

use super::super::plan::Plan;
use crate::{
    error::Error,
    model::{Facets, SimpleId, TypeRef, Variety},
};

/// The function that checks a value and its text.
pub(super) fn check(plan: &Plan<'_>, id: SimpleId, inner: &str, namespace: &str) -> Result<String, Error> {
    let simple = plan.model.simple(id);
    plan.model.interpreted(TypeRef::Simple(id))?;
    let mut lines = String::new();
    if let Variety::Restriction { base, facets } = &simple.variety {
        lines.push_str(&base_check(plan, *base, namespace));
        lines.push_str(&facet_checks(plan, *base, facets, inner));
    }
    let uses = |calls: [&str; 3]| calls.iter().any(|call| lines.contains(call));
    let value = if uses(["(value", "&value.", "(&value"]) {
        "value"
    } else {
        "_value"
    };
    let text = if uses(["(text, &", ", text)", "(text)"]) { "text" } else { "_text" };
    Ok(format!(
        "pub(super) fn check({value}: &{inner}, {text}: &str) -> Result<(), xml::Rule> {{
            {lines}
            Ok(())
        }}"
    ))
}

fn base_check(plan: &Plan<'_>, base: TypeRef, namespace: &str) -> String {
    let TypeRef::Simple(id) = base else {
        return String::new();
    };
    match (plan.simple_path(id), &plan.model.simple(id).variety) {
        (Some(path), Variety::Restriction { .. } | Variety::List { .. }) => {
            format!("{}::check(value, text)?;\n", plan.path_from(path, namespace))
        }
        (None, Variety::Restriction { base, .. }) => base_check(plan, *base, namespace),
        _ => String::new(),
    }
}

fn facet_checks(plan: &Plan<'_>, base: TypeRef, facets: &Facets, inner: &str) -> String {
    let mut lines = String::new();
    if !facets.patterns.is_empty() {
        let patterns = &facets.patterns;
        lines.push_str(&format!(
            "static PATTERN: xml::pattern::LazyPattern = xml::pattern::LazyPattern::new(&{patterns:?});
            xml::facets::pattern(text, &PATTERN)?;\n"
        ));
    }
    let lengths = [
        ("length", facets.length),
        ("min_length", facets.min_length),
        ("max_length", facets.max_length),
    ];
    if lengths.iter().any(|(_, count)| count.is_some()) {
        // Characters are counted once, however many facets look at the count.
        lines.push_str("let count = xml::datatypes::Datatype::length(value);\n");
    }
    for (facet, count) in lengths {
        if let Some(count) = count {
            lines.push_str(&format!("xml::facets::{facet}(count, {count})?;\n"));
        }
    }
    for (facet, count) in [("total_digits", facets.total_digits), ("fraction_digits", facets.fraction_digits)] {
        if let Some(count) = count {
            lines.push_str(&format!("xml::facets::{facet}(value, {count})?;\n"));
        }
    }
    let bounds = [
        ("min_inclusive", &facets.min_inclusive),
        ("min_exclusive", &facets.min_exclusive),
        ("max_inclusive", &facets.max_inclusive),
        ("max_exclusive", &facets.max_exclusive),
    ];
    for (facet, bound) in bounds {
        if let Some(bound) = bound {
            lines.push_str(&bound_check(facet, bound.trim(), inner));
        }
    }
    if !facets.enumeration.is_empty() {
        lines.push_str(&enumeration_check(plan, base, &facets.enumeration, inner));
    }
    lines
}

fn bound_check(facet: &str, bound: &str, inner: &str) -> String {
    if super::is_machine(inner) && bound.parse::<i128>().is_ok() {
        let bound = bound.trim_start_matches('+');
        let number = bound.parse::<i128>().unwrap_or_default();
        return format!("xml::facets::{facet}(value, &{number})?;\n");
    }
    let name = facet.to_uppercase();
    format!(
        "static {name}: std::sync::LazyLock<Option<{inner}>> =
            std::sync::LazyLock::new(|| xml::datatypes::Datatype::parse({bound:?}).ok());
        if let Some(bound) = &*{name} {{
            xml::facets::{facet}(value, bound)?;
        }}\n"
    )
}

fn enumeration_check(plan: &Plan<'_>, base: TypeRef, values: &[String], inner: &str) -> String {
    let white_space = super::white_space(plan, base);
    let values = values
        .iter()
        .map(|value| white_space.map_or_else(|| value.clone(), |facet| facet.apply(value).into_owned()))
        .collect::<Vec<_>>();
    if super::is_text(inner) {
        return format!(
            "if !{values:?}.contains(&{inner}::as_str(value)) {{
                return Err(xml::Rule::Facet(\"enumeration\"));
            }}\n"
        );
    }
    format!(
        "static VALUES: std::sync::LazyLock<Vec<{inner}>> = std::sync::LazyLock::new(|| {{
            {values:?}.into_iter().filter_map(|one| xml::datatypes::Datatype::parse(one).ok()).collect()
        }});
        xml::facets::enumeration(value, &VALUES)?;\n"
    )
}
