//! Property transfers: a value is read from one step and written to another. It knows the options and how a value is written into the
//! XML of a request without touching the rest of it; which steps there are is the context's.

use crate::expansion::{Context, escape};
use crate::fragment;
use crate::outcome::Stop;
use crate::project::Transfer;
use crate::xpath::{self, Found, Kind, Prefixes, Selection};
use roxmltree::Document;

/// What was read: the text, and the element it came from as XML.
struct Source {
    text: String,
    element: Option<Element>,
}

struct Element {
    whole: String,
    inner: String,
    has_children: bool,
}

/// Carries out one transfer; gives a note where it changed nothing.
pub fn carry_out(transfer: &Transfer, context: &mut Context, last_request: &str) -> Result<Option<String>, Stop> {
    if transfer.source.path.trim_start().starts_with('$') || transfer.target.path.trim_start().starts_with('$') {
        return Stop::skipped("JSONPath is not evaluated");
    }
    let holder = |step: &str| {
        if step.is_empty() {
            last_request.to_owned()
        } else {
            step.to_owned()
        }
    };
    let property = |name: &str, otherwise: &str| if name.is_empty() { otherwise.to_owned() } else { name.to_owned() };
    let (source, source_property) = (holder(&transfer.source.step), property(&transfer.source.property, "Response"));
    let (target, target_property) = (holder(&transfer.target.step), property(&transfer.target.property, "Request"));
    if context.values(&target).is_none() {
        return Stop::failed(format!("there is no step {target} to write to"));
    }
    let value = context.value(&source, &source_property);
    if value.is_none() && context.values(&source).is_none() {
        return Stop::failed(format!("there is no step {source} to read from"));
    }
    let path = context.expand(&transfer.source.path, false)?;
    let sources = read(value.as_deref(), path.trim(), transfer)?;
    if sources.is_empty() {
        if transfer.null_on_missing {
            let written = write(
                transfer,
                context,
                &target,
                &target_property,
                &[Source {
                    text: String::new(),
                    element: None,
                }],
            )?;
            return Ok(written.or(Some("nothing was found at the source: the target is now empty".into())));
        }
        if transfer.ignore_empty {
            return Ok(Some("nothing was found at the source: the target stays as it was".into()));
        }
        return Stop::failed(format!("nothing was found at the source: {source}, {source_property} {path}"));
    }
    if transfer.ignore_empty && sources.iter().all(|source| source.text.is_empty()) {
        return Ok(Some("the source is empty: the target stays as it was".into()));
    }
    write(transfer, context, &target, &target_property, &sources)
}

fn read(value: Option<&str>, path: &str, transfer: &Transfer) -> Result<Vec<Source>, Stop> {
    let Some(value) = value else { return Ok(Vec::new()) };
    if path.is_empty() {
        return Ok(vec![Source {
            text: value.to_owned(),
            element: None,
        }]);
    }
    if value.trim().is_empty() {
        return Ok(Vec::new());
    }
    let document = value.trim_start_matches('\u{feff}').trim_start();
    let nodes = match xpath::select(document, path, Prefixes::OfDocument) {
        Err(Stop::Failed(error)) if transfer.xquery => return Stop::skipped(format!("XQuery: {error}")),
        Err(stop) => return Err(stop),
        Ok(Selection::Value(text)) => return Ok(vec![Source { text, element: None }]),
        Ok(Selection::Nodes(nodes)) => nodes,
    };
    let tree = Document::parse(document).map_err(|error| Stop::Failed(format!("not XML: {error}")))?;
    Ok(nodes
        .into_iter()
        .map(|found| {
            let node = (found.kind == Kind::Element).then(|| xpath::locate(&tree, &found.path)).flatten();
            let element = node.map(|node| Element {
                whole: fragment::standalone(node),
                inner: node
                    .children()
                    .map(|child| {
                        if child.is_element() {
                            fragment::standalone(child)
                        } else {
                            escaped_text(child)
                        }
                    })
                    .collect(),
                has_children: node.children().any(|child| child.is_element()),
            });
            let text = match &element {
                Some(element) if !transfer.text_content || element.has_children => element.whole.clone(),
                _ => found.value,
            };
            Source { text, element }
        })
        .collect())
}

fn escaped_text(node: roxmltree::Node<'_, '_>) -> String {
    if node.is_text() {
        escape(node.text().unwrap_or_default())
    } else {
        String::new()
    }
}

