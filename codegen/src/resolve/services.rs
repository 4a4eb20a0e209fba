//! Services: port, binding, port type and messages become operations on elements.

use super::{parse_name, unknown};
use crate::{
    error::{Error, Place},
    model::{ElementId, Fault, Model, Operation, QName, Service},
    source::Unit,
    wsdl,
};

const HTTP: &str = "http://schemas.xmlsoap.org/soap/http";

/// Adds the services of all WSDL documents to the model.
pub(super) fn link(model: &mut Model, definitions: &[(&Unit, wsdl::Definitions)]) -> Result<(), Error> {
    let mut services = Vec::new();
    for (unit, document) in definitions {
        for service in &document.service {
            let linker = Linker { model, definitions };
            linker.service(unit, document, service, &mut services)?;
        }
    }
    model.services = services;
    Ok(())
}

struct Linker<'a> {
    model: &'a Model,
    definitions: &'a [(&'a Unit, wsdl::Definitions)],
}

/// A declaration with its document.
type Found<'a, T> = (&'a Unit, &'a T);

impl<'a> Linker<'a> {
    fn service(&self, unit: &Unit, document: &wsdl::Definitions, item: &wsdl::Service, services: &mut Vec<Service>) -> Result<(), Error> {
        let mut has_soap = false;
        for port in &item.port {
            let place = place(unit, port.ordinal);
            let name = required(port.binding.as_deref(), "binding", &place)?;
            let (binding_unit, binding) = self.find(&name, "binding", &place, |d| &d.binding, |b| &b.name)?;
            if binding.soap_binding.is_empty() && !binding.other_binding.is_empty() {
                continue;
            }
            let place = self::place(binding_unit, binding.ordinal);
            let soap = binding
                .soap_binding
                .first()
                .ok_or_else(|| Error::unsupported(&place, "a binding without soap:binding"))?;
            let soap_place = self::place(binding_unit, soap.ordinal);
            if soap.transport.as_deref().is_some_and(|transport| transport != HTTP) {
                return Err(Error::unsupported(&soap_place, "a transport that is not HTTP"));
            }
            document_style(soap.style.as_deref(), &soap_place)?;
            let name = required(binding.port_type.as_deref(), "type", &place)?;
            let (port_unit, port_type) = self.find(&name, "port type", &place, |d| &d.port_type, |p| &p.name)?;
            let name = port_type.name.clone().unwrap_or_default();
            has_soap = true;
            // Another port of the same service.
            if services
                .iter()
                .any(|service| service.name == name && service.namespace == unit.namespace)
            {
                continue;
            }
            let mut operations = Vec::new();
            for operation in &port_type.operation {
                operations.push(self.operation((port_unit, operation), (binding_unit, binding))?);
            }
            self.check_binding(port_type, (binding_unit, binding))?;
            let documentation = [&item.documentation, &port_type.documentation, &document.documentation];
            services.push(Service {
                version: version(unit, &name),
                name,
                namespace: unit.namespace.clone(),
                address: port.address.first().and_then(|a| a.location.clone()).unwrap_or_default(),
                documentation: documentation
                    .iter()
                    .find(|documentation| !documentation.is_empty())
                    .map(|documentation| documentation.iter().map(Into::into).collect())
                    .unwrap_or_default(),
                operations,
                document: unit.file,
                place: self::place(unit, item.ordinal),
            });
        }
        if has_soap {
            Ok(())
        } else {
            Err(Error::unsupported(&place(unit, item.ordinal), "a service without a SOAP 1.1 port"))
        }
    }

    fn operation(
        &self,
        (unit, item): Found<'a, wsdl::Operation>,
        (binding_unit, binding): Found<'a, wsdl::Binding>,
    ) -> Result<Operation, Error> {
        let place = place(unit, item.ordinal);
        let name = item.name.clone().unwrap_or_default();
        let bound = binding.operation.iter().find(|bound| bound.name == item.name);
        let bound = bound.ok_or_else(|| Error::invalid(&place, "the binding has no such operation"))?;
        let bound_place = self::place(binding_unit, bound.ordinal);
        let soap = bound.soap_operation.first();
        document_style(soap.and_then(|soap| soap.style.as_deref()), &bound_place)?;
        let (Some(input), Some(output)) = (item.input.first(), item.output.first()) else {
            return Err(Error::unsupported(&place, "an operation without input and output"));
        };
        let (request, headers) = self.direction(unit, input, binding_unit, bound.input.first(), &bound_place)?;
        let (response, response_headers) = self.direction(unit, output, binding_unit, bound.output.first(), &bound_place)?;
        let mut faults = Vec::new();
        for fault in &item.fault {
            let place = self::place(unit, fault.ordinal);
            for soap in bound.fault.iter().flat_map(|fault| &fault.soap_fault) {
                literal(soap.usage.as_deref(), &self::place(binding_unit, soap.ordinal))?;
            }
            let parts = self.parts(fault.message.as_deref(), &place)?;
            let [(_, element)] = parts.as_slice() else {
                return Err(Error::invalid(&place, "a fault message has one part"));
            };
            faults.push(Fault {
                name: fault.name.clone().unwrap_or_default(),
                element: *element,
            });
        }
        Ok(Operation {
            name,
            action: soap.and_then(|soap| soap.soap_action.clone()).unwrap_or_default(),
            documentation: item.documentation.iter().map(Into::into).collect(),
            request,
            response,
            headers,
            response_headers,
            faults,
            place,
        })
    }

