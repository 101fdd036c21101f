//! Style and script of the pages, part of the program.

use tidings_types::brand::Brand;

/// What all brands share.
pub const STYLE: &str = include_str!("../assets/style.css");

/// Tabs, search, sign-in, requests. Pages can be read without it.
pub const SCRIPT: &str = include_str!("../assets/page.js");

/// The brand's colors.
#[must_use]
pub fn brand_style(brand: &Brand) -> String {
    format!(
        ":root {{ --accent: {}; }}\n@media (prefers-color-scheme: dark) {{ :root {{ --accent: {}; }} }}\n",
        brand.color, brand.color_dark
    )
}
