//! Property expansion: `${…}` in any text of a project. It knows the scopes, nesting and the literal `$${`; values of other steps come
//! from the context of the running case. Groovy (`${=…}`) cannot be expanded and is skipped; an unknown name is empty, and noted.

use crate::outcome::Stop;
use crate::project::Values;
use crate::xpath::{self, Prefixes};
use std::cell::RefCell;

/// What the running case can see.
#[derive(Debug, Default)]
pub struct Context {
    /// Global properties, `-G`.
    pub global: Values,
    /// System properties, `-D`.
    pub system: Values,
    /// Properties of the project.
    pub project: Values,
    /// Properties of the suite.
    pub suite: Values,
    /// Properties of the case.
    pub case: Values,
    /// Values of the steps, in order.
    pub steps: Vec<(String, Values)>,
    /// How many steps have begun.
    pub begun: usize,
    /// Whether `${name}` is looked up in the steps before.
    pub search: bool,
    /// What was expanded to nothing, since last asked.
    pub unknown: RefCell<Vec<String>>,
}

impl Context {
    /// Expands every `${…}` of `text`; with `entitize`, values are escaped for XML.
    pub fn expand(&self, text: &str, entitize: bool) -> Result<String, Stop> {
        self.deep(text, entitize, 0)
    }

    /// The value of `property` in `holder`: a step's name or `#Project#`, `#TestSuite#`, `#TestCase#`, `#Global#`, `#System#`, `#Env#`.
    pub fn value(&self, holder: &str, property: &str) -> Option<String> {
        match holder {
            "#Env#" => std::env::var(property).ok(),
            "#System#" => self.system.get(property).cloned().or_else(|| system(property)),
            _ => self.values(holder)?.get(property).cloned(),
        }
    }

    /// Sets a property; whether there is such a holder.
    pub fn set(&mut self, holder: &str, property: &str, value: String) -> bool {
        let values = match holder {
            "#Global#" => &mut self.global,
            "#Project#" => &mut self.project,
            "#TestSuite#" => &mut self.suite,
            "#TestCase#" => &mut self.case,
            step => match self.steps.iter_mut().find(|(name, _)| name == step) {
                Some((_, values)) => values,
                None => return false,
            },
        };
        values.insert(property.to_owned(), value);
        true
    }

    /// All properties of a holder; None where there is no such step.
    pub fn values(&self, holder: &str) -> Option<&Values> {
        match holder {
            "#Global#" => Some(&self.global),
            "#Project#" => Some(&self.project),
            "#TestSuite#" => Some(&self.suite),
            "#TestCase#" => Some(&self.case),
            step => self.steps.iter().find(|(name, _)| name == step).map(|(_, values)| values),
        }
    }

    fn deep(&self, text: &str, entitize: bool, depth: usize) -> Result<String, Stop> {
        if depth > 20 {
            return Stop::failed(format!("a property leads to itself: {}", text.chars().take(80).collect::<String>()));
        }
        let mut rest = text.to_owned();
        let mut expanded = String::with_capacity(text.len());
        while let Some(start) = rest.find("${") {
            let (before, from) = rest.split_at(start);
            if let Some(before) = before.strip_suffix('$') {
                expanded.push_str(before);
                expanded.push_str("${");
                rest = from.get(2..).unwrap_or_default().to_owned();
                continue;
            }
            let Some(end) = from.find('}') else { break };
            let (name, after) = (from.get(2..end).unwrap_or_default(), from.get(end + 1..).unwrap_or_default());
            if let Some(inner) = name.rfind("${") {
                let (outer, inner) = name.split_at(inner);
                let value = self.deep(&format!("{inner}}}"), false, depth + 1)?;
                rest = format!("{before}${{{outer}{value}{after}");
                continue;
            }
            expanded.push_str(before);
            if let Some(value) = self.resolve(name)? {
                let value = self.deep(&value, false, depth + 1)?;
                expanded.push_str(&if entitize { escape(&value) } else { value });
            } else {
                self.unknown.borrow_mut().push(format!("${{{name}}}"));
            }
            rest = after.to_owned();
        }
        expanded.push_str(&rest);
        Ok(expanded)
    }

    fn resolve(&self, name: &str) -> Result<Option<String>, Stop> {
        if name.starts_with('=') {
            return Stop::skipped(format!("a Groovy expression in a text: ${{{name}}}"));
        }
        if name.starts_with("#[") || name.starts_with('[') || name.starts_with("#Mock") {
            return Stop::skipped(format!("a reference this runner does not follow: ${{{name}}}"));
        }
        let (holder, rest) = match name.strip_prefix('#').and_then(|rest| rest.split_once('#')) {
            Some((scope, rest)) => (format!("#{scope}#"), rest),
            None => match name.split_once('#') {
                Some((step, rest)) => (step.to_owned(), rest),
                None => return Ok(self.bare(name)),
            },
        };
        let (property, path) = rest.split_once('#').map_or((rest, None), |(property, path)| (property, Some(path)));
        let (Some(value), path) = (self.value(&holder, property), path.map(str::trim)) else {
            return Ok(None);
        };
        match path {
            None | Some("") => Ok(Some(value)),
            Some(path) if path.starts_with('$') => Stop::skipped(format!("JSONPath in a text: ${{{name}}}")),
            Some(_) if value.is_empty() => Ok(None),
            Some(path) => xpath::first(&self.deep(&value, false, 10)?, path, Prefixes::OfDocument),
        }
    }

