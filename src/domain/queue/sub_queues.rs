//! Sub-queues: views of an authority's queue that select events by context, declared as data (ours).
//! The main queue has every event; an event acknowledged in one view is gone from all, and no two open sequences share one (Q3).
//! Reading and acknowledging is left to the sequences.

use std::collections::HashMap;

use super::super::message::Context;
use super::super::refusal::Refusal;

/// The sub-queues as data: name, context.
const TABLE: &str = include_str!("sub_queues.tsv");

/// The declared sub-queues.
#[derive(Debug)]
pub struct SubQueues(HashMap<String, Vec<Context>>);

impl SubQueues {
    /// The table the product ships.
    ///
    /// # Errors
    /// A sentence naming the line, if the data is damaged.
    pub fn declared() -> Result<Self, String> {
        Self::parse(TABLE)
    }

    /// Reads a table in the form of the shipped one: tab separated, one header line.
    ///
    /// # Errors
    /// A sentence naming the line.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut queues: HashMap<String, Vec<Context>> = HashMap::new();
        for (number, line) in text.lines().enumerate().skip(1) {
            let (name, context) = line
                .split_once('\t')
                .filter(|(name, _)| !name.is_empty())
                .and_then(|(name, context)| Some((name, Context(context.parse().ok()?))))
                .ok_or_else(|| format!("sub-queues, line {}: not a name and the number of a context", number + 1))?;
            queues.entry(name.to_owned()).or_default().push(context);
        }
        Ok(Self(queues))
    }

    /// The contexts a queue has; none for the main queue, whose name is empty: it has all.
    ///
    /// # Errors
    /// [`Refusal::UnknownIdentifier`] for a name nobody declared.
    pub fn contexts(&self, name: &str) -> Result<Option<Vec<Context>>, Refusal> {
        if name.is_empty() {
            return Ok(None);
        }
        self.0.get(name).cloned().map(Some).ok_or(Refusal::UnknownIdentifier)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    /// Q1: the main queue has every context, a sub-queue its own, an unknown one is refused.
    #[test]
    fn q1_a_sub_queue_selects_by_context() {
        let declared = SubQueues::declared().unwrap();
        assert_eq!(declared.contexts(""), Ok(None));
        assert_eq!(declared.contexts("recommendations"), Ok(Some(vec![Context::RECOMMENDATION])));
        assert_eq!(declared.contexts("nobody's"), Err(Refusal::UnknownIdentifier));
    }

    #[test]
    fn a_damaged_table_names_its_line() {
        for line in ["plans", "plans\tx", "\t2", "plans\t2\t3"] {
            let sentence = SubQueues::parse(&format!("header\nplans\t2\n{line}\n")).unwrap_err();
            assert!(sentence.contains("line 3"), "{sentence}");
        }
    }
}
