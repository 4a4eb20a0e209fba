//! The key of the audit: read from a file that stands outside the database, and made at first start where one process has the archive to itself.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use super::Failure;

/// Reads the key: 64 hexadecimal digits.
pub(super) fn read(file: &Path) -> Result<[u8; 32], Failure> {
    let text = fs::read_to_string(file).map_err(|error| match error.kind() {
        ErrorKind::NotFound => Failure::Setting(format!(
            "the file {} with the key of the audit does not exist; make it once with 64 random hexadecimal digits and keep a copy",
            file.display()
        )),
        _ => Failure::Setting(format!(
            "the file {} with the key of the audit cannot be read: {error}",
            file.display()
        )),
    })?;
    parse(text.trim()).ok_or_else(|| {
        Failure::Setting(format!(
            "the file {} must hold 64 hexadecimal digits, the key of the audit",
            file.display()
        ))
    })
}

/// Reads the key, or makes it if there is none yet.
pub(super) fn read_or_make(file: &Path) -> Result<[u8; 32], Failure> {
    let cannot = |error: &dyn std::fmt::Display| {
        Failure::Setting(format!(
            "the file {} for the key of the audit cannot be made: {error}",
            file.display()
        ))
    };
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).map_err(|error| cannot(&error))?;
    }
    match create_new(file) {
        Ok(mut created) => {
            let mut key = [0; 32];
            getrandom::fill(&mut key).map_err(|error| cannot(&error))?;
            let digits: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
            created.write_all(digits.as_bytes()).map_err(|error| cannot(&error))?;
            Ok(key)
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => read(file),
        Err(error) => Err(cannot(&error)),
    }
}

/// A file that only its owner reads.
fn create_new(file: &Path) -> std::io::Result<fs::File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file)
}

fn parse(digits: &str) -> Option<[u8; 32]> {
    let mut key = [0; 32];
    if digits.len() != 64 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    for (byte, at) in key.iter_mut().zip((0..64).step_by(2)) {
        *byte = u8::from_str_radix(digits.get(at..at + 2)?, 16).ok()?;
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_key_is_64_hexadecimal_digits() {
        let key = parse(&"0fA0".repeat(16)).unwrap();
        assert_eq!((key.first(), key.last()), (Some(&0x0f), Some(&0xa0)));
        for wrong in ["", "0f", &"0g".repeat(32), &"+1".repeat(32), &"é".repeat(32)] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_key_is_made_once() {
        let folder = std::env::temp_dir().join(format!("dialogmodul-key-{}", std::process::id()));
        let file = folder.join("audit.key");
        assert!(read(&file).is_err());
        let made = read_or_make(&file).unwrap();
        assert_eq!(read_or_make(&file).unwrap(), made);
        assert_eq!(read(&file).unwrap(), made);
        fs::remove_dir_all(folder).unwrap();
    }
}
