//! Complex types: a struct each, and an enum for each family that `xsi:type` chooses from.

use std::collections::BTreeSet;

use super::{doc, field::Field, names_in_use, particles::Fields, plan::Plan, wildcard};
use crate::{
    error::Error,
    model::{Attribute, ComplexId, Content, ElementId, Particle, Term, TypeRef},
    names,
};

/// The functions that read attributes with given values; the generated types share them.
pub(super) const ATTRIBUTES: &str = r#"
mod reading_attributes {
    use xml::datatypes::Datatype;

    #[allow(dead_code, reason = "not every contract has attributes with defaults")]
    pub(super) fn or_default<T: Datatype>(
        reader: &mut xml::Reader<'_>,
        name: &xml::Name,
        default: &'static str,
    ) -> Result<T, xml::Violation> {
        match reader.optional_attribute(name)? {
            Some(value) => Ok(value),
            None => T::read(default.into()).map_err(|rule| reader.attribute_violation(name, rule)),
        }
    }

    #[allow(dead_code, reason = "not every contract has fixed attributes")]
    pub(super) fn fixed<T: Datatype>(
        reader: &mut xml::Reader<'_>,
        name: &xml::Name,
        fixed: &'static str,
    ) -> Result<Option<T>, xml::Violation> {
        let value = reader.optional_attribute::<T>(name)?;
        let same = |value: &T| T::read(fixed.into()).is_ok_and(|fixed| value.same(&fixed));
        match value {
            Some(value) if !same(&value) => Err(reader.attribute_violation(name, xml::Rule::Facet("fixed"))),
            value => Ok(value),
        }
    }
}
"#;

/// How a nil element is read: its attributes are those of its type, and there is no value to keep them in.
pub(super) const NILLABLE: &str = r#"
mod reading_nillable {
    /// A nillable element of a type without attributes.
    pub(super) struct Plain<T>(pub(super) xml::Nillable<T>);

    impl<T: xml::Decode> xml::Decode for Plain<T> {
        const TYPES: &'static [xml::Name] = T::TYPES;
        fn decode(reader: &mut xml::Reader<'_>) -> Result<Self, xml::Violation> {
            if reader.nil()? {
                if reader.attributes().next().is_some() {
                    return Err(reader.violation(xml::Rule::Attribute));
                }
                return xml::Decode::decode(reader).map(Self);
            }
            T::decode(reader).map(|value| Self(xml::Nillable(Some(value))))
        }
    }

}
"#;

/// The same for types with attributes.
pub(super) const NIL_ATTRIBUTES: &str = r#"
mod reading_nil_attributes {
    /// A type with attributes.
    pub(super) trait Attributes {
        /// Reads all attributes of the element just entered, only to judge them.
        fn attributes(reader: &mut xml::Reader<'_>) -> Result<(), xml::Violation>;
    }

    /// A nillable element of such a type.
    pub(super) struct WithAttributes<T>(pub(super) xml::Nillable<T>);

