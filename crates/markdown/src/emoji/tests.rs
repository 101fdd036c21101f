use super::*;

#[test]
fn codes_by_name() {
    let check = |name: &str, expect: Option<&str>| assert_eq!(code_by_name(name), expect, "{name}");
    check("smile", Some("1f642"));
    check("stuck_out_tongue", Some("1f61b"));
    check("like", Some("1f44d"));
    check("kiwi", Some("1f95d"));
    check("flag_cuba", Some("1f1e8-1f1fa"));
    check("smiling_face", Some("263a"));
    check("big_smile", Some("1f604"));
    check("+1", Some("1f44d"));
    check("thumbs_up", Some("1f44d"));
    check("thumbsup", Some("1f44d"));
    check("-1", Some("1f44e"));
    check("heart", Some("2764"));
    check("tada", Some("1f389"));
    check("octopus", Some("1f419"));
    check("working_on_it", Some("1f6e0"));
    check("check", Some("2705"));
    check("melting_face", Some("1fae0"));
    check("shaking_face", Some("1fae8"));
    check("phoenix", None);
    check("one", Some("0031-20e3"));
    check("us", Some("1f1fa-1f1f8"));
    check("zulip", None);
    check("SMILE", None);
    check("", None);
    check("no_such_emoji", None);
}

#[test]
fn names() {
    let check = |code: &str, expect: Option<&str>| assert_eq!(canonical_name(code), expect, "{code}");
    check("1f642", Some("smile"));
    check("1f44d", Some("+1"));
    check("2764", Some("heart"));
    check("1f419", Some("octopus"));
    check("1f389", Some("tada"));
    check("1f384", Some("holiday_tree"));
    check("2797", Some("division"));
    check("1f937-200d-2640", Some("woman_shrugging"));
    check("ffff", None);
    check("2764-fe0f", None);
    assert!(names_by_code("1f44d").contains(&"thumbs_up"));
    assert!(names_by_code("ffff").is_empty());
}

#[test]
fn characters_in_text() {
    let check = |text: &str, expect: Option<(Option<&str>, usize)>| assert_eq!(at_start(text), expect, "{text}");
    check("🙂 hi", Some((Some("1f642"), 4)));
    check("🙂🙂", Some((Some("1f642"), 4)));
    check("❤️!", Some((Some("2764"), 6)));
    check("❤!", None);
    check("©️", Some((Some("00a9"), 5)));
    check("©", None);
    check("🇺🇸🇫🇷", Some((Some("1f1fa-1f1f8"), 8)));
    check("👩‍💻x", Some((Some("1f469-200d-1f4bb"), 11)));
    // A skin tone has no name of its own: the sequence stays text.
    check("👍🏽x", Some((None, 8)));
    check("👩🏽‍💻", Some((None, 15)));
    // Nor has what is newer than the pictures that clients have, or what nobody has a picture of.
    check("🐦‍🔥x", Some((None, 11)));
    check("🍋‍🟪", Some((None, 11)));
    check("🍋\u{200D}x", Some((Some("1f34b"), 4)));
    check("4️⃣", Some((Some("0034-20e3"), 7)));
    check("4⃣", None);
    check("™", None);
    check("é", None);
    check("→", None);
    check("x", None);
    check("", None);
}

#[test]
fn every_name_leads_back_to_its_code() {
    for named in &INDEX.emoji {
        assert!(!named.names.is_empty(), "{} has no name", named.code);
        for name in &named.names {
            assert_eq!(code_by_name(name), Some(named.code.as_str()), "{name}");
            let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"_-+".contains(&b);
            assert!(name.bytes().all(is_plain), "{name} needs escaping in JSON, or cannot be typed");
        }
    }
}

#[test]
fn json_for_clients() {
    let json = code_to_names_json();
    assert!(json.starts_with("{\"code_to_names\":{\"1f600\":[\"grinning\",\"happy\"]"), "{}", &json[..80]);
    assert!(json.contains("\"1f44d\":[\"+1\",\"thumbs_up\""));
    assert!(json.ends_with("]}}"));
}
