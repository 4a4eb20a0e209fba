//! What all pages have in common, without a server.
#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::contract::Service;

/// Pages as the door makes them.
pub(super) fn pages(development: bool) -> Pages {
    let platform = [1001, 1011, 1014, 1100, 1101, 8232, 8233, 8234, 8235].map(|code| Platform {
        code,
        text: format!("Text of {code}"),
        of_cpr: code == 1001,
    });
    let paths = Service::ALL.iter().map(|service| {
        let path = format!("/PjakTassWCFtService/{}/{}.svc", service.version(), service.name());
        (*service, path)
    });
    Pages::new(paths, platform.to_vec(), development)
}

fn every_page(pages: &Pages, language: Language) -> Vec<String> {
    let url = "https://dialog.example.dk";
    let mut all = vec![pages.home(language, url)];
    all.extend(Service::ALL.iter().map(|service| pages.service(*service, language, url)));
    all
}

#[test]
fn every_service_has_its_page_in_both_languages_with_every_operation() {
    let pages = pages(false);
    for language in Language::ALL {
        for &service in Service::ALL {
            let page = pages.service(service, language, "https://dialog.example.dk");
            assert!(page.contains(&format!("<html lang=\"{}\">", language.tag())));
            for operation in service.operations() {
                let described = operation.description();
                assert!(page.contains(&format!("<h2 id=\"{}\">", described.name)), "{}", described.name);
                assert!(page.contains(described.action));
            }
            assert!(page.contains(&format!("https://dialog.example.dk/PjakTassWCFtService/{}/", service.version())));
        }
    }
}

#[test]
fn the_public_url_is_the_only_one_that_changes_a_page() {
    let pages = pages(false);
    let one = pages.home(Language::English, "https://one.example.dk/dfdg");
    let other = pages.home(Language::English, "https://other.example.dk");
    assert!(one.contains("https://one.example.dk/dfdg/PjakTassWCFtService"));
    assert!(!other.contains("one.example.dk") && !other.contains(ROOT));
    assert_eq!(one.replace("https://one.example.dk/dfdg", "https://other.example.dk"), other);
}

#[test]
fn every_link_within_a_page_leads_somewhere_and_no_place_is_named_twice() {
    for page in every_page(&pages(true), Language::Danish) {
        let ids: Vec<_> = between(&page, " id=\"").collect();
        let unique: std::collections::BTreeSet<_> = ids.iter().collect();
        assert_eq!(ids.len(), unique.len());
        for link in between(&page, " href=\"#")
            .chain(between(&page, " for=\""))
            .chain(between(&page, "data-copies=\""))
        {
            assert!(ids.contains(&link), "{link} leads nowhere");
        }
    }
}

#[test]
fn operations_can_be_tried_in_the_development_profile_only() {
    let url = "https://dialog.example.dk";
    let [production, development] = [false, true].map(pages);
    assert!(
        !production
            .service(Service::CitizenMessageServiceV2, Language::English, url)
            .contains("<textarea")
    );
    assert!(
        development
            .service(Service::CitizenMessageServiceV2, Language::English, url)
            .contains("<textarea")
    );
    assert!(!production.policy().contains("connect-src") && development.policy().contains("connect-src 'self'"));
}

#[test]
fn what_is_said_of_services_and_operations_is_said_in_the_language_of_the_page() {
    let pages = pages(false);
    let url = "https://dialog.example.dk";
    let [danish, english] = Language::ALL.map(|language| pages.service(Service::CitizenMessageServiceV2, language, url));
    let shown = "Viser en tråd: beskeden og dens svar i rækkefølge.";
    assert!(danish.contains(shown) && !english.contains(shown));
    assert!(
        pages
            .home(Language::Danish, url)
            .contains("Kodelisterne bag numrene i de andre services.")
    );
    assert!(!pages.home(Language::English, url).contains("Kodelisterne"));
}

fn between<'p>(page: &'p str, begin: &'p str) -> impl Iterator<Item = &'p str> {
    page.split(begin).skip(1).filter_map(|rest| rest.split('"').next())
}