    fn bare(&self, name: &str) -> Option<String> {
        let before = self.steps.get(..self.begun.min(self.steps.len())).unwrap_or_default();
        let searched = || before.iter().rev().find_map(|(_, values)| values.get(name).cloned());
        if self.search
            && let Some(value) = searched()
        {
            return Some(value);
        }
        self.global.get(name).cloned().or_else(|| self.system.get(name).cloned())
    }
}

/// Escapes a value for the text of an element or attribute.
pub fn escape(value: &str) -> String {
    value
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&apos;")
}

/// The few system properties that every Java has and projects use.
fn system(name: &str) -> Option<String> {
    match name {
        "user.dir" => std::env::current_dir().ok().map(|folder| folder.display().to_string()),
        "user.name" => std::env::var("USER").ok(),
        "user.home" => std::env::var("HOME").ok(),
        "java.io.tmpdir" => Some(std::env::temp_dir().display().to_string()),
        "file.separator" => Some(std::path::MAIN_SEPARATOR.to_string()),
        "line.separator" => Some("\n".into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn values(pairs: &[(&str, &str)]) -> Values {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    fn context() -> Context {
        Context {
            global: values(&[("g", "global")]),
            system: values(&[("s", "system")]),
            project: values(&[
                ("p", "project"),
                ("name", "p"),
                ("deep", "<${#TestCase#c}>"),
                ("loop", "${#Project#loop}"),
                ("xml", "a<b"),
            ]),
            suite: values(&[("t", "suite")]),
            case: values(&[("c", "case")]),
            steps: vec![(
                "Call it".into(),
                values(&[("Response", "<n:a xmlns:n='urn:n'><n:b>1</n:b><n:b>2</n:b></n:a>"), ("x", "step")]),
            )],
            begun: 1,
            ..Context::default()
        }
    }

    fn expand(text: &str) -> String {
        context().expand(text, false).unwrap()
    }

    #[test]
    fn every_scope_is_found() {
        assert_eq!(
            expand("${#Project#p} ${#TestSuite#t} ${#TestCase#c} ${#Global#g} ${#System#s} ${g}"),
            "project suite case global system global"
        );
        assert_eq!(expand("${#Env#PATH}"), std::env::var("PATH").unwrap());
        assert_eq!(expand("[${Call it#x}]"), "[step]");
    }

    #[test]
    fn an_answer_is_read_by_xpath_with_its_own_prefixes_or_declared_ones() {
        assert_eq!(expand("${Call it#Response#//n:b[2]}"), "2");
        assert_eq!(expand("${Call it#Response#declare namespace q='urn:n'; //q:b[1]}"), "1");
        assert_eq!(expand("${Call it#Response#count(//*:b)}"), "2");
    }

    #[test]
    fn names_may_be_built_from_values_and_values_may_hold_names() {
        assert_eq!(expand("${#Project#${#Project#name}}"), "project");
        assert_eq!(expand("${#Project#deep}"), "<case>");
    }

    #[test]
    fn two_dollars_are_a_literal_one() {
        assert_eq!(expand("a $${#Project#p} b"), "a ${#Project#p} b");
        assert_eq!(expand("$5 {x} ${"), "$5 {x} ${");
    }

    #[test]
    fn an_unknown_name_is_empty_and_noted() {
        let context = context();
        assert_eq!(context.expand("[${#Project#q}${nobody}${No step#x}]", false).unwrap(), "[]");
        assert_eq!(context.unknown.borrow().len(), 3);
    }

    #[test]
    fn steps_are_searched_only_where_the_case_says_so() {
        assert_eq!(expand("[${x}]"), "[]");
        assert_eq!(Context { search: true, ..context() }.expand("[${x}]", false).unwrap(), "[step]");
    }

    #[test]
    fn values_are_escaped_where_the_request_says_so() {
        assert_eq!(context().expand("<v>${#Project#xml}</v>", true).unwrap(), "<v>a&lt;b</v>");
    }

    #[test]
    fn what_cannot_be_expanded_is_never_taken_for_empty() {
        for text in ["${=1+1}", "${Call it#Response#$.a}", "${#[S#C#T]#Response}"] {
            assert!(matches!(context().expand(text, false), Err(Stop::Skipped(_))), "{text}");
        }
        assert!(matches!(context().expand("${#Project#loop}", false), Err(Stop::Failed(_))));
    }
}
