//! Simple types: a newtype for each restriction, a `Vec` in one for each list, an enum for each union.

mod check;

use super::{doc, plan::Plan};
use crate::{
    error::Error,
    model::{Builtin, SimpleId, TypeRef, Variety, WhiteSpace},
    names,
};

/// The item of a simple type.
pub(super) fn simple_type(plan: &Plan<'_>, id: SimpleId) -> Result<String, Error> {
    let simple = plan.model.simple(id);
    match &simple.variety {
        Variety::Union { members } => Ok(union(plan, id, members)),
        Variety::Restriction { .. } | Variety::List { .. } => newtype(plan, id),
    }
}

fn newtype(plan: &Plan<'_>, id: SimpleId) -> Result<String, Error> {
    let (name, namespace) = own(plan, id);
    let simple = plan.model.simple(id);
    let inner = inner(plan, TypeRef::Simple(id), &namespace);
    let check = check::check(plan, id, &inner, &namespace)?;
    let doc = doc(&format!("`{}`.", plan.wire_name(id)), &simple.documentation.plain());
    let derives = derives(&inner);
    let (parameter, value) = match inner.as_str() {
        "String" => ("impl Into<String>", "value.into()"),
        inner => (inner, "value"),
    };
    let accessors = accessors(&inner);
    let datatype = datatype(plan, id, &inner);
    let content = content(plan, id, &name, &namespace);
    Ok(format!(
        "{doc}#[derive({derives})]
        pub struct {name}({inner});

        impl {name} {{
            /// The value, if it keeps the facets of the type.
            ///
            /// # Errors
            /// The facet it breaks.
            pub fn new(value: {parameter}) -> Result<Self, xml::Rule> {{
                let value: {inner} = {value};
                Self::check(&value, &xml::datatypes::Datatype::text(&value))?;
                Ok(Self(value))
            }}
            {accessors}
            {check}
        }}
        {datatype}
        {content}"
    ))
}

fn datatype(plan: &Plan<'_>, id: SimpleId, inner: &str) -> String {
    let (name, _) = own(plan, id);
    let wire = plan.wire_name(id);
    let white_space = white_space(plan, TypeRef::Simple(id));
    // A union's members treat white space each in its own way.
    let read = match white_space {
        Some(_) => String::new(),
        None => format!(
            "fn read(raw: std::borrow::Cow<'_, str>) -> Result<Self, xml::Rule> {{
                let value = <{inner} as xml::datatypes::Datatype>::read(raw)?;
                Self::check(&value, &xml::datatypes::Datatype::text(&value))?;
                Ok(Self(value))
            }}"
        ),
    };
    let white_space = white_space.unwrap_or(WhiteSpace::Collapse);
    format!(
        "impl xml::datatypes::Datatype for {name} {{
            const NAME: &'static str = {wire:?};
            const WHITE_SPACE: xml::facets::WhiteSpace = xml::facets::WhiteSpace::{white_space:?};
            fn parse(text: &str) -> Result<Self, xml::Rule> {{
                let value = <{inner} as xml::datatypes::Datatype>::parse(text)?;
                Self::check(&value, text)?;
                Ok(Self(value))
            }}
            {read}
            fn text(&self) -> std::borrow::Cow<'_, str> {{
                xml::datatypes::Datatype::text(&self.0)
            }}
            fn put(&self, writer: &mut xml::Writer) {{
                xml::datatypes::Datatype::put(&self.0, writer);
            }}
            fn length(&self) -> usize {{
                xml::datatypes::Datatype::length(&self.0)
            }}
            fn same(&self, other: &Self) -> bool {{
                xml::datatypes::Datatype::same(&self.0, &other.0)
            }}
        }}\n"
    )
}

