//! The two languages of the pages, and which of them a reader is shown.
//! It knows the query and `Accept-Language`; what is said in them is left to `message` and to the contract.

use xml::description::{Documentation, Text};

/// A language of the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Language {
    /// Danish: what most readers speak, and what is shown where nothing is asked for.
    Danish,
    /// English.
    English,
}

impl Language {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Danish, Self::English];

    /// Its tag: `da`, `en`.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::Danish => "da",
            Self::English => "en",
        }
    }

    /// The language of a request: what the query says, else the best of `Accept-Language`, else Danish.
    #[must_use]
    pub fn of_request(query: &str, accepted: &str) -> Self {
        let asked = parameter(query, "lang").and_then(Self::by_tag);
        asked.or_else(|| Self::accepted(accepted)).unwrap_or(Self::Danish)
    }

    fn by_tag(tag: &str) -> Option<Self> {
        let first = tag.split('-').next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(first))
    }

    /// The one with the highest quality; the first of equals. Norwegian and Swedish readers are shown Danish only if they ask for it.
    fn accepted(header: &str) -> Option<Self> {
        let mut best: Option<(Self, f32)> = None;
        for part in header.split(',') {
            let (tag, quality) = part.split_once(";q=").unwrap_or((part, "1"));
            let quality = quality.trim().parse().unwrap_or(0.0);
            if let Some(language) = Self::by_tag(tag.trim())
                && quality > best.map_or(0.0, |(_, best)| best)
            {
                best = Some((language, quality));
            }
        }
        let others = header
            .split(',')
            .any(|part| !part.trim().is_empty() && !part.trim().starts_with('*'));
        best.map(|(language, _)| language).or(others.then_some(Self::English))
    }

    /// What the contract says in this language; in English where it says nothing in it.
    #[must_use]
    pub fn said(self, documentation: Documentation) -> &'static str {
        let own = |text: &&Text| text.language == self.tag();
        let english = |text: &&Text| text.language.is_empty() || text.language == Self::English.tag();
        let said = documentation.iter().find(own).or_else(|| documentation.iter().find(english));
        said.or(documentation.first()).map_or("", |text| text.text)
    }
}

/// A parameter of a query, as it stands there.
#[must_use]
pub(super) fn parameter<'q>(query: &'q str, name: &str) -> Option<&'q str> {
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(found, _)| *found == name).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_query_wins_then_the_best_accepted_language_then_danish() {
        for (query, accepted, expected) in [
            ("", "", Language::Danish),
            ("lang=en", "da", Language::English),
            ("on=2026-01-01&lang=da", "en", Language::Danish),
            ("lang=fr", "en-GB,en;q=0.9", Language::English),
            ("", "da-DK,da;q=0.9,en;q=0.8", Language::Danish),
            ("", "en;q=0.8, da;q=0.9", Language::Danish),
            ("", "de-DE,de;q=0.9", Language::English),
            ("", "*", Language::Danish),
            ("", "en;q=nonsense", Language::English),
        ] {
            assert_eq!(Language::of_request(query, accepted), expected, "{query} {accepted}");
        }
    }

    #[test]
    fn a_text_is_said_in_the_language_or_in_english() {
        const BOTH: Documentation = &[
            Text {
                language: "",
                text: "A letter",
            },
            Text {
                language: "da",
                text: "Et brev",
            },
        ];
        const GERMAN: Documentation = &[Text {
            language: "de",
            text: "Ein Brief",
        }];
        assert_eq!(Language::Danish.said(BOTH), "Et brev");
        assert_eq!(Language::English.said(BOTH), "A letter");
        assert_eq!(Language::English.said(GERMAN), "Ein Brief");
        assert_eq!(Language::Danish.said(&[]), "");
    }
}
