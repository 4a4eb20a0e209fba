//! What every page shares: head, landmarks, navigation, language switch, footer.
//! Links lead by relative paths, so that a page works under any alias and behind any prefix; nothing is loaded from elsewhere.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::asset;
use super::language::Language;
use super::message::Message;

/// A page before it is framed.
pub(super) struct Frame<'f> {
    pub(super) language: Language,
    /// The way from the page to the root: `../../`, or `./`.
    pub(super) root: &'f str,
    pub(super) title: &'f str,
    /// Which entry of the navigation the page is.
    pub(super) here: Option<Message>,
    /// The query of the page in the other language, without `?`.
    pub(super) other: &'f str,
    /// What is beside the content, if anything.
    pub(super) contents: Option<Markup>,
    pub(super) main: Markup,
}

impl Frame<'_> {
    /// The whole document.
    pub(super) fn render(&self) -> String {
        let Self { language, root, .. } = self;
        let say = |message| language.say(message);
        let link = |path: &str| format!("{root}{path}?lang={}", language.tag());
        let other = match language {
            Language::Danish => Language::English,
            Language::English => Language::Danish,
        };
        let current = |message| (self.here == Some(message)).then_some("page");
        let page = html! {
            (DOCTYPE)
            html lang=(language.tag()) {
                head {
                    meta charset="utf-8";
                    title { (self.title) " – " (say(Message::Product)) }
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    link rel="icon" type="image/svg+xml" href=(format!("{root}{}", asset::ICON.link()));
                    link rel="stylesheet" href=(format!("{root}{}", asset::STYLE.link()));
                    script src=(format!("{root}{}", asset::SCRIPT.link())) defer {}
                }
                body data-copied=(say(Message::Copied)) data-copy-failed=(say(Message::CopyFailed)) {
                    a.skip href="#main" { (say(Message::Skip)) }
                    header.top {
                        a.brand href=(link("")) { span.mark aria-hidden="true" {} (say(Message::Product)) }
                        nav aria-label=(say(Message::SiteNavigation)) {
                            ul {
                                li { a href=(link("")) aria-current=[current(Message::Services)] { (say(Message::Services)) } }
                                li { a href=(link("code-lists")) aria-current=[current(Message::CodeLists)] { (say(Message::CodeLists)) } }
                            }
                        }
                        a.language href=(format!("?{}", self.other)) lang=(other.tag()) hreflang=(other.tag()) {
                            (say(Message::OtherLanguage))
                        }
                    }
                    div.layout.with-contents[self.contents.is_some()] {
                        @if let Some(contents) = &self.contents {
                            nav.contents aria-label=(say(Message::OnThisPage)) { (contents) }
                        }
                        main #main tabindex="-1" { (self.main) }
                    }
                    footer.bottom {
                        p { (say(Message::Footer)) " " (say(Message::OriginNote)) }
                    }
                    p #announcement .quiet role="status" {}
                }
            }
        };
        page.into_string()
    }
}

/// A table in a box of its own that scrolls sideways and can be reached by keyboard.
pub(super) fn scrolling(language: Language, label: &str, table: &Markup) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label=(format!("{label} – {}", language.say(Message::Scrolls))) { (table) }
    }
}

/// A name that may be broken between its words: `Citizen` `Message` `Service`.
pub(super) fn name(text: &str) -> Markup {
    let mut broken = String::with_capacity(text.len() * 2);
    let mut was_lower = false;
    for character in text.chars() {
        if was_lower && character.is_uppercase() {
            broken.push_str("<wbr>");
        }
        was_lower = character.is_lowercase();
        broken.push_str(&html! { (character) }.into_string());
    }
    PreEscaped(broken)
}

/// XML as text, its tags marked.
pub(super) fn xml(text: &str) -> Markup {
    let mut marked = String::with_capacity(text.len() * 2);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        marked.push_str(&html! { (before) }.into_string());
        let (tag, after) = after.split_once('>').unwrap_or((after, ""));
        marked.push_str(&html! { span.tag { "<" (tag) ">" } }.into_string());
        rest = after;
    }
    marked.push_str(&html! { (rest) }.into_string());
    PreEscaped(marked)
}

/// A button that copies the text of an element; scripts show it.
pub(super) fn copy(language: Language, id: &str, what: &str) -> Markup {
    html! {
        button.copy type="button" hidden data-copies=(id) aria-label=(format!("{}: {what}", language.say(Message::Copy))) {
            (language.say(Message::Copy))
        }
    }
}

/// A link of a heading to itself.
pub(super) fn anchor(language: Language, id: &str, what: &str) -> Markup {
    html! {
        a.anchor href=(format!("#{id}")) aria-label=(format!("{} {what}", language.say(Message::Permalink))) { "#" }
    }
}