/// How a simple type is the content of an element: `xsi:type` may name it or a type derived from it.
fn content(plan: &Plan<'_>, id: SimpleId, name: &str, namespace: &str) -> String {
    let qname = &plan.model.simple(id).name;
    let derived = derived(plan, id);
    let types = match qname {
        Some(qname) => format!("&[{}]", plan.name_expression(&qname.namespace, &qname.local)),
        None => "&[]".to_owned(),
    };
    let mut decode = format!("reader.value({:?}, <Self as xml::datatypes::Datatype>::read)", plan.wire_name(id));
    if !derived.is_empty() {
        let arms = derived.iter().filter_map(|other| {
            let qname = plan.model.simple(*other).name.as_ref()?;
            let path = plan.path_from(plan.simple_path(*other)?, namespace);
            // A union is what its restrictions hold.
            let made = if matches!(plan.model.simple(id).variety, Variety::Union { .. }) {
                "Ok(value.into_inner())".to_owned()
            } else {
                let wire = plan.wire_name(id);
                format!("Self::new(value.into_inner()).map_err(|rule| reader.violation(rule).in_type({wire:?}))")
            };
            Some(format!(
                "Some(({:?}, {:?})) => {{
                    let value: {path} = xml::Decode::decode(reader)?;
                    {made}
                }}",
                qname.namespace, qname.local
            ))
        });
        let arms = arms.collect::<String>();
        let own = qname
            .as_ref()
            .map(|name| format!(" | Some(({:?}, {:?}))", name.namespace, name.local));
        let own = own.unwrap_or_default();
        decode = format!(
            "let named = reader.type_name()?;
            match named.as_ref().map(|name| (name.namespace.as_str(), name.local.as_str())) {{
                None{own} => {decode},
                {arms}
                Some(_) => Err(reader.violation(xml::Rule::Type)),
            }}"
        );
    }
    format!(
        "impl xml::Decode for {name} {{
            const TYPES: &'static [xml::Name] = {types};
            fn decode(reader: &mut xml::Reader<'_>) -> Result<Self, xml::Violation> {{
                {decode}
            }}
        }}
        impl xml::Encode for {name} {{
            fn encode(&self, writer: &mut xml::Writer) {{
                xml::datatypes::Datatype::put(self, writer);
            }}
        }}\n"
    )
}

/// Named types derived from this one by restriction, whose values are its own.
fn derived(plan: &Plan<'_>, id: SimpleId) -> Vec<SimpleId> {
    let is_derived = |mut current: SimpleId| loop {
        match plan.model.simple(current).variety {
            Variety::Restriction {
                base: TypeRef::Simple(base),
                ..
            } if base == id => return true,
            Variety::Restriction {
                base: TypeRef::Simple(base),
                ..
            } => current = base,
            _ => return false,
        }
    };
    let all = (0..plan.model.simple_types.len()).map(SimpleId);
    all.filter(|other| plan.model.simple(*other).name.is_some() && is_derived(*other))
        .collect()
}

fn union(plan: &Plan<'_>, id: SimpleId, members: &[TypeRef]) -> String {
    let (name, namespace) = own(plan, id);
    let wire = plan.wire_name(id);
    let mut taken = std::collections::BTreeSet::new();
    let members = members
        .iter()
        .map(|member| {
            let rust = plan.simple_rust(*member, &namespace);
            let variant = match member {
                TypeRef::Builtin(builtin) => names::type_name(&capital(builtin.name())),
                TypeRef::Simple(id) => plan.simple_path(*id).map_or("List".to_owned(), |path| path.name.clone()),
                TypeRef::AnyType | TypeRef::Complex(_) => "Any".to_owned(),
            };
            (names::unique(&mut taken, variant), rust)
        })
        .collect::<Vec<_>>();
    let each = |line: &dyn Fn(&str, &str) -> String| -> String { members.iter().map(|(variant, rust)| line(variant, rust)).collect() };
    let variants = each(&|variant, rust| format!("/// A value of this member.\n{variant}({rust}),\n"));
    let attempt = |how: &str, argument: &str| {
        each(&|variant, rust| {
            format!(
                "if let Ok(value) = <{rust} as xml::datatypes::Datatype>::{how}({argument}) {{
                    return Ok(Self::{variant}(value));
                }}\n"
            )
        })
    };
    let reads = attempt("read", "std::borrow::Cow::Borrowed(&*raw)");
    let parses = attempt("parse", "text");
    let texts = each(&|variant, _| format!("Self::{variant}(value) => xml::datatypes::Datatype::text(value),\n"));
    let sames =
        each(&|variant, _| format!("(Self::{variant}(one), Self::{variant}(other)) => xml::datatypes::Datatype::same(one, other),\n"));
    let rest = if members.len() > 1 { "_ => false," } else { "" };
    let doc = doc(
        &format!("`{wire}`, one of its members."),
        &plan.model.simple(id).documentation.plain(),
    );
    let content = content(plan, id, &name, &namespace);
    format!(
        "{doc}#[derive(Clone, Debug, PartialEq)]
        pub enum {name} {{ {variants} }}

        impl xml::datatypes::Datatype for {name} {{
            const NAME: &'static str = {wire:?};
            const WHITE_SPACE: xml::facets::WhiteSpace = xml::facets::WhiteSpace::Preserve;
            fn parse(text: &str) -> Result<Self, xml::Rule> {{
                {parses}
                Err(xml::Rule::Lexical(Self::NAME))
            }}
            fn read(raw: std::borrow::Cow<'_, str>) -> Result<Self, xml::Rule> {{
                {reads}
                Err(xml::Rule::Lexical(Self::NAME))
            }}
            fn text(&self) -> std::borrow::Cow<'_, str> {{
                match self {{ {texts} }}
            }}
            fn same(&self, other: &Self) -> bool {{
                match (self, other) {{ {sames} {rest} }}
            }}
        }}
        {content}"
    )
}

