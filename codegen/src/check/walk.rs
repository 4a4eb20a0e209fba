//! The walk through an instance document.

use std::collections::{BTreeMap, BTreeSet};

use xml::datatypes::Builtin;
use xml::facets::Value;
use xml::{Reader, Rule, Violation};

use super::Checker;
use super::particles::{LeafKind, qname};
use crate::model::{Attribute, Block, Content, Element, ElementId, Process, TypeRef, Wildcard};

/// One document being checked.
pub(super) struct Walk<'c, 'm, 'd> {
    checker: &'c Checker<'m>,
    reader: Reader<'d>,
    /// Names and, where they repeat, numbers of the open elements.
    path: Vec<(String, Option<usize>)>,
    ids: BTreeSet<String>,
    references: Vec<(String, String)>,
}

/// An attribute of the element just entered.
struct Given {
    namespace: String,
    local: String,
    value: String,
}

impl<'c, 'm, 'd> Walk<'c, 'm, 'd> {
    pub(super) fn new(checker: &'c Checker<'m>, reader: Reader<'d>) -> Self {
        Self {
            checker,
            reader,
            path: Vec::new(),
            ids: BTreeSet::new(),
            references: Vec::new(),
        }
    }

    /// Checks the whole document against the global element its root names.
    pub(super) fn document(mut self) -> Result<(), Violation> {
        let (namespace, local) = match self.reader.peek()? {
            Some(tag) => (tag.namespace.to_owned(), tag.local.to_owned()),
            None => {
                return Err(self.broken(Rule::Missing {
                    expected: "a root element".into(),
                }));
            }
        };
        let Some(root) = self.checker.model.global_element(&namespace, &local) else {
            return Err(self.broken(Rule::Unexpected {
                expected: "a global element of the schema".into(),
            }));
        };
        self.path.push((local, None));
        self.element(root)?;
        let dangling = self.references.iter().find(|(id, _)| !self.ids.contains(id));
        if let Some((_, path)) = dangling {
            return Err(Violation::new(path.clone(), Rule::Lexical("IDREF")));
        }
        self.reader.finish()
    }

    /// The element peeked at, against its declaration.
    fn element(&mut self, id: ElementId) -> Result<(), Violation> {
        let declaration = self.checker.model.element(id);
        let given = self.enter()?;
        if !declaration.is_nillable && given.iter().any(|one| one.namespace == xml::XSI && one.local == "nil") {
            return Err(self.broken(Rule::Nil));
        }
        self.typed(declaration.type_ref, declaration.block, Some(declaration), &given)
    }

    fn enter(&mut self) -> Result<Vec<Given>, Violation> {
        self.reader.enter().map_err(|violation| self.here(violation))?;
        let given = self.reader.attributes().map(|attribute| Given {
            namespace: attribute.namespace.to_owned(),
            local: attribute.local.to_owned(),
            value: attribute.value.to_owned(),
        });
        Ok(given.collect())
    }

    /// Attributes and content of the element just entered, of this type or the one `xsi:type` names.
    fn typed(&mut self, declared: TypeRef, block: Block, element: Option<&Element>, given: &[Given]) -> Result<(), Violation> {
        let is_nil = self.reader.nil().map_err(|violation| self.here(violation))?;
        let actual = self.actual_type(declared, block)?;
        self.reader.any_attributes();
        self.attributes(actual, given)?;
        if is_nil {
            if element.is_some_and(|element| element.fixed.is_some()) {
                return Err(self.broken(Rule::Nil));
            }
            return self.reader.empty().map_err(|violation| match violation.rule {
                Rule::Text | Rule::Unexpected { .. } => self.broken(Rule::Nil),
                _ => self.here(violation),
            });
        }
        match actual {
            TypeRef::AnyType => self.anything(),
            TypeRef::Complex(id) => match self.checker.model.complex(id).content {
                Content::Empty => self.reader.empty().map_err(|violation| self.here(violation)),
                Content::Simple(simple) => self.value(simple, element),
                Content::Elements(_) => self.children(id.0),
            },
            simple => self.value(simple, element),
        }
    }

