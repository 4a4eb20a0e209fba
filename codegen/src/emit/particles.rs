//! Elements and groups as fields: a sequence becomes fields, a choice an enum, a repeated or optional group a struct.

use std::collections::BTreeSet;

use super::{
    doc,
    field::{Field, Write, often, raw, repeat},
    names_in_use,
    plan::Plan,
    wildcard,
};
use crate::{
    error::Error,
    model::{Block, ComplexId, ElementId, Particle, Term, TypeRef},
    names,
};

/// Makes the fields of one complex type.
pub(super) struct Fields<'p, 'm> {
    plan: &'p Plan<'m>,
    owner: ComplexId,
    owner_name: String,
    namespace: String,
    /// Structs and enums of groups, found on the way.
    pub(super) helpers: String,
}

/// What may stand first in a particle.
enum First {
    Element(ElementId),
    Any(String),
}

impl<'p, 'm> Fields<'p, 'm> {
    pub(super) fn new(plan: &'p Plan<'m>, owner: ComplexId, owner_name: &str, namespace: &str) -> Self {
        Self {
            plan,
            owner,
            owner_name: owner_name.to_owned(),
            namespace: namespace.to_owned(),
            helpers: String::new(),
        }
    }

    /// The fields of a particle that stands in a sequence.
    pub(super) fn of(&mut self, particle: &Particle, taken: &mut BTreeSet<String>) -> Result<Vec<Field>, Error> {
        let particle = &simplified(particle);
        let once = particle.min == 1 && particle.max == Some(1);
        match &particle.term {
            Term::Sequence(particles) | Term::All(particles) if once => {
                let mut fields = Vec::new();
                for particle in particles {
                    fields.extend(self.of(particle, taken)?);
                }
                Ok(fields)
            }
            _ => {
                let mut field = self.field(particle)?;
                field.name = names::unique(taken, field.name);
                Ok(vec![field])
            }
        }
    }

    fn field(&mut self, particle: &Particle) -> Result<Field, Error> {
        match &particle.term {
            Term::Element(id) => Ok(self.element(*id, particle)),
            Term::Any(wildcard) => Ok(self.any(wildcard, particle)),
            Term::Sequence(particles) => {
                let name = self.plan.take(&self.namespace, &format!("{}Sequence", self.owner_name)).name;
                let item = self.sequence(&name, particles)?;
                self.helpers.push_str(&item);
                Ok(self.group("sequence", &name, particle))
            }
            Term::Choice(particles) => {
                let name = self.plan.take(&self.namespace, &format!("{}Choice", self.owner_name)).name;
                let item = self.choice(&name, particles)?;
                self.helpers.push_str(&item);
                Ok(self.group("choice", &name, particle))
            }
            Term::All(_) => Err(Error::unsupported(&particle.place, "xs:all that is optional below the top")),
        }
    }

    fn element(&self, id: ElementId, particle: &Particle) -> Field {
        let element = self.plan.model.element(id);
        let constant = names_in_use::constant(self.plan, &self.namespace, &element.name);
        let doc = doc(
            &format!("`{}`, {}.", element.name.local, often(particle)),
            &element.documentation.plain(),
        );
        let name = names::field(&element.name.local);
        if element.type_ref == TypeRef::AnyType {
            let condition = format!("reader.at(&{constant})?");
            let (rust, read, write) = raw(&condition, "reader.capture()?", &element.name.to_string(), particle);
            let doc = doc + "///\n/// The whole element as it was written.\n";
            return Field {
                name,
                doc,
                rust,
                read,
                write,
            };
        }
        let rust = self.plan.element_rust(id, &self.namespace);
        let boxed =
            matches!(element.type_ref, TypeRef::Complex(complex) if self.is_circular(complex, element.block)) && particle.max == Some(1);
        let reading = self.plan.reading_rust(id, &self.namespace);
        let generic = reading.as_ref().map(|path| format!("::<{path}>")).unwrap_or_default();
        let unwrap = |how: &str| reading.as_ref().map(|_| how.to_owned()).unwrap_or_default();
        let (rust, read, write) = match (particle.min, particle.max) {
            (1, Some(1)) if boxed => {
                let read = format!("Box::new(reader.required{generic}(&{constant})?{})", unwrap(".0"));
                (format!("Box<{rust}>"), read, Write::BoxedElement(constant))
            }
            (_, Some(1)) if boxed => {
                let read = format!(
                    "reader.optional{generic}(&{constant})?{}.map(Box::new)",
                    unwrap(".map(|element| element.0)")
                );
                (format!("Option<Box<{rust}>>"), read, Write::BoxedOptional(constant))
            }
            (1, Some(1)) => {
                let read = format!("reader.required{generic}(&{constant})?{}", unwrap(".0"));
                (rust, read, Write::Element(constant))
            }
            (_, Some(1)) => {
                let read = format!("reader.optional{generic}(&{constant})?{}", unwrap(".map(|element| element.0)"));
                (format!("Option<{rust}>"), read, Write::Optional(constant))
            }
            (min, max) => {
                let max = max.map_or("usize::MAX".to_owned(), |max| max.to_string());
                let unwrap = unwrap(".into_iter().map(|element| element.0).collect()");
                let read = format!("reader.repeated{generic}(&{constant}, {min}, {max})?{unwrap}");
                (format!("Vec<{rust}>"), read, Write::Repeated(constant))
            }
        };
        Field {
            name,
            doc,
            rust,
            read,
            write,
        }
    }