fn capital(name: &str) -> String {
    let mut chars = name.chars();
    chars
        .next()
        .map(|first| first.to_ascii_uppercase().to_string() + chars.as_str())
        .unwrap_or_default()
}

/// Name and namespace of the item of a simple type.
fn own(plan: &Plan<'_>, id: SimpleId) -> (String, String) {
    plan.simple_path(id)
        .map(|path| (path.name.clone(), path.namespace.clone()))
        .unwrap_or_default()
}

/// The type a newtype holds: below all restrictions.
pub(super) fn inner(plan: &Plan<'_>, type_ref: TypeRef, namespace: &str) -> String {
    match type_ref {
        TypeRef::Simple(id) => match &plan.model.simple(id).variety {
            Variety::Restriction { base, .. } => inner(plan, *base, namespace),
            Variety::List { item } => format!("Vec<{}>", plan.simple_rust(*item, namespace)),
            Variety::Union { .. } => plan.simple_rust(type_ref, namespace),
        },
        other => plan.simple_rust(other, namespace),
    }
}

/// The effective `whiteSpace`; none for a union.
fn white_space(plan: &Plan<'_>, type_ref: TypeRef) -> Option<WhiteSpace> {
    match type_ref {
        TypeRef::Builtin(builtin) => Some(builtin.white_space()),
        TypeRef::Simple(id) => match &plan.model.simple(id).variety {
            Variety::Restriction { base, facets } => facets.white_space.or_else(|| white_space(plan, *base)),
            Variety::List { .. } => Some(WhiteSpace::Collapse),
            Variety::Union { .. } => None,
        },
        TypeRef::AnyType | TypeRef::Complex(_) => Some(WhiteSpace::Preserve),
    }
}

/// Rust's own types that XSD's map to.
fn is_machine(inner: &str) -> bool {
    matches!(inner, "i8" | "i16" | "i32" | "i64" | "u8" | "u16" | "u32" | "u64" | "bool")
}

/// Types of the runtime that are text with rules.
fn is_text(inner: &str) -> bool {
    const TEXTS: [Builtin; 10] = [
        Builtin::AnySimpleType,
        Builtin::NormalizedString,
        Builtin::Token,
        Builtin::Language,
        Builtin::NmToken,
        Builtin::Name,
        Builtin::NcName,
        Builtin::Id,
        Builtin::IdRef,
        Builtin::QName,
    ];
    inner == "String" || TEXTS.iter().any(|text| text.rust().strip_prefix("::") == Some(inner))
}

fn derives(inner: &str) -> &'static str {
    if is_machine(inner) {
        "Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash"
    } else if is_text(inner) {
        "Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash"
    } else if inner == "f32" || inner == "f64" {
        "Clone, Copy, Debug, PartialEq, PartialOrd"
    } else {
        "Clone, Debug, PartialEq"
    }
}

fn accessors(inner: &str) -> String {
    let get = if is_text(inner) {
        "/// The text.
        pub fn as_str(&self) -> &str {
            self.0.as_str()
        }"
        .to_owned()
    } else if is_machine(inner) || inner.starts_with('f') {
        format!("/// The value.\npub fn get(self) -> {inner} {{ self.0 }}")
    } else {
        format!("/// The value.\npub fn get(&self) -> &{inner} {{ &self.0 }}")
    };
    format!("{get}\n/// The value itself.\npub fn into_inner(self) -> {inner} {{ self.0 }}")
}