    fn actual_type(&mut self, declared: TypeRef, block: Block) -> Result<TypeRef, Violation> {
        let named = self.reader.type_name().map_err(|violation| self.here(violation))?;
        let actual = match named {
            None => declared,
            Some(name) => self
                .checker
                .types
                .named(&name.namespace, &name.local)
                .filter(|actual| self.checker.types.may_stand_for(*actual, declared, block))
                .ok_or_else(|| self.broken(Rule::Type))?,
        };
        match actual {
            TypeRef::Complex(id) if self.checker.model.complex(id).is_abstract => Err(self.broken(Rule::Type)),
            actual => Ok(actual),
        }
    }

    /// Children by the content model of a complex type.
    fn children(&mut self, complex: usize) -> Result<(), Violation> {
        let checker = self.checker;
        let Some(content) = checker.contents.get(complex) else {
            return Ok(());
        };
        let mut run = content.run();
        let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
        while let Some((namespace, local)) = self.peek()? {
            let Some(leaf) = run.take(&namespace, &local) else {
                return Err(self.broken(Rule::Unexpected { expected: run.expected() }));
            };
            let count = counts.entry((namespace.clone(), local.clone())).or_default();
            *count += 1;
            self.path.push((local.clone(), leaf.repeats.then_some(*count)));
            match &leaf.kind {
                LeafKind::Element { id, .. } => self.element(*id)?,
                LeafKind::Any { process, .. } => self.wild(*process, &namespace, &local)?,
            }
            self.path.pop();
        }
        if !run.may_end() {
            return Err(self.broken(Rule::Missing { expected: run.expected() }));
        }
        self.reader.leave().map_err(|violation| self.here(violation))
    }

    /// The element peeked at, where a wildcard lets it stand.
    fn wild(&mut self, process: Process, namespace: &str, local: &str) -> Result<(), Violation> {
        if process == Process::Skip {
            return self.reader.skip().map_err(|violation| self.here(violation));
        }
        if let Some(id) = self.checker.model.global_element(namespace, local) {
            return self.element(id);
        }
        let given = self.enter()?;
        let is_typed = given.iter().any(|one| one.namespace == xml::XSI && one.local == "type");
        if process == Process::Strict && !is_typed {
            return Err(self.broken(Rule::Unexpected {
                expected: "a global element of the schema".into(),
            }));
        }
        self.typed(TypeRef::AnyType, Block::default(), None, &given)
    }

    /// Content of `xs:anyType`: text and elements as they come, those that are declared by their declaration.
    fn anything(&mut self) -> Result<(), Violation> {
        while let Some((namespace, local)) = self.peek_in_text()? {
            self.path.push((local.clone(), None));
            self.wild(Process::Lax, &namespace, &local)?;
            self.path.pop();
        }
        self.reader.leave().map_err(|violation| self.here(violation))
    }

    /// Text of a simple type; an empty element takes its default.
    fn value(&mut self, simple: TypeRef, element: Option<&Element>) -> Result<(), Violation> {
        let has_value = element.is_some_and(|element| element.fixed.is_some() || element.default.is_some());
        if self.checker.types.is_plain_qname(simple) && !has_value {
            // The reader alone knows whether the prefix is bound.
            return self.reader.qname().map(|_| ()).map_err(|violation| self.here(violation));
        }
        let text = self.reader.text().map_err(|violation| self.here(violation))?;
        let default = element.and_then(|element| element.fixed.as_ref().or(element.default.as_ref()));
        let text = match default {
            Some(default) if text.is_empty() => default,
            _ => &*text,
        };
        let path = self.path();
        let fixed = element.and_then(|element| element.fixed.as_deref());
        self.simple(simple, text, fixed, path)
    }

