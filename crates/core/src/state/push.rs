//! Devices that notifications are to be sent to. There is no push service yet; the devices are kept until there is.

/// Whose service a device is reached by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PushKind {
    /// Apple's.
    Apns,
    /// Google's.
    Fcm,
}

impl PushKind {
    /// As it is stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            PushKind::Apns => "apns",
            PushKind::Fcm => "fcm",
        }
    }

    /// The one that is stored so.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        [PushKind::Apns, PushKind::Fcm].into_iter().find(|kind| kind.as_str() == name)
    }
}

/// What is known of a device beside its token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushToken {
    /// The app that registered it; of Apple devices only.
    pub app_id: Option<String>,
    /// UNIX seconds.
    pub added_at: i64,
}
