//! The elements and attributes of WSDL 1.1 and XSD 1.0 that we generate code for.
//!
//! A table: what is not in it is refused with its place, so nothing of a contract is dropped in silence.

/// What one element may carry.
pub(super) struct Rule {
    /// Attributes taken as they are.
    pub attributes: &'static [&'static str],
    /// Attributes whose value is a name, or a list of names, to be resolved.
    pub names: &'static [&'static str],
    /// Child elements.
    pub children: &'static [&'static str],
}

const PARTICLES: &[&str] = &["xs:element", "xs:group", "xs:choice", "xs:sequence", "xs:any"];
const ATTRIBUTES: &[&str] = &["xs:attribute", "xs:attributeGroup", "xs:anyAttribute"];
const DERIVED: &[&str] = &[
    "xs:group",
    "xs:all",
    "xs:choice",
    "xs:sequence",
    "xs:attribute",
    "xs:attributeGroup",
    "xs:anyAttribute",
];

/// The rule of an element below its parent, both with their usual prefix; none if we do not support it.
pub(super) fn rule(parent: &str, element: &str) -> Option<Rule> {
    schema_rule(parent, element).or_else(|| wsdl_rule(parent, element))
}

fn schema_rule(parent: &str, element: &str) -> Option<Rule> {
    let none: &[&str] = &[];
    let (attributes, names, children): (_, _, &'static [&'static str]) = match element {
        "xs:schema" => (
            &[
                "targetNamespace",
                "elementFormDefault",
                "attributeFormDefault",
                "blockDefault",
                "finalDefault",
                "version",
            ] as &[&str],
            none,
            &[
                "xs:include",
                "xs:import",
                "xs:simpleType",
                "xs:complexType",
                "xs:group",
                "xs:attributeGroup",
                "xs:element",
                "xs:attribute",
            ],
        ),
        "xs:include" => (&["schemaLocation"] as &[&str], none, none),
        "xs:import" => (&["namespace", "schemaLocation"] as &[&str], none, none),
        "xs:element" if parent == "xs:schema" => (
            &["name", "nillable", "default", "fixed", "block", "final"] as &[&str],
            &["type"] as &[&str],
            &["xs:simpleType", "xs:complexType"],
        ),
        "xs:element" => (
            &["name", "minOccurs", "maxOccurs", "nillable", "default", "fixed", "form", "block"],
            &["type", "ref"],
            &["xs:simpleType", "xs:complexType"],
        ),
        "xs:complexType" => (
            &["name", "abstract", "mixed", "block", "final"],
            none,
            &[
                "xs:simpleContent",
                "xs:complexContent",
                "xs:group",
                "xs:all",
                "xs:choice",
                "xs:sequence",
                "xs:attribute",
                "xs:attributeGroup",
                "xs:anyAttribute",
            ],
        ),
        "xs:simpleContent" => (none, none, &["xs:extension", "xs:restriction"]),
        "xs:complexContent" => (&["mixed"], none, &["xs:extension", "xs:restriction"]),
        "xs:extension" if parent == "xs:simpleContent" => (none, &["base"], ATTRIBUTES),
        "xs:extension" | "xs:restriction" if parent == "xs:complexContent" => (none, &["base"], DERIVED),
        "xs:restriction" => (
            none,
            &["base"],
            &[
                "xs:simpleType",
                "xs:length",
                "xs:minLength",
                "xs:maxLength",
                "xs:pattern",
                "xs:enumeration",
                "xs:whiteSpace",
                "xs:totalDigits",
                "xs:fractionDigits",
                "xs:minInclusive",
                "xs:maxInclusive",
                "xs:minExclusive",
                "xs:maxExclusive",
                "xs:attribute",
                "xs:attributeGroup",
                "xs:anyAttribute",
            ],
        ),
        "xs:group" if parent == "xs:schema" => (&["name"], none, &["xs:all", "xs:choice", "xs:sequence"]),
        "xs:group" => (&["minOccurs", "maxOccurs"], &["ref"], none),
        "xs:attributeGroup" if parent == "xs:schema" => (&["name"], none, ATTRIBUTES),
        "xs:attributeGroup" => (none, &["ref"], none),
        "xs:sequence" | "xs:choice" => (&["minOccurs", "maxOccurs"], none, PARTICLES),
        "xs:all" => (&["minOccurs", "maxOccurs"], none, &["xs:element"]),
        "xs:any" => (&["namespace", "processContents", "minOccurs", "maxOccurs"], none, none),
        "xs:anyAttribute" => (&["namespace", "processContents"], none, none),
        "xs:attribute" if parent == "xs:schema" => (&["name", "default", "fixed"], &["type"], &["xs:simpleType"]),
        "xs:attribute" => (&["name", "use", "default", "fixed", "form"], &["type", "ref"], &["xs:simpleType"]),
        "xs:simpleType" => (&["name", "final"], none, &["xs:restriction", "xs:list", "xs:union"]),
        "xs:list" => (none, &["itemType"], &["xs:simpleType"]),
        "xs:union" => (none, &["memberTypes"], &["xs:simpleType"]),
        "xs:length" | "xs:minLength" | "xs:maxLength" | "xs:whiteSpace" | "xs:totalDigits" | "xs:fractionDigits" | "xs:minInclusive"
        | "xs:maxInclusive" | "xs:minExclusive" | "xs:maxExclusive" => (&["value", "fixed"], none, none),
        "xs:pattern" | "xs:enumeration" => (&["value"], none, none),
        _ => return None,
    };
    Some(Rule {
        attributes,
        names,
        children,
    })
}

