//! What all pages share: head, list of pages, search, sign-in, foot.

use crate::{Entry, Site, Words, prose};
use maud::{DOCTYPE, Markup, html};

pub(crate) fn page(site: &Site, entry: &Entry, words: Words<'_>, body: &Markup) -> Markup {
    let brand = words.brand;
    let title = prose::fill(&entry.title, words);
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " – " (brand.product) " API" }
                link rel="stylesheet" href="/api/static/style.css";
                link rel="stylesheet" href="/api/static/brand.css";
                script defer src="/api/static/page.js" {}
            }
            body {
                a.skip href="#main" { "Skip to the text" }
                header {
                    button.menu type="button" aria-expanded="false" aria-controls="pages" { "Menu" }
                    a.product href="/api/" {
                        @if let Some(logo) = &brand.logo { img src=(logo) alt="" height="28"; }
                        span { (brand.product) " API" }
                    }
                    search {
                        input type="search" id="search" placeholder="Search" aria-label="Search all pages"
                            autocomplete="off" aria-controls="found" aria-keyshortcuts="/";
                        kbd aria-hidden="true" { "/" }
                        ul #found hidden {}
                    }
                }
                div.columns {
                    nav #pages aria-label="Pages" { (pages(site, entry, words)) }
                    main #main {
                        article { (body) }
                        (sign_in())
                    }
                }
                footer {
                    p {
                        (brand.product)
                        @if let Some(support) = &brand.support { " · Help: " (address(support)) }
                        @for (title, href) in brand.link_list() { " · " a href=(href) { (title) } }
                    }
                }
            }
        }
    }
}

fn address(support: &str) -> Markup {
    let href = if support.contains('@') && !support.starts_with("mailto:") {
        format!("mailto:{support}")
    } else {
        support.to_owned()
    };
    html! { a href=(href) { (support.trim_start_matches("mailto:")) } }
}

fn pages(site: &Site, current: &Entry, words: Words<'_>) -> Markup {
    let mut groups: Vec<(&str, Vec<&Entry>)> = Vec::new();
    for entry in &site.entries {
        match groups.iter_mut().find(|(group, _)| *group == entry.group) {
            Some((_, entries)) => entries.push(entry),
            None => groups.push((entry.group, vec![entry])),
        }
    }
    html! {
        @for (group, entries) in groups {
            h2 { (group) }
            ul {
                @for entry in entries {
                    li {
                        a href=(href(&entry.name)) aria-current=[(entry.name == current.name).then_some("page")] {
                            (prose::fill(&entry.title, words))
                        }
                    }
                }
            }
        }
    }
}

fn href(name: &str) -> String {
    if name == "index" { "/api/".to_owned() } else { format!("/api/{name}") }
}

/// Credentials stay in the tab of the browser; they are sent to this server only.
fn sign_in() -> Markup {
    html! {
        section.sign-in aria-labelledby="sign-in" {
            h2 id="sign-in" { "Sign in to try requests" }
            form {
                label { span { "E-mail" } input name="email" type="email" autocomplete="username" required; }
                label { span { "API key" } input name="key" type="password" autocomplete="off" required; }
                button type="submit" { "Sign in" }
            }
            p.who hidden { "Signed in as " strong {} ". " button type="button" { "Sign out" } }
            p.note { "They are kept in this tab until you close it, and sent to this server only." }
        }
    }
}

/// The words of a page without its markup.
pub(crate) fn text_of(html: &str) -> String {
    let mut text = String::with_capacity(html.len() / 2);
    let mut inside = false;
    for c in html.chars() {
        match c {
            '<' => {
                inside = true;
                text.push(' ');
            }
            '>' => inside = false,
            c if !inside => text.push(c),
            _ => {}
        }
    }
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