    /// Body element and header elements of an input or output.
    fn direction(
        &self,
        unit: &Unit,
        abstract_one: &wsdl::Direction,
        binding_unit: &Unit,
        bound: Option<&wsdl::Direction>,
        bound_place: &Place,
    ) -> Result<(ElementId, Vec<ElementId>), Error> {
        let place = place(unit, abstract_one.ordinal);
        let mut parts = self.parts(abstract_one.message.as_deref(), &place)?;
        let bound = bound.ok_or_else(|| Error::invalid(bound_place, "the binding lacks a direction"))?;
        let mut headers = Vec::new();
        for header in &bound.header {
            let place = self::place(binding_unit, header.ordinal);
            literal(header.usage.as_deref(), &place)?;
            let wanted = header.part.as_deref().unwrap_or_default();
            let message = self.parts(header.message.as_deref(), &place)?;
            let found = message.iter().find(|(name, _)| name == wanted);
            let (_, element) = found.ok_or_else(|| unknown(&place, "message part", &QName::new("", wanted)))?;
            headers.push(*element);
            if header.message == abstract_one.message {
                parts.retain(|(name, _)| name != wanted);
            }
        }
        let body = bound.body.first();
        let body = body.ok_or_else(|| Error::invalid(bound_place, "the binding has no soap:body"))?;
        let body_place = self::place(binding_unit, body.ordinal);
        literal(body.usage.as_deref(), &body_place)?;
        if let Some(wanted) = &body.parts {
            parts.retain(|(name, _)| wanted.split_ascii_whitespace().any(|wanted| wanted == name));
        }
        match parts.as_slice() {
            [(_, element)] => Ok((*element, headers)),
            _ => Err(Error::unsupported(&body_place, "a body that is not exactly one element")),
        }
    }

    /// Parts of a message: name and element.
    fn parts(&self, message: Option<&str>, place: &Place) -> Result<Vec<(String, ElementId)>, Error> {
        let name = required(message, "message", place)?;
        let (unit, message) = self.find(&name, "message", place, |d| &d.message, |m| &m.name)?;
        let mut parts = Vec::new();
        for part in &message.part {
            let place = self::place(unit, part.ordinal);
            let Some(element) = &part.element else {
                return Err(Error::unsupported(&place, "a message part by type"));
            };
            let name = parse_name(element);
            let found = self.model.global_element(&name.namespace, &name.local);
            let element = found.ok_or_else(|| unknown(&place, "element", &name))?;
            parts.push((part.name.clone().unwrap_or_default(), element));
        }
        Ok(parts)
    }

    /// A bound operation that the port type does not have would be lost in silence.
    fn check_binding(&self, port_type: &wsdl::PortType, (unit, binding): Found<'_, wsdl::Binding>) -> Result<(), Error> {
        for bound in &binding.operation {
            if !port_type.operation.iter().any(|operation| operation.name == bound.name) {
                let place = place(unit, bound.ordinal);
                return Err(Error::invalid(&place, "the port type has no such operation"));
            }
        }
        Ok(())
    }

    fn find<T>(
        &self,
        name: &QName,
        kind: &'static str,
        place: &Place,
        items: impl Fn(&'a wsdl::Definitions) -> &'a Vec<T>,
        name_of: impl Fn(&T) -> &Option<String>,
    ) -> Result<Found<'a, T>, Error> {
        for (unit, document) in self.definitions {
            if unit.namespace == name.namespace {
                let found = items(document).iter().find(|item| name_of(item).as_deref() == Some(&name.local));
                if let Some(item) = found {
                    return Ok((unit, item));
                }
            }
        }
        Err(unknown(place, kind, name))
    }
}

fn place(unit: &Unit, ordinal: u32) -> Place {
    unit.place(ordinal)
}

fn required(name: Option<&str>, attribute: &str, place: &Place) -> Result<QName, Error> {
    let name = name.ok_or_else(|| Error::invalid(place, format!("{attribute} is missing")))?;
    Ok(parse_name(name))
}

fn document_style(style: Option<&str>, place: &Place) -> Result<(), Error> {
    match style {
        None | Some("document") => Ok(()),
        Some(style) => Err(Error::unsupported(place, format!("style={style:?}"))),
    }
}

fn literal(usage: Option<&str>, place: &Place) -> Result<(), Error> {
    match usage {
        None | Some("literal") => Ok(()),
        Some(usage) => Err(Error::unsupported(place, format!("use={usage:?}"))),
    }
}

/// From the file name (`Service.v2.wsdl`), else from the namespace (`…/2/Service`).
fn version(unit: &Unit, service: &str) -> Option<String> {
    let file = unit.places.first()?.file.rsplit('/').next()?.to_owned();
    let from_file = file.split('.').find_map(|word| {
        let digits = word.strip_prefix('v')?;
        digits.starts_with(|c: char| c.is_ascii_digit()).then(|| digits.to_owned())
    });
    from_file.or_else(|| {
        let head = unit.namespace.strip_suffix(service)?.strip_suffix('/')?;
        let version = head.rsplit('/').next()?.trim_start_matches('v');
        version.starts_with(|c: char| c.is_ascii_digit()).then(|| version.to_owned())
    })
}
