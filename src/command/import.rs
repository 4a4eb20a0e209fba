//! `dialogmodul import KIND FILE`: bring data in from a tab-separated file; nothing of it if a line is wrong.

use std::fs::File;
use std::io::{BufReader, Read, Write as _};
use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use indicatif::{ProgressBar, ProgressStyle};

use super::{Failure, open};
use crate::repository::import::{Kind, Source};
use crate::settings::Database;

/// What `import` is told.
#[derive(Args, Debug)]
pub(super) struct Import {
    /// What the lines of the file are.
    #[arg(value_parser = PossibleValuesParser::new(Kind::ALL.map(|(_, word)| word)).try_map(|word| kind(&word)))]
    kind: Kind,

    /// The file: UTF-8, tab separated, one header line.
    file: PathBuf,

    #[command(flatten)]
    database: Database,
}

impl Import {
    /// Imports the file and says how much of it was new.
    pub(super) fn run(self) -> Result<(), Failure> {
        let name = self.file.display();
        let file = File::open(&self.file).map_err(|error| Failure::Other(format!("{name} cannot be opened: {error}")))?;
        let bar = bar(file.metadata().map_or(0, |metadata| metadata.len()));
        let repository = open(&self.database)?;
        let source = Counted { file, bar: bar.clone() };
        let summary = repository.import(self.kind, source, &mut |lines| bar.set_message(format!("{lines} lines")));
        bar.finish_and_clear();
        let summary = summary.map_err(|error| Failure::Other(format!("{name}: {error}")))?;
        // Nobody reads what we say if the terminal is gone.
        let _ = writeln!(
            std::io::stdout(),
            "{name}: {} lines of {} read, {} of them new or changed",
            summary.lines,
            self.kind.word(),
            summary.changed
        );
        Ok(())
    }
}

fn kind(word: &str) -> Result<Kind, &'static str> {
    Kind::ALL
        .iter()
        .find(|(_, known)| *known == word)
        .map(|(kind, _)| *kind)
        .ok_or("nothing that can be imported")
}

/// Progress by bytes, since nobody knows the number of lines before the end. Silent where nobody looks.
fn bar(length: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {bytes}/{total_bytes} {msg} {eta}").unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(length).with_style(style)
}

/// A file that tells how far it is read; where it is read twice, the bar begins again.
struct Counted {
    file: File,
    bar: ProgressBar,
}

impl Source for Counted {
    fn open(&self) -> std::io::Result<Box<dyn Read + '_>> {
        self.bar.reset();
        let (file, bar) = (BufReader::new(self.file.open()?), &self.bar);
        Ok(Box::new(Counting { file, bar }))
    }
}

struct Counting<'c> {
    file: BufReader<Box<dyn Read + 'c>>,
    bar: &'c ProgressBar,
}

impl Read for Counting<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.bar.inc(count as u64);
        Ok(count)
    }
}
