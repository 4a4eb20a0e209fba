//! Services: a trait, the table of operations and the dispatch of each, and the catalogue of all. Clients are told by `client`.

use std::collections::BTreeSet;

use super::{Options, client, doc, names_in_use, plan::Plan};
use crate::{
    error::Error,
    model::{Document, ElementId, Model, Operation, Service, TypeRef},
    names,
};

/// What all services share: their list, their operations, their documents.
pub(super) fn catalogue(plan: &Plan<'_>, options: &Options) -> String {
    let services = &plan.model.services;
    let each = |line: &dyn Fn(&Service, &str, &str) -> String| -> String {
        services
            .iter()
            .map(|service| line(service, &variant(service), &module_name(service)))
            .collect()
    };
    let variants = each(&|service, variant, _| {
        let lead = match &service.version {
            Some(version) => format!("{}, version {version}.", service.name),
            None => format!("{}.", service.name),
        };
        format!("{}{variant},\n", doc(&lead, &service.documentation.plain()))
    });
    let all = each(&|_, variant, _| format!("Self::{variant},"));
    let text = |value: &dyn Fn(&Service) -> String| each(&|service, variant, _| format!("Self::{variant} => {:?},\n", value(service)));
    let names = text(&|service| service.name.clone());
    let versions = text(&|service| service.version.clone().unwrap_or_default());
    let namespaces = text(&|service| service.namespace.clone());
    let addresses = text(&|service| service.address.clone());
    let documents = each(&|service, variant, _| {
        let needed = closure(plan.model, service.document);
        let list = needed.iter().map(|index| format!("&DOCUMENT_{index},")).collect::<String>();
        format!("Self::{variant} => const {{ &[{list}] }},\n")
    });
    let operations = each(&|_, variant, module| {
        format!("Self::{variant} => {module}::Operation::by_request(namespace, local).map(Operation::{variant}),\n")
    });
    let wrapped = each(&|service, variant, module| {
        let doc = doc(&format!("An operation of {}.", service.name), "");
        format!("{doc}{variant}({module}::Operation),\n")
    });
    let descriptions = each(&|_, variant, _| format!("Self::{variant}(operation) => operation.description(),\n"));
    let belongs = each(&|_, variant, _| format!("Self::{variant}(_) => Service::{variant},\n"));
    let lists = each(&|_, variant, module| {
        format!("Self::{variant} => {module}::Operation::ALL.iter().copied().map(Operation::{variant}).collect(),\n")
    });
    let used = services
        .iter()
        .flat_map(|service| closure(plan.model, service.document))
        .collect::<BTreeSet<_>>();
    let statics = used.iter().map(|index| document(plan.model, *index, options)).collect::<String>();
    let transport = client::TRANSPORT;
    format!(
        "/// A service of the contract, one for each version.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Service {{ {variants} }}

        impl Service {{
            /// All services.
            pub const ALL: &'static [Self] = &[{all}];

            /// Its name.
            pub fn name(self) -> &'static str {{ match self {{ {names} }} }}

            /// Its version; empty if it has none.
            pub fn version(self) -> &'static str {{ match self {{ {versions} }} }}

            /// Target namespace of its WSDL.
            pub fn namespace(self) -> &'static str {{ match self {{ {namespaces} }} }}

            /// The address its WSDL gives.
            pub fn address(self) -> &'static str {{ match self {{ {addresses} }} }}

            /// Its WSDL first, then every schema the WSDL needs.
            pub fn documents(self) -> &'static [&'static Document] {{ match self {{ {documents} }} }}

            /// Its operations, in the order of the WSDL.
            pub fn operations(self) -> Vec<Operation> {{ match self {{ {lists} }} }}

            /// The operation whose request has this root.
            pub fn operation(self, namespace: &str, local: &str) -> Option<Operation> {{
                match self {{ {operations} }}
            }}
        }}

        /// An operation of any service.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Operation {{ {wrapped} }}

        impl Operation {{
            /// The service it belongs to.
            pub fn service(self) -> Service {{ match self {{ {belongs} }} }}

            /// What the WSDL says about it.
            pub fn description(self) -> &'static OperationDescription {{ match self {{ {descriptions} }} }}
        }}

        /// What a WSDL says about an operation.
        #[derive(Clone, Copy, Debug)]
        pub struct OperationDescription {{
            /// Its name.
            pub name: &'static str,
            /// Its SOAP action.
            pub action: &'static str,
            /// Root of the request's body.
            pub request: xml::Name,
            /// Root of the response's body.
            pub response: xml::Name,
            /// Headers of the request.
            pub headers: &'static [xml::Name],
            /// Headers of the response.
            pub response_headers: &'static [xml::Name],
            /// Declared faults.
            pub faults: &'static [Fault],
            /// What it does.
            pub documentation: &'static str,
        }}

        /// A declared fault.
        #[derive(Clone, Copy, Debug)]
        pub struct Fault {{
            /// Its name.
            pub name: &'static str,
            /// The element of its detail.
            pub element: xml::Name,
        }}

        /// A document of the contract.
        #[derive(Clone, Copy, Debug)]
        pub struct Document {{
            /// File name.
            pub name: &'static str,
            /// Target namespace.
            pub namespace: &'static str,
            /// The document as it was written.
            pub bytes: &'static [u8],
            /// Schemas it imports or includes: namespace and file name.
            pub imports: &'static [(&'static str, &'static str)],
        }}
        {transport}
        {statics}"
    )
}

