//! The project file of this repository: in step with the contracts, complete, and judged by what it asserts.
#![allow(clippy::unwrap_used, reason = "tests")]

use soapui_runner::cache;
use soapui_runner::project::{Action, Project};
use soapui_runner::schema::Schemas;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn text() -> String {
    std::fs::read_to_string(root().join("fixtures/soapui/dialogmodul-soapui-project.xml")).unwrap()
}

#[test]
fn the_cached_definitions_are_the_contracts() {
    assert!(
        cache::refreshed(&text(), &root().join("wsdl")).unwrap() == text(),
        "run: soapui-runner cache PROJECT --from wsdl"
    );
}

#[test]
fn the_smoke_suite_calls_every_operation_of_every_interface() {
    let project = Project::parse(&text()).unwrap();
    let smoke = project.suites.iter().find(|suite| suite.name == "smoke").unwrap();
    let called: BTreeSet<(&str, &str)> = smoke
        .cases
        .iter()
        .flat_map(|case| &case.steps)
        .filter_map(|step| match &step.action {
            Action::Request(request) => Some((request.interface.as_str(), request.operation.as_str())),
            _ => None,
        })
        .collect();
    for interface in &project.interfaces {
        let contract = std::fs::read_to_string(root().join(format!("wsdl/{}.wsdl", interface.name))).unwrap();
        assert_eq!(
            contract.matches("<soap:operation ").count(),
            interface.actions.len(),
            "{}",
            interface.name
        );
        for (operation, action) in &interface.actions {
            assert!(
                called.contains(&(interface.name.as_str(), operation.as_str())),
                "{operation} is not called"
            );
            assert!(
                contract.contains(&format!("soapAction=\"{action}\"")),
                "{action} is not in the contract"
            );
        }
    }
}

#[test]
fn every_contract_is_an_interface_that_compiles_and_every_call_asserts_something() {
    let project = Project::parse(&text()).unwrap();
    let mut contracts: Vec<_> = std::fs::read_dir(root().join("wsdl"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    contracts.retain(|path| path.extension().is_some_and(|extension| extension == "wsdl"));
    let contracts: BTreeSet<_> = contracts.iter().map(|path| path.file_stem().unwrap().to_string_lossy()).collect();
    let interfaces: BTreeSet<_> = project.interfaces.iter().map(|interface| interface.name.as_str().into()).collect();
    assert_eq!(interfaces, contracts);
    for interface in &project.interfaces {
        assert!(Schemas::compile(interface.parts.clone()).is_ok(), "{}", interface.name);
    }
    for step in project.suites.iter().flat_map(|suite| &suite.cases).flat_map(|case| &case.steps) {
        match &step.action {
            Action::Request(request) => assert!(request.assertions.len() >= 2 && request.foreign.is_empty(), "{}", step.name),
            Action::Foreign(why) => assert!(why.is_empty(), "{}: {why}", step.name),
            _ => {}
        }
    }
}
