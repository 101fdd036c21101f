//! The page on which people ask for an account, where the organization is open.

use crate::join::sheet;
use maud::html;
use tidings_types::brand::Brand;

/// What the page shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignUp<'a> {
    /// The form.
    Asks {
        /// The address that was given before.
        email: &'a str,
        /// What was wrong with it.
        error: Option<&'a str>,
    },
    /// That an e-mail was sent.
    Sent {
        /// Where.
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
pub fn page(brand: &Brand, organization: &str, sign_up: &SignUp<'_>) -> String {
    let title = format!("Join {organization}");
    let content = html! {
        h1 { (title) }
        @match sign_up {
            SignUp::Asks { email, error } => {
                @if let Some(error) = error { p role="alert" { strong { (error) } } }
                form method="post" {
                    p {
                        label for="email" { "E-mail" } br;
                        input id="email" name="email" type="email" value=(email) autocomplete="email" required;
                    }
                    p { button type="submit" { "Send a link to this address" } }
                }
            }
            SignUp::Sent { email } => {
                p { "A link was sent to " strong { (email) } ". Open it within a day to choose a name and a password." }
            }
            SignUp::Over { why } => p { (why) },
        }
    };
    sheet(brand, &title, &content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_text_and_the_brand_is_there() {
        let brand = Brand { product: "Aloha".to_owned(), ..Brand::default() };
        let asks = SignUp::Asks { email: "\"><script>", error: Some("<b>") };
        let shown = page(&brand, "<i>Elsinore</i>", &asks);
        assert!(shown.contains("Join &lt;i&gt;Elsinore&lt;/i&gt;") && shown.contains("Aloha"), "{shown}");
        assert!(!shown.contains("<script>") && shown.contains("&lt;b&gt;") && !shown.contains("Tidings"), "{shown}");
    }
}
