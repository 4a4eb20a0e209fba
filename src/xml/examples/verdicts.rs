//! What the reader says to many documents: each on standard input as its length in four bytes, big end first, and its bytes; for each a
//! line on standard output, `taken` or the rule it breaks. The differential test in `tests/libxml2/` asks it.

use std::io::{self, BufWriter, Read, Write};

use xml::{Limits, Reader, Violation};

fn main() -> io::Result<()> {
    let mut input = io::stdin().lock();
    let mut output = BufWriter::new(io::stdout().lock());
    let mut length = [0; 4];
    while input.read_exact(&mut length).is_ok() {
        let mut document = vec![0; u32::from_be_bytes(length) as usize];
        input.read_exact(&mut document)?;
        match pass(&document) {
            Ok(()) => writeln!(output, "taken")?,
            Err(violation) => writeln!(output, "{}", violation.rule)?,
        }
        output.flush()?;
    }
    Ok(())
}

/// Goes over a whole document without wanting anything of it.
fn pass(document: &[u8]) -> Result<(), Violation> {
    let mut reader = Reader::new(document, Limits::default())?;
    reader.skip()?;
    reader.finish()
}
