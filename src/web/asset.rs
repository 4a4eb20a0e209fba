//! Style, script and icon of the pages: part of the program, fetched from it and from nowhere else.

use std::fmt::Write;
use std::sync::LazyLock;

use sha2::{Digest, Sha256};

/// A file the pages ask for.
pub struct Asset {
    /// Its name below `assets/`.
    pub name: &'static str,
    /// Its media type.
    pub media_type: &'static str,
    /// Its text.
    pub text: &'static str,
}

pub(super) static STYLE: Asset = Asset {
    name: "page.css",
    media_type: "text/css; charset=utf-8",
    text: include_str!("assets/page.css"),
};
pub(super) static SCRIPT: Asset = Asset {
    name: "page.js",
    media_type: "text/javascript; charset=utf-8",
    text: include_str!("assets/page.js"),
};
pub(super) static ICON: Asset = Asset {
    name: "icon.svg",
    media_type: "image/svg+xml",
    text: include_str!("assets/icon.svg"),
};

/// The asset of a name.
#[must_use]
pub fn asset(name: &str) -> Option<&'static Asset> {
    [&STYLE, &SCRIPT, &ICON].into_iter().find(|asset| asset.name == name)
}

impl Asset {
    /// Its path below the root, with the mark of this build: pages of a new program never meet the style of the old one.
    pub(super) fn link(&self) -> String {
        format!("assets/{}?v={}", self.name, *MARK)
    }
}

/// What the assets of this build are known by.
static MARK: LazyLock<String> = LazyLock::new(|| {
    let digest = Sha256::digest([STYLE.text, SCRIPT.text, ICON.text].concat());
    digest.iter().take(6).fold(String::new(), |mut mark, byte| {
        let _ = write!(mark, "{byte:02x}");
        mark
    })
});
