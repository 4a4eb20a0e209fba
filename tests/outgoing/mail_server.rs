//! A mail server of a few lines: takes mails, refuses them, falls silent or hangs up, as each test wishes.

use std::collections::VecDeque;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// How the server behaves in one conversation.
#[derive(Clone, Copy, Debug)]
pub enum Behaviour {
    /// Takes the mail.
    Take,
    /// Answers the command that begins with the word, or the last line of the mail (`.`), or the connection (empty), with a refusal.
    Refuse(&'static str, &'static str),
    /// Does not answer that command any more.
    FallSilent(&'static str),
    /// Takes the mail and hangs up without saying so.
    TakeAndHangUp,
    /// Takes the mail, says so, and hangs up.
    ConfirmAndHangUp,
}

/// How the conversation is protected.
#[derive(Clone)]
pub enum Protection {
    None,
    StartTls(Arc<ServerConfig>),
    Tls(Arc<ServerConfig>),
}

/// A mail the server has taken.
#[derive(Clone, Debug)]
pub struct Taken {
    pub from: String,
    pub to: String,
    pub mail: String,
    pub protected: bool,
    pub user: Option<String>,
}

impl Taken {
    /// The value of a header that stands on one line.
    pub fn header(&self, name: &str) -> &str {
        let line = self.mail.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        line.unwrap_or_else(|| panic!("no {name} in {}", self.mail))
    }
}

/// The server; its thread ends with the test process.
#[derive(Clone)]
pub struct MailServer {
    pub address: SocketAddr,
    taken: Arc<Mutex<Vec<Taken>>>,
    script: Arc<Mutex<VecDeque<Behaviour>>>,
    conversations: Arc<Mutex<usize>>,
}

impl MailServer {
    /// A server without TLS.
    pub fn start() -> Self {
        Self::protected(Protection::None)
    }

    pub fn protected(protection: Protection) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            taken: Arc::default(),
            script: Arc::default(),
            conversations: Arc::default(),
        };
        let answering = server.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (server, protection) = (answering.clone(), protection.clone());
                thread::spawn(move || server.converse(stream, &protection));
            }
        });
        server
    }

    /// The next conversations go like this; afterwards every mail is taken.
    pub fn will(&self, behaviours: &[Behaviour]) {
        self.script.lock().unwrap().extend(behaviours);
    }

    pub fn taken(&self) -> Vec<Taken> {
        self.taken.lock().unwrap().clone()
    }

    pub fn conversations(&self) -> usize {
        *self.conversations.lock().unwrap()
    }

    fn converse(&self, stream: TcpStream, protection: &Protection) {
        *self.conversations.lock().unwrap() += 1;
        let behaviour = self.script.lock().unwrap().pop_front().unwrap_or(Behaviour::Take);
        let (stream, can_start): (Box<dyn Stream>, _) = match protection {
            Protection::Tls(config) => (tls(stream, config), None),
            Protection::StartTls(config) => (Box::new(stream.try_clone().unwrap()), Some((stream, config))),
            Protection::None => (Box::new(stream), None),
        };
        let protected = matches!(protection, Protection::Tls(_));
        let mut conversation = Conversation {
            stream,
            behaviour,
            can_start,
            protected,
            user: None,
        };
        while let Some(taken) = conversation.mail() {
            self.taken.lock().unwrap().push(taken);
            if matches!(behaviour, Behaviour::TakeAndHangUp) || conversation.say("250 taken").is_none() {
                return;
            }
            if matches!(behaviour, Behaviour::ConfirmAndHangUp) {
                return;
            }
        }
    }
}

trait Stream: Read + Write {}
impl<S: Read + Write> Stream for S {}

fn tls(stream: TcpStream, config: &Arc<ServerConfig>) -> Box<dyn Stream> {
    Box::new(StreamOwned::new(ServerConnection::new(config.clone()).unwrap(), stream))
}

struct Conversation<'a> {
    stream: Box<dyn Stream>,
    behaviour: Behaviour,
    can_start: Option<(TcpStream, &'a Arc<ServerConfig>)>,
    protected: bool,
    user: Option<String>,
}

impl Conversation<'_> {
    /// Up to the last line of the next mail; none when the conversation is over.
    fn mail(&mut self) -> Option<Taken> {
        if self.user.is_none() {
            self.answer("", "220 here")?;
        }
        let (mut from, mut to) = (String::new(), String::new());
        loop {
            let command = self.line()?;
            let (word, rest) = command.split_at(command.find([' ', ':']).unwrap_or(command.len()));
            match word.to_ascii_uppercase().as_str() {
                "EHLO" => {
                    let start = if self.can_start.is_some() { "250-STARTTLS\r\n" } else { "" };
                    self.answer("EHLO", &format!("250-here\r\n{start}250 AUTH PLAIN"))?;
                }
                "STARTTLS" => {
                    let (stream, config) = self.can_start.take()?;
                    self.answer("STARTTLS", "220 go on")?;
                    self.stream = tls(stream, config);
                    self.protected = true;
                }
                "AUTH" => {
                    self.answer("AUTH", "235 welcome")?;
                    self.user = Some(rest.trim().to_owned());
                }
                "MAIL" => {
                    from = rest.trim().to_owned();
                    self.answer("MAIL", "250 ok")?;
                }
                "RCPT" => {
                    to = rest.trim().to_owned();
                    self.answer("RCPT", "250 ok")?;
                }
                "DATA" => {
                    self.answer("DATA", "354 go on")?;
                    let mut mail = String::new();
                    loop {
                        match self.line()?.as_str() {
                            "." => break,
                            line => mail.push_str(&format!("{}\n", line.strip_prefix('.').unwrap_or(line))),
                        }
                    }
                    self.check(".")?;
                    return Some(Taken {
                        from,
                        to,
                        mail,
                        protected: self.protected,
                        user: self.user.clone(),
                    });
                }
                "QUIT" => {
                    self.say("221 bye")?;
                    return None;
                }
                _ => self.say("250 ok")?,
            }
        }
    }

    fn answer(&mut self, step: &str, reply: &str) -> Option<()> {
        self.check(step)?;
        self.say(reply)
    }

    /// Refuses or falls silent where the test wishes it.
    fn check(&mut self, step: &str) -> Option<()> {
        match self.behaviour {
            Behaviour::Refuse(at, reply) if at == step => {
                self.say(reply)?;
                None
            }
            Behaviour::FallSilent(at) if at == step => {
                thread::sleep(Duration::from_secs(20));
                None
            }
            _ => Some(()),
        }
    }

    fn say(&mut self, reply: &str) -> Option<()> {
        self.stream.write_all(format!("{reply}\r\n").as_bytes()).ok()?;
        self.stream.flush().ok()
    }

    fn line(&mut self) -> Option<String> {
        let mut line = Vec::new();
        let mut byte = [0];
        while !line.ends_with(b"\r\n") {
            if self.stream.read(&mut byte).ok()? == 0 {
                return None;
            }
            line.push(byte[0]);
        }
        line.truncate(line.len() - 2);
        String::from_utf8(line).ok()
    }
}
