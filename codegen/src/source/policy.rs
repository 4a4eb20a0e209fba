//! WS-Policy in a contract: what a policy asks of both sides, and whether the server does it.
//!
//! .NET writes policies into its WSDL. One that asks for a secure transport is met by how the server is run and stands in
//! the served document as it was written; one that asks for anything in the message, such as signatures, is refused.

use quick_xml::events::{BytesStart, Event};

use super::rewrite::Walker;
use crate::error::{Error, Place};

/// WS-Policy 1.2 and 1.5.
const POLICY: [&str; 2] = ["http://schemas.xmlsoap.org/ws/2004/09/policy", "http://www.w3.org/ns/ws-policy"];
/// WS-SecurityPolicy 1.1 and 1.2.
const SECURITY: [&str; 2] = [
    "http://schemas.xmlsoap.org/ws/2005/07/securitypolicy",
    "http://docs.oasis-open.org/ws-sx/ws-securitypolicy/200702",
];
/// What a secure transport does (WS-SecurityPolicy 1.2, clause 7.3). Below `AlgorithmSuite` and `Layout` stand names of values.
const TRANSPORT: [&str; 5] = ["TransportBinding", "TransportToken", "HttpsToken", "AlgorithmSuite", "Layout"];

/// Whether the element is one of WS-Policy's own.
pub(super) fn is_policy(namespace: &str) -> bool {
    POLICY.contains(&namespace)
}

/// The first thing that is asked for and not met; none if all is met.
type Unmet = Option<Place>;

impl<'a> Walker<'a> {
    /// Reads `wsp:Policy`, `wsp:PolicyReference` or `wsp:UsingPolicy` whole.
    pub(super) fn policy(&mut self, start: &BytesStart<'a>) -> Result<(), Error> {
        match self.assertion(start, false)? {
            None => Ok(()),
            Some(place) => {
                let construct = format!("the policy assertion {}", place.element);
                Err(Error::unsupported(&place, construct))
            }
        }
    }

    /// One assertion or operator with everything in it; `values` where an assertion above gives its children their meaning.
    fn assertion(&mut self, start: &BytesStart<'a>, values: bool) -> Result<Unmet, Error> {
        let namespace = self.namespace_of(start)?;
        let local = start.local_name().into_inner().to_owned();
        let place = self.place(start, start.name().into_inner());
        let operator = is_policy(&namespace);
        let met = match local.as_str() {
            "PolicyReference" if operator => self.attribute(start, "URI")?.is_some_and(|uri| uri.starts_with('#')),
            _ if operator || values => true,
            known => SECURITY.contains(&namespace.as_str()) && TRANSPORT.contains(&known),
        };
        let optional = self
            .attribute(start, "Optional")?
            .is_some_and(|value| matches!(value.trim(), "true" | "1"));
        let below = values || !operator && matches!(local.as_str(), "AlgorithmSuite" | "Layout");
        let parts = self.assertions(below)?;
        if optional {
            return Ok(None);
        }
        if !met {
            return Ok(Some(place));
        }
        if operator && local == "ExactlyOne" {
            // One alternative is enough; without any the policy cannot be met.
            let fits = parts.iter().any(Option::is_none);
            return Ok(if fits {
                None
            } else {
                parts.into_iter().next().unwrap_or(Some(place))
            });
        }
        Ok(parts.into_iter().flatten().next())
    }

    fn assertions(&mut self, values: bool) -> Result<Vec<Unmet>, Error> {
        let mut parts = Vec::new();
        loop {
            self.count_lines();
            match self.read()? {
                Event::Start(start) => parts.push(self.assertion(&start, values)?),
                Event::End(_) | Event::Eof => return Ok(parts),
                _ => {}
            }
        }
    }

    /// The value of an attribute, whatever its prefix.
    fn attribute(&self, start: &BytesStart<'a>, local: &str) -> Result<Option<String>, Error> {
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|error| self.malformed(&error.to_string()))?;
            if attribute.key.local_name().into_inner() == local {
                return Ok(Some(attribute.value.into_owned()));
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::super::rewrite::rewrite;

    fn judged(policy: &str) -> Result<(), String> {
        let text = format!(
            "<wsdl:definitions xmlns:wsdl='http://schemas.xmlsoap.org/wsdl/' xmlns:wsp='http://www.w3.org/ns/ws-policy'
              xmlns:sp='http://docs.oasis-open.org/ws-sx/ws-securitypolicy/200702' xmlns:http='http://example.org/http'>
              {policy}
              <wsdl:message name='M'/>
            </wsdl:definitions>"
        );
        rewrite("Service.wsdl", &text, None).map(drop).map_err(|error| error.to_string())
    }

    const TRANSPORT: &str = "<sp:TransportBinding><wsp:Policy>
        <sp:TransportToken><wsp:Policy><sp:HttpsToken RequireClientCertificate='true'/></wsp:Policy></sp:TransportToken>
        <sp:AlgorithmSuite><wsp:Policy><sp:Basic256/></wsp:Policy></sp:AlgorithmSuite>
        <sp:Layout><wsp:Policy><sp:Strict/></wsp:Policy></sp:Layout></wsp:Policy></sp:TransportBinding>";

    #[test]
    fn a_policy_for_a_secure_transport_is_met_by_the_server() {
        let policy = format!("<wsp:Policy><wsp:ExactlyOne><wsp:All>{TRANSPORT}</wsp:All></wsp:ExactlyOne></wsp:Policy>");
        assert_eq!(judged(&policy), Ok(()));
        assert_eq!(
            judged("<wsp:UsingPolicy wsdl:required='true'/><wsp:PolicyReference URI='#p'/>"),
            Ok(())
        );
    }

    #[test]
    fn a_policy_about_the_message_is_refused_with_its_place() {
        let signed =
            "<wsp:Policy><wsp:ExactlyOne><wsp:All>\n<sp:SignedParts><sp:Body/></sp:SignedParts></wsp:All></wsp:ExactlyOne></wsp:Policy>";
        let refused = judged(signed).unwrap_err();
        assert!(refused.starts_with("Service.wsdl:4: sp:SignedParts: "), "{refused}");
        let elsewhere = judged("<wsp:PolicyReference URI='http://example.org/policy'/>").unwrap_err();
        assert!(elsewhere.contains("wsp:PolicyReference"), "{elsewhere}");
        let nothing = judged("<wsp:Policy><wsp:ExactlyOne/></wsp:Policy>").unwrap_err();
        assert!(nothing.contains("wsp:ExactlyOne"), "{nothing}");
    }

    #[test]
    fn one_alternative_is_enough_and_what_is_optional_may_be_left() {
        let either = format!(
            "<wsp:Policy><wsp:ExactlyOne><wsp:All><http:BasicAuthentication/></wsp:All><wsp:All>{TRANSPORT}</wsp:All></wsp:ExactlyOne></wsp:Policy>"
        );
        assert_eq!(judged(&either), Ok(()));
        assert_eq!(
            judged("<wsp:Policy><http:BasicAuthentication wsp:Optional='true'/></wsp:Policy>"),
            Ok(())
        );
        assert!(judged("<wsp:Policy><http:BasicAuthentication/></wsp:Policy>").is_err());
    }
}
