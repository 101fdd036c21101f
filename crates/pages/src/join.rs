//! The pages on which people ask for an account, and get one.

use maud::{DOCTYPE, Markup, html};
use tidings_types::brand::Brand;

/// What the page shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Join<'a> {
    /// The form for an address, to which a link is sent.
    Address {
        /// The address that was given before.
        email: &'a str,
        /// What was wrong with it.
        error: Option<&'a str>,
    },
    /// That a link was sent.
    Sent {
        /// Where.
        email: &'a str,
    },
    /// The form for an account.
    Account {
        /// The address it gets; none if who accepts has to give one.
        email: Option<&'a str>,
        /// The address that was given before.
        given_email: &'a str,
        /// The name that was.
        full_name: &'a str,
        /// What was wrong with it.
        error: Option<&'a str>,
    },
    /// That the account is there.
    Joined {
        /// Its address.
        email: &'a str,
    },
    /// Why nothing can be done here.
    Over {
        /// The sentence.
        why: &'a str,
    },
}

/// The page as HTML.
#[must_use]
pub fn page(brand: &Brand, organization: &str, join: &Join<'_>) -> String {
    let title = format!("Join {organization}");
    let content = match join {
        Join::Joined { .. } => html! { h1 { "Welcome to " (organization) } (content(join)) },
        _ => html! { h1 { (title) } (content(join)) },
    };
    sheet(brand, &title, &content)
}

fn content(join: &Join<'_>) -> Markup {
    match *join {
        Join::Address { email, error } => form(
            error,
            &html! {
                (email_field(email))
                p { button type="submit" { "Send a link to this address" } }
            },
        ),
        Join::Sent { email } => html! {
            p { "A link was sent to " strong { (email) } ". Open it to choose a name and a password: it is good for a day at most." }
        },
        Join::Account { email, given_email, full_name, error } => form(
            error,
            &html! {
                @if let Some(email) = email {
                    p {
                        label for="email" { "E-mail" } br;
                        input id="email" type="email" value=(email) readonly;
                    }
                } @else {
                    (email_field(given_email))
                }
                p {
                    label for="full_name" { "Name" } br;
                    input id="full_name" name="full_name" value=(full_name) autocomplete="name" required;
                }
                p {
                    label for="password" { "Password" } br;
                    input id="password" name="password" type="password" autocomplete="new-password" required;
                }
                p { button type="submit" { "Join" } }
            },
        ),
        Join::Joined { email } => html! {
            p { "Your account " strong { (email) } " is ready. Log in with it and your password in a client of your choice." }
        },
        Join::Over { why } => html! { p { (why) } },
    }
}

fn form(error: Option<&str>, fields: &Markup) -> Markup {
    html! {
        @if let Some(error) = error { p role="alert" { strong { (error) } } }
        form method="post" { (fields) }
    }
}

fn email_field(given: &str) -> Markup {
    html! {
        p {
            label for="email" { "E-mail" } br;
            input id="email" name="email" type="email" value=(given) autocomplete="email" required;
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_is_text_and_the_brand_is_there() {
        let brand = Brand { product: "Aloha".to_owned(), ..Brand::default() };
        let (given, error) = ("\"><script>", Some("<i>wrong</i>"));
        let account = Join::Account { email: None, given_email: given, full_name: given, error };
        for join in [Join::Address { email: given, error }, account, Join::Joined { email: given }] {
            let shown = page(&brand, "<b>Elsinore</b>", &join);
            assert!(shown.contains("Join &lt;b&gt;Elsinore&lt;/b&gt;") && shown.contains("Aloha"), "{shown}");
            assert!(!shown.contains("<script>") && !shown.contains("<i>") && !shown.contains("Tidings"), "{shown}");
        }
    }
}
