//! The code lists: every list with its values on a day, by where they are known from.
//! It knows what a query may choose; which values there are and which is valid on a day is left to the lists.

use chrono::NaiveDate;
use maud::{Markup, html};

use super::language::{Language, parameter};
use super::layout::{self, Frame, anchor};
use super::message::Message;
use crate::domain::code_list::{CodeLists, Item};

/// How a value known from STAR is marked in the data.
const STAR: &str = "STAR";

/// What a reader wants to see.
struct Choice {
    day: NaiveDate,
    /// The query names something that is no day.
    is_unread: bool,
    source: Source,
    /// Values that are not valid on the day, too.
    all: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    Both,
    Star,
    Ours,
}

impl Source {
    const ALL: [(Self, &'static str, Message); 3] = [
        (Self::Both, "", Message::AllSources),
        (Self::Star, "star", Message::OnlyStar),
        (Self::Ours, "ours", Message::OnlyOurs),
    ];

    fn holds(self, item: &Item) -> bool {
        match self {
            Self::Both => true,
            Self::Star => item.source == STAR,
            Self::Ours => item.source != STAR,
        }
    }
}

impl Choice {
    fn of(query: &str, today: NaiveDate) -> Self {
        let asked = parameter(query, "on").filter(|day| !day.is_empty());
        let day = asked.map(|day| day.parse());
        let word = parameter(query, "source").unwrap_or_default();
        let source = Source::ALL.into_iter().find(|(_, known, _)| *known == word);
        Self {
            day: day.as_ref().and_then(|day| day.as_ref().ok()).copied().unwrap_or(today),
            is_unread: day.is_some_and(|day: Result<NaiveDate, _>| day.is_err()),
            source: source.map_or(Source::Both, |(source, _, _)| source),
            all: parameter(query, "all").is_some(),
        }
    }

    fn shows(&self, item: &Item) -> bool {
        self.source.holds(item) && (self.all || item.is_valid_on(self.day))
    }

