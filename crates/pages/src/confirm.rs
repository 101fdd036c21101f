//! The page to which the link to confirm an address leads.

use crate::join::sheet;
use maud::html;
use tidings_types::brand::Brand;

/// What the page shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirm<'a> {
    /// Which address is to be confirmed.
    Asks {
        /// The address.
        email: &'a str,
    },
    /// That it was.
    Done {
        /// The address.
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
pub fn page(brand: &Brand, organization: &str, confirm: &Confirm<'_>) -> String {
    let title = format!("Your e-mail address for {organization}");
    let content = html! {
        h1 { (title) }
        @match confirm {
            Confirm::Asks { email } => {
                p { "Is " strong { (email) } " to be your address from now on?" }
                form method="post" { p { button type="submit" { "Confirm" } } }
            }
            Confirm::Done { email } => {
                p { "Your address is " strong { (email) } " now. Log in with it from now on." }
            }
            Confirm::Over { why } => p { (why) },
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
        let shown = page(&brand, "<b>Elsinore</b>", &Confirm::Asks { email: "<i>@x.example" });
        assert!(shown.contains("&lt;b&gt;Elsinore&lt;/b&gt;") && shown.contains("Aloha"), "{shown}");
        assert!(shown.contains("&lt;i&gt;@x.example") && shown.contains("<form"), "{shown}");
        assert!(!shown.contains("Tidings"), "{shown}");
    }
}
