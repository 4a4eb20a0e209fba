//! What a caller can do about a fault, by its number: a table in both languages.

use super::super::language::Language;

/// The advice on a number; empty for one that no operation gives.
pub(super) fn of(code: i32, language: Language) -> &'static str {
    let found = TABLE.iter().find(|(known, _, _)| *known == code);
    found.map_or("", |(_, english, danish)| match language {
        Language::English => english,
        Language::Danish => danish,
    })
}

const TABLE: &[(i32, &str, &str)] = &[
    (
        1001,
        "Send ten digits that begin with a day and a month, without a hyphen.",
        "Send ti cifre, der begynder med dag og måned, uden bindestreg.",
    ),
    (
        1010,
        "Nobody with this number is known here. Check the number.",
        "Ingen med dette nummer er kendt her. Kontrollér nummeret.",
    ),
    (
        1011,
        "Our mistake. Tell the operator the log reference at the end of Message.",
        "Vores fejl. Oplys driften om logreferencen sidst i Message.",
    ),
    (
        1013,
        "Your certificate has no agreement for the organisation in ActiveOrganisationHeader. Use another certificate or have an agreement made.",
        "Dit certifikat har ingen aftale for organisationen i ActiveOrganisationHeader. Brug et andet certifikat, eller få en aftale oprettet.",
    ),
    (
        1014,
        "Mend what Message names: the path of the element and the rule it breaks. Also for an unknown operation, a SOAPAction of another one, and a wrong x-requestId.",
        "Ret det, som Message nævner: elementets sti og den regel, det bryder. Også ved en ukendt operation, en SOAPAction for en anden og en forkert x-requestId.",
    ),
    (
        1100,
        "Call again in a few seconds; the HTTP status is 503. Send the same bytes with the same x-requestId where something is created.",
        "Kald igen om nogle sekunder; HTTP-status er 503. Send de samme bytes med samme x-requestId, hvor noget oprettes.",
    ),
    (
        1101,
        "Send your client certificate in the TLS handshake.",
        "Send dit klientcertifikat i TLS-forbindelsen.",
    ),
    (
        2001,
        "Ask for a name that the operation for all names of code lists returns.",
        "Spørg efter et navn, som operationen for alle kodelisters navne returnerer.",
    ),
    (
        2002,
        "Use a value of the code list; the code-list page shows them all.",
        "Brug en værdi fra kodelisten; kodelistesiden viser dem alle.",
    ),
    (
        2003,
        "Use a value that is valid today; this one can only be read.",
        "Brug en værdi, der er gyldig i dag; denne kan kun læses.",
    ),
    (4405, "Send nothing more to this citizen.", "Send ikke mere til denne borger."),
    (
        4413,
        "State a type of OrganisationTypeIdentifier in ActiveOrganisationHeader.",
        "Angiv en type fra OrganisationTypeIdentifier i ActiveOrganisationHeader.",
    ),
    (
        4575,
        "Your kind of organisation may not do this, or has no relation to the citizen. Call for an organisation that has.",
        "Jeres slags organisation må ikke dette, eller har ingen relation til borgeren. Kald for en organisation, der har.",
    ),
    (
        4589,
        "Check the identifier. It must belong to the citizen of the request, and rectified messages cannot be found.",
        "Kontrollér identifikationen. Den skal høre til anmodningens borger, og berigtigede beskeder kan ikke findes.",
    ),
    (
        4856,
        "The citizen is in no unemployment fund. Only a fund with a relation to the citizen may call.",
        "Borgeren er ikke medlem af en a-kasse. Kun en a-kasse med relation til borgeren må kalde.",
    ),
    (
        4857,
        "The citizen is in another unemployment fund. Leave the case to that fund.",
        "Borgeren er medlem af en anden a-kasse. Overlad sagen til den.",
    ),
    (
        6005,
        "The citizen belongs to another job centre. Check ActiveOrganisationHeader.",
        "Borgeren hører til et andet jobcenter. Kontrollér ActiveOrganisationHeader.",
    ),
    (
        8103,
        "The document has been there, but its content is deleted or rectified. It cannot be fetched again.",
        "Dokumentet har været der, men indholdet er slettet eller berigtiget. Det kan ikke hentes igen.",
    ),
    (
        8173,
        "State an organisation type of the code list in RequestUserMetadataHeader.",
        "Angiv en organisationstype fra kodelisten i RequestUserMetadataHeader.",
    ),
    (
        8174,
        "State a user type of the code list in RequestUserMetadataHeader.",
        "Angiv en brugertype fra kodelisten i RequestUserMetadataHeader.",
    ),
    (
        8232,
        "Add the SOAP header ActiveOrganisationHeader.",
        "Tilføj SOAP-headeren ActiveOrganisationHeader.",
    ),
    (
        8233,
        "Add the SOAP header RequestUserMetadataHeader.",
        "Tilføj SOAP-headeren RequestUserMetadataHeader.",
    ),
    (
        8234,
        "Mend the header after its schema; send it once.",
        "Ret headeren efter dens skema; send den én gang.",
    ),
    (
        8235,
        "Mend the header after its schema; send it once.",
        "Ret headeren efter dens skema; send den én gang.",
    ),
    (
        90001,
        "Send a new message instead of a reply.",
        "Send en ny besked i stedet for et svar.",
    ),
    (
        90002,
        "Send a new message from authority to authority instead.",
        "Send i stedet en ny besked fra myndighed til myndighed.",
    ),
    (
        90003,
        "Only sender and recipient of the thread may do this. Create a message of your own.",
        "Kun trådens afsender og modtager må dette. Opret en besked selv.",
    ),
    (
        90004,
        "The thread is closed because its first message was rectified. Create a new message.",
        "Tråden er lukket, fordi dens første besked er berigtiget. Opret en ny besked.",
    ),
    (
        90005,
        "Reply to a message, or state another kind of sender.",
        "Svar på en besked, eller angiv en anden slags afsender.",
    ),
    (
        90006,
        "Use channel 4 for a recommendation of an offer.",
        "Brug kanal 4 til en indstilling om tilbud.",
    ),
    (
        90007,
        "State the citizen's job centre as recipient.",
        "Angiv borgerens jobcenter som modtager.",
    ),
    (
        90008,
        "What has left as e-mail or SMS cannot be taken back. Send a new message that corrects it.",
        "Det, der er sendt som e-mail eller SMS, kan ikke tages tilbage. Send en ny besked, der retter det.",
    ),
    (
        90009,
        "Send at most 10 documents; the others in a further message.",
        "Send højst 10 dokumenter; de øvrige i endnu en besked.",
    ),
    (90010, "Convert the document to PDF or XML.", "Omdan dokumentet til PDF eller XML."),
    (
        90011,
        "Send content that is what its media type says: a PDF file or a well-formed XML document.",
        "Send indhold, der er det, medietypen siger: en PDF-fil eller et velformet XML-dokument.",
    ),
    (
        90012,
        "Use another context type; the system makes enrolment receipts itself.",
        "Brug en anden konteksttype; systemet danner selv kvitteringer for tilmelding.",
    ),
    (
        90013,
        "State the calling organisation as sender.",
        "Angiv den kaldende organisation som afsender.",
    ),
    (
        90014,
        "State type and code of an organisation that exists as recipient.",
        "Angiv type og kode for en organisation, der findes, som modtager.",
    ),
    (
        90015,
        "Choose an authority that has a relation to the citizen.",
        "Vælg en myndighed, der har relation til borgeren.",
    ),
    (
        90016,
        "Channel 4 needs an authority as recipient, the others the citizen.",
        "Kanal 4 kræver en myndighed som modtager, de andre borgeren.",
    ),
    (
        90017,
        "State a caseworker or a system as sender.",
        "Angiv en sagsbehandler eller et system som afsender.",
    ),
    (
        90018,
        "Employers write through Jobnet. Use another context type.",
        "Arbejdsgivere skriver gennem Jobnet. Brug en anden konteksttype.",
    ),
    (
        90019,
        "Shorten identifier and name to 255 characters.",
        "Forkort identifikation og navn til 255 tegn.",
    ),
    (
        90020,
        "Close or terminate the open sequence, whose identifier the text names, before opening another.",
        "Luk eller afslut den åbne sekvens, hvis identifikation teksten nævner, før en ny åbnes.",
    ),
    (
        90021,
        "Use context type 5 and channel 3 for a message from an employer.",
        "Brug konteksttype 5 og kanal 3 til en besked fra en arbejdsgiver.",
    ),
    (
        90022,
        "State the company's CVR number and production unit number.",
        "Angiv virksomhedens CVR-nummer og produktionsenhedsnummer.",
    ),
    (
        90023,
        "State a citizen or a company as sender.",
        "Angiv en borger eller en virksomhed som afsender.",
    ),
];
