//! An SMS gateway of a few lines: keeps what it is told and answers as each test wishes.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What the gateway was told.
#[derive(Clone, Debug)]
pub struct Told {
    pub head: String,
    pub body: serde_json::Value,
}

/// The gateway; its thread ends with the test process.
#[derive(Clone)]
pub struct SmsGateway {
    pub address: SocketAddr,
    told: Arc<Mutex<Vec<Told>>>,
    script: Arc<Mutex<VecDeque<Option<u16>>>>,
}

impl SmsGateway {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let gateway = Self {
            address: listener.local_addr().unwrap(),
            told: Arc::default(),
            script: Arc::default(),
        };
        let answering = gateway.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let gateway = answering.clone();
                thread::spawn(move || gateway.answer(stream));
            }
        });
        gateway
    }

    pub fn url(&self) -> String {
        format!("http://{}/sms", self.address)
    }

    /// The next answers; none is silence. Afterwards every SMS is accepted.
    pub fn will(&self, answers: &[Option<u16>]) {
        self.script.lock().unwrap().extend(answers);
    }

    pub fn told(&self) -> Vec<Told> {
        self.told.lock().unwrap().clone()
    }

    fn answer(&self, mut stream: TcpStream) -> Option<()> {
        let mut reader = BufReader::new(stream.try_clone().ok()?);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if reader.read_line(&mut head).ok()? == 0 {
                return None;
            }
        }
        let length = head
            .lines()
            .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok())?;
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        self.told.lock().unwrap().push(Told {
            head,
            body: serde_json::from_slice(&body).ok()?,
        });
        let answer = self.script.lock().unwrap().pop_front().unwrap_or(Some(202));
        match answer {
            Some(status) => write!(
                stream,
                "HTTP/1.1 {status} said\r\nContent-Length: 0\r\nLocation: http://127.0.0.1:1/\r\n\r\n"
            )
            .ok(),
            None => {
                thread::sleep(Duration::from_secs(20));
                None
            }
        }
    }
}