    impl<T: xml::Decode + Attributes> xml::Decode for WithAttributes<T> {
        const TYPES: &'static [xml::Name] = T::TYPES;
        fn decode(reader: &mut xml::Reader<'_>) -> Result<Self, xml::Violation> {
            if reader.nil()? {
                T::attributes(reader)?;
                return xml::Decode::decode(reader).map(Self);
            }
            T::decode(reader).map(|value| Self(xml::Nillable(Some(value))))
        }
    }
}
"#;

/// The struct of a complex type with its codec.
pub(super) fn structure(plan: &Plan<'_>, id: ComplexId) -> Result<String, Error> {
    let complex = plan.model.complex(id);
    let (name, namespace) = plan
        .complex_path(id)
        .map(|path| (path.name.clone(), path.namespace.clone()))
        .unwrap_or_default();
    let mut taken = BTreeSet::new();
    let mut parts = Parts::default();
    for attribute in &complex.attributes {
        parts.attribute(plan, attribute, &namespace, &mut taken)?;
    }
    if let Some(any) = &complex.any_attribute {
        parts.before.push_str(&wildcard::attributes(plan, any));
    }
    let mut fields = Fields::new(plan, id, &name, &namespace);
    let body = match &complex.content {
        Content::Empty => {
            let made = parts.construction();
            format!("reader.empty()?;\nOk({made})")
        }
        Content::Simple(type_ref) => {
            let rust = plan.simple_rust(*type_ref, &namespace);
            let field = names::unique(&mut taken, "value".to_owned());
            parts
                .declarations
                .push_str(&format!("/// The text of the element.\npub {field}: {rust},\n"));
            parts.names.push(field.clone());
            parts.after.push_str(&format!("xml::Encode::encode(&self.{field}, writer);\n"));
            let made = parts.construction();
            format!(
                "let {field} = reader.value(
                    <{rust} as xml::datatypes::Datatype>::NAME,
                    <{rust} as xml::datatypes::Datatype>::read,
                )?;
                Ok({made})"
            )
        }
        Content::Elements(particle) => match &particle.term {
            Term::All(particles) => all(&mut fields, &mut parts, particle, particles, &mut taken)?,
            _ => {
                let found = fields.of(particle, &mut taken)?;
                for field in &found {
                    parts.declare(field);
                    parts.reads.push_str(&format!("{}: {},\n", field.name, field.read));
                }
                let made = parts.construction();
                format!("let decoded = {made};\nreader.leave()?;\nOk(decoded)")
            }
        },
    };
    let doc = doc(&lead(plan, id), &complex.documentation.plain());
    let types = match &complex.name {
        Some(name) => {
            let name = plan.name_expression(&name.namespace, &name.local);
            format!("const TYPES: &'static [xml::Name] = &[{name}];")
        }
        None => String::new(),
    };
    let judged = attributes_of_nil(plan, id, &name, &parts);
    let helpers = fields.helpers;
    let Parts {
        declarations,
        before,
        after,
        ..
    } = parts;
    let writer = if after.is_empty() { "_writer" } else { "writer" };
    Ok(format!(
        "{doc}#[derive(Clone, Debug, PartialEq)]
        pub struct {name} {{ {declarations} }}

        impl xml::Decode for {name} {{
            {types}
            fn decode(reader: &mut xml::Reader<'_>) -> Result<Self, xml::Violation> {{
                {before}
                {body}
            }}
        }}

        impl xml::Encode for {name} {{
            fn encode(&self, {writer}: &mut xml::Writer) {{ {after} }}
        }}

        {judged}
        {helpers}"
    ))
}

/// The attributes of a type that stands in nillable elements, read without a value.
fn attributes_of_nil(plan: &Plan<'_>, id: ComplexId, name: &str, parts: &Parts) -> String {
    let elements = plan.model.elements.iter().enumerate();
    let mut of_type = elements.filter(|(_, element)| element.type_ref == TypeRef::Complex(id));
    let is_nillable = of_type.any(|(index, _)| {
        let reading = plan.reading_rust(ElementId(index), "\0");
        reading.is_some_and(|rust| rust.contains("reading_nil_attributes"))
    });
    let before = &parts.before;
    if !is_nillable || before.is_empty() {
        return String::new();
    }
    let count = plan.model.complex(id).attributes.len();
    let variables = parts.names.iter().take(count).map(|name| format!("{name},")).collect::<String>();
    let rest = if plan.model.complex(id).any_attribute.is_some() {
        ""
    } else {
        "if reader.attributes().next().is_some() {
            return Err(reader.violation(xml::Rule::Attribute));
        }"
    };
    format!(
        "impl super::reading_nil_attributes::Attributes for {name} {{
            fn attributes(reader: &mut xml::Reader<'_>) -> Result<(), xml::Violation> {{
                {before}
                let _: ({types}) = ({variables});
                {rest}
                Ok(())
            }}
        }}\n",
        types = parts.types.iter().map(|rust| format!("{rust},")).collect::<String>()
    )
}

/// Pieces of a struct under construction.
#[derive(Default)]
struct Parts {
    declarations: String,
    /// Statements that read attributes.
    before: String,
    /// Types of the attributes.
    types: Vec<String>,
    /// Fields whose values are already in variables of their names.
    names: Vec<String>,
    /// Fields with the expressions that read them.
    reads: String,
    /// Statements that write.
    after: String,
}

