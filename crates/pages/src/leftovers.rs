//! Names of other products in what people read.
//!
//! A page of one brand must not speak of another. What belongs to the protocol is no leftover: names of fields,
//! paths, codes and variables are the same under every brand.

use tidings_types::brand::Brand;

/// Names under which this or a compatible system is sold.
const NAMES: &[&str] = &["tidings", "zulip", "onehash", "aloha", "uknowva"];

/// Words of the wire that contain one of the names.
const PROTOCOL: &[&str] = &[
    "zulip_version",
    "zulip_merge_base",
    "zulip_feature_level",
    "zulip_extra_emoji",
    "zulip_update_announcements_stream_id",
    "zulip_update_announcements_level",
    "has_zulip_update",
    "realm_zulip_update_announcements_stream_id",
    "can_access_all_zulip",
    "zulip_plan_is_not_limited",
    "zulip-outgoing-webhook",
    "realm=\"zulip\"",
    tidings_types::version::VERSION,
];

/// Every place in a text (of a page, or of a file) that names another product, with some words around it.
#[must_use]
pub fn find(text: &str, brand: &Brand) -> Vec<String> {
    let mut lower = text.to_lowercase();
    let own = [&brand.product, &brand.module, &brand.rc_file, &brand.rust_crate, &brand.links];
    let own = own.into_iter().chain(&brand.support).chain(&brand.logo);
    let mut known: Vec<String> = own.map(|word| word.to_lowercase()).filter(|word| !word.is_empty()).collect();
    known.push(brand.product.to_lowercase().replace(' ', "-"));
    known.extend(brand.link_list().iter().map(|(_, address)| address.to_lowercase()));
    known.extend(PROTOCOL.iter().map(|word| word.to_lowercase()));
    // The longest first, so that a word is not cut in two by a shorter one.
    known.sort_by_key(|word| std::cmp::Reverse(word.len()));
    for word in known {
        lower = lower.replace(&word, &"·".repeat(word.chars().count()));
    }
    let mut found = Vec::new();
    for name in NAMES {
        for (at, _) in lower.match_indices(name) {
            let from = lower[..at].char_indices().rev().nth(30).map_or(0, |(at, _)| at);
            let upto = lower[at..].char_indices().nth(name.len() + 30).map_or(lower.len(), |(more, _)| at + more);
            found.push(lower[from..upto].split_whitespace().collect::<Vec<_>>().join(" "));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_others_are_found_and_ones_own_and_the_wires_are_not() {
        let brand = Brand { product: "Aloha".to_owned(), module: "aloha".to_owned(), ..Brand::default() };
        let brand = Brand { rc_file: "aloharc".to_owned(), rust_crate: "aloha_client".to_owned(), ..brand };
        assert_eq!(find("Aloha: import aloha, ~/aloharc, aloha_client, zulip_version", &brand), [""; 0]);
        let found = find("Welcome to Tidings. import zulip; uKnowva", &brand);
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found[0].contains("welcome to tidings"));
    }
}