/// The module of a service.
pub(super) fn module(plan: &Plan<'_>, service: &Service) -> Result<String, Error> {
    let module = module_name(service);
    let operations = &service.operations;
    let each = |line: &dyn Fn(&Operation, &str) -> String| -> String {
        operations
            .iter()
            .map(|operation| line(operation, &names::type_name(&operation.name)))
            .collect()
    };
    let mut methods = String::new();
    let mut arms = String::new();
    for operation in operations {
        let request = payload(plan, operation, operation.request)?;
        let response = payload(plan, operation, operation.response)?;
        let method = names::field(&operation.name);
        let variant = names::type_name(&operation.name);
        let doc = doc("", &operation.documentation.plain());
        let doc = if operation.documentation.plain().is_empty() {
            format!("/// `{}`.\n", operation.name)
        } else {
            doc
        };
        methods.push_str(&format!(
            "{doc}///\n/// # Errors\n/// What the service refuses or fails at.\n
            fn {method}(&mut self, request: {request}) -> Result<{response}, Self::Failure>;\n"
        ));
        let (request, response) = (
            element_constant(plan, operation.request),
            element_constant(plan, operation.response),
        );
        let reading = plan.reading_rust(operation.request, "\0");
        let generic = reading.as_ref().map(|rust| format!("::<{rust}>")).unwrap_or_default();
        let unwrap = if reading.is_some() { ".0" } else { "" };
        let namespaces = prefixes(plan, operation.response);
        arms.push_str(&format!(
            "Operation::{variant} => {{
                let request = reader.required{generic}(&{request})?{unwrap};
                reader.end()?;
                let response = service.{method}(request)?;
                writer.start(&{response});
                writer.declare(&[{namespaces}]);
                xml::Encode::encode(&response, writer);
                writer.end();
            }}\n"
        ));
    }
    let variants = each(&|operation, variant| {
        format!(
            "{}{variant},\n",
            doc(&format!("`{}`.", operation.name), &operation.documentation.plain())
        )
    });
    let all = each(&|_, variant| format!("Self::{variant},"));
    let requests = each(&|operation, variant| {
        let name = &plan.model.element(operation.request).name;
        format!("({:?}, {:?}) => Some(Self::{variant}),\n", name.namespace, name.local)
    });
    let descriptions = each(&|operation, variant| {
        let headers = element_list(plan, &operation.headers);
        let response_headers = element_list(plan, &operation.response_headers);
        let faults = operation.faults.iter().map(|fault| {
            format!(
                "super::Fault {{ name: {:?}, element: {} }},",
                fault.name,
                element_constant(plan, fault.element)
            )
        });
        format!(
            "Self::{variant} => &super::OperationDescription {{
                name: {:?},
                action: {:?},
                request: {},
                response: {},
                headers: &[{headers}],
                response_headers: &[{response_headers}],
                faults: &[{}],
                documentation: {:?},
            }},\n",
            operation.name,
            operation.action,
            element_constant(plan, operation.request),
            element_constant(plan, operation.response),
            faults.collect::<String>(),
            operation.documentation.plain()
        )
    });
    let name = names::type_name(&service.name);
    let client = client::client(plan, service)?;
    let doc = doc("", &service.documentation.plain());
    let doc = if service.documentation.plain().is_empty() {
        format!("/// `{}`.\n", service.name)
    } else {
        doc
    };
    Ok(format!(
        "{doc}pub mod {module} {{
            {doc}pub trait {name} {{
                /// Why a call fails; a request that breaks the schema fails before it reaches the service.
                type Failure: From<xml::Violation>;
                {methods}
            }}

            /// The operations, in the order of the WSDL.
            #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
            pub enum Operation {{ {variants} }}

            impl Operation {{
                /// All operations.
                pub const ALL: &'static [Self] = &[{all}];

                /// The operation whose request has this root.
                pub fn by_request(namespace: &str, local: &str) -> Option<Self> {{
                    match (namespace, local) {{
                        {requests}
                        _ => None,
                    }}
                }}

                /// What the WSDL says about it.
                pub fn description(self) -> &'static super::OperationDescription {{
                    match self {{ {descriptions} }}
                }}

                /// Its name.
                pub fn name(self) -> &'static str {{ self.description().name }}

                /// Its SOAP action.
                pub fn action(self) -> &'static str {{ self.description().action }}

                /// Root of the request's body.
                pub fn request(self) -> &'static xml::Name {{ &self.description().request }}

                /// Root of the response's body.
                pub fn response(self) -> &'static xml::Name {{ &self.description().response }}

                /// Headers of the request.
                pub fn headers(self) -> &'static [xml::Name] {{ self.description().headers }}

                /// Declared faults.
                pub fn faults(self) -> &'static [super::Fault] {{ self.description().faults }}

                /// What it does.
                pub fn documentation(self) -> &'static str {{ self.description().documentation }}
            }}

            /// Reads the request the reader stands before and the document to its end, lets the service answer, and writes the response.
            ///
            /// # Errors
            /// A request that breaks the schema, or what the service says.
            pub fn answer<S: {name}>(
                service: &mut S,
                operation: Operation,
                reader: &mut xml::Reader<'_>,
                writer: &mut xml::Writer,
            ) -> Result<(), S::Failure> {{
                match operation {{ {arms} }}
                Ok(())
            }}

            {client}
        }}\n"
    ))
}

