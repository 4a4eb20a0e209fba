//! Content models that can be read in one way only, as XSD demands: unique particle attribution (XSD 1.0 part 1, clause
//! 3.8.6) and one type for one name (element declarations consistent).
//!
//! A decoder reads forward and never back: over a model with two ways it would take the wrong one for some message.

use crate::{
    error::{Error, Place},
    model::{Content, ElementId, Model, Namespaces, Particle, QName, Term, Wildcard},
};

/// Looks at every complex type.
///
/// # Errors
/// The first child that two particles could take, with the place of the second.
pub(super) fn check(model: &Model) -> Result<(), Error> {
    for complex in &model.complex_types {
        if let Content::Elements(particle) = &complex.content {
            Automaton::new(model, particle).check(&complex.place)?;
        }
    }
    Ok(())
}

/// An element or wildcard where it stands in the content: one position of the automaton of Glushkov.
struct Leaf<'m> {
    kind: Kind<'m>,
    place: &'m Place,
}

enum Kind<'m> {
    Element(ElementId, &'m QName),
    Any(&'m Wildcard),
}

/// One leaf that may come next.
#[derive(Clone)]
struct Next {
    leaf: usize,
    /// The counted particle that begins again on this way.
    again: Option<usize>,
    /// The counted particles that are left on this way.
    left: Vec<usize>,
}

/// Leaves a particle may begin with, leaves it may end with and the counted particles that ends leaves, whether it may be nothing.
#[derive(Default)]
struct Shape {
    first: Vec<usize>,
    last: Vec<(usize, Vec<usize>)>,
    may_be_empty: bool,
}

struct Automaton<'m> {
    model: &'m Model,
    leaves: Vec<Leaf<'m>>,
    /// By leaf: what may come after it.
    after: Vec<Vec<Next>>,
    /// Particles that stand a fixed number of times, more than once: after each round it is known whether another follows.
    counted: usize,
    begin: Vec<usize>,
}

impl<'m> Automaton<'m> {
    fn new(model: &'m Model, particle: &'m Particle) -> Self {
        let mut automaton = Self {
            model,
            leaves: Vec::new(),
            after: Vec::new(),
            counted: 0,
            begin: Vec::new(),
        };
        automaton.begin = automaton.add(particle).first;
        automaton
    }

    fn add(&mut self, particle: &'m Particle) -> Shape {
        if particle.max == Some(0) {
            return Shape {
                may_be_empty: true,
                ..Shape::default()
            };
        }
        let mut shape = match &particle.term {
            Term::Element(id) => self.leaf(Kind::Element(*id, &self.model.element(*id).name), &particle.place),
            Term::Any(wildcard) => self.leaf(Kind::Any(wildcard), &particle.place),
            Term::Sequence(parts) => self.sequence(parts),
            Term::Choice(parts) => self.choice(parts),
            Term::All(parts) => self.all(parts),
        };
        if particle.max != Some(1) {
            let fixed = particle.max == Some(particle.min) && !shape.may_be_empty;
            let again = fixed.then_some(self.counted);
            self.counted += usize::from(fixed);
            self.link(&shape.last, &shape.first, again);
            for (_, left) in &mut shape.last {
                left.extend(again);
            }
        }
        shape.may_be_empty |= particle.min == 0;
        shape
    }

    fn leaf(&mut self, kind: Kind<'m>, place: &'m Place) -> Shape {
        self.leaves.push(Leaf { kind, place });
        self.after.push(Vec::new());
        let leaf = self.leaves.len() - 1;
        Shape {
            first: vec![leaf],
            last: vec![(leaf, Vec::new())],
            may_be_empty: false,
        }
    }

    fn sequence(&mut self, parts: &'m [Particle]) -> Shape {
        let mut whole = Shape {
            may_be_empty: true,
            ..Shape::default()
        };
        for part in parts {
            let part = self.add(part);
            self.link(&whole.last, &part.first, None);
            if whole.may_be_empty {
                whole.first.extend(&part.first);
            }
            if !part.may_be_empty {
                whole.last.clear();
            }
            whole.last.extend(part.last);
            whole.may_be_empty &= part.may_be_empty;
        }
        whole
    }

