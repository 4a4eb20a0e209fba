//! Keeps the definitions cached in a project file in step with the contracts it was made from. It knows where a cache stands in the file
//! and leaves everything else of it as it is; which suites the file has is its author's.

use crate::definition;
use crate::fragment;
use crate::project::NAMESPACE;
use roxmltree::{Document, Node};
use std::path::Path;

/// The project with every interface's cache made anew from `folder`: the interface named N has the WSDL `N.wsdl` there.
/// Addresses in the cache are those of the files, relative to the folder above.
pub fn refreshed(project: &str, folder: &Path) -> Result<String, String> {
    let tree = Document::parse(project).map_err(|error| format!("not XML: {error}"))?;
    let mut changes = Vec::new();
    for interface in tree
        .root_element()
        .children()
        .filter(|node| node.has_tag_name((NAMESPACE, "interface")))
    {
        let name = interface.attribute("name").unwrap_or_default();
        let Some(cache) = interface.children().find(|node| node.has_tag_name((NAMESPACE, "definitionCache"))) else {
            return Err(format!("the interface {name} has no definitionCache"));
        };
        changes.push((cache.range(), fragment_of(name, folder, &prefix(cache))?));
    }
    Ok(fragment::replaced(project, changes))
}

fn fragment_of(name: &str, folder: &Path, prefix: &str) -> Result<String, String> {
    let wsdl = folder.join(format!("{name}.wsdl"));
    let mut documents = definition::fetch(&wsdl.to_string_lossy())?;
    if let Some(rest) = documents.get_mut(1..) {
        rest.sort();
    }
    let above = folder
        .parent()
        .map(|above| above.to_string_lossy().replace('\\', "/"))
        .unwrap_or_default();
    let relative = |url: &str| url.strip_prefix(&above).unwrap_or(url).trim_start_matches('/').to_owned();
    let root = documents.first().map(|(url, _)| relative(url)).unwrap_or_default();
    let mut text = format!("<{prefix}definitionCache type=\"TEXT\" rootPart=\"{root}\">");
    for (url, content) in &documents {
        let content = content
            .trim_start_matches('\u{feff}')
            .replace("\r\n", "\n")
            .replace("]]>", "]]]]><![CDATA[>");
        let kind = if url.ends_with(".wsdl") {
            "http://schemas.xmlsoap.org/wsdl/"
        } else {
            definition::XSD
        };
        text.push_str(&format!(
            "\n      <{prefix}part>\n        <{prefix}url>{}</{prefix}url>\n        <{prefix}content><![CDATA[{content}]]></{prefix}content>\n        <{prefix}type>{kind}</{prefix}type>\n      </{prefix}part>",
            relative(url)
        ));
    }
    Ok(format!("{text}\n    </{prefix}definitionCache>"))
}

/// The prefix an element is written with, colon included.
fn prefix(node: Node<'_, '_>) -> String {
    let text = node.document().input_text().get(node.range().start + 1..).unwrap_or_default();
    let name = text
        .split(|character: char| character.is_whitespace() || matches!(character, '>' | '/'))
        .next()
        .unwrap_or_default();
    name.split_once(':').map_or(String::new(), |(prefix, _)| format!("{prefix}:"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::project::Project;

    #[test]
    fn a_refreshed_cache_is_what_the_files_say_and_is_not_refreshed_twice() {
        let folder = tempfile::tempdir().unwrap();
        let wsdl = folder.path().join("wsdl");
        std::fs::create_dir_all(&wsdl).unwrap();
        let text = "<definitions xmlns='http://schemas.xmlsoap.org/wsdl/'><types><schema xmlns='http://www.w3.org/2001/XMLSchema'><import namespace='urn:x' schemaLocation='../x.xsd'/></schema></types></definitions>";
        std::fs::write(wsdl.join("A.wsdl"), text).unwrap();
        std::fs::write(
            folder.path().join("x.xsd"),
            "<schema xmlns='http://www.w3.org/2001/XMLSchema' targetNamespace='urn:x'><!-- <![CDATA[ ]]> --></schema>",
        )
        .unwrap();
        let project = format!(
            "<con:soapui-project xmlns:con='{NAMESPACE}'><con:interface name='A'><con:definitionCache/></con:interface><!-- kept --></con:soapui-project>"
        );
        let once = refreshed(&project, &wsdl).unwrap();
        assert_eq!(refreshed(&once, &wsdl).unwrap(), once);
        assert!(once.ends_with("<!-- kept --></con:soapui-project>"));
        let model = Project::parse(&once).unwrap();
        let parts = &model.interface("A").unwrap().parts;
        assert_eq!(
            parts.iter().map(|(url, _)| url.as_str()).collect::<Vec<_>>(),
            ["wsdl/A.wsdl", "x.xsd"]
        );
        assert_eq!(parts.first().unwrap().1, text);
        assert!(refreshed(&project, folder.path()).is_err());
    }
}
