//! Samples: an envelope for a request and an answer of each operation, made of the contract's description.
//! It knows the order and occurrence of elements and takes values from `fixtures/samples.tsv`; where those say nothing, or the type refuses
//! what they say, a value is made of the type's facets. Whether a sample is a good idea is left to the rules: it is only valid.

mod pattern;
mod value;

use std::collections::BTreeMap;
use std::fmt::Write;

use xml::Name;
use xml::description::{ComplexType, Content, Element, Operation, Particle, Term, Type};

/// The namespace of SOAP 1.1.
const SOAP: &str = "http://schemas.xmlsoap.org/soap/envelope/";
/// How deep a sample goes at most: only a type that holds itself goes deeper.
const DEPTH: usize = 24;

/// A request of an operation.
pub(super) fn request(service: &'static str, operation: &Operation) -> String {
    envelope(service, operation.headers, operation.request)
}

/// An answer of an operation.
pub(super) fn response(service: &'static str, operation: &Operation) -> String {
    envelope(service, operation.response_headers, operation.response)
}

fn envelope(service: &'static str, headers: &[&'static Element], body: &'static Element) -> String {
    let mut sample = Sample {
        text: String::new(),
        path: vec![service],
        types: Vec::new(),
        prefixes: BTreeMap::new(),
    };
    if !headers.is_empty() {
        sample.text.push_str("  <soap:Header>\n");
        for header in headers {
            sample.element(header, 2);
        }
        sample.text.push_str("  </soap:Header>\n");
    }
    sample.text.push_str("  <soap:Body>\n");
    sample.element(body, 2);
    sample.text.push_str("  </soap:Body>\n");
    let declarations: String = sample
        .prefixes
        .iter()
        .map(|(prefix, namespace)| format!("\n    xmlns:{prefix}=\"{namespace}\""))
        .collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<soap:Envelope xmlns:soap=\"{SOAP}\"{declarations}>\n{}</soap:Envelope>\n",
        sample.text
    )
}

/// A sample that is being written.
struct Sample {
    text: String,
    /// Service and open elements.
    path: Vec<&'static str>,
    /// Complex types of the open elements.
    types: Vec<*const ComplexType>,
    prefixes: BTreeMap<&'static str, &'static str>,
}

impl Sample {
    fn element(&mut self, element: &'static Element, indent: usize) {
        let name = self.name(&element.name);
        self.path.push(element.name.local);
        let _ = write!(self.text, "{:1$}<{name}", "", indent * 2);
        match element.type_ref {
            Type::Complex(complex) => self.complex(element, complex, &name, indent),
            Type::Any => self.text.push_str("/>\n"),
            Type::Builtin(_) | Type::Simple(_) => {
                let text = self.value(element);
                let _ = writeln!(self.text, ">{}</{name}>", escaped(&text));
            }
        }
        self.path.pop();
    }

    fn value(&self, element: &Element) -> String {
        match element.fixed.or(element.default) {
            Some(given) => given.to_owned(),
            None => value::of(element.type_ref, &self.path),
        }
    }

    fn complex(&mut self, element: &Element, complex: &'static ComplexType, name: &str, indent: usize) {
        for attribute in complex.attributes.iter().filter(|attribute| attribute.is_required) {
            let value = attribute
                .fixed
                .map_or_else(|| value::of(attribute.type_ref, &self.path), str::to_owned);
            let name = self.name(&attribute.name);
            let _ = write!(self.text, " {name}=\"{}\"", escaped(&value));
        }
        match complex.content {
            Content::Simple(type_ref) => {
                let text = element.fixed.map_or_else(|| value::of(type_ref, &self.path), str::to_owned);
                let _ = writeln!(self.text, ">{}</{name}>", escaped(&text));
            }
            Content::Elements(particle) => {
                let begin = self.text.len();
                self.text.push_str(">\n");
                self.types.push(complex);
                self.particle(&particle, indent + 1);
                self.types.pop();
                if self.text.len() == begin + 2 {
                    self.text.truncate(begin);
                    self.text.push_str("/>\n");
                } else {
                    let _ = writeln!(self.text, "{:1$}</{name}>", "", indent * 2);
                }
            }
            Content::Empty => self.text.push_str("/>\n"),
        }
    }

    fn particle(&mut self, particle: &Particle, indent: usize) {
        let times = if particle.min > 0 {
            particle.min
        } else {
            u32::from(particle.max != Some(0))
        };
        for _ in 0..times {
            match particle.term {
                Term::Element(element) if particle.min == 0 && !self.is_wanted(element) => {}
                Term::Element(element) => self.element(element, indent),
                Term::Sequence(particles) | Term::All(particles) => {
                    particles.iter().for_each(|particle| self.particle(particle, indent));
                }
                Term::Choice(particles) => particles.iter().take(1).for_each(|particle| self.particle(particle, indent)),
                Term::Any => {}
            }
        }
    }

    /// Should an element stand that need not?
    fn is_wanted(&mut self, element: &Element) -> bool {
        self.path.push(element.name.local);
        let stated = value::stated(&self.path);
        self.path.pop();
        match (stated, element.type_ref) {
            (Some(value::OMITTED), _) => false,
            (Some(_), _) => true,
            (None, Type::Complex(complex)) => self.path.len() < DEPTH && !self.types.contains(&std::ptr::from_ref(complex)),
            (None, _) => false,
        }
    }

    /// A name as it is written; its prefix will be declared.
    fn name(&mut self, name: &Name) -> String {
        if name.namespace.is_empty() || name.prefix.is_empty() {
            return name.local.to_owned();
        }
        self.prefixes.insert(name.prefix, name.namespace);
        format!("{}:{}", name.prefix, name.local)
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