fn write(transfer: &Transfer, context: &mut Context, holder: &str, property: &str, sources: &[Source]) -> Result<Option<String>, Stop> {
    let Some(first) = sources.first() else { return Ok(None) };
    let path = context.expand(&transfer.target.path, false)?;
    let path = path.trim();
    if path.is_empty() {
        let value = if transfer.entitize {
            escape(&first.text)
        } else {
            first.text.clone()
        };
        context.set(holder, property, value);
        return Ok(None);
    }
    let text = context.value(holder, property).unwrap_or_default();
    let text = text.trim_start_matches('\u{feff}').trim_start().to_owned();
    let Selection::Nodes(targets) = xpath::select(&text, path, Prefixes::OfDocument)? else {
        return Stop::failed(format!("the target path selects no node: {path}"));
    };
    if targets.is_empty() {
        return Stop::failed(format!("nothing was found at the target: {holder}, {property} {path}"));
    }
    let several = !transfer.source.path.trim().is_empty();
    let mut changes = Vec::new();
    let tree = Document::parse(&text).map_err(|error| Stop::Failed(format!("not XML: {error}")))?;
    for (index, target) in targets.iter().enumerate() {
        let source = match sources.get(index) {
            Some(source) if several || index == 0 => source,
            _ if transfer.to_all => sources.last().unwrap_or(first),
            _ => break,
        };
        changes.push(change(transfer, &tree, target, source)?);
    }
    context.set(holder, property, fragment::replaced(&text, changes));
    Ok(None)
}