    fn choice(&mut self, parts: &'m [Particle]) -> Shape {
        let mut whole = Shape::default();
        for part in parts {
            let part = self.add(part);
            whole.first.extend(part.first);
            whole.last.extend(part.last);
            whole.may_be_empty |= part.may_be_empty;
        }
        whole
    }

    /// Members of an `all` may come in any order: each name must be known from the others.
    fn all(&mut self, parts: &'m [Particle]) -> Shape {
        let shapes: Vec<Shape> = parts.iter().map(|part| self.add(part)).collect();
        let mut whole = Shape {
            may_be_empty: shapes.iter().all(|shape| shape.may_be_empty),
            ..Shape::default()
        };
        for shape in shapes {
            whole.first.extend(shape.first);
            whole.last.extend(shape.last);
        }
        whole
    }

    fn link(&mut self, last: &[(usize, Vec<usize>)], first: &[usize], again: Option<usize>) {
        for (leaf, left) in last {
            if let Some(after) = self.after.get_mut(*leaf) {
                after.extend(first.iter().map(|leaf| Next {
                    leaf: *leaf,
                    again,
                    left: left.clone(),
                }));
            }
        }
    }

    fn check(&self, place: &Place) -> Result<(), Error> {
        for (at, leaf) in self.leaves.iter().enumerate() {
            let Kind::Element(id, name) = leaf.kind else { continue };
            let others = self.leaves.iter().take(at).filter_map(|leaf| match leaf.kind {
                Kind::Element(other, same) if same == name => Some(other),
                _ => None,
            });
            let own = self.model.element(id).type_ref;
            if others.into_iter().any(|other| self.model.element(other).type_ref != own) {
                return Err(Error::invalid(
                    leaf.place,
                    format!("{name} stands twice in one content, with different types"),
                ));
            }
        }
        let begin: Vec<Next> = self
            .begin
            .iter()
            .map(|leaf| Next {
                leaf: *leaf,
                again: None,
                left: Vec::new(),
            })
            .collect();
        for choices in std::iter::once(&begin).chain(&self.after) {
            for (at, one) in choices.iter().enumerate() {
                for other in choices.iter().take(at) {
                    self.distinct(one, other, place)?;
                }
            }
        }
        Ok(())
    }

    fn distinct(&self, one: &Next, other: &Next, place: &Place) -> Result<(), Error> {
        let decided_by_count = |again: &Next, left: &Next| again.again.is_some_and(|counted| left.left.contains(&counted));
        if one.leaf == other.leaf || decided_by_count(one, other) || decided_by_count(other, one) {
            return Ok(());
        }
        let (Some(one), Some(other)) = (self.leaves.get(one.leaf), self.leaves.get(other.leaf)) else {
            return Ok(());
        };
        if !overlap(&one.kind, &other.kind) {
            return Ok(());
        }
        let what = [one, other].into_iter().find_map(|leaf| match leaf.kind {
            Kind::Element(_, name) => Some(name.to_string()),
            Kind::Any(_) => None,
        });
        let what = what.unwrap_or_else(|| "an element of a wildcard".to_owned());
        let later = if one.place.line >= other.place.line { one } else { other };
        Err(Error::invalid(
            later.place,
            format!(
                "in the content of {}, {what} could be read in two ways (unique particle attribution)",
                place.element
            ),
        ))
    }
}

fn overlap(one: &Kind<'_>, other: &Kind<'_>) -> bool {
    match (one, other) {
        (Kind::Element(_, one), Kind::Element(_, other)) => one == other,
        (Kind::Element(_, name), Kind::Any(wildcard)) | (Kind::Any(wildcard), Kind::Element(_, name)) => {
            wildcard.namespaces.allow(&name.namespace)
        }
        (Kind::Any(one), Kind::Any(other)) => match (&one.namespaces, &other.namespaces) {
            (Namespaces::Listed(listed), namespaces) | (namespaces, Namespaces::Listed(listed)) => {
                listed.iter().any(|namespace| namespaces.allow(namespace))
            }
            _ => true,
        },
    }
}
