//! SMTP: one conversation per mail, with one deadline for all of it.
//! It knows what a refusal means at each step: our sender, their address, this message. The receiving side has taken a mail over
//! when it answers the last line of it; what happens to the connection afterwards changes nothing.
//! Trying again is left to the worker.

use std::time::Duration;

use lettre::message::Mailbox;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail as MailFrom, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use rustls::pki_types::CertificateDer;
use tokio::runtime::Runtime;
use tokio::time::timeout;

use super::{Mail, Mailer};
use crate::delivery::{Secret, Security, Setback, SmtpUrl, StartError};
use crate::domain::delivery::Reason;

/// How long a mail server may take to say goodbye.
const FAREWELL: Duration = Duration::from_secs(1);

/// A mail server.
pub struct Smtp {
    url: SmtpUrl,
    from: Mailbox,
    name: ClientId,
    credentials: Option<Credentials>,
    tls: Option<TlsParameters>,
    deadline: Duration,
    runtime: Runtime,
}

impl Smtp {
    /// Makes everything ready; nobody is called yet.
    ///
    /// # Errors
    /// A certificate cannot be used, or the system gives no sockets.
    pub fn new(
        url: &SmtpUrl,
        from: Mailbox,
        user: Option<(String, Secret)>,
        roots: Vec<CertificateDer<'static>>,
        deadline: Duration,
    ) -> Result<Self, StartError> {
        let tls = match url.security {
            Security::None => None,
            Security::Tls | Security::StartTls => {
                Some(tls(&url.host, roots).map_err(|error| StartError(format!("TLS to the mail server cannot be made ready: {error}")))?)
            }
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| StartError(format!("the conversation with the mail server cannot be made ready: {error}")))?;
        Ok(Self {
            url: url.clone(),
            name: ClientId::Domain(from.email.domain().to_owned()),
            from,
            credentials: user.map(|(user, password)| Credentials::new(user, password.expose().to_owned())),
            tls,
            deadline,
            runtime,
        })
    }

    /// From the greeting to the answer to the last line.
    async fn converse(&self, mail: &Mail, bytes: &[u8]) -> Result<AsyncSmtpConnection, Setback> {
        let from_the_first_byte = self.tls.clone().filter(|_| self.url.security == Security::Tls);
        let server = (self.url.host.as_str(), self.url.port);
        let mut connection = AsyncSmtpConnection::connect_tokio1(server, None, &self.name, from_the_first_byte, None)
            .await
            .map_err(|error| Step::Greeting.setback(&error))?;
        if let Some(tls) = self.tls.clone().filter(|_| self.url.security == Security::StartTls) {
            connection
                .starttls(tls, &self.name)
                .await
                .map_err(|error| Step::Greeting.setback(&error))?;
        }
        if let Some(credentials) = &self.credentials {
            connection
                .auth(DEFAULT_MECHANISMS, credentials)
                .await
                .map_err(|error| Step::Greeting.setback(&error))?;
        }
        connection
            .command(MailFrom::new(Some(self.from.email.clone()), Vec::new()))
            .await
            .map_err(|error| Step::Sender.setback(&error))?;
        connection
            .command(Rcpt::new(mail.to.clone(), Vec::new()))
            .await
            .map_err(|error| Step::Address.setback(&error))?;
        connection.command(Data).await.map_err(|error| Step::Message.setback(&error))?;
        connection.message(bytes).await.map_err(|error| Step::Message.setback(&error))?;
        Ok(connection)
    }
}

impl Mailer for Smtp {
    fn send(&self, mail: &Mail) -> Result<(), Setback> {
        let bytes = mail.formatted(&self.from)?;
        self.runtime.block_on(async {
            let mut connection = timeout(self.deadline, self.converse(mail, &bytes))
                .await
                .map_err(|_| Setback::from(Reason::TimedOut))??;
            // The mail is theirs now: a farewell that fails is no failure.
            let _ = timeout(FAREWELL, connection.quit()).await;
            Ok(())
        })
    }
}

/// What a refusal is about.
#[derive(Clone, Copy)]
enum Step {
    Greeting,
    Sender,
    Address,
    Message,
}

impl Step {
    fn setback(self, error: &Error) -> Setback {
        let status = error.status().map(u16::from);
        let reason = match (self, status) {
            (_, None) if error.is_timeout() => Reason::TimedOut,
            // They do not offer what we insist on.
            (_, None) if error.is_client() => Reason::SenderRefused,
            (_, None) => Reason::Unreachable,
            (Self::Greeting, Some(..500)) => Reason::Unreachable,
            (_, Some(..500)) => Reason::NotNow,
            (Self::Greeting | Self::Sender, Some(_)) => Reason::SenderRefused,
            (Self::Address, Some(_)) => Reason::AddressRefused,
            (Self::Message, Some(_)) => Reason::MessageRefused,
        };
        Setback { reason, status }
    }
}

fn tls(host: &str, roots: Vec<CertificateDer<'static>>) -> Result<TlsParameters, Error> {
    let builder = TlsParameters::builder(host.to_owned()).certificate_store(CertificateStore::None);
    roots
        .into_iter()
        .try_fold(builder, |builder, root| {
            Ok(builder.add_root_certificate(Certificate::from_der(root.to_vec())?))
        })?
        .build()
}