impl Parts {
    fn declare(&mut self, field: &Field) {
        self.declarations.push_str(&field.declaration());
        self.after.push_str(&field.write(&format!("self.{}", field.name)));
    }

    fn construction(&self) -> String {
        format!(
            "Self {{ {} {} }}",
            self.names.iter().map(|name| format!("{name},")).collect::<String>(),
            self.reads
        )
    }

    fn attribute(&mut self, plan: &Plan<'_>, attribute: &Attribute, namespace: &str, taken: &mut BTreeSet<String>) -> Result<(), Error> {
        for value in attribute.default.iter().chain(&attribute.fixed) {
            let judged = plan.model.interpreted(attribute.type_ref)?.read(value);
            judged.map_err(|rule| Error::invalid(&attribute.place, format!("the given value is wrong: {rule}")))?;
        }
        let field = names::unique(taken, names::field(&attribute.name.local));
        let constant = names_in_use::constant(plan, namespace, &attribute.name);
        let value = plan.simple_rust(attribute.type_ref, namespace);
        let always = attribute.is_required || attribute.default.is_some();
        let rust = if always { value.clone() } else { format!("Option<{value}>") };
        let mut read = match (&attribute.default, &attribute.fixed) {
            (Some(default), _) => format!("super::reading_attributes::or_default(reader, &{constant}, {default:?})?"),
            (None, Some(fixed)) => format!("super::reading_attributes::fixed::<{value}>(reader, &{constant}, {fixed:?})?"),
            (None, None) if attribute.is_required => format!("reader.required_attribute(&{constant})?"),
            (None, None) => format!("reader.optional_attribute(&{constant})?"),
        };
        if attribute.is_required && attribute.fixed.is_some() {
            read = format!(
                "match {read} {{
                    Some(value) => value,
                    None => return Err(reader.attribute_violation(
                        &{constant}, xml::Rule::Missing {{ expected: {constant}.to_string() }})),
                }}"
            );
        }
        let need = match (attribute.is_required, &attribute.default, &attribute.fixed) {
            (true, ..) => "required".to_owned(),
            (false, Some(default), _) => format!("`{default}` if it is left out"),
            (false, None, Some(fixed)) => format!("optional, always `{fixed}`"),
            (false, None, None) => "optional".to_owned(),
        };
        let doc = doc(
            &format!("Attribute `{}`, {need}.", attribute.name.local),
            &attribute.documentation.plain(),
        );
        self.declarations.push_str(&format!("{doc}pub {field}: {rust},\n"));
        self.types.push(rust);
        self.before.push_str(&format!("let {field} = {read};\n"));
        let text = "xml::datatypes::Datatype::text";
        self.after.push_str(&if always {
            format!("writer.attribute(&{constant}, &{text}(&self.{field}));\n")
        } else {
            format!("if let Some(value) = &self.{field} {{ writer.attribute(&{constant}, &{text}(value)); }}\n")
        });
        self.names.push(field);
        Ok(())
    }
}

/// `xs:all`: each element once at most, in any order.
fn all(
    fields: &mut Fields<'_, '_>,
    parts: &mut Parts,
    whole: &Particle,
    particles: &[Particle],
    taken: &mut BTreeSet<String>,
) -> Result<String, Error> {
    let (mut variables, mut arms, mut made) = (String::new(), String::new(), String::new());
    let mut fields_made = Vec::new();
    for particle in particles {
        let least = particle.min.min(whole.min);
        let declared = fields.of(
            &Particle {
                min: least,
                ..particle.clone()
            },
            taken,
        )?;
        // Read as required where it stands; whether it stood is looked at in the end.
        let once = fields.of(
            &Particle {
                min: 1,
                ..particle.clone()
            },
            &mut BTreeSet::new(),
        )?;
        for (field, once) in declared.into_iter().zip(&once) {
            let name = &field.name;
            parts.declare(&field);
            let condition = fields.condition_of(particle);
            variables.push_str(&format!("let mut {name} = None;\n"));
            arms.push_str(&format!(
                "if {name}.is_none() && {condition} {{ {name} = Some({}); continue; }}\n",
                once.read
            ));
            let absent = format!("return Err(reader.absent({:?}))", fields.expected_of(particle));
            made.push_str(&if least == 0 {
                format!("{name},\n")
            } else {
                format!("{name}: match {name} {{ Some(value) => value, None => {absent}, }},\n")
            });
            fields_made.push((field.name, particle.min > 0, absent));
        }
    }
    // An optional `xs:all` is there as a whole or not at all.
    let mut whole_or_nothing = String::new();
    if whole.min == 0 {
        let some = fields_made
            .iter()
            .map(|(name, ..)| format!("{name}.is_some()"))
            .collect::<Vec<_>>()
            .join(" || ");
        for (name, _, absent) in fields_made.iter().filter(|(_, required, _)| *required) {
            whole_or_nothing.push_str(&format!("if {name}.is_none() && ({some}) {{ {absent}; }}\n"));
        }
    }
    let names = parts.names.iter().map(|name| format!("{name},")).collect::<String>();
    Ok(format!(
        "{variables}
        loop {{
            {arms}
            break;
        }}
        {whole_or_nothing}
        let decoded = Self {{ {names} {made} }};
        reader.leave()?;
        Ok(decoded)"
    ))
}

