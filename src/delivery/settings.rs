//! What an operator can choose about delivery, on the command line or as `DIALOGMODUL_…` in the environment.
//! It knows every option with its default and turns them into the two ports, or says in one sentence what is wrong.
//! Running workers over the ports is left to `worker`.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use clap::Args;
use lettre::message::Mailbox;
use log::{info, warn};

use super::roots::roots;
use super::{Carrier, Folder, Gateway, Pace, Smtp, Templates};

/// How messages leave.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Delivery")]
pub struct Settings {
    /// The mail server: `smtps://HOST` for TLS, `smtp://HOST` for STARTTLS, `smtp-plain://HOST` for neither (tests, a relay on this machine). Without it e-mails wait.
    #[arg(long, env = "DIALOGMODUL_SMTP_URL", value_name = "URL", requires = "mail_from")]
    pub smtp_url: Option<SmtpUrl>,

    /// User at the mail server, if it asks for one.
    #[arg(long, env = "DIALOGMODUL_SMTP_USER", value_name = "NAME", requires = "smtp_password")]
    pub smtp_user: Option<String>,

    /// Password of that user; better given in the environment.
    #[arg(long, env = "DIALOGMODUL_SMTP_PASSWORD", value_name = "PASSWORD", hide_env_values = true)]
    pub smtp_password: Option<Secret>,

    /// Sender of e-mails, `no-reply@example.dk` or `Name <no-reply@example.dk>`.
    #[arg(long, env = "DIALOGMODUL_MAIL_FROM", value_name = "ADDRESS")]
    pub mail_from: Option<Mailbox>,

    /// The SMS gateway: takes a POST of {id, to, text} in JSON. Without it SMS wait.
    #[arg(long, env = "DIALOGMODUL_SMS_URL", value_name = "URL")]
    pub sms_url: Option<String>,

    /// Token the SMS gateway knows us by, sent as `Authorization: Bearer`; better given in the environment.
    #[arg(long, env = "DIALOGMODUL_SMS_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    pub sms_token: Option<Secret>,

    /// PEM file with the authorities that vouch for mail server and gateway. Default: those this machine trusts.
    #[arg(long, env = "DIALOGMODUL_DELIVERY_ROOTS", value_name = "FILE")]
    pub delivery_roots: Option<PathBuf>,

    /// Write e-mails and SMS into this folder instead of sending them.
    #[arg(long, env = "DIALOGMODUL_DELIVERY_FOLDER", value_name = "FOLDER", conflicts_with_all = ["smtp_url", "sms_url"])]
    pub delivery_folder: Option<PathBuf>,

    /// File with texts of our own, in the form of the shipped `src/delivery/templates.tsv`.
    #[arg(long, env = "DIALOGMODUL_DELIVERY_TEMPLATES", value_name = "FILE")]
    pub delivery_templates: Option<PathBuf>,

    /// Seconds between two looks at what waits.
    #[arg(long, env = "DIALOGMODUL_DELIVERY_POLL_SECONDS", value_name = "SECONDS", default_value_t = Self::default().delivery_poll_seconds)]
    pub delivery_poll_seconds: u64,

    /// Seconds one e-mail or SMS may take, from the connection to the confirmation.
    #[arg(long, env = "DIALOGMODUL_DELIVERY_SEND_SECONDS", value_name = "SECONDS", default_value_t = Self::default().delivery_send_seconds,
        value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub delivery_send_seconds: u64,

    /// Attempts before a delivery is given up.
    #[arg(long, env = "DIALOGMODUL_DELIVERY_ATTEMPTS", value_name = "NUMBER", default_value_t = Self::default().delivery_attempts,
        value_parser = clap::value_parser!(u32).range(1..))]
    pub delivery_attempts: u32,

    /// Seconds until the second attempt; the pause doubles with each one.
    #[arg(long, env = "DIALOGMODUL_DELIVERY_RETRY_SECONDS", value_name = "SECONDS", default_value_t = Self::default().delivery_retry_seconds)]
    pub delivery_retry_seconds: u32,

    /// Seconds a pause between attempts lasts at most.
    #[arg(long, env = "DIALOGMODUL_DELIVERY_RETRY_MAX_SECONDS", value_name = "SECONDS", default_value_t = Self::default().delivery_retry_max_seconds)]
    pub delivery_retry_max_seconds: u32,
}

