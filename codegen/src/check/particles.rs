//! The content model of a complex type, run over the children one by one.
//!
//! All ways the children so far can be read are kept side by side, so that nested occurrence bounds need no looking ahead.
//! Ways that differ in one count alone are one way with a range of counts: their number depends on the schema, not on the
//! document. What an element holds is not looked at here.

use std::rc::Rc;

use crate::model::{ElementId, Model, Namespaces, Particle, Process, Term};

/// A content model, ready to run.
#[derive(Debug)]
pub(super) struct ContentModel {
    nodes: Vec<Node>,
    root: Option<usize>,
}

#[derive(Debug)]
struct Node {
    min: u32,
    max: Option<u32>,
    body: Body,
    /// One occurrence can be empty.
    body_empties: bool,
}

#[derive(Debug)]
enum Body {
    Leaf(Rc<Leaf>),
    Sequence(Vec<usize>),
    Choice(Vec<usize>),
    All(Vec<usize>),
}

/// What a child can be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Leaf {
    /// What stands for it in messages: `{namespace}local` or a phrase.
    pub(super) name: String,
    pub(super) kind: LeafKind,
    /// It may occur more than once here.
    pub(super) repeats: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum LeafKind {
    Element { id: ElementId, namespace: String, local: String },
    Any { namespaces: Namespaces, process: Process },
}

/// One way to read the children so far: the particles open, outermost first, down to the leaf of the last child.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Way(Vec<Frame>);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Frame {
    node: usize,
    position: Position,
    /// Occurrences begun, from `least` to `most`: each count in the range is possible.
    least: u32,
    most: u32,
}

/// How far the open occurrence of a particle has come.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Position {
    /// A leaf, or a choice: done with its one part.
    Done,
    /// The child of a sequence that is open or was last.
    Child(usize),
    /// Children of an `all` that were there.
    Seen(Vec<bool>),
}

/// A run of a content model over the children of one element.
pub(super) struct Run<'m> {
    model: &'m ContentModel,
    ways: Vec<Way>,
    begun: bool,
}

impl ContentModel {
    /// The model of a particle; none for empty content.
    pub(super) fn new(model: &Model, particle: Option<&Particle>) -> Self {
        let mut built = Self {
            nodes: Vec::new(),
            root: None,
        };
        built.root = particle.map(|particle| built.add(model, particle, false));
        built
    }

