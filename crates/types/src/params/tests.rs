use super::*;
use serde_json::json;

fn one<T: FromParam>(text: &str) -> Result<Option<T>, String> {
    let source = ParamSource::new(vec![("p".to_owned(), text.to_owned())], vec![]);
    optional(&source, "p").map_err(|error| error.to_string())
}

#[test]
fn booleans_are_strict_but_python_is_understood() {
    for (text, expect) in [
        ("true", Ok(Some(true))),
        ("False", Ok(Some(false))),
        ("null", Ok(None)),
        ("1", Err("p is not a boolean")),
        ("\"true\"", Err("p is not a boolean")),
        ("yes", Err("p is not valid JSON")),
        ("", Err("p is not valid JSON")),
    ] {
        assert_eq!(one::<bool>(text), expect.map_err(str::to_owned), "{text}");
    }
}

#[test]
fn integers_are_json_integers() {
    for (text, expect) in [
        ("5", Ok(Some(5))),
        ("-1", Ok(Some(-1))),
        ("5.0", Err("p is not an integer")),
        ("\"5\"", Err("p is not an integer")),
        ("true", Err("p is not an integer")),
        ("5x", Err("p is not valid JSON")),
        ("99999999999999999999", Err("p is not an integer")),
        ("18446744073709551615", Err("p is too large")),
    ] {
        assert_eq!(one::<i64>(text), expect.map_err(str::to_owned), "{text}");
    }
    assert_eq!(one::<u32>("-1"), Err("p is too small".to_owned()));
    assert_eq!(one::<u32>("4294967296"), Err("p is too large".to_owned()));
}

