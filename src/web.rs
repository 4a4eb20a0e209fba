//! The front door: pages about the services for people, made of the contract's description and the code lists.
//! It knows HTML and the two languages of its readers, and decides nothing. Which path leads to which page, and how it is sent, is left to `soap`.

mod asset;
mod code_lists;
mod danish;
mod fault;
mod home;
mod language;
mod layout;
mod message;
mod origin;
mod sample;
mod service;
mod table;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use xml::description;

use crate::contract::{self, Service};
use crate::domain::code_list::CodeLists;

pub use asset::{Asset, asset};
pub use fault::Platform;
pub use language::Language;

/// Where the public URL goes in a page that is kept: a character that no contract has.
const ROOT: &str = "\u{E000}";

/// Pages by service – none for the first page – and language.
type Kept = HashMap<(Option<Service>, Language), Arc<str>>;

/// The pages of one server.
pub struct Pages {
    site: Site,
    /// Pages that depend on language alone, once they have been asked for; the public URL is still open in them.
    kept: RwLock<Kept>,
}

/// What the pages are about.
struct Site {
    services: Vec<Shown>,
    /// Faults that the door gives before and around an operation.
    platform: Vec<Platform>,
    /// Calls need no certificate, and can be tried on the pages.
    development: bool,
}

/// A service as it is shown.
struct Shown {
    service: Service,
    description: &'static description::Service,
    /// Its path below the public URL.
    path: String,
}

impl Pages {
    /// Pages about services at their paths. In the development profile operations can be tried.
    #[must_use]
    pub fn new(paths: impl IntoIterator<Item = (Service, String)>, platform: Vec<Platform>, development: bool) -> Self {
        let described = |service: Service| {
            let mut all = contract::description::SERVICES.iter();
            all.find(|described| described.namespace == service.namespace() && described.name == service.name())
        };
        let services = paths.into_iter().filter_map(|(service, path)| {
            Some(Shown {
                service,
                description: described(service)?,
                path,
            })
        });
        Self {
            site: Site {
                services: services.collect(),
                platform,
                development,
            },
            kept: RwLock::default(),
        }
    }

    /// The first page. `url` is the public URL, without `/` at its end.
    #[must_use]
    pub fn home(&self, language: Language, url: &str) -> String {
        self.kept(None, language, url, || home::page(&self.site, language))
    }

    /// The page of a service.
    #[must_use]
    pub fn service(&self, service: Service, language: Language, url: &str) -> String {
        let shown = self.site.services.iter().find(|shown| shown.service == service);
        let render = || shown.map_or_else(String::new, |shown| service::page(&self.site, shown, language));
        self.kept(Some(service), language, url, render)
    }

    /// The code lists, as the query wants them; `today` is what is chosen where it says no day.
    #[must_use]
    pub fn code_lists(&self, lists: &CodeLists, language: Language, query: &str, today: chrono::NaiveDate) -> String {
        code_lists::page(lists, language, query, today)
    }

    /// What a browser may do on a page: load style, script and icon from here; call the services from here where they can be tried.
    #[must_use]
    pub fn policy(&self) -> &'static str {
        if self.site.development {
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        } else {
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        }
    }

    fn kept(&self, service: Option<Service>, language: Language, url: &str, render: impl FnOnce() -> String) -> String {
        let key = (service, language);
        let found = self.kept.read().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        let page = found.unwrap_or_else(|| {
            let page: Arc<str> = render().into();
            let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
            kept.entry(key).or_insert(page).clone()
        });
        page.replace(ROOT, &maud::html! { (url) }.into_string())
    }
}

/// The query of a page in the other language.
fn other_language(language: Language) -> String {
    let other = Language::ALL.into_iter().find(|other| *other != language).unwrap_or(language);
    format!("lang={}", other.tag())
}
