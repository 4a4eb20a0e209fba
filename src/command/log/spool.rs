//! The spool of the log: lines are handed over, and a thread of its own writes what has gathered at once.
//! It knows that a call does not wait for whoever reads the log, unless he reads nothing at all: then as much waits as fits, and no more.
//! What a line says is left to the logger.

use std::io::{self, Write};
use std::mem;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// Bytes that may wait.
const FITS: usize = 1024 * 1024;
/// How long lines gather while others were just written; a line that comes after a rest is written at once.
const GATHERS: Duration = Duration::from_millis(5);

/// Where lines are handed in; a cheap handle.
#[derive(Clone)]
pub(super) struct Spool(Arc<Shared>);

#[derive(Default)]
struct Shared {
    lines: Mutex<Lines>,
    /// There are lines again, or fewer.
    changed: Condvar,
}

#[derive(Default)]
struct Lines {
    waiting: Vec<u8>,
    /// Others are being written.
    writing: bool,
}

impl Spool {
    /// Writes to an output from now on.
    ///
    /// # Errors
    /// The operating system gives no thread.
    pub(super) fn to(output: impl Write + Send + 'static) -> io::Result<Self> {
        let spool = Self(Arc::default());
        let shared = Arc::clone(&spool.0);
        thread::Builder::new().name("log".to_owned()).spawn(move || shared.write(output))?;
        Ok(spool)
    }

    /// Waits until everything is written that was handed in.
    pub(super) fn drain(&self) {
        drop(self.0.wait_while(|lines| lines.writing || !lines.waiting.is_empty()));
    }
}

impl Write for Spool {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut lines = self.0.wait_while(|lines| lines.waiting.len() > FITS);
        let were_none = lines.waiting.is_empty();
        lines.waiting.extend_from_slice(bytes);
        drop(lines);
        if were_none {
            self.0.changed.notify_all();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Shared {
    /// Writes as long as the program lives.
    fn write(&self, mut output: impl Write) {
        let mut taken = Vec::new();
        loop {
            let mut lines = self.wait_while(|lines| lines.waiting.is_empty());
            mem::swap(&mut lines.waiting, &mut taken);
            lines.writing = true;
            drop(lines);
            // Where the log cannot be written, nobody is left to be told.
            let _ = output.write_all(&taken);
            taken.clear();
            self.wait_while(|_| false).writing = false;
            self.changed.notify_all();
            thread::sleep(GATHERS);
        }
    }

    fn wait_while(&self, condition: impl Fn(&Lines) -> bool) -> MutexGuard<'_, Lines> {
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        self.changed
            .wait_while(lines, |lines| condition(lines))
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use std::sync::mpsc::{Sender, channel};

    use super::*;

    struct Told(Sender<Vec<u8>>);

    impl Write for Told {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.send(bytes.to_vec()).unwrap();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn every_line_is_written_once_and_in_order_and_many_at_once() {
        let (tell, told) = channel();
        let spool = Spool::to(Told(tell)).unwrap();
        let mut expected = Vec::new();
        for number in 0..50_000 {
            let line = format!("line {number}\n");
            spool.clone().write_all(line.as_bytes()).unwrap();
            expected.extend_from_slice(line.as_bytes());
        }
        spool.drain();
        let pieces: Vec<_> = told.try_iter().collect();
        assert_eq!(pieces.concat(), expected);
        assert!(pieces.len() < 50_000, "{}", pieces.len());
    }
}
