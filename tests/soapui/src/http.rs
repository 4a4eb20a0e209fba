//! One SOAP call over HTTP. It knows how SoapUI writes the content type and the action of SOAP 1.1 and 1.2, and how to read the text of
//! an answer; every status is an answer. What goes into a call and what an answer is worth is left to others.

use base64::Engine as _;
use std::time::{Duration, Instant};

/// What is sent.
#[derive(Debug, Default)]
pub struct Call {
    /// Address.
    pub url: String,
    /// Whether it is SOAP 1.2.
    pub soap12: bool,
    /// SOAPAction, unquoted.
    pub action: String,
    /// Further headers; they win over those made here.
    pub headers: Vec<(String, String)>,
    /// User name and password.
    pub credentials: Option<(String, String)>,
    /// How long the whole call may take.
    pub timeout: Option<Duration>,
    /// The envelope.
    pub body: String,
}

/// What came back.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Header fields as they came.
    pub headers: Vec<(String, String)>,
    /// The text.
    pub body: String,
    /// From the first byte sent to the last received.
    pub took: Duration,
}

/// Largest answer that is read: 64 MiB.
const LIMIT: u64 = 64 * 1024 * 1024;

impl Call {
    /// The header fields that are sent, beside those every HTTP client sends.
    pub fn fields(&self) -> Vec<(String, String)> {
        let action = self.action.trim().trim_matches('"');
        let mut fields = if self.soap12 {
            let parameter = if action.is_empty() {
                String::new()
            } else {
                format!(";action=\"{action}\"")
            };
            vec![("Content-Type".to_owned(), format!("application/soap+xml;charset=UTF-8{parameter}"))]
        } else {
            vec![
                ("Content-Type".to_owned(), "text/xml;charset=UTF-8".to_owned()),
                ("SOAPAction".to_owned(), format!("\"{action}\"")),
            ]
        };
        if let Some((user, password)) = &self.credentials {
            let token = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}"));
            fields.push(("Authorization".to_owned(), format!("Basic {token}")));
        }
        fields.retain(|(name, _)| !self.headers.iter().any(|(other, _)| other.eq_ignore_ascii_case(name)));
        fields.extend(self.headers.iter().cloned());
        fields
    }

    /// Sends it; the error says why nothing came back.
    pub fn send(&self) -> Result<Answer, String> {
        let agent = agent(self.timeout);
        let started = Instant::now();
        let mut request = agent.post(&self.url);
        for (name, value) in self.fields() {
            request = request.header(name, value);
        }
        let mut response = request.send(self.body.as_bytes()).map_err(|error| error.to_string())?;
        let headers: Vec<(String, String)> = response
            .headers()
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect();
        let bytes = response
            .body_mut()
            .with_config()
            .limit(LIMIT)
            .read_to_vec()
            .map_err(|error| error.to_string())?;
        let body = text(&bytes, &headers);
        Ok(Answer {
            status: response.status().as_u16(),
            headers,
            body,
            took: started.elapsed(),
        })
    }
}

/// Fetches a document.
pub fn get(url: &str) -> Result<String, String> {
    let mut response = agent(Some(Duration::from_secs(60)))
        .get(url)
        .call()
        .map_err(|error| error.to_string())?;
    if !response.status().is_success() {
        return Err(format!("status {}", response.status().as_u16()));
    }
    let bytes = response
        .body_mut()
        .with_config()
        .limit(LIMIT)
        .read_to_vec()
        .map_err(|error| error.to_string())?;
    Ok(text(&bytes, &[]))
}

fn agent(timeout: Option<Duration>) -> ureq::Agent {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .timeout_global(Some(timeout.unwrap_or(Duration::from_secs(120))))
        .user_agent("soapui-runner")
        .build()
        .into()
}

/// UTF-8, unless the answer says ISO-8859-1.
fn text(bytes: &[u8], headers: &[(String, String)]) -> String {
    let latin = headers
        .iter()
        .any(|(name, value)| name.eq_ignore_ascii_case("content-type") && value.to_ascii_lowercase().contains("8859-1"));
    if latin {
        bytes.iter().map(|byte| char::from(*byte)).collect()
    } else {
        String::from_utf8_lossy(bytes).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(call: &Call, name: &str) -> Option<String> {
        call.fields().into_iter().find(|(other, _)| other == name).map(|(_, value)| value)
    }

    #[test]
    fn soap_1_1_carries_a_quoted_action() {
        let call = Call {
            action: "urn:a#b".into(),
            ..Call::default()
        };
        assert_eq!(field(&call, "SOAPAction"), Some("\"urn:a#b\"".into()));
        assert_eq!(field(&call, "Content-Type"), Some("text/xml;charset=UTF-8".into()));
    }

    #[test]
    fn soap_1_2_carries_the_action_in_the_content_type() {
        let call = Call {
            soap12: true,
            action: "urn:a#b".into(),
            ..Call::default()
        };
        assert_eq!(
            field(&call, "Content-Type"),
            Some("application/soap+xml;charset=UTF-8;action=\"urn:a#b\"".into())
        );
        assert_eq!(field(&call, "SOAPAction"), None);
    }

    #[test]
    fn headers_of_the_project_win() {
        let call = Call {
            headers: vec![("soapaction".into(), "other".into())],
            credentials: Some(("u".into(), "p".into())),
            ..Call::default()
        };
        assert_eq!(field(&call, "SOAPAction"), None);
        assert_eq!(field(&call, "soapaction"), Some("other".into()));
        assert_eq!(field(&call, "Authorization"), Some("Basic dTpw".into()));
    }
}