pub(super) fn variant(service: &Service) -> String {
    names::service_variant(&service.name, service.version.as_deref())
}

pub(super) fn module_name(service: &Service) -> String {
    names::service_module(&service.name, service.version.as_deref())
}

/// The Rust type of a body.
pub(super) fn payload(plan: &Plan<'_>, operation: &Operation, id: ElementId) -> Result<String, Error> {
    let element = plan.model.element(id);
    if element.type_ref == TypeRef::AnyType || plan.valued_path(id).is_some() {
        return Err(Error::unsupported(&operation.place, format!("{} as a body", element.name)));
    }
    Ok(plan.element_rust(id, "\0"))
}

fn element_list(plan: &Plan<'_>, ids: &[ElementId]) -> String {
    ids.iter().map(|id| format!("{},", element_constant(plan, *id))).collect()
}

/// The constant of a global element as a service's module writes it.
pub(super) fn element_constant(plan: &Plan<'_>, id: ElementId) -> String {
    let name = &plan.model.element(id).name;
    let constant = names_in_use::constant(plan, &name.namespace, name);
    format!("super::{}::{constant}", plan.module(&name.namespace))
}

/// The prefixes an element's content may need, but its own.
pub(super) fn prefixes(plan: &Plan<'_>, id: ElementId) -> String {
    let own = &plan.model.element(id).name.namespace;
    let used = used_namespaces(plan.model, id);
    let others = used.iter().filter(|namespace| !namespace.is_empty() && *namespace != own);
    others
        .map(|namespace| format!("({:?}, {namespace:?}),", plan.prefix(namespace)))
        .collect()
}

/// The namespaces of all names below an element.
fn used_namespaces(model: &Model, id: ElementId) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut open = vec![id];
    while let Some(id) = open.pop() {
        if !seen.insert(id) {
            continue;
        }
        let element = model.element(id);
        used.insert(element.name.namespace.clone());
        if let TypeRef::Complex(complex) = element.type_ref {
            for member in model.family(complex, element.block) {
                let member = model.complex(member);
                used.extend(member.attributes.iter().map(|attribute| attribute.name.namespace.clone()));
                if let crate::model::Content::Elements(particle) = &member.content {
                    open.extend(elements_of(particle));
                }
            }
        }
    }
    used.remove("http://www.w3.org/XML/1998/namespace");
    used
}

fn elements_of(particle: &crate::model::Particle) -> Vec<ElementId> {
    match &particle.term {
        crate::model::Term::Element(id) => vec![*id],
        crate::model::Term::Any(_) => Vec::new(),
        crate::model::Term::Sequence(particles) | crate::model::Term::Choice(particles) | crate::model::Term::All(particles) => {
            particles.iter().flat_map(elements_of).collect()
        }
    }
}

/// A document and all it needs, itself first.
fn closure(model: &Model, document: usize) -> Vec<usize> {
    let mut found = vec![document];
    let mut next = 0;
    while let Some(index) = found.get(next).copied() {
        next += 1;
        let imports = model
            .documents
            .get(index)
            .map(|document| document.imports.as_slice())
            .unwrap_or_default();
        for (_, import) in imports {
            if !found.contains(import) {
                found.push(*import);
            }
        }
    }
    found
}

fn document(model: &Model, index: usize, options: &Options) -> String {
    let Some(Document {
        path,
        name,
        namespace,
        imports,
    }) = model.documents.get(index)
    else {
        return String::new();
    };
    let imports = imports.iter().filter_map(|(namespace, index)| {
        let document = model.documents.get(*index)?;
        Some(format!("({namespace:?}, {:?}),", document.name))
    });
    let imports = imports.collect::<String>();
    let bytes = match &options.root {
        Some(root) => {
            let root = root.to_string_lossy();
            let relative = path.strip_prefix(root.as_ref()).unwrap_or(path).trim_start_matches('/');
            format!(
                "include_bytes!(concat!(env!(\"CARGO_MANIFEST_DIR\"), {:?}))",
                format!("/{relative}")
            )
        }
        None => format!("include_bytes!({name:?})"),
    };
    format!(
        "static DOCUMENT_{index}: Document = Document {{
            name: {name:?},
            namespace: {namespace:?},
            bytes: {bytes},
            imports: &[{imports}],
        }};\n"
    )
}