impl Default for Settings {
    /// Thirty attempts take about a day.
    fn default() -> Self {
        Self {
            smtp_url: None,
            smtp_user: None,
            smtp_password: None,
            mail_from: None,
            sms_url: None,
            sms_token: None,
            delivery_roots: None,
            delivery_folder: None,
            delivery_templates: None,
            delivery_poll_seconds: 2,
            delivery_send_seconds: 30,
            delivery_attempts: 30,
            delivery_retry_seconds: 30,
            delivery_retry_max_seconds: 3600,
        }
    }
}

/// Why delivery cannot start: one sentence for the operator.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct StartError(pub String);

impl Settings {
    /// The same settings for trying things out: where no way out is chosen, e-mails and SMS go into the folder.
    #[must_use]
    pub fn or_into_folder(mut self, folder: &Path) -> Self {
        if self.smtp_url.is_none() && self.sms_url.is_none() && self.delivery_folder.is_none() {
            self.delivery_folder = Some(folder.to_owned());
        }
        self
    }

    /// How patient a worker is.
    #[must_use]
    pub fn pace(&self) -> Pace {
        Pace {
            attempts: self.delivery_attempts,
            first_pause: TimeDelta::seconds(self.delivery_retry_seconds.into()),
            longest_pause: TimeDelta::seconds(self.delivery_retry_max_seconds.into()),
            send: Duration::from_secs(self.delivery_send_seconds),
        }
    }

    /// Pause between two looks at what waits; never none.
    #[must_use]
    pub fn poll(&self) -> Duration {
        Duration::from_secs(self.delivery_poll_seconds).max(Duration::from_millis(100))
    }

    /// The texts.
    ///
    /// # Errors
    /// The file cannot be read, or a text in it is not as it must be.
    pub fn templates(&self) -> Result<Arc<Templates>, StartError> {
        let templates = match &self.delivery_templates {
            None => Templates::shipped(),
            Some(file) => {
                let text = std::fs::read_to_string(file)
                    .map_err(|error| StartError(format!("the texts in {} cannot be read: {error}", file.display())))?;
                Templates::parse(&text)
            }
        };
        templates.map(Arc::new).map_err(StartError)
    }

    /// The ports there are; the log says which, and what waits for want of one.
    ///
    /// # Errors
    /// A port cannot be made ready.
    pub fn carriers(&self) -> Result<Vec<Carrier>, StartError> {
        if let Some(folder) = &self.delivery_folder {
            warn!("E-mails and SMS are written to the folder {} and sent to nobody", folder.display());
            let port = || Folder::new(folder, self.mail_from.clone());
            return Ok(vec![Carrier::Email(Box::new(port()?)), Carrier::Sms(Box::new(port()?))]);
        }
        let mut carriers = Vec::new();
        match (&self.smtp_url, &self.mail_from) {
            (Some(url), Some(from)) => {
                carriers.push(Carrier::Email(Box::new(self.smtp(url, from)?)));
                info!("E-mails go to {url}");
            }
            (Some(_), None) => return Err(StartError("--smtp-url needs --mail-from".to_owned())),
            (None, _) => warn!("E-mails wait in the outbox: no --smtp-url is set"),
        }
        match &self.sms_url {
            Some(url) => {
                carriers.push(Carrier::Sms(Box::new(self.gateway(url)?)));
                info!("SMS go to the gateway that --sms-url names");
            }
            None => warn!("SMS wait in the outbox: no --sms-url is set"),
        }
        Ok(carriers)
    }

    fn smtp(&self, url: &SmtpUrl, from: &Mailbox) -> Result<Smtp, StartError> {
        let roots = match url.security {
            Security::None => Vec::new(),
            Security::StartTls | Security::Tls => roots(self.delivery_roots.as_deref())?,
        };
        let user = self.smtp_user.clone().zip(self.smtp_password.clone());
        Smtp::new(url, from.clone(), user, roots, self.pace().send)
    }

    fn gateway(&self, url: &str) -> Result<Gateway, StartError> {
        let roots = if url.starts_with("https:") {
            roots(self.delivery_roots.as_deref())?
        } else {
            Vec::new()
        };
        Gateway::new(url, self.sms_token.as_ref(), roots, self.pace().send)
    }
}

/// A password or token; printed, it shows nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The secret itself, for whom it is meant.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl FromStr for Secret {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(hidden)")
    }
}