fn change(transfer: &Transfer, tree: &Document<'_>, target: &Found, source: &Source) -> Result<(std::ops::Range<usize>, String), Stop> {
    let Some(node) = xpath::locate(tree, &target.path) else {
        return Stop::failed("the target is not in the text");
    };
    let text = escape(&source.text);
    match (&target.kind, &source.element) {
        (Kind::Element, Some(element)) if transfer.child_nodes => Ok((node.range(), fragment::filled(node, &element.inner))),
        (Kind::Element, Some(element)) if !transfer.text_content || element.has_children => Ok((node.range(), element.whole.clone())),
        (Kind::Element, _) => Ok((node.range(), fragment::filled(node, &text))),
        (Kind::Text, _) if node.children().all(|child| !child.is_element()) => Ok((node.range(), fragment::filled(node, &text))),
        (Kind::Attribute(name, namespace), _) => {
            let attribute = node
                .attributes()
                .find(|other| other.name() == name && other.namespace() == namespace.as_deref());
            match attribute {
                Some(attribute) => Ok((attribute.range_value(), text)),
                None => Stop::failed("the target attribute is not in the text"),
            }
        }
        _ => Stop::skipped("a target that is neither an element nor an attribute nor the only text of an element"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::project::{End, Values};

    const ANSWER: &str = "<a xmlns='urn:a' xmlns:n='urn:n'><n:b i='7'>1 &amp; 2</n:b><n:b>3</n:b><c><d/></c><e/></a>";
    const REQUEST: &str = "<r>\n  <!-- kept --><x>old</x><x/><y z=\"old\">${p}</y>\n</r>";

    fn context() -> Context {
        let values = |name: &str, value: &str| Values::from([(name.to_owned(), value.to_owned())]);
        Context {
            steps: vec![
                ("Ask".into(), values("Response", ANSWER)),
                ("Tell".into(), values("Request", REQUEST)),
            ],
            ..Context::default()
        }
    }

    fn transfer(from: &str, to: &str) -> Transfer {
        let end = |step: &str, property: &str, path: &str| End {
            step: step.into(),
            property: property.into(),
            path: path.into(),
        };
        Transfer {
            source: end("Ask", "Response", from),
            target: if to.is_empty() {
                end("#TestCase#", "v", "")
            } else {
                end("Tell", "Request", to)
            },
            fail_on_error: true,
            null_on_missing: true,
            text_content: true,
            ..Transfer::default()
        }
    }

    fn moved(transfer: &Transfer) -> Result<String, Stop> {
        let mut context = context();
        carry_out(transfer, &mut context, "Ask")?;
        Ok(context.value(&transfer.target.step, &transfer.target.property).unwrap_or_default())
    }

    #[test]
    fn text_goes_to_a_property() {
        assert_eq!(moved(&transfer("//n:b[1]", "")).unwrap(), "1 & 2");
        assert_eq!(moved(&transfer("//n:b/@i", "")).unwrap(), "7");
        assert_eq!(moved(&transfer("count(//n:b)", "")).unwrap(), "2");
        assert_eq!(moved(&transfer("", "")).unwrap(), ANSWER);
    }

    #[test]
    fn entitize_escapes_the_value() {
        assert_eq!(
            moved(&Transfer {
                entitize: true,
                ..transfer("//n:b[1]", "")
            })
            .unwrap(),
            "1 &amp; 2"
        );
    }

    #[test]
    fn an_element_goes_whole_where_text_is_not_asked_for_or_it_has_children() {
        let whole = moved(&Transfer {
            text_content: false,
            ..transfer("//n:b[2]", "")
        })
        .unwrap();
        assert!(
            whole.starts_with("<n:b") && whole.contains("xmlns:n=\"urn:n\"") && whole.ends_with(">3</n:b>"),
            "{whole}"
        );
        assert!(moved(&transfer("//*:c", "")).unwrap().contains("<d/>"));
    }

    #[test]
    fn text_goes_into_a_request_and_the_rest_of_it_stays() {
        assert_eq!(
            moved(&transfer("//n:b[1]", "//x[1]")).unwrap(),
            REQUEST.replace("<x>old</x>", "<x>1 &amp; 2</x>")
        );
        assert_eq!(moved(&transfer("//n:b[2]", "//x[2]")).unwrap(), REQUEST.replace("<x/>", "<x>3</x>"));
        assert_eq!(
            moved(&transfer("//n:b[1]", "//y/@z")).unwrap(),
            REQUEST.replace("\"old\"", "\"1 &amp; 2\"")
        );
        assert_eq!(
            moved(&transfer("//n:b[2]/text()", "//x[1]/text()")).unwrap(),
            REQUEST.replace("<x>old</x>", "<x>3</x>")
        );
    }

    #[test]
    fn several_sources_go_to_several_targets_one_by_one() {
        assert_eq!(
            moved(&transfer("//n:b", "//x")).unwrap(),
            REQUEST.replace("<x>old</x><x/>", "<x>1 &amp; 2</x><x>3</x>")
        );
    }

    #[test]
    fn one_source_goes_to_all_targets_only_where_asked_for() {
        assert_eq!(
            moved(&transfer("//n:b[2]", "//x")).unwrap(),
            REQUEST.replace("<x>old</x>", "<x>3</x>")
        );
        let all = Transfer {
            to_all: true,
            ..transfer("//n:b[2]", "//x")
        };
        assert_eq!(moved(&all).unwrap(), REQUEST.replace("<x>old</x><x/>", "<x>3</x><x>3</x>"));
    }

    #[test]
    fn children_replace_children() {
        let children = Transfer {
            child_nodes: true,
            ..transfer("//*:c", "//x[1]")
        };
        let written = moved(&children).unwrap();
        assert!(written.contains("<x><d ") && written.contains("xmlns=\"urn:a\""), "{written}");
    }

    #[test]
    fn a_missing_source_empties_the_target_or_leaves_it_or_fails() {
        let missing = transfer("//nothing", "//x[1]");
        assert_eq!(moved(&missing).unwrap(), REQUEST.replace("<x>old</x>", "<x></x>"));
        let left = Transfer {
            null_on_missing: false,
            ignore_empty: true,
            ..missing.clone()
        };
        assert_eq!(moved(&left).unwrap(), REQUEST);
        assert!(matches!(
            moved(&Transfer {
                null_on_missing: false,
                ..missing
            }),
            Err(Stop::Failed(_))
        ));
    }

    #[test]
    fn an_empty_source_is_ignored_where_asked_for() {
        assert_eq!(
            moved(&transfer("//*:e", "//x[1]")).unwrap(),
            REQUEST.replace("<x>old</x>", "<x></x>")
        );
        assert_eq!(
            moved(&Transfer {
                ignore_empty: true,
                ..transfer("//*:e", "//x[1]")
            })
            .unwrap(),
            REQUEST
        );
    }

    #[test]
    fn missing_targets_and_steps_fail_and_json_is_skipped() {
        assert!(matches!(moved(&transfer("//n:b", "//nothing")), Err(Stop::Failed(_))));
        let mut other = transfer("//n:b", "");
        other.source.step = "Nobody".into();
        assert!(matches!(moved(&other), Err(Stop::Failed(_))));
        assert!(matches!(moved(&transfer("$.a", "")), Err(Stop::Skipped(_))));
    }
}
