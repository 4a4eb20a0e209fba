//! The step that calls a service. It knows where the request goes, what stands in it and who judges the answer; how an
//! assertion judges is left to `assertion`, the wire to `http`.

use super::Runner;
use crate::assertion::{self, Exchange};
use crate::definition;
use crate::expansion::Context;
use crate::http::Call;
use crate::outcome::{StepReport, Stop};
use crate::project::Request;
use crate::schema::Schemas;
use std::time::Duration;

impl Runner<'_> {
    /// Where a request goes when the command line says nothing.
    pub(super) fn address(&self, request: &Request) -> String {
        let of_interface = || {
            self.project
                .interface(&request.interface)
                .and_then(|interface| interface.endpoints.first().cloned())
                .unwrap_or_default()
        };
        if request.endpoint.is_empty() {
            of_interface()
        } else {
            request.endpoint.clone()
        }
    }

    /// Sends the request of a step and judges its answer; the answer's parts become properties of the step.
    pub(super) fn request(&mut self, name: &str, request: &Request, context: &mut Context, report: &mut StepReport) -> Result<(), Stop> {
        if !request.foreign.is_empty() {
            return Stop::skipped(format!("it needs {}", request.foreign.join(", ")));
        }
        let project = self.project;
        let Some(interface) = project.interface(&request.interface) else {
            return Stop::failed(format!("the project has no interface {}", request.interface));
        };
        if !interface.actions.contains_key(&request.operation) {
            return Stop::failed(format!("the interface {} has no operation {}", interface.name, request.operation));
        }
        let value = |property: &str| context.value(name, property).unwrap_or_default();
        let timeout = context.expand(&request.timeout, false)?;
        let mut headers = Vec::new();
        for (key, value) in request.headers.iter().chain(&self.options.headers) {
            headers.push((key.clone(), context.expand(value, false)?));
        }
        let credentials = match &request.credentials {
            Some(_) => Some((
                context.expand(&value("Username"), false)?,
                context.expand(&value("Password"), false)?,
            )),
            None => None,
        };
        let url = match &self.options.endpoint {
            Some(endpoint) => endpoint.clone(),
            None => on_host(&context.expand(&value("Endpoint"), false)?, self.options.host.as_deref()),
        };
        let call = Call {
            url,
            soap12: interface.soap12,
            action: interface.actions.get(&request.operation).cloned().unwrap_or_default(),
            headers,
            credentials,
            timeout: timeout.trim().parse().ok().filter(|millis| *millis > 0).map(Duration::from_millis),
            body: context.expand(&value("Request"), request.entitize)?,
        };
        let answer = match call.send() {
            Ok(answer) => answer,
            Err(error) => return Stop::failed(format!("no answer from {}: {error}", call.url)),
        };
        for (property, value) in [
            ("Response", &answer.body),
            ("ResponseAsXml", &answer.body),
            ("RawResponse", &answer.body),
            ("RawRequest", &call.body),
        ] {
            context.set(name, property, value.clone());
        }
        for assertion in &request.assertions {
            if assertion.disabled {
                report
                    .notes
                    .push(format!("the assertion {} is disabled in the project", assertion.name));
                continue;
            }
            report.assertions += 1;
            let mut comply = |other: &str| self.comply(interface.name.clone(), other, &answer.body, &request.operation);
            let mut exchange = Exchange {
                answer: &answer,
                soap12: interface.soap12,
                comply: &mut comply,
            };
            if let Err(stop) = assertion::judge(assertion, &mut exchange, context) {
                report.problems.push((assertion.name.clone(), stop));
            }
        }
        if report.assertions == 0 {
            report.notes.push(format!("nothing is asserted; the status was {}", answer.status));
        }
        Ok(())
    }

    fn comply(&mut self, interface: String, other: &str, message: &str, operation: &str) -> Result<(), Stop> {
        let project = self.project;
        let key = (interface, other.to_owned());
        let name = key.0.clone();
        let schemas = self.schemas.entry(key).or_insert_with(|| {
            let documents = match project.interface(&name) {
                Some(interface) if other.is_empty() || other == interface.definition => definition::documents(interface),
                _ => definition::fetch(other),
            };
            Schemas::compile(documents.map_err(Stop::Skipped)?)
        });
        match schemas {
            Ok(schemas) => schemas.judge(message, operation),
            Err(stop) => Err(stop.clone()),
        }
    }
}

/// The address with another host and port.
fn on_host(url: &str, host: Option<&str>) -> String {
    let Some((host, (scheme, rest))) = host.zip(url.split_once("://")) else {
        return url.to_owned();
    };
    let path = rest.find('/').and_then(|at| rest.get(at..)).unwrap_or_default();
    format!("{scheme}://{host}{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_replaces_the_host_of_an_address() {
        assert_eq!(on_host("https://a:1/b/c?d", Some("e:2")), "https://e:2/b/c?d");
        assert_eq!(on_host("http://a", Some("e")), "http://e");
        assert_eq!(on_host("http://a/b", None), "http://a/b");
    }
}
