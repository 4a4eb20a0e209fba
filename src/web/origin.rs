//! Where a name is from: the contracts end what they say with `(STAR)` or `(ours)`, the pages show it as a badge.

use maud::{Markup, html};
use xml::description::Documentation;

use super::language::Language;
use super::message::Message;

/// Where a name is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// Known from STAR's material.
    Star,
    /// A reconstruction.
    Ours,
}

impl Origin {
    const MARKS: [(Self, &'static str); 2] = [(Self::Star, " (STAR)"), (Self::Ours, " (ours)")];

    /// The origin a documentation states for the whole of what it is about.
    pub(super) fn of(documentation: Documentation) -> Option<Self> {
        let text = Language::English.said(documentation).trim_end_matches('.');
        Self::MARKS
            .into_iter()
            .find(|(_, mark)| text.ends_with(mark))
            .map(|(origin, _)| origin)
    }

    /// As a badge.
    pub(super) fn badge(self, language: Language) -> Markup {
        let (class, text) = match self {
            Self::Star => ("badge star", Message::Star),
            Self::Ours => ("badge ours", Message::Ours),
        };
        html! { span class=(class) { (language.say(text)) } }
    }
}

/// What is said, without the mark that the badge shows.
pub(super) fn told(language: Language, documentation: Documentation) -> String {
    let text = language.said(documentation);
    let bare = text.trim_end_matches('.');
    let unmarked = Origin::MARKS.into_iter().find_map(|(_, mark)| bare.strip_suffix(mark));
    unmarked.map_or_else(|| text.to_owned(), |unmarked| format!("{unmarked}."))
}

#[cfg(test)]
mod tests {
    use xml::description::Text;

    use super::*;

    #[test]
    fn the_mark_at_the_end_is_an_origin_and_no_part_of_the_text() {
        const SAID: Documentation = &[
            Text {
                language: "",
                text: "The citizen (STAR).",
            },
            Text {
                language: "da",
                text: "Borgeren.",
            },
        ];
        assert_eq!(Origin::of(SAID), Some(Origin::Star));
        assert_eq!(told(Language::English, SAID), "The citizen.");
        assert_eq!(told(Language::Danish, SAID), "Borgeren.");
        const MIXED: Documentation = &[Text {
            language: "",
            text: "A message (name STAR, shape ours).",
        }];
        assert_eq!(Origin::of(MIXED), None);
        assert_eq!(told(Language::English, MIXED), "A message (name STAR, shape ours).");
    }
}