fn wsdl_rule(parent: &str, element: &str) -> Option<Rule> {
    let none: &[&str] = &[];
    let (attributes, names, children): (&[&str], &[&str], &[&str]) = match element {
        "wsdl:definitions" => (
            &["name", "targetNamespace"],
            none,
            &[
                "wsdl:import",
                "wsdl:types",
                "wsdl:message",
                "wsdl:portType",
                "wsdl:binding",
                "wsdl:service",
            ],
        ),
        "wsdl:import" => (&["namespace", "location"], none, none),
        "wsdl:types" => (none, none, &["xs:schema"]),
        "wsdl:message" => (&["name"], none, &["wsdl:part"]),
        "wsdl:part" => (&["name"], &["element", "type"], none),
        "wsdl:portType" => (&["name"], none, &["wsdl:operation"]),
        "wsdl:operation" if parent == "wsdl:portType" => (&["name", "parameterOrder"], none, &["wsdl:input", "wsdl:output", "wsdl:fault"]),
        "wsdl:operation" => (&["name"], none, &["soap:operation", "wsdl:input", "wsdl:output", "wsdl:fault"]),
        "wsdl:input" | "wsdl:output" => (&["name"], &["message"], &["soap:body", "soap:header"]),
        "wsdl:fault" => (&["name"], &["message"], &["soap:fault"]),
        "wsdl:binding" => (&["name"], &["type"], &["soap:binding", "wsdl:operation"]),
        "soap:binding" => (&["transport", "style"], none, none),
        "soap:operation" => (&["soapAction", "style"], none, none),
        "soap:body" => (&["parts", "use", "namespace", "encodingStyle"], none, none),
        "soap:header" => (&["part", "use", "namespace", "encodingStyle"], &["message"], &["soap:headerfault"]),
        "soap:headerfault" => (&["part", "use", "namespace", "encodingStyle"], &["message"], none),
        "soap:fault" => (&["name", "use", "namespace", "encodingStyle"], none, none),
        "wsdl:service" => (&["name"], none, &["wsdl:port"]),
        "wsdl:port" => (&["name"], &["binding"], &["soap:address"]),
        "soap:address" => (&["location"], none, none),
        _ => return None,
    };
    Some(Rule {
        attributes,
        names,
        children,
    })
}
