//! What is built once and shared by all requests.

use crate::calls::BigBlueButton;
use crate::config::Config;
use crate::files::FileStore;
use crate::http::rate_limit::RateLimit;
use crate::mail::{self, Mailer};
use crate::realm::Realm;
use crate::sign_ups::SignUps;
use crate::spectators::Spectators;
use crate::webhooks::Webhooks;
use hyper::HeaderMap;
use hyper::http::Extensions;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use tidings_core::equipment::Equipment;
use tidings_types::UserId;

/// The server's parts.
pub struct App {
    /// How it was configured.
    pub config: Config,
    /// The realm it serves.
    pub realm: Arc<Realm>,
    /// Where uploaded files are.
    pub files: Arc<FileStore>,
    /// Requests of a user.
    pub requests: RateLimit<UserId>,
    /// Polls and deletions of queues of a user, counted apart.
    pub polls: RateLimit<UserId>,
    /// Requests without an account from an address, where there are spectators.
    pub spectators: Spectators,
    /// Log-in attempts from an address.
    pub logins_from: RateLimit<IpAddr>,
    /// Log-in attempts for an account.
    pub logins_for: RateLimit<String>,
    /// E-mails that are sent because somebody without an account asks for one.
    pub sign_ups: SignUps,
    /// How often the owner of a bot is told that its messages cannot be sent.
    pub alerts: RateLimit<UserId>,
    /// Carries requests of outgoing webhooks.
    pub webhooks: Webhooks,
    /// The server for video calls.
    pub calls: Option<BigBlueButton>,
    /// What there is that settings of the organization depend on.
    pub equipment: Equipment,
    /// Sends e-mail; none where that is not set up.
    pub mailer: Option<Mailer>,
    /// Renders the metrics page.
    pub metrics: metrics_exporter_prometheus::PrometheusHandle,
}

impl App {
    /// Puts the parts together.
    #[must_use]
    pub fn new(config: Config, realm: Arc<Realm>, files: FileStore) -> Arc<Self> {
        let calls = BigBlueButton::new(&config);
        let mailer = mail::mailer(&config).unwrap_or_else(|why| {
            tracing::error!(why, "no e-mail will be sent");
            None
        });
        let equipment = Equipment {
            has_big_blue_button: calls.is_some(),
            jitsi_server_url: config.jitsi_server_url.as_deref().map(Arc::from),
            sends_mail: mailer.is_some(),
        };
        Arc::new(App {
            requests: RateLimit::per_minute(config.rate_limit_per_minute),
            polls: RateLimit::per_minute(config.rate_limit_per_minute),
            spectators: Spectators::per_minute(config.rate_limit_per_minute),
            logins_from: RateLimit::per_minute(config.login_limit_per_minute),
            logins_for: RateLimit::per_minute(config.login_limit_per_minute),
            sign_ups: SignUps::default(),
            alerts: RateLimit::per_minute(1),
            webhooks: Webhooks::new(&config),
            calls,
            equipment,
            mailer,
            metrics: metrics_handle(),
            config,
            realm,
            files: Arc::new(files),
        })
    }
}

impl App {
    /// Where a request is from: its connection, or what trusted proxies say.
    #[must_use]
    pub fn client_address(&self, extensions: &Extensions, headers: &HeaderMap) -> IpAddr {
        let peer = extensions.get::<SocketAddr>().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), SocketAddr::ip);
        self.config.trusted_proxies.client_of(peer, headers)
    }

    /// After a message was sent: there may be a service to tell of it.
    pub fn wake_webhooks(&self) {
        if self.realm.state().webhooks.next_due().is_some() {
            self.webhooks.wake();
        }
    }
}

/// The process has one recorder of metrics; several servers in one process, as in tests, share it.
fn metrics_handle() -> metrics_exporter_prometheus::PrometheusHandle {
    use std::sync::OnceLock;
    static HANDLE: OnceLock<metrics_exporter_prometheus::PrometheusHandle> = OnceLock::new();
    HANDLE
        .get_or_init(|| {
            let recorder = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder();
            let handle = recorder.handle();
            // Somebody else's recorder may be installed already; then ours shows nothing, which harms nobody.
            let _ = metrics::set_global_recorder(recorder);
            handle
        })
        .clone()
}