    /// The choice as a query, in a language.
    fn query(&self, language: Language) -> String {
        let word = Source::ALL.into_iter().find(|(source, _, _)| *source == self.source);
        let word = word.map_or("", |(_, word, _)| word);
        let all = if self.all { "&all=1" } else { "" };
        format!("lang={}&on={}&source={word}{all}", language.tag(), self.day)
    }
}

/// The page.
pub(super) fn page(lists: &CodeLists, language: Language, query: &str, today: NaiveDate) -> String {
    let say = |message| language.say(message);
    let choice = Choice::of(query, today);
    let names: Vec<&str> = lists.names().collect();
    let main = html! {
        h1 { (say(Message::CodeLists)) }
        p.lead { (say(Message::ListsLead)) }
        (form(&choice, language))
        @for name in &names { (list(lists, name, &choice, language)) }
    };
    let other = Language::ALL.into_iter().find(|other| *other != language).unwrap_or(language);
    let other = choice.query(other);
    let contents = html! {
        p.heading { (say(Message::OnThisPage)) }
        ul { @for name in &names { li { a href=(format!("#{name}")) { (layout::name(name)) } } } }
    };
    let frame = Frame {
        language,
        root: "./",
        title: say(Message::CodeLists),
        here: Some(Message::CodeLists),
        other: &other,
        contents: Some(contents),
        main,
    };
    frame.render()
}

fn form(choice: &Choice, language: Language) -> Markup {
    let say = |message| language.say(message);
    html! {
        form.filter method="get" action="code-lists" aria-label=(say(Message::ListsFilter)) {
            input type="hidden" name="lang" value=(language.tag());
            p { label for="on" { (say(Message::ValidOn)) } input #on type="date" name="on" value=(choice.day) required; }
            p {
                label for="source" { (say(Message::Source)) }
                select #source name="source" {
                    @for (source, word, message) in Source::ALL {
                        option value=(word) selected[source == choice.source] { (say(message)) }
                    }
                }
            }
            p.check { input #all type="checkbox" name="all" value="1" checked[choice.all]; label for="all" { (say(Message::ShowAll)) } }
            p { button.primary type="submit" { (say(Message::Show)) } }
            @if choice.is_unread { p.note role="alert" { (say(Message::NoSuchDay)) } }
        }
    }
}

fn list(lists: &CodeLists, name: &str, choice: &Choice, language: Language) -> Markup {
    let say = |message| language.say(message);
    let items: Vec<&Item> = lists.items(name).map(Iterator::collect).unwrap_or_default();
    let shown: Vec<_> = items.iter().filter(|item| choice.shows(item)).collect();
    let table = html! {
        table.values {
            thead { tr {
                th scope="col" { (say(Message::Code)) }
                th scope="col" { (say(Message::Name)) }
                th scope="col" { (say(Message::Description)) }
                th scope="col" { (say(Message::From)) }
                th scope="col" { (say(Message::Until)) }
                th scope="col" { (say(Message::Source)) }
            } }
            tbody {
                @for item in &shown {
                    @let is_valid = item.is_valid_on(choice.day);
                    tr.ended[!is_valid] {
                        th scope="row" { code { (item.code) } }
                        td lang="da" { (item.name) }
                        td lang="da" { (item.description.as_deref().unwrap_or_default()) }
                        td.day { (item.start) }
                        td.day { (item.end) @if !is_valid { br; span.note { (say(Message::NotValid)) } } }
                        td { (badge(item, language)) }
                    }
                }
            }
        }
    };
    html! {
        section aria-labelledby=(name) {
            h2 id=(name) { (layout::name(name)) " " (anchor(language, name, name)) }
            p.note { (shown.len()) " " (say(Message::Of)) " " (items.len()) " " (say(Message::ValuesShown)) }
            @if shown.is_empty() {
                p.empty { (say(Message::NoValues)) }
            } @else {
                (layout::scrolling(language, name, &table))
            }
        }
    }
}

fn badge(item: &Item, language: Language) -> Markup {
    if item.source == STAR {
        html! { span.badge.star { (language.say(Message::Star)) } }
    } else {
        html! { span.badge.ours { (language.say(Message::Ours)) } }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn lists() -> CodeLists {
        let item = |code, name: &str, end: &str, source: &str| Item {
            code,
            name: name.to_owned(),
            description: None,
            start: day("2014-11-01"),
            end: day(end),
            source: source.to_owned(),
        };
        CodeLists::new([
            ("Channel".to_owned(), item(4, "Myndighed <til> \"myndighed\"", "2100-07-01", "STAR")),
            ("Channel".to_owned(), item(1, "E-mail", "2026-03-30", "ours")),
        ])
    }

    fn shown(query: &str) -> String {
        page(&lists(), Language::English, query, day("2026-11-22"))
    }

    #[test]
    fn only_values_valid_on_the_day_are_shown_unless_all_are_wanted() {
        assert!(!shown("").contains("E-mail"));
        assert!(shown("on=2026-03-29").contains("E-mail"));
        assert!(!shown("on=2026-03-30").contains("E-mail"));
        let all = shown("all=1");
        assert!(all.contains("E-mail") && all.contains("not valid on this day"));
    }

    #[test]
    fn a_source_can_be_chosen() {
        assert!(!shown("on=2026-01-01&source=star").contains("E-mail"));
        assert!(shown("on=2026-01-01&source=ours").contains("E-mail"));
        assert!(!shown("on=2026-01-01&source=ours").contains("Myndighed"));
    }

    #[test]
    fn values_are_escaped_and_what_is_no_day_is_said_to_be_none() {
        let page = shown("on=%3Cscript%3E");
        assert!(page.contains("Myndighed &lt;til&gt; &quot;myndighed&quot;"));
        assert!(page.contains("That is no day") && page.contains("value=\"2026-11-22\""));
        assert!(!page.contains("%3C"));
    }
}
