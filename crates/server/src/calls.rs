//! Video calls on a BigBlueButton server. An address for a call says all there is to know about it, and is signed; the
//! meeting itself is made when somebody joins. <https://docs.bigbluebutton.org/development/api>

use crate::config::Config;
use crate::http::auth::new_key;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::time::Duration;

/// Where people join, below the server's address.
pub const JOIN_PATH: &str = "/calls/bigbluebutton/join";

/// Seconds that the other server has to make a meeting.
const TIMEOUT_SECS: u64 = 10;

/// A BigBlueButton server.
pub struct BigBlueButton {
    /// Where its API is, with a slash at the end.
    api: String,
    secret: String,
    http: reqwest::Client,
}

/// A meeting that is to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meeting {
    /// What the other server knows it by.
    id: String,
    /// Its name for people.
    pub name: String,
    /// Without cameras.
    voice_only: bool,
}

impl BigBlueButton {
    /// As configured; none if it is not.
    #[must_use]
    pub fn new(config: &Config) -> Option<Self> {
        let (url, secret) = (config.big_blue_button_url.as_ref()?, config.big_blue_button_secret.clone()?);
        // Left alone if the program chose a provider itself.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().timeout(Duration::from_secs(TIMEOUT_SECS)).build();
        let http = http.inspect_err(|error| tracing::error!(%error, "there are no video calls")).ok()?;
        Some(BigBlueButton { api: format!("{}/api/", url.trim_end_matches('/')), secret, http })
    }

    /// An address for a new meeting, below the server's own.
    #[must_use]
    pub fn link(&self, name: String, voice_only: bool) -> String {
        let meeting = Meeting { id: new_key(), name, voice_only };
        let said = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&meeting).unwrap_or_default());
        let signature = URL_SAFE_NO_PAD.encode(hmac::sign(&self.key(), said.as_bytes()));
        format!("{JOIN_PATH}?bigbluebutton={said}.{signature}")
    }

    /// The meeting of an address; none if the address is not ours.
    #[must_use]
    pub fn meeting(&self, token: &str) -> Option<Meeting> {
        let (said, signature) = token.split_once('.')?;
        hmac::verify(&self.key(), said.as_bytes(), &URL_SAFE_NO_PAD.decode(signature).ok()?).ok()?;
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(said).ok()?).ok()
    }

    fn key(&self) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, self.secret.as_bytes())
    }

    /// Where somebody of this name enters the meeting, which is made if it is not there.
    ///
    /// Nobody is known here but by name, so all may do the same: everything, or, where cameras are off, all but that.
    ///
    /// # Errors
    /// The other server does not make it; the text says why, for the log.
    pub async fn enter(&self, meeting: &Meeting, full_name: &str) -> Result<String, String> {
        let mut create = vec![("meetingID", meeting.id.as_str()), ("name", &meeting.name)];
        if meeting.voice_only {
            create.push(("lockSettingsDisableCam", "true"));
        }
        let answer = self.http.get(self.call("create", &create)).send().await.map_err(|error| error.to_string())?;
        let status = answer.status();
        let text = answer.text().await.map_err(|error| error.to_string())?;
        if !status.is_success() || !text.contains("<returncode>SUCCESS</returncode>") {
            return Err(format!("status {status}: {}", text.chars().take(200).collect::<String>()));
        }
        let role = if meeting.voice_only { "VIEWER" } else { "MODERATOR" };
        Ok(self.call("join", &[("fullName", full_name), ("meetingID", &meeting.id), ("role", role)]))
    }

    /// A call of the other server's API, with the checksum that says it is ours.
    fn call(&self, name: &str, params: &[(&str, &str)]) -> String {
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(params).finish();
        let digest = Sha256::digest(format!("{name}{query}{}", self.secret).as_bytes());
        let mut checksum = String::new();
        for byte in digest {
            // Writing to a string cannot fail.
            let _ = write!(checksum, "{byte:02x}");
        }
        format!("{}{name}?{query}&checksum={checksum}", self.api)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bbb(secret: &str) -> BigBlueButton {
        let url = Some("https://bbb.example/bigbluebutton/".to_owned());
        let config =
            Config { big_blue_button_url: url, big_blue_button_secret: Some(secret.to_owned()), ..Config::default() };
        BigBlueButton::new(&config).expect("it is configured")
    }

    #[test]
    fn only_own_addresses_are_believed() {
        let link = bbb("secret").link("Tea & more".to_owned(), true);
        let token = link.strip_prefix("/calls/bigbluebutton/join?bigbluebutton=").unwrap();
        let meeting = bbb("secret").meeting(token).unwrap();
        assert_eq!((meeting.name.as_str(), meeting.voice_only), ("Tea & more", true));
        assert_eq!(bbb("other").meeting(token), None);
        assert_eq!(bbb("secret").meeting(&token.replacen('e', "f", 1)), None);
        assert_eq!(bbb("secret").meeting("x"), None);
    }

    #[test]
    fn calls_have_the_checksum_of_the_other_server() {
        let call = bbb("639259d4-9dd8-4b25-bf01-95f9567eaf4b").call("create", &[("name", "Test Meeting")]);
        let digest = Sha256::digest(b"createname=Test+Meeting639259d4-9dd8-4b25-bf01-95f9567eaf4b");
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(call, format!("https://bbb.example/bigbluebutton/api/create?name=Test+Meeting&checksum={hex}"));
    }
}
