//! The page to which the link of an invitation leads.

use maud::{DOCTYPE, Markup, html};
use tidings_types::brand::Brand;

/// What the page shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Join<'a> {
    /// The address the invitation was sent to; none if who accepts has to give one.
    pub email: Option<&'a str>,
    /// What was given before, here and below.
    pub given_email: &'a str,
    /// The name.
    pub full_name: &'a str,
    /// What was wrong with it.
    pub error: Option<&'a str>,
    /// The address of the account that was made.
    pub joined: Option<&'a str>,
    /// Why nothing can be done here.
    pub over: Option<&'a str>,
}

/// The page as HTML.
#[must_use]
pub fn page(brand: &Brand, organization: &str, join: &Join<'_>) -> String {
    let title = format!("Join {organization}");
    let content = html! {
        @if let Some(why) = join.over {
            h1 { (title) }
            p { (why) }
        } @else if let Some(email) = join.joined {
            h1 { "Welcome to " (organization) }
            p { "Your account " strong { (email) } " is ready. Log in with it and your password in a client of your choice." }
        } @else {
            (form(organization, join))
        }
    };
    sheet(brand, &title, &content)
}

/// A page that stands alone.
pub(crate) fn sheet(brand: &Brand, title: &str, content: &Markup) -> String {
    let document = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex";
                title { (title) " – " (brand.product) }
                link rel="stylesheet" href="/api/static/style.css";
                link rel="stylesheet" href="/api/static/brand.css";
            }
            body {
                header {
                    span.product {
                        @if let Some(logo) = &brand.logo { img src=(logo) alt="" height="28"; }
                        span { (brand.product) }
                    }
                }
                main #main { (content) }
            }
        }
    };
    document.into_string()
}

fn form(organization: &str, join: &Join<'_>) -> Markup {
    html! {
        h1 { "Join " (organization) }
        @if let Some(error) = join.error { p role="alert" { strong { (error) } } }
        form method="post" {
            p {
                label for="email" { "E-mail" } br;
                @if let Some(email) = join.email {
                    input id="email" type="email" value=(email) readonly;
                } @else {
                    input id="email" name="email" type="email" value=(join.given_email) autocomplete="email" required;
                }
            }
            p {
                label for="full_name" { "Name" } br;
                input id="full_name" name="full_name" value=(join.full_name) autocomplete="name" required;
            }
            p {
                label for="password" { "Password" } br;
                input id="password" name="password" type="password" autocomplete="new-password" required;
            }
            p { button type="submit" { "Join" } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_text_and_the_brand_is_there() {
        let brand = Brand { product: "Aloha".to_owned(), ..Brand::default() };
        let shown = page(&brand, "<b>Elsinore</b>", &Join { full_name: "\"><script>", ..Join::default() });
        assert!(shown.contains("Join &lt;b&gt;Elsinore&lt;/b&gt;") && shown.contains("Aloha"), "{shown}");
        assert!(!shown.contains("<script>") && !shown.contains("Tidings"), "{shown}");
    }
}