    /// Whether a value of the type may hold, by value, the type the fields are for.
    fn is_circular(&self, complex: ComplexId, block: Block) -> bool {
        let family = self.plan.model.family(complex, block);
        family.iter().any(|member| self.plan.reaches(*member, self.owner))
    }

    fn any(&self, item: &crate::model::Wildcard, particle: &Particle) -> Field {
        let condition = wildcard::stands_next(&item.namespaces);
        let capture = wildcard::capture(item.process);
        let (rust, read, write) = raw(&condition, &capture, "an element of another vocabulary", particle);
        Field {
            name: "any".to_owned(),
            doc: doc(
                &format!("Elements the contract does not name, {}, as they were written.", often(particle)),
                "",
            ),
            rust,
            read,
            write,
        }
    }

    /// A field that holds a group by its own type.
    fn group(&self, field: &str, rust: &str, particle: &Particle) -> Field {
        let condition = self.condition(particle);
        let min = if is_emptiable(&Particle {
            min: 1,
            ..particle.clone()
        }) {
            0
        } else {
            particle.min
        };
        let (rust, read, write) = match (min, particle.max) {
            (1, Some(1)) => (rust.to_owned(), format!("{rust}::read(reader)?"), Write::Group),
            (_, Some(1)) => (
                format!("Option<{rust}>"),
                format!("if {condition} {{ Some({rust}::read(reader)?) }} else {{ None }}"),
                Write::OptionalGroup,
            ),
            (min, max) => {
                let read = repeat(&condition, &format!("{rust}::read(reader)?"), &self.expected(particle), min, max);
                (format!("Vec<{rust}>"), read, Write::RepeatedGroup)
            }
        };
        Field {
            name: field.to_owned(),
            doc: doc(&format!("A {field}, {}.", often(particle)), ""),
            rust,
            read,
            write,
        }
    }

    /// As [`Self::condition`], for `xs:all`.
    pub(super) fn condition_of(&self, particle: &Particle) -> String {
        self.condition(particle)
    }

    /// As [`Self::expected`], for `xs:all`.
    pub(super) fn expected_of(&self, particle: &Particle) -> String {
        self.expected(particle)
    }

