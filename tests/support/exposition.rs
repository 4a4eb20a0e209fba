//! The text format of Prometheus, read strictly: what a scraper would forgive is a failure here.

use std::collections::{BTreeMap, BTreeSet};

/// A page of metrics.
#[derive(Debug)]
pub struct Page {
    /// By name, each with its type.
    pub families: BTreeMap<String, String>,
    samples: BTreeMap<Series, f64>,
}

/// A name with its labels.
pub type Series = (String, BTreeMap<String, String>);

impl Page {
    /// Reads a page; panics where it breaks the format.
    pub fn read(text: &str) -> Self {
        let mut page = Self {
            families: BTreeMap::new(),
            samples: BTreeMap::new(),
        };
        assert!(text.ends_with('\n'), "the last line has no end");
        let mut lines = text.lines().peekable();
        while let Some(line) = lines.next() {
            let (name, help) = line.strip_prefix("# HELP ").and_then(|rest| rest.split_once(' ')).expect(line);
            assert!(!help.is_empty() && is_name(name), "{line}");
            let of_type = lines.next().expect("a TYPE line");
            let kind = of_type.strip_prefix(&format!("# TYPE {name} ")).expect(of_type);
            assert!(["counter", "gauge", "histogram"].contains(&kind), "{of_type}");
            assert_eq!(name.ends_with("_total"), kind == "counter", "{of_type}");
            assert!(
                page.families.insert(name.to_owned(), kind.to_owned()).is_none(),
                "{name} occurs twice"
            );
            let before = page.samples.len();
            while let Some(line) = lines.next_if(|line| !line.starts_with('#')) {
                let (series, value) = sample(line);
                let suffix = series.0.strip_prefix(name).expect(line);
                let of_histogram = ["_bucket", "_sum", "_count"].contains(&suffix);
                assert!(if kind == "histogram" { of_histogram } else { suffix.is_empty() }, "{line}");
                assert!(page.samples.insert(series, value).is_none(), "twice: {line}");
            }
            assert!(page.samples.len() > before, "{name} has no samples");
            if kind == "histogram" {
                page.check_histogram(name);
            }
        }
        page
    }

    /// The value of a series.
    pub fn get(&self, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        let labels = labels
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        self.samples.get(&(name.to_owned(), labels)).copied()
    }

    /// The value of a series that must be there.
    pub fn value(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        self.get(name, labels).unwrap_or_else(|| panic!("no {name} {labels:?}"))
    }

    /// The series of a name, each with its value.
    pub fn of(&self, name: &str) -> impl Iterator<Item = (&BTreeMap<String, String>, f64)> {
        let named = self.samples.iter().filter(move |((found, _), _)| found == name);
        named.map(|((_, labels), value)| (labels, *value))
    }

    /// Every label with every value it has.
    pub fn labels(&self) -> BTreeSet<(String, String)> {
        self.samples.keys().flat_map(|(_, labels)| labels.clone()).collect()
    }

    /// Buckets grow, and the last holds all.
    fn check_histogram(&self, name: &str) {
        let mut last = BTreeMap::new();
        let mut bounds: BTreeMap<_, Vec<(f64, f64)>> = BTreeMap::new();
        for (labels, value) in self.of(&format!("{name}_bucket")) {
            let mut labels = labels.clone();
            let bound = labels.remove("le").expect("a bucket has a bound");
            bounds.entry(labels).or_default().push((number(&bound), value));
        }
        for (labels, mut buckets) in bounds {
            buckets.sort_by(|one, other| one.0.total_cmp(&other.0));
            assert!(buckets.is_sorted_by(|one, other| one.1 <= other.1), "{name} {labels:?} {buckets:?}");
            let (bound, all) = *buckets.last().unwrap();
            assert!(bound.is_infinite(), "{name} has no last bucket");
            last.insert(labels, all);
        }
        let counts: BTreeMap<_, _> = self
            .of(&format!("{name}_count"))
            .map(|(labels, value)| (labels.clone(), value))
            .collect();
        assert_eq!(counts, last, "{name}");
        assert_eq!(self.of(&format!("{name}_sum")).count(), counts.len(), "{name}");
    }
}

fn sample(line: &str) -> (Series, f64) {
    let end = line.find(['{', ' ']).expect(line);
    let (name, mut rest) = line.split_at(end);
    assert!(is_name(name), "{line}");
    let mut labels = BTreeMap::new();
    if let Some(inner) = rest.strip_prefix('{') {
        rest = inner;
        loop {
            let (label, after) = rest.split_once("=\"").expect(line);
            assert!(is_name(label) && !label.contains(':'), "{line}");
            let end = after.find('"').expect(line);
            assert!(!after[..end].contains('\\'), "nothing of ours needs escaping: {line}");
            assert!(labels.insert(label.to_owned(), after[..end].to_owned()).is_none(), "{line}");
            rest = &after[end + 1..];
            match rest.strip_prefix(',') {
                Some(more) => rest = more,
                None => break,
            }
        }
        rest = rest.strip_prefix('}').expect(line);
    }
    let value = rest.strip_prefix(' ').expect(line);
    ((name.to_owned(), labels), number(value))
}

fn number(text: &str) -> f64 {
    match text {
        "+Inf" => f64::INFINITY,
        _ => text.parse().unwrap_or_else(|_| panic!("{text} is no number")),
    }
}

fn is_name(text: &str) -> bool {
    let begins = text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    begins && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_:".contains(&byte))
}
