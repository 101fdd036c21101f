use super::*;
use std::collections::HashMap;

fn resolve(builder: ClientBuilder, variables: &[(&str, &str)]) -> Result<Config, String> {
    let variables: HashMap<&str, &str> = variables.iter().copied().collect();
    builder.config_with(|name| variables.get(name).map(|&value| value.to_owned())).map_err(|error| error.to_string())
}

fn home_with(file: &str, text: &str) -> (tempfile::TempDir, String) {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join(file), text).unwrap();
    let path = home.path().display().to_string();
    (home, path)
}

const RC: &str = "[api]\nemail=rc@x\nkey=rc-key\nsite=rc.example.com\ninsecure=true\nclient_cert=~/c.pem\n";

#[test]
fn explicit_before_environment_before_file() {
    let (_home, home) = home_with(".zuliprc", RC);
    let config = resolve(ClientBuilder::new(), &[("HOME", &home)]).unwrap();
    assert_eq!((config.email.as_str(), config.key.as_str()), ("rc@x", "rc-key"));
    assert_eq!((config.site.as_str(), config.insecure), ("https://rc.example.com", true));
    assert_eq!(config.client_cert, Some(PathBuf::from(format!("{home}/c.pem"))));

    let env = [("HOME", home.as_str()), ("ZULIP_EMAIL", "env@x"), ("ZULIP_ALLOW_INSECURE", "False")];
    let config = resolve(ClientBuilder::new().api_key("given"), &env).unwrap();
    assert_eq!((config.email.as_str(), config.key.as_str(), config.insecure), ("env@x", "given", false));
}

#[test]
fn the_file_is_found_with_and_without_a_dot_and_by_name() {
    let (_home, home) = home_with("zuliprc", RC);
    assert_eq!(resolve(ClientBuilder::new(), &[("HOME", &home)]).unwrap().email, "rc@x");
    let named = ClientBuilder::new().config_file("~/zuliprc");
    assert_eq!(resolve(named, &[("HOME", &home)]).unwrap().email, "rc@x");
    for path in ["~/zuliprc", ""] {
        let env = [("HOME", home.as_str()), ("ZULIP_CONFIG", path)];
        assert_eq!(resolve(ClientBuilder::new(), &env).unwrap().email, "rc@x", "{path:?}");
    }
}

#[test]
fn a_brand_has_names_of_its_own() {
    let (_home, home) = home_with(".aloharc", RC);
    let brand =
        || Brand { env_prefix: "ALOHA".to_owned(), rc_name: "aloharc".to_owned(), user_agent: "aloha/1".to_owned() };
    let env = [("HOME", home.as_str()), ("ALOHA_EMAIL", "env@x"), ("ZULIP_API_KEY", "no")];
    let config = resolve(ClientBuilder::new().brand(brand()), &env).unwrap();
    assert_eq!(
        (config.email.as_str(), config.key.as_str(), config.user_agent.as_str()),
        ("env@x", "rc-key", "aloha/1")
    );
}

#[test]
fn errors_name_the_file_and_the_key() {
    let (_home, home) = home_with(".zuliprc", "[api]\nemail=a@x\nsite=x.example.com\n");
    let error = resolve(ClientBuilder::new(), &[("HOME", &home)]).unwrap_err();
    assert!(error.contains(&format!("{home}/.zuliprc")) && error.contains("`key`"), "{error}");
    assert!(error.contains("ZULIP_API_KEY") && !error.contains("no such file"), "{error}");

    let nowhere = ClientBuilder::new().config_file("/nonexistent/rc");
    let error = resolve(nowhere, &[]).unwrap_err();
    assert!(error.contains("/nonexistent/rc (there is no such file)"), "{error}");

    let (_home, home) = home_with(".zuliprc", "[api]\nemail=a@x\nkey=k\nsite=x.example.com\ninsecure=yes\n");
    let error = resolve(ClientBuilder::new(), &[("HOME", &home)]).unwrap_err();
    assert!(error.contains(".zuliprc, key `insecure`: `yes` is neither"), "{error}");

    let given = ClientBuilder::new().email("a@x").api_key("k").site("ftp://x");
    assert!(resolve(given, &[("HOME", "/nonexistent")]).unwrap_err().contains("ftp://x"));
    let lone_key = ClientBuilder::new().email("a@x").api_key("k").site("x").client_cert_key("k.pem");
    assert!(resolve(lone_key, &[("HOME", "/nonexistent")]).unwrap_err().contains("without a certificate"));
}

#[test]
fn a_missing_file_is_fine_if_everything_is_given() {
    let given = ClientBuilder::new().email("a@x").api_key("k").site("localhost:9991/api/").config_file("/nonexistent");
    assert_eq!(resolve(given, &[]).unwrap().site, "http://localhost:9991");
}

#[test]
fn sites_are_normalized() {
    for (given, site) in [
        ("chat.example.com", "https://chat.example.com"),
        ("https://chat.example.com/", "https://chat.example.com"),
        ("http://127.0.0.1:9991/api", "http://127.0.0.1:9991"),
        ("https://x.example/chat/api/", "https://x.example/chat"),
        ("localhost", "http://localhost"),
    ] {
        assert_eq!(source::normalize_site(given).as_deref(), Ok(site));
    }
    for wrong in ["", "https://", "mailto:a@b", "a b"] {
        assert!(source::normalize_site(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn keys_are_not_shown() {
    let config = Config::new("a@x", "very-secret", "x.example.com").unwrap();
    assert!(!format!("{config:?}").contains("very-secret"));
    assert!(!format!("{:?}", ClientBuilder::new().api_key("very-secret")).contains("very-secret"));
}