    fn attributes(&mut self, actual: TypeRef, given: &[Given]) -> Result<(), Violation> {
        let (declared, wildcard): (&[Attribute], Option<&Wildcard>) = match actual {
            TypeRef::Complex(id) => {
                let complex = self.checker.model.complex(id);
                (&complex.attributes, complex.any_attribute.as_ref())
            }
            TypeRef::AnyType => (&[], Some(&super::ANY_ATTRIBUTE)),
            TypeRef::Simple(_) | TypeRef::Builtin(_) => (&[], None),
        };
        for one in given {
            if one.namespace == xml::XSI && matches!(one.local.as_str(), "nil" | "type") {
                continue;
            }
            let own = declared
                .iter()
                .find(|declared| declared.name.local == one.local && declared.name.namespace == one.namespace);
            let path = format!("{}/@{}", self.path(), one.local);
            let refused = Violation::new(self.path(), Rule::Attribute);
            let declaration = match (own, wildcard) {
                (Some(own), _) => Some(own),
                (None, Some(wildcard)) if wildcard.namespaces.allow(&one.namespace) => {
                    let global = self.checker.global_attribute(&one.namespace, &one.local);
                    match wildcard.process {
                        Process::Skip => None,
                        Process::Strict if global.is_none() => return Err(refused),
                        Process::Strict | Process::Lax => global,
                    }
                }
                (None, _) => return Err(refused),
            };
            if let Some(declaration) = declaration {
                self.simple(declaration.type_ref, &one.value, declaration.fixed.as_deref(), path)?;
            }
        }
        let is_given = |wanted: &Attribute| {
            given
                .iter()
                .any(|one| one.local == wanted.name.local && one.namespace == wanted.name.namespace)
        };
        match declared.iter().find(|wanted| wanted.is_required && !is_given(wanted)) {
            Some(missing) => {
                let expected = format!("@{}", qname(&missing.name.namespace, &missing.name.local));
                Err(self.broken(Rule::Missing { expected }))
            }
            None => Ok(()),
        }
    }

    fn simple(&mut self, type_ref: TypeRef, text: &str, fixed: Option<&str>, path: String) -> Result<(), Violation> {
        let simple = self.checker.types.simple(type_ref);
        let value = simple.read(text).map_err(|rule| Violation::new(path.clone(), rule))?;
        if let Some(fixed) = fixed
            && simple.read(fixed).is_ok_and(|fixed| fixed != value)
        {
            return Err(Violation::new(path, Rule::Facet("fixed")));
        }
        let kind = simple.item_root().unwrap_or(Builtin::AnySimpleType);
        for text in texts(&value) {
            if kind.is_a(Builtin::Id) && !self.ids.insert(text.to_owned()) {
                return Err(Violation::new(path, Rule::Lexical("ID")));
            }
            if kind.is_a(Builtin::IdRef) {
                self.references.push((text.to_owned(), path.clone()));
            }
        }
        Ok(())
    }

    fn peek(&mut self) -> Result<Option<(String, String)>, Violation> {
        match self.reader.peek() {
            Ok(tag) => Ok(tag.map(|tag| (tag.namespace.to_owned(), tag.local.to_owned()))),
            Err(violation) => Err(self.here(violation)),
        }
    }

    /// As [`Self::peek`], passing over text: a reader that refused some goes on behind it.
    fn peek_in_text(&mut self) -> Result<Option<(String, String)>, Violation> {
        loop {
            match self.peek() {
                Err(Violation { rule: Rule::Text, .. }) => {}
                peeked => return peeked,
            }
        }
    }

    fn broken(&self, rule: Rule) -> Violation {
        Violation::new(self.path(), rule)
    }

    /// The reader knows only names of generated code; here the path is known better.
    fn here(&self, violation: Violation) -> Violation {
        self.broken(violation.rule)
    }

    fn path(&self) -> String {
        let mut path = String::new();
        for (name, index) in &self.path {
            path.push('/');
            path.push_str(name);
            if let Some(index) = index {
                path.push_str(&format!("[{index}]"));
            }
        }
        path
    }
}

/// The texts of a string value, or of each item of a list.
fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::Text(text) => vec![text],
        Value::List(items) => items.iter().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}