    /// Begins with the first child.
    pub(super) fn run(&self) -> Run<'_> {
        Run {
            model: self,
            ways: Vec::new(),
            begun: false,
        }
    }

    fn add(&mut self, model: &Model, particle: &Particle, repeated: bool) -> usize {
        let repeats = repeated || particle.max != Some(1);
        let mut children =
            |particles: &[Particle]| -> Vec<usize> { particles.iter().map(|particle| self.add(model, particle, repeats)).collect() };
        let body = match &particle.term {
            Term::Element(id) => {
                let name = &model.element(*id).name;
                let kind = LeafKind::Element {
                    id: *id,
                    namespace: name.namespace.clone(),
                    local: name.local.clone(),
                };
                Body::Leaf(Rc::new(Leaf {
                    name: qname(&name.namespace, &name.local),
                    kind,
                    repeats,
                }))
            }
            Term::Any(wildcard) => {
                let kind = LeafKind::Any {
                    namespaces: wildcard.namespaces.clone(),
                    process: wildcard.process,
                };
                Body::Leaf(Rc::new(Leaf {
                    name: phrase(&wildcard.namespaces),
                    kind,
                    repeats,
                }))
            }
            Term::Sequence(particles) => Body::Sequence(children(particles)),
            Term::Choice(particles) => Body::Choice(children(particles)),
            Term::All(particles) => Body::All(children(particles)),
        };
        let body_empties = match &body {
            Body::Leaf(_) => false,
            Body::Sequence(parts) | Body::All(parts) => parts.iter().all(|part| self.empties(*part)),
            Body::Choice(parts) => parts.iter().any(|part| self.empties(*part)),
        };
        self.nodes.push(Node {
            min: particle.min,
            max: particle.max,
            body,
            body_empties,
        });
        self.nodes.len() - 1
    }

    #[expect(clippy::indexing_slicing, reason = "node numbers are positions this model gave out itself")]
    fn node(&self, at: usize) -> &Node {
        &self.nodes[at]
    }

    /// Whether the particle can be left out.
    fn empties(&self, at: usize) -> bool {
        let node = self.node(at);
        node.min == 0 || node.body_empties
    }

    /// Begins an occurrence of a particle inside the open frames.
    fn enter(&self, at: usize, counts: (u32, u32), open: &mut Vec<Frame>, step: &mut Step<'_>) {
        let node = self.node(at);
        let frame = |position| Frame {
            node: at,
            position,
            least: counts.0,
            most: counts.1,
        };
        match &node.body {
            Body::Leaf(leaf) => {
                if (step.accepts)(leaf) {
                    let mut frames = open.clone();
                    frames.push(frame(Position::Done));
                    step.ways.push(Way(frames));
                }
            }
            Body::Sequence(parts) => {
                for (position, part) in parts.iter().enumerate() {
                    self.enter_child(*part, frame(Position::Child(position)), open, step);
                    if !self.empties(*part) {
                        break;
                    }
                }
            }
            Body::Choice(parts) => {
                for part in parts {
                    self.enter_child(*part, frame(Position::Done), open, step);
                }
            }
            Body::All(parts) => {
                for (position, part) in parts.iter().enumerate() {
                    let seen = (0..parts.len()).map(|other| other == position).collect();
                    self.enter_child(*part, frame(Position::Seen(seen)), open, step);
                }
            }
        }
    }

    fn enter_child(&self, part: usize, frame: Frame, open: &mut Vec<Frame>, step: &mut Step<'_>) {
        if self.node(part).max == Some(0) {
            return;
        }
        open.push(frame);
        self.enter(part, (1, 1), open, step);
        open.pop();
    }

    /// Goes on from the end of an occurrence of the innermost open particle; true if all may end here.
    fn go_on(&self, mut open: Vec<Frame>, step: &mut Step<'_>) -> bool {
        while let Some(frame) = open.pop() {
            let node = self.node(frame.node);
            if node.max.is_none_or(|max| frame.least < max) {
                // Beyond `min`, an unbounded particle has nothing left to count.
                let limit = node.max.unwrap_or(node.min.max(1));
                let counts = ((frame.least + 1).min(limit), frame.most.saturating_add(1).min(limit));
                self.enter(frame.node, counts, &mut open, step);
            }
            if frame.most < node.min && !node.body_empties {
                return false;
            }
            // The particle is complete: go on behind it, in the open occurrence of its parent.
            let Some(parent) = open.last() else { return true };
            if !self.beside(parent.clone(), &mut open, step) {
                return false;
            }
        }
        true
    }

    /// Enters what may follow inside the parent's open occurrence; true if that may end here.
    fn beside(&self, parent: Frame, open: &mut Vec<Frame>, step: &mut Step<'_>) -> bool {
        open.pop();
        let mut may_end = true;
        match (&self.node(parent.node).body, &parent.position) {
            (Body::Sequence(parts), Position::Child(position)) => {
                for (next, part) in parts.iter().enumerate().skip(position + 1) {
                    self.enter_child(
                        *part,
                        Frame {
                            position: Position::Child(next),
                            ..parent.clone()
                        },
                        open,
                        step,
                    );
                    if !self.empties(*part) {
                        may_end = false;
                        break;
                    }
                }
            }
            (Body::All(parts), Position::Seen(seen)) => {
                for (next, part) in parts.iter().enumerate() {
                    if seen.get(next).copied().unwrap_or(true) {
                        continue;
                    }
                    let with_it = seen.iter().enumerate().map(|(at, seen)| *seen || at == next).collect();
                    self.enter_child(
                        *part,
                        Frame {
                            position: Position::Seen(with_it),
                            ..parent.clone()
                        },
                        open,
                        step,
                    );
                    may_end &= self.empties(*part);
                }
            }
            _ => {}
        }
        open.push(parent);
        may_end
    }
}

/// What is asked while particles are walked, and what came of it.
struct Step<'s> {
    accepts: &'s mut dyn FnMut(&Rc<Leaf>) -> bool,
    ways: Vec<Way>,
}

