//! Every sentence of the pages, in both languages; what the contract says about itself comes from the contract.

use super::language::Language;

macro_rules! messages {
    ($($name:ident: $english:literal / $danish:literal;)*) => {
        /// A sentence or label of the pages.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Message { $(#[doc = $english] $name,)* }

        impl Language {
            /// The sentence in this language.
            pub(super) fn say(self, message: Message) -> &'static str {
                match (self, message) {
                    $((Self::English, Message::$name) => $english, (Self::Danish, Message::$name) => $danish,)*
                }
            }
        }
    };
}

messages! {
    Product: "Dialogmodul" / "Dialogmodul";
    Skip: "Skip to content" / "Gå til indhold";
    Services: "Services" / "Services";
    CodeLists: "Code lists" / "Kodelister";
    OtherLanguage: "Dansk" / "English";
    SiteNavigation: "Site" / "Websted";
    OnThisPage: "On this page" / "På denne side";
    HomeTitle: "Messages between authorities, citizens and companies" / "Beskeder mellem myndigheder, borgere og virksomheder";
    HomeLead: "SOAP services in the style of STAR's CitizenMessageService. Each service has a page with its operations, elements, faults and samples, made from the contract that is served."
        / "SOAP-services i samme stil som STARs CitizenMessageService. Hver service har en side med operationer, elementer, fejl og eksempler, dannet af den kontrakt, der udstilles.";
    Start: "Getting started" / "Kom i gang";
    StartContract: "Fetch the contract of a service with ?wsdl (schemas by reference) or ?singleWsdl (schemas inside) and let your tool generate a client."
        / "Hent en services kontrakt med ?wsdl (skemaer som henvisninger) eller ?singleWsdl (skemaer indeni), og lad dit værktøj danne en klient.";
    StartHeaders: "Send both SOAP headers with every call: ActiveOrganisationHeader says on whose behalf you call, RequestUserMetadataHeader who acts."
        / "Send begge SOAP-headere med hvert kald: ActiveOrganisationHeader siger, på hvis vegne du kalder, RequestUserMetadataHeader hvem der handler.";
    StartFaults: "Every failure is a SOAP fault; ErrorCode in its detail says what to mend, and Message ends with a log reference."
        / "Enhver fejl er en SOAP-fault; ErrorCode i dens detail siger, hvad der skal rettes, og Message slutter med en logreference.";
    StartLists: "Look up what the numbers mean in the code lists." / "Slå tallenes betydning op i kodelisterne.";
    StartProduction: "Calls need a client certificate (OCES) over TLS." / "Kald kræver et klientcertifikat (OCES) over TLS.";
    StartDevelopment: "This is a development profile: calls need no certificate, and each operation can be tried on its page."
        / "Dette er en udviklingsprofil: kald kræver intet certifikat, og hver operation kan prøves på sin side.";
    Version: "version" / "version";
    Operations: "Operations" / "Operationer";
    Address: "Address" / "Adresse";
    Namespace: "Namespace" / "Namespace";
    Protocol: "Protocol" / "Protokol";
    ProtocolText: "Document/literal over POST: SOAP 1.1 as text/xml; charset=utf-8, SOAP 1.2 as application/soap+xml" / "Document/literal med POST: SOAP 1.1 som text/xml; charset=utf-8, SOAP 1.2 som application/soap+xml";
    Descriptions: "Descriptions" / "Beskrivelser";
    Schemas: "Schemas" / "Skemaer";
    SoapAction: "SOAPAction" / "SOAPAction";
    Headers: "SOAP headers" / "SOAP-headere";
    HeadersLead: "These headers go with a request or come with an answer; their order does not matter."
        / "Disse headere følger en anmodning eller et svar; deres rækkefølge er ligegyldig.";
    HeadersOfRequest: "Headers of the request" / "Headere i anmodningen";
    HeadersOfResponse: "Headers of the answer" / "Headere i svaret";
    Request: "Request" / "Anmodning";
    Response: "Answer" / "Svar";
    Faults: "Faults" / "Fejl";
    FaultsOfAll: "Faults of every operation" / "Fejl i alle operationer";
    FaultsOfAllLead: "Any call can be answered with these. The detail of a fault is FaultDetails."
        / "Ethvert kald kan besvares med disse. En fejls detail er FaultDetails.";
    FaultsAlso: "Any call can also be answered with" / "Ethvert kald kan også besvares med";
    FaultsNone: "No fault of its own." / "Ingen egne fejl.";
    FaultDetail: "Detail of a fault" / "En fejls detail";
    Code: "Code" / "Kode";
    Text: "Text" / "Tekst";
    Mend: "What to do" / "Hvad du gør";
    Element: "Element" / "Element";
    Type: "Type" / "Type";
    Facets: "Facets" / "Facetter";
    Occurrence: "Occurrence" / "Forekomst";
    Meaning: "Meaning" / "Betydning";
    NoElements: "Empty: it has no elements." / "Tom: den har ingen elementer.";
    OneOf: "one of these" / "én af disse";
    AnyElement: "any element" / "ethvert element";
    Attribute: "attribute" / "attribut";
    Nillable: "may be nil" / "må være nil";
    Default: "default" / "standard";
    Fixed: "always" / "altid";
    Length: "length" / "længde";
    Pattern: "pattern" / "mønster";
    AtLeast: "at least" / "mindst";
    AtMost: "at most" / "højst";
    MoreThan: "more than" / "mere end";
    LessThan: "less than" / "mindre end";
    Digits: "digits" / "cifre";
    Decimals: "decimals" / "decimaler";
    WhiteSpace: "white space" / "blanktegn";
    ListOf: "list of" / "liste af";
    OneTypeOf: "one of" / "en af";
    CodeList: "code list" / "kodeliste";
    DeclaredHere: "declared here" / "erklæret her";
    Types: "Types" / "Typer";
    TypesLead: "Types that the elements above refer to, in the order they are met." / "Typer, som elementerne ovenfor henviser til, i den rækkefølge de mødes.";
    ComplexTypes: "Complex types" / "Komplekse typer";
    SimpleTypes: "Simple types" / "Simple typer";
    Abstract: "abstract: only types derived from it can stand" / "abstrakt: kun afledte typer kan stå";
    Extends: "extends" / "udvider";
    Based: "Base" / "Grundlag";
    Samples: "Samples" / "Eksempler";
    SampleRequest: "Sample request" / "Eksempel på anmodning";
    SampleResponse: "Sample answer" / "Eksempel på svar";
    SampleNote: "With invented people. Made from the schema and valid against it." / "Med opdigtede personer. Dannet af skemaet og gyldigt efter det.";
    Copy: "Copy" / "Kopiér";
    Copied: "Copied" / "Kopieret";
    CopyFailed: "Could not copy" / "Kunne ikke kopiere";
    Try: "Try it" / "Prøv";
    TryNote: "Sends the envelope to this service, with its SOAPAction." / "Sender konvolutten til denne service med dens SOAPAction.";
    Envelope: "Envelope" / "Konvolut";
    Send: "Send" / "Send";
    Reset: "Reset" / "Nulstil";
    Answered: "Answer" / "Svar";
    Sending: "Sending …" / "Sender …";
    NotReached: "The service could not be reached" / "Servicen kunne ikke nås";
    Milliseconds: "ms" / "ms";
    Permalink: "Link to" / "Link til";
    ListsLead: "Every code list of the services and its values. A value may be used for new data from its first day until the day before its end; it stays readable after that."
        / "Alle services' kodelister og deres værdier. En værdi må bruges til nye data fra sin første dag til dagen før sin slutdato; derefter kan den stadig læses.";
    ListsFilter: "Choose what is shown" / "Vælg, hvad der vises";
    ValidOn: "Valid on" / "Gyldig den";
    Source: "Source" / "Kilde";
    AllSources: "STAR and ours" / "STAR og vores";
    OnlyStar: "STAR only" / "Kun STAR";
    OnlyOurs: "Ours only" / "Kun vores";
    ShowAll: "Show values that are not valid on that day too" / "Vis også værdier, der ikke er gyldige den dag";
    Show: "Show" / "Vis";
    Name: "Name" / "Navn";
    Description: "Description" / "Beskrivelse";
    From: "From" / "Fra";
    Until: "Until" / "Til";
    Ours: "ours" / "vores";
    Star: "STAR" / "STAR";
    NotValid: "not valid on this day" / "ikke gyldig denne dag";
    NoValues: "No values." / "Ingen værdier.";
    ValuesShown: "values shown" / "værdier vist";
    Of: "of" / "af";
    NoSuchDay: "That is no day; today is shown." / "Det er ikke en dag; dagen i dag vises.";
    Footer: "Made from the contract that this service serves." / "Dannet af den kontrakt, som denne service udstiller.";
    OriginNote: "STAR: known from STAR's public material. Ours: a reconstruction in STAR's style." / "STAR: kendt fra STARs offentlige materiale. Vores: en rekonstruktion i STARs stil.";
    Scrolls: "table, scrolls sideways" / "tabel, ruller sidelæns";
}
