//! Under which name the product is sold. Pages, titles, error texts and generated packages follow it.
//!
//! The words of the wire are not part of it: paths, field names such as `zulip_version`, and codes are the same
//! under every name, because clients rely on them.

use serde::{Deserialize, Serialize};

macro_rules! brand {
    ($($(#[doc = $doc:literal])* $name:ident: $ty:ty = $default:expr;)*) => {
        /// The names and looks of the product. Every field has a default.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct Brand { $($(#[doc = $doc])* pub $name: $ty),* }

        impl Default for Brand {
            fn default() -> Self {
                Brand { $($name: $default),* }
            }
        }

        impl Brand {
            /// Names of the fields and what they mean, in the order of the documentation.
            pub const KEYS: &'static [(&'static str, &'static str)] = &[$((stringify!($name), concat!($($doc),*))),*];
        }
    };
}

brand! {
    /// What people call the product.
    product: String = "Tidings".to_owned();
    /// The Python module that examples import, and that packages are named after.
    module: String = "zulip".to_owned();
    /// The file with a user's credentials, in the home folder.
    rc_file: String = "zuliprc".to_owned();
    /// The Rust crate that examples use, as it stands in `use`.
    rust_crate: String = "tidings_client".to_owned();
    /// Accent color on a light ground, as in `#0b6e4f`.
    color: String = "#0b6e4f".to_owned();
    /// Accent color on a dark ground.
    color_dark: String = "#5fd3a8".to_owned();
    /// Address of a picture to show beside the name; none for the name alone.
    logo: Option<String> = None;
    /// Where people turn for help: an e-mail address or a URL.
    support: Option<String> = None;
    /// Links at the foot of pages: titles and addresses, as in `Terms=https://example.com/terms`, with commas between.
    links: String = String::new();
}

impl Brand {
    /// Before each environment variable: `ALOHA` makes `ALOHA_EMAIL`.
    #[must_use]
    pub fn env_prefix(&self) -> String {
        self.module.to_uppercase()
    }

    /// Titles and addresses of [`Brand::links`].
    #[must_use]
    pub fn link_list(&self) -> Vec<(&str, &str)> {
        let pairs = self.links.split(',').filter_map(|link| link.split_once('='));
        pairs.map(|(title, address)| (title.trim(), address.trim())).collect()
    }

    /// Says what cannot be: names that are no identifiers, colors that are none, addresses that are not of the web.
    ///
    /// # Errors
    /// A sentence about the first thing that is wrong.
    pub fn check(&self) -> Result<(), String> {
        let is_word = |text: &str| {
            let mut chars = text.chars();
            chars.next().is_some_and(|first| first.is_ascii_lowercase())
                && chars.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        };
        if self.product.trim().is_empty() || self.product.chars().any(char::is_control) {
            return Err("the product needs a name of one line".to_owned());
        }
        for (what, word) in [("module", &self.module), ("rust_crate", &self.rust_crate)] {
            if !is_word(word) {
                return Err(format!("{what} has to be lower-case letters, digits and underscores, not {word:?}"));
            }
        }
        let is_file = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        if self.rc_file.is_empty() || !self.rc_file.chars().all(is_file) {
            return Err(format!("rc_file has to be the name of a file, not {:?}", self.rc_file));
        }
        for (what, color) in [("color", &self.color), ("color_dark", &self.color_dark)] {
            let digits = color.strip_prefix('#').unwrap_or_default();
            if !matches!(digits.len(), 3 | 6) || !digits.chars().all(|c| c.is_ascii_hexdigit()) {
                return Err(format!("{what} has to be a color as in #0b6e4f, not {color:?}"));
            }
        }
        let is_address =
            |text: &str| ["https://", "http://", "/", "mailto:"].iter().any(|start| text.starts_with(start));
        let logo = self.logo.iter().map(|logo| ("logo", logo.as_str()));
        for (what, address) in logo.chain(self.link_list()) {
            if !is_address(address) {
                return Err(format!("{what} has to have an address that begins with https:// or /, not {address:?}"));
            }
        }
        if self.links.split(',').filter(|link| !link.trim().is_empty()).count() != self.link_list().len() {
            return Err("links have to be TITLE=ADDRESS with commas between".to_owned());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(change: impl FnOnce(&mut Brand)) -> Brand {
        let mut brand = Brand::default();
        change(&mut brand);
        brand
    }

    #[test]
    fn the_default_is_a_brand_and_has_no_links() {
        assert_eq!(Brand::default().check(), Ok(()));
        assert!(Brand::default().link_list().is_empty());
    }

    #[test]
    fn what_is_no_name_color_or_address_is_refused() {
        let links = with(|brand| brand.links = "Terms=https://a.example/t, Help=/help".to_owned());
        assert_eq!(links.link_list(), [("Terms", "https://a.example/t"), ("Help", "/help")]);
        assert_eq!(links.check(), Ok(()));
        for (brand, word) in [
            (with(|brand| brand.product = " ".to_owned()), "product"),
            (with(|brand| brand.module = "a-b".to_owned()), "module"),
            (with(|brand| brand.module = "1a".to_owned()), "module"),
            (with(|brand| brand.rust_crate = String::new()), "rust_crate"),
            (with(|brand| brand.rc_file = "../x".to_owned()), "rc_file"),
            (with(|brand| brand.color = "red".to_owned()), "color"),
            (with(|brand| brand.color_dark = "#12".to_owned()), "color_dark"),
            (with(|brand| brand.logo = Some("javascript:x".to_owned())), "logo"),
            (with(|brand| brand.links = "Terms".to_owned()), "links"),
            (with(|brand| brand.links = "Terms=javascript:x".to_owned()), "Terms"),
        ] {
            let error = brand.check().expect_err(word);
            assert!(error.contains(word), "{error}");
        }
    }
}