impl Run<'_> {
    /// Takes the next child; none, and no change, if it may not stand here.
    pub(super) fn take(&mut self, namespace: &str, local: &str) -> Option<Rc<Leaf>> {
        let mut found: Option<Rc<Leaf>> = None;
        let (ways, _) = self.walk(&mut |leaf| {
            let fits = leaf.fits(namespace, local);
            if fits && found.is_none() {
                found = Some(leaf.clone());
            }
            fits
        });
        if found.is_some() {
            self.ways = merged(ways);
            self.begun = true;
        }
        found
    }

    /// Whether the element may end here.
    pub(super) fn may_end(&self) -> bool {
        self.walk(&mut |_| false).1
    }

    /// What may stand here, for a message.
    pub(super) fn expected(&self) -> String {
        let mut names = Vec::new();
        self.walk(&mut |leaf| {
            names.push(leaf.name.clone());
            false
        });
        names.sort();
        names.dedup();
        if names.is_empty() {
            "the end of the element".to_owned()
        } else {
            names.join(" or ")
        }
    }

    fn walk(&self, accepts: &mut dyn FnMut(&Rc<Leaf>) -> bool) -> (Vec<Way>, bool) {
        let mut step = Step { accepts, ways: Vec::new() };
        let mut may_end = false;
        match self.model.root {
            None => may_end = true,
            Some(root) if !self.begun => {
                if self.model.node(root).max != Some(0) {
                    self.model.enter(root, (1, 1), &mut Vec::new(), &mut step);
                }
                may_end = self.model.empties(root);
            }
            Some(_) => {
                for way in &self.ways {
                    may_end |= self.model.go_on(way.0.clone(), &mut step);
                }
            }
        }
        (step.ways, may_end)
    }
}

impl Leaf {
    fn fits(&self, namespace: &str, local: &str) -> bool {
        match &self.kind {
            LeafKind::Element {
                namespace: own,
                local: name,
                ..
            } => name == local && own == namespace,
            LeafKind::Any { namespaces, .. } => namespaces.allow(namespace),
        }
    }
}

/// Each way once; ways that differ in one range of counts, and whose ranges meet, become one.
fn merged(mut ways: Vec<Way>) -> Vec<Way> {
    let mut before = usize::MAX;
    while ways.len() < before {
        before = ways.len();
        ways.sort_unstable();
        let mut kept: Vec<Way> = Vec::new();
        for way in ways {
            if !kept.iter_mut().any(|other| other.absorb(&way)) {
                kept.push(way);
            }
        }
        ways = kept;
    }
    ways
}

impl Way {
    fn absorb(&mut self, other: &Self) -> bool {
        if self.0.len() != other.0.len() {
            return false;
        }
        let mut differing = None;
        for (at, (mine, theirs)) in self.0.iter().zip(&other.0).enumerate() {
            if mine.node != theirs.node || mine.position != theirs.position {
                return false;
            }
            if (mine.least, mine.most) != (theirs.least, theirs.most) && differing.replace(at).is_some() {
                return false;
            }
        }
        let Some(at) = differing else { return true };
        let (Some(mine), Some(theirs)) = (self.0.get_mut(at), other.0.get(at)) else {
            return false;
        };
        if theirs.least > mine.most.saturating_add(1) || mine.least > theirs.most.saturating_add(1) {
            return false;
        }
        mine.least = mine.least.min(theirs.least);
        mine.most = mine.most.max(theirs.most);
        true
    }
}

pub(super) fn qname(namespace: &str, local: &str) -> String {
    if namespace.is_empty() {
        local.to_owned()
    } else {
        format!("{{{namespace}}}{local}")
    }
}

fn phrase(namespaces: &Namespaces) -> String {
    match namespaces {
        Namespaces::Any => "any element".to_owned(),
        Namespaces::Other(target) => format!("an element of another namespace than {target}"),
        Namespaces::Listed(listed) => {
            let listed: Vec<&str> = listed.iter().map(|one| if one.is_empty() { "no namespace" } else { one }).collect();
            format!("an element of {}", listed.join(" or "))
        }
    }
}