#[test]
fn lists_name_the_position_that_is_wrong() {
    assert_eq!(one::<Vec<Vec<String>>>(r#"[["a","b"]]"#), Ok(Some(vec![vec!["a".to_owned(), "b".to_owned()]])));
    assert_eq!(one::<Vec<Vec<i64>>>(r#"["a"]"#), Err("p[0] is not a list".to_owned()));
    assert_eq!(one::<Vec<Vec<String>>>(r#"[["a",1]]"#), Err("p[0][1] is not a string".to_owned()));
    assert_eq!(one::<Vec<i64>>("{}"), Err("p is not a list".to_owned()));
    assert_eq!(one::<Vec<i64>>("[1"), Err("p is not valid JSON".to_owned()));
}

#[test]
fn lists_take_repeated_words_and_python_notation() {
    let words = |texts: &[&str]| {
        let pairs = texts.iter().map(|text| ("p".to_owned(), (*text).to_owned())).collect();
        optional::<Vec<String>>(&ParamSource::new(pairs, vec![]), "p").map_err(|error| error.to_string())
    };
    let expect = Ok(Some(vec!["message".to_owned(), "reaction".to_owned()]));
    assert_eq!(words(&["message", "reaction"]), expect);
    assert_eq!(words(&["message,reaction"]), expect);
    assert!(words(&["message,"]).is_err());
    assert_eq!(words(&["['message', 'reaction']"]), expect);
    assert_eq!(words(&[r#"["message"]"#, r#"["message","reaction"]"#]), expect);
    assert_eq!(words(&["message"]), Ok(Some(vec!["message".to_owned()])));
    assert_eq!(words(&["two words"]), Ok(Some(vec!["two words".to_owned()])));
    assert_eq!(words(&["a, b", "5"]), Ok(Some(vec!["a, b".to_owned(), "5".to_owned()])));
    assert!(words(&["a, b"]).is_err(), "one element or two");
    assert!(words(&[r#"["a"#]).is_err() && words(&[""]).is_err());
}

#[test]
fn lists_of_other_things_take_one_parameter_for_each() {
    fn list<T: FromJson>(texts: &[&str]) -> Result<Option<Vec<T>>, String> {
        let pairs = texts.iter().map(|text| ("p".to_owned(), (*text).to_owned())).collect();
        optional(&ParamSource::new(pairs, vec![]), "p").map_err(|error| error.to_string())
    }
    assert_eq!(list::<i64>(&["1", "2"]), Ok(Some(vec![1, 2])));
    assert_eq!(list::<i64>(&["1,-2"]), Ok(Some(vec![1, -2])));
    assert_eq!(list::<i64>(&["7"]), Ok(Some(vec![7])));
    assert_eq!(list::<i64>(&["[1]", "[2]"]), Ok(Some(vec![2])), "the last one counts");
    assert_eq!(list::<i64>(&["1", "x"]), Err("p is not valid JSON".to_owned()));
    assert_eq!(list::<UserId>(&["5"]), Ok(Some(vec![UserId(5)])));
    let terms = list::<crate::narrow::NarrowTerm>(&[r#"{"operator": "is", "operand": "dm"}"#, "['topic', 'tea']"]);
    assert_eq!(terms.map(|terms| terms.map(|terms| terms.len())), Ok(Some(2)));
}

#[test]
fn python_values() {
    for (text, expect) in [
        ("{'x': True, 'y': [1, None]}", Some(json!({"x": true, "y": [1, null]}))),
        (r"'it\'s'", Some(json!("it's"))),
        ("('a', 'b',)", Some(json!(["a", "b"]))),
        ("['a' 'b']", None),
        ("[", None),
        ("{1: 2}", None),
        ("True False", None),
    ] {
        assert_eq!(python::parse(text), expect, "{text}");
    }
    assert_eq!(python::parse(&"[".repeat(100_000)), None);
}

#[test]
fn the_body_wins_over_the_query_and_the_last_value_counts() {
    let pair = |v: &str| ("p".to_owned(), v.to_owned());
    let source = ParamSource::new(vec![pair("1")], vec![pair("2"), pair("3")]);
    assert_eq!(required::<i64>(&source, "p"), Ok(3));
    assert_eq!(required::<i64>(&source, "q"), Err(ApiError::MissingParameter { var_name: "q".to_owned() }));
}

crate::request! {
    /// For the tests.
    #[expect(unreachable_pub, reason = "the macro makes what is public elsewhere")]
    Sample {
        /// Needed.
        needed: String,
        /// May be absent.
        maybe?: i64,
        /// Has a default.
        flag: bool = true,
        /// Named differently on the wire.
        other? as "type": String,
    }
}

#[test]
fn a_request_decodes_and_lists_what_it_does_not_know() {
    let pairs = |list: &[(&str, &str)]| list.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    let source =
        ParamSource::new(pairs(&[("needed", "a"), ("zz", "1"), ("client", "x")]), pairs(&[("aa", "1"), ("type", "t")]));
    let sample = Sample::decode(&source).unwrap();
    assert_eq!(sample, Sample { needed: "a".to_owned(), maybe: None, flag: true, other: Some("t".to_owned()) });
    assert_eq!(source.unknown(Sample::PARAMS), ["aa", "zz"]);
}

#[test]
fn what_is_written_can_be_read() {
    use crate::endpoints::events::{Capabilities, IdleTimeout, RegisterQueueRequest};
    use crate::endpoints::messages::fetch::{Anchor, GetMessagesRequest};
    use crate::endpoints::messages::{Addressee, MessageType, SendMessageRequest};
    use crate::narrow::QueueNarrow;

    fn round_trip<R: Request + Clone + PartialEq + std::fmt::Debug>(request: &R) {
        let body = request.encode().into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        assert_eq!(&R::decode(&ParamSource::new(Vec::new(), body)).unwrap(), request);
    }

    let mut register = RegisterQueueRequest::new();
    assert_eq!(register.encode(), [], "what has its default is not sent");
    round_trip(&register);
    register.apply_markdown = true;
    register.client_gravatar = Some(false);
    register.event_types = Some(vec!["message".to_owned()]);
    register.fetch_event_types = Some(Vec::new());
    register.narrow = Some(Json(QueueNarrow(vec![("topic".to_owned(), "a \"b\"".to_owned())])));
    register.client_capabilities = Some(Json(Capabilities(vec![("notification_settings_null".to_owned(), true)])));
    for timeout in [IdleTimeout::Secs(5), IdleTimeout::Mobile] {
        register.idle_queue_timeout = Some(timeout);
        round_trip(&register);
    }
    for to in [
        Addressee::Name("5".to_owned()),
        Addressee::Id(5),
        Addressee::Names(vec!["a@b.c".to_owned()]),
        Addressee::Ids(vec![1, 2]),
    ] {
        round_trip(&SendMessageRequest::new(MessageType::Direct, to, "ü & =".to_owned()));
    }
    let mut fetch = GetMessagesRequest::new();
    for anchor in [Anchor::Id(7), Anchor::Newest, Anchor::Oldest, Anchor::FirstUnread] {
        fetch.anchor = Some(anchor);
        fetch.num_before = Some(10);
        round_trip(&fetch);
    }
}

#[test]
fn what_is_in_the_path_is_never_absent() {
    let mut source = ParamSource::new(vec![], vec![]);
    source.push_path("bot_id", "null".to_owned());
    let error = required::<UserId>(&source, "bot_id").expect_err("null is nobody");
    assert_eq!(error.to_string(), "bot_id is not an integer");
}
