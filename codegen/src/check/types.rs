//! The simple types of a model, ready to read texts; and which type may stand in for which.

use std::collections::BTreeMap;
use std::rc::Rc;

use xml::datatypes::Builtin;
use xml::facets::{Facets, SimpleType};

use crate::error::Error;
use crate::model::{Block, ComplexId, Content, Derivation, Model, SimpleId, TypeRef, Variety};

/// All types of a model.
pub(super) struct Types<'m> {
    model: &'m Model,
    simple: Vec<Option<Rc<SimpleType>>>,
    builtin: BTreeMap<Builtin, Rc<SimpleType>>,
    named: BTreeMap<(&'m str, &'m str), TypeRef>,
}

impl<'m> Types<'m> {
    /// Compiles every simple type.
    ///
    /// # Errors
    /// Facets that make no sense.
    pub(super) fn new(model: &'m Model) -> Result<Self, Error> {
        let builtin = Builtin::ALL
            .iter()
            .map(|builtin| (*builtin, Rc::new(SimpleType::builtin(*builtin))))
            .collect();
        let mut named = BTreeMap::new();
        for (index, simple) in model.simple_types.iter().enumerate() {
            if let Some(name) = &simple.name {
                named.insert((name.namespace.as_str(), name.local.as_str()), TypeRef::Simple(SimpleId(index)));
            }
        }
        for (index, complex) in model.complex_types.iter().enumerate() {
            if let Some(name) = &complex.name {
                named.insert((name.namespace.as_str(), name.local.as_str()), TypeRef::Complex(ComplexId(index)));
            }
        }
        let mut types = Self {
            model,
            simple: vec![None; model.simple_types.len()],
            builtin,
            named,
        };
        for index in 0..model.simple_types.len() {
            types.compile(SimpleId(index))?;
        }
        Ok(types)
    }

    fn compile(&mut self, id: SimpleId) -> Result<Rc<SimpleType>, Error> {
        if let Some(Some(done)) = self.simple.get(id.0) {
            return Ok(done.clone());
        }
        let model = self.model;
        let declared = model.simple(id);
        let compiled = Rc::new(match &declared.variety {
            Variety::Restriction { base, facets } => {
                let base = self.compile_any(*base)?;
                let made = SimpleType::restriction(base, facets.clone());
                made.map_err(|error| Error::invalid(&declared.place, error.to_string()))?
            }
            Variety::List { item } => SimpleType::list(self.compile_any(*item)?),
            Variety::Union { members } => {
                let members = members.iter().map(|member| self.compile_any(*member)).collect::<Result<_, _>>()?;
                SimpleType::union(members)
            }
        });
        if let Some(place) = self.simple.get_mut(id.0) {
            *place = Some(compiled.clone());
        }
        Ok(compiled)
    }

    fn compile_any(&mut self, type_ref: TypeRef) -> Result<Rc<SimpleType>, Error> {
        match type_ref {
            TypeRef::Simple(id) => self.compile(id),
            _ => Ok(self.simple(type_ref)),
        }
    }

    /// The reader of a simple type; anything else reads as `anySimpleType`.
    pub(super) fn simple(&self, type_ref: TypeRef) -> Rc<SimpleType> {
        let found = match type_ref {
            TypeRef::Simple(id) => self.simple.get(id.0).and_then(Option::as_ref),
            TypeRef::Builtin(builtin) => self.builtin.get(&builtin),
            TypeRef::Complex(_) | TypeRef::AnyType => None,
        };
        found
            .cloned()
            .unwrap_or_else(|| Rc::new(SimpleType::builtin(Builtin::AnySimpleType)))
    }

    /// Whether it is `xs:QName` without facets.
    pub(super) fn is_plain_qname(&self, type_ref: TypeRef) -> bool {
        match type_ref {
            TypeRef::Builtin(builtin) => builtin == Builtin::QName,
            TypeRef::Simple(id) => match &self.model.simple(id).variety {
                Variety::Restriction { base, facets } => *facets == Facets::default() && self.is_plain_qname(*base),
                Variety::List { .. } | Variety::Union { .. } => false,
            },
            TypeRef::Complex(_) | TypeRef::AnyType => false,
        }
    }

    /// The type of a name.
    pub(super) fn named(&self, namespace: &str, local: &str) -> Option<TypeRef> {
        if namespace == xml::XSD {
            return if local == "anyType" {
                Some(TypeRef::AnyType)
            } else {
                Builtin::by_name(local).map(TypeRef::Builtin)
            };
        }
        self.named.get(&(namespace, local)).copied()
    }

    /// Part 1, 3.3.4 and 3.4.6: whether a type may stand where another is declared, by `xsi:type`.
    pub(super) fn may_stand_for(&self, actual: TypeRef, declared: TypeRef, block: Block) -> bool {
        if actual == declared || declared == TypeRef::AnyType {
            return true;
        }
        match (actual, declared) {
            (TypeRef::AnyType, _) => false,
            (TypeRef::Complex(mut current), TypeRef::Complex(target)) => {
                let own = self.model.complex(target).block;
                while current != target {
                    let Some((base, derivation)) = self.model.complex(current).base else {
                        return false;
                    };
                    let blocked = match derivation {
                        Derivation::Extension => block.extension || own.extension,
                        Derivation::Restriction => block.restriction || own.restriction,
                    };
                    if blocked {
                        return false;
                    }
                    current = base;
                }
                true
            }
            (TypeRef::Complex(mut current), simple) => {
                // Simple content grows out of a simple type by extension.
                while let Some((base, derivation)) = self.model.complex(current).base {
                    if derivation == Derivation::Restriction && block.restriction {
                        return false;
                    }
                    current = base;
                }
                match self.model.complex(current).content {
                    Content::Simple(content) => !block.extension && self.is_restriction(content, simple),
                    _ => false,
                }
            }
            (_, TypeRef::Complex(_)) => false,
            (actual, declared) => !block.restriction && self.is_restriction(actual, declared),
        }
    }

    fn is_restriction(&self, actual: TypeRef, declared: TypeRef) -> bool {
        if actual == declared || declared == TypeRef::Builtin(Builtin::AnySimpleType) {
            return true;
        }
        // A union without facets of its own takes each of its members.
        if let TypeRef::Simple(id) = declared
            && let Variety::Union { members } = &self.model.simple(id).variety
            && members.iter().any(|member| self.is_restriction(actual, *member))
        {
            return true;
        }
        match (actual, declared) {
            (TypeRef::Builtin(actual), TypeRef::Builtin(declared)) => actual.is_a(declared),
            (TypeRef::Simple(id), _) => match &self.model.simple(id).variety {
                Variety::Restriction { base, .. } => self.is_restriction(*base, declared),
                Variety::List { .. } | Variety::Union { .. } => false,
            },
            _ => false,
        }
    }
}