/// Where a mail server is and how it is spoken to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SmtpUrl {
    /// How the conversation is protected.
    pub security: Security,
    /// Host name or address; an IPv6 address without brackets.
    pub host: String,
    /// Port.
    pub port: u16,
}

/// How the conversation with a mail server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte.
    Tls,
    /// TLS after a greeting; without it nothing is sent.
    StartTls,
    /// Not at all.
    None,
}

impl Security {
    /// Scheme and usual port of each.
    const SCHEMES: [(Self, &'static str, u16); 3] = [
        (Self::Tls, "smtps", 465),
        (Self::StartTls, "smtp", 587),
        (Self::None, "smtp-plain", 25),
    ];
}

impl FromStr for SmtpUrl {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (scheme, rest) = text
            .split_once("://")
            .ok_or("the URL must begin with smtps://, smtp:// or smtp-plain://")?;
        let (security, _, usual_port) = Security::SCHEMES
            .into_iter()
            .find(|(_, known, _)| *known == scheme)
            .ok_or("the URL must begin with smtps://, smtp:// or smtp-plain://")?;
        let authority = rest.strip_suffix('/').unwrap_or(rest);
        if authority.contains(['/', '?', '#', '@']) {
            return Err("the URL must consist of scheme, host and perhaps a port; user and password are settings of their own");
        }
        let (host, port) = match authority.strip_prefix('[') {
            Some(bracketed) => bracketed.split_once(']').ok_or("a bracket is not closed")?,
            None => authority.find(':').map_or((authority, ""), |colon| authority.split_at(colon)),
        };
        if host.is_empty() {
            return Err("the URL must name a host");
        }
        let port = match port.strip_prefix(':') {
            Some(port) => port.parse().map_err(|_| "the port must be a number up to 65535")?,
            None if port.is_empty() => usual_port,
            None => return Err("after the host only a port can follow"),
        };
        Ok(Self {
            security,
            host: host.to_owned(),
            port,
        })
    }
}

impl fmt::Display for SmtpUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = Security::SCHEMES
            .into_iter()
            .find(|(security, ..)| *security == self.security)
            .map_or("smtp", |(_, scheme, _)| scheme);
        if self.host.contains(':') {
            write!(formatter, "{scheme}://[{}]:{}", self.host, self.port)
        } else {
            write!(formatter, "{scheme}://{}:{}", self.host, self.port)
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn the_url_of_a_mail_server_says_how_it_is_protected() {
        for (url, full, security) in [
            ("smtps://mail.example.dk", "smtps://mail.example.dk:465", Security::Tls),
            ("smtp://mail.example.dk/", "smtp://mail.example.dk:587", Security::StartTls),
            ("smtp-plain://[::1]:2525", "smtp-plain://[::1]:2525", Security::None),
            ("smtp-plain://127.0.0.1", "smtp-plain://127.0.0.1:25", Security::None),
        ] {
            let read: SmtpUrl = url.parse().unwrap();
            assert_eq!((read.to_string().as_str(), read.security), (full, security));
        }
        for wrong in [
            "mail.example.dk",
            "http://mail.example.dk",
            "smtps://",
            "smtps://:465",
            "smtps://host:port",
            "smtps://host:65536",
            "smtps://user:word@host",
            "smtps://host?tls=off",
            "smtps://[::1",
            "smtps://[::1]x",
        ] {
            assert!(wrong.parse::<SmtpUrl>().is_err(), "{wrong}");
        }
    }

    /// S8 in spirit: what is printed of the settings tells no secret.
    #[test]
    fn printed_settings_show_no_secret() {
        let settings = Settings {
            smtp_password: Some("hemmeligt".parse().unwrap()),
            sms_token: Some("hemmeligt".parse().unwrap()),
            ..Settings::default()
        };
        assert!(!format!("{settings:?}").contains("hemmeligt"));
    }

    #[test]
    fn without_a_way_out_a_trial_writes_into_a_folder() {
        let folder = Path::new("data/delivery");
        let chosen = Settings::default().or_into_folder(folder);
        assert_eq!(chosen.delivery_folder.as_deref(), Some(folder));
        let gateway = Settings {
            sms_url: Some("http://127.0.0.1:1".to_owned()),
            ..Settings::default()
        };
        assert_eq!(gateway.or_into_folder(folder).delivery_folder, None);
    }
}
