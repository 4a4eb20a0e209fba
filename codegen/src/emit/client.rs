//! Clients: for each service a struct with one asynchronous method per operation, over a transport it is given.
//!
//! It knows how a request is written and its response read. Envelopes, connections and faults are left to the transport,
//! so that the generated code stands on the `xml` runtime alone.

use super::{
    doc,
    plan::Plan,
    service::{element_constant, payload, prefixes, variant},
};
use crate::{error::Error, model::Service, names};

/// What all clients share.
pub(super) const TRANSPORT: &str = "
/// Brings the calls of the generated clients to their services.
pub trait Transport {
    /// What is said in the headers of a call.
    type Headers;

    /// Why a call has no response.
    type Failure;

    /// Calls an operation: the request is written into the Body, the response is read from where the reader stands before it.
    ///
    /// # Errors
    /// What the service answers instead of a response, and whatever keeps it from answering.
    fn call<A>(
        &self,
        operation: Operation,
        headers: &Self::Headers,
        request: impl FnOnce(&mut xml::Writer),
        response: fn(&mut xml::Reader<'_>) -> Result<A, xml::Violation>,
    ) -> impl Future<Output = Result<A, Self::Failure>> + Send;
}
";

/// The client of a service.
pub(super) fn client(plan: &Plan<'_>, service: &Service) -> Result<String, Error> {
    let mut methods = String::new();
    for operation in &service.operations {
        let request = payload(plan, operation, operation.request)?;
        let response = payload(plan, operation, operation.response)?;
        let method = names::field(&operation.name);
        let name = names::type_name(&operation.name);
        let lead = if operation.documentation.plain().is_empty() {
            format!("`{}`.", operation.name)
        } else {
            String::new()
        };
        let doc = doc(&lead, &operation.documentation.plain());
        let reading = plan.reading_rust(operation.response, "\0");
        let generic = reading.as_ref().map(|rust| format!("::<{rust}>")).unwrap_or_default();
        let unwrap = if reading.is_some() { ".map(|element| element.0)" } else { "" };
        let namespaces = prefixes(plan, operation.request);
        methods.push_str(&format!(
            "{doc}///\n/// # Errors\n/// A fault of the service, or what keeps it from answering.\n
            pub async fn {method}(
                &self,
                headers: &T::Headers,
                request: &{request},
            ) -> Result<{response}, T::Failure> {{
                let call = self.transport.call(
                    super::Operation::{}(Operation::{name}),
                    headers,
                    |writer| {{
                        writer.start(&{});
                        writer.declare(&[{namespaces}]);
                        xml::Encode::encode(request, writer);
                        writer.end();
                    }},
                    |reader| reader.required{generic}(&{}){unwrap},
                );
                call.await
            }}\n",
            variant(service),
            element_constant(plan, operation.request),
            element_constant(plan, operation.response),
        ));
    }
    let name = names::type_name(&service.name);
    Ok(format!(
        "/// Calls a [`{name}`] wherever it is: a method for each operation.
        #[derive(Clone, Debug)]
        pub struct Client<T> {{
            transport: T,
        }}

        impl<T: super::Transport> Client<T> {{
            /// A client over a transport.
            pub fn new(transport: T) -> Self {{ Self {{ transport }} }}

            {methods}
        }}\n"
    ))
}
