//! The constants for names on the wire: one for each name a module uses.

use std::collections::{BTreeMap, BTreeSet};

use super::{doc, plan::Plan};
use crate::{
    model::{Content, Particle, QName, Term},
    names,
};

/// Constants of a module; those of global elements are public, the others stand only where they are used.
pub(super) fn constants(plan: &Plan<'_>, namespace: &str, items: &str) -> String {
    let mut text = String::new();
    for (name, constant) in table(plan, namespace) {
        let global = name.namespace == namespace && plan.model.global_element(namespace, &name.local).is_some();
        let used = items
            .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .any(|word| word == constant);
        if !global && !used {
            continue;
        }
        let (doc, public) = if global {
            let id = plan.model.global_element(namespace, &name.local);
            let documentation = id.map(|id| plan.model.element(id).documentation.plain()).unwrap_or_default();
            (doc(&format!("The element `{}`.", name.local), &documentation), "pub ")
        } else {
            (String::new(), "")
        };
        let value = plan.name_expression(&name.namespace, &name.local);
        text.push_str(&format!("{doc}{public}const {constant}: xml::Name = {value};\n"));
    }
    text
}

/// The constant of a name in the module of a namespace.
pub(super) fn constant(plan: &Plan<'_>, namespace: &str, name: &QName) -> String {
    let table = table(plan, namespace);
    let found = table.into_iter().find(|(known, _)| known == name);
    found.map(|(_, constant)| constant).unwrap_or_default()
}

/// All names a module may use, with their constants: its global elements first, then those of its types.
fn table(plan: &Plan<'_>, namespace: &str) -> Vec<(QName, String)> {
    let mut names = Vec::new();
    let mut seen = BTreeSet::new();
    let mut add = |name: &QName| {
        if seen.insert(name.clone()) {
            names.push(name.clone());
        }
    };
    for element in &plan.model.elements {
        if element.is_global && element.name.namespace == namespace {
            add(&element.name);
        }
    }
    for complex in plan.model.complex_types.iter().filter(|complex| complex.namespace == namespace) {
        for attribute in &complex.attributes {
            add(&attribute.name);
        }
        if let Content::Elements(particle) = &complex.content {
            for name in element_names(plan, particle) {
                add(name);
            }
        }
    }
    let mut taken = BTreeSet::new();
    let mut constants = BTreeMap::new();
    for name in &names {
        constants.insert(name.clone(), names::unique(&mut taken, names::constant(&name.local)));
    }
    names
        .into_iter()
        .map(|name| {
            let constant = constants.get(&name).cloned().unwrap_or_default();
            (name, constant)
        })
        .collect()
}

fn element_names<'a>(plan: &'a Plan<'_>, particle: &'a Particle) -> Vec<&'a QName> {
    match &particle.term {
        Term::Element(id) => vec![&plan.model.element(*id).name],
        Term::Sequence(particles) | Term::Choice(particles) | Term::All(particles) => {
            particles.iter().flat_map(|particle| element_names(plan, particle)).collect()
        }
        Term::Any(_) => Vec::new(),
    }
}