    fn sequence(&mut self, name: &str, particles: &[Particle]) -> Result<String, Error> {
        let mut taken = BTreeSet::new();
        let mut fields = Vec::new();
        for particle in particles {
            fields.extend(self.of(particle, &mut taken)?);
        }
        let declared = fields.iter().map(Field::declaration).collect::<String>();
        let reads = fields
            .iter()
            .map(|field| format!("{}: {},\n", field.name, field.read))
            .collect::<String>();
        let writes = fields
            .iter()
            .map(|field| field.write(&format!("self.{}", field.name)))
            .collect::<String>();
        Ok(format!(
            "/// Elements that stand together in [`{owner}`].
            #[derive(Clone, Debug, PartialEq)]
            pub struct {name} {{ {declared} }}
            impl {name} {{
                fn read(reader: &mut xml::Reader<'_>) -> Result<Self, xml::Violation> {{
                    Ok(Self {{ {reads} }})
                }}
                fn write(&self, writer: &mut xml::Writer) {{ {writes} }}
            }}\n",
            owner = self.owner_name
        ))
    }

    fn choice(&mut self, name: &str, particles: &[Particle]) -> Result<String, Error> {
        let mut branches = Vec::new();
        flatten_choice(particles, &mut branches);
        // Names before wildcards: an element that is named is never an unknown one.
        branches.sort_by_key(|branch| matches!(branch.term, Term::Any(_)));
        let mut taken = BTreeSet::new();
        let (mut variants, mut reads, mut writes) = (String::new(), String::new(), String::new());
        for branch in &branches {
            let condition = self.condition(branch);
            // A branch is taken by its first element, so it is not empty.
            let field = self.field(&Particle {
                min: branch.min.max(1),
                ..branch.clone()
            })?;
            let variant = match &branch.term {
                Term::Element(id) => names::type_name(&self.plan.model.element(*id).name.local),
                Term::Any(_) => "Any".to_owned(),
                Term::Choice(_) => "Choice".to_owned(),
                Term::Sequence(_) | Term::All(_) => "Sequence".to_owned(),
            };
            let variant = names::unique(&mut taken, variant);
            let held = if let Some(inner) = field
                .rust
                .strip_prefix("Option<")
                .filter(|_| !matches!(branch.term, Term::Element(_) | Term::Any(_)))
            {
                // An emptiable group that is here is not empty.
                inner.strip_suffix('>').unwrap_or(inner).to_owned()
            } else {
                field.rust.clone()
            };
            let (read, write) = if held == field.rust {
                (field.read.clone(), field.write("value"))
            } else {
                (format!("{held}::read(reader)?"), "value.write(writer);\n".to_owned())
            };
            variants.push_str(&format!("{}{variant}({held}),\n", field.doc));
            reads.push_str(&format!("if {condition} {{ return Ok(Self::{variant}({read})); }}\n"));
            writes.push_str(&format!("Self::{variant}(value) => {{ {write} }}\n"));
        }
        let whole = Particle {
            min: 1,
            max: Some(1),
            term: Term::Choice(branches),
            place: crate::error::Place::default(),
        };
        let expected = self.expected(&whole);
        Ok(format!(
            "/// One of the elements of [`{owner}`] that exclude each other.
            #[derive(Clone, Debug, PartialEq)]
            pub enum {name} {{ {variants} }}
            impl {name} {{
                fn read(reader: &mut xml::Reader<'_>) -> Result<Self, xml::Violation> {{
                    {reads}
                    Err(reader.absent({expected:?}))
                }}
                fn write(&self, writer: &mut xml::Writer) {{
                    match self {{ {writes} }}
                }}
            }}\n",
            owner = self.owner_name
        ))
    }

    /// An expression: whether the particle stands next.
    fn condition(&self, particle: &Particle) -> String {
        let mut conditions = Vec::new();
        for first in self.firsts(particle) {
            let condition = match first {
                First::Element(id) => {
                    let name = &self.plan.model.element(id).name;
                    format!("reader.at(&{})?", names_in_use::constant(self.plan, &self.namespace, name))
                }
                First::Any(condition) => condition,
            };
            if !conditions.contains(&condition) {
                conditions.push(condition);
            }
        }
        if conditions.is_empty() {
            "false".to_owned()
        } else {
            conditions.join(" || ")
        }
    }

    /// What a violation says is expected.
    fn expected(&self, particle: &Particle) -> String {
        let firsts = self.firsts(particle);
        let names = firsts.iter().map(|first| match first {
            First::Element(id) => {
                let name = &self.plan.model.element(*id).name;
                if name.namespace.is_empty() {
                    name.local.clone()
                } else {
                    name.to_string()
                }
            }
            First::Any(_) => "an element of another vocabulary".to_owned(),
        });
        names.collect::<Vec<_>>().join(" or ")
    }

    fn firsts(&self, particle: &Particle) -> Vec<First> {
        match &particle.term {
            Term::Element(id) => vec![First::Element(*id)],
            Term::Any(wildcard) => vec![First::Any(wildcard::stands_next(&wildcard.namespaces))],
            Term::Choice(particles) | Term::All(particles) => particles.iter().flat_map(|particle| self.firsts(particle)).collect(),
            Term::Sequence(particles) => {
                let mut firsts = Vec::new();
                for particle in particles {
                    firsts.extend(self.firsts(particle));
                    if !is_emptiable(particle) {
                        break;
                    }
                }
                firsts
            }
        }
    }
}

/// Whether nothing at all may stand for the particle.
pub(super) fn is_emptiable(particle: &Particle) -> bool {
    particle.min == 0
        || match &particle.term {
            Term::Element(_) | Term::Any(_) => false,
            Term::Sequence(particles) | Term::All(particles) => particles.iter().all(is_emptiable),
            Term::Choice(particles) => particles.is_empty() || particles.iter().any(is_emptiable),
        }
}

/// A group of one particle is that particle, where the occurrences can be told by one.
fn simplified(particle: &Particle) -> Particle {
    let (Term::Sequence(particles) | Term::Choice(particles)) = &particle.term else {
        return particle.clone();
    };
    let [only] = particles.as_slice() else {
        return particle.clone();
    };
    let inner_once = only.min == 1 && only.max == Some(1);
    let outer_once = particle.max == Some(1) && only.min <= 1;
    if !inner_once && !outer_once {
        return particle.clone();
    }
    simplified(&Particle {
        min: particle.min * only.min,
        max: if inner_once { particle.max } else { only.max },
        term: only.term.clone(),
        place: only.place.clone(),
    })
}

/// A choice in a choice is one choice.
fn flatten_choice(particles: &[Particle], branches: &mut Vec<Particle>) {
    for particle in particles {
        let particle = simplified(particle);
        match &particle.term {
            Term::Choice(inner) if particle.max == Some(1) => flatten_choice(inner, branches),
            Term::Sequence(inner) if inner.is_empty() => {}
            _ => branches.push(particle),
        }
    }
}