/// The enum of a family.
pub(super) fn family(plan: &Plan<'_>, index: usize) -> String {
    let Some(family) = plan.families.get(index) else {
        return String::new();
    };
    let name = &family.path.name;
    let namespace = &family.path.namespace;
    let base = plan.model.complex(family.base);
    let (mut variants, mut reads, mut writes) = (String::new(), String::new(), String::new());
    let mut taken = BTreeSet::new();
    let mut types = Vec::new();
    for id in &family.members {
        let Some(path) = plan.complex_path(*id) else {
            continue;
        };
        let member = plan.model.complex(*id);
        let rust = plan.path_from(path, namespace);
        let variant = names::unique(&mut taken, path.name.clone());
        variants.push_str(&format!("/// [`{rust}`].\n{variant}({rust}),\n"));
        let qname = member.name.clone();
        let pattern = qname.as_ref().map(|name| format!("Some(({:?}, {:?}))", name.namespace, name.local));
        let pattern = match (*id == family.base, pattern) {
            (true, Some(pattern)) => format!("None | {pattern}"),
            (true, None) => "None".to_owned(),
            (false, pattern) => pattern.unwrap_or_default(),
        };
        reads.push_str(&format!("{pattern} => xml::Decode::decode(reader).map(Self::{variant}),\n"));
        let mut write = "xml::Encode::encode(value, writer);".to_owned();
        if let Some(qname) = qname.filter(|_| *id != family.base) {
            let prefix = plan.prefix(&qname.namespace);
            let text = if prefix.is_empty() {
                qname.local.clone()
            } else {
                format!("{prefix}:{}", qname.local)
            };
            types.push(qname.local.clone());
            write = format!(
                "writer.declare(&[({prefix:?}, {:?})]);
                writer.attribute(&xml::Name::new(xml::XSI, \"xsi\", \"type\"), {text:?});
                {write}",
                qname.namespace
            );
        }
        writes.push_str(&format!("Self::{variant}(value) => {{ {write} }}\n"));
    }
    let local = base.name.as_ref().map(|name| name.local.clone()).unwrap_or_default();
    let doc = doc(&format!("`{local}`, or a type derived from it by the name of `xsi:type`."), "");
    format!(
        "{doc}#[derive(Clone, Debug, PartialEq)]
        pub enum {name} {{ {variants} }}

        impl xml::Decode for {name} {{
            fn decode(reader: &mut xml::Reader<'_>) -> Result<Self, xml::Violation> {{
                let named = reader.type_name()?;
                match named.as_ref().map(|name| (name.namespace.as_str(), name.local.as_str())) {{
                    {reads}
                    _ => Err(reader.violation(xml::Rule::Type)),
                }}
            }}
        }}

        impl xml::Encode for {name} {{
            fn encode(&self, writer: &mut xml::Writer) {{
                match self {{ {writes} }}
            }}
        }}\n"
    )
}

fn lead(plan: &Plan<'_>, id: ComplexId) -> String {
    match &plan.model.complex(id).name {
        Some(name) => format!("`{}`.", name.local),
        None => "Declared in place.".to_owned(),
    }
}
