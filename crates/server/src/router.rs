//! The list of endpoints. Read this page first: it says what the server can do and where that is.

use crate::app::App;
use crate::calls::JOIN_PATH;
use crate::handlers::forms::Visit;
use crate::handlers::{self, confirm, join, sign_up};
use crate::http::pipeline::{
    Arrived, Brought, Handler, anonymous, authenticated, keyed, read, watched, watched_written, written,
};
use crate::http::respond;
use crate::openapi::Version;
use axum::Router;
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{Path, RawPathParams, RawQuery, Request};
use axum::http::{Extensions, HeaderMap};
use axum::routing::{any, get};
use bytes::Bytes;
use hyper::{Method, Response, header};
use std::collections::BTreeMap;
use std::sync::Arc;
use tidings_core::register::EMOJI_DATA_PATH;
use tidings_types::ApiError;
use tidings_types::endpoint::EndpointSpec;
use tidings_types::endpoints::personal::{presence, settings};
use tidings_types::endpoints::prepared::later;
use tidings_types::endpoints::{
    authentication, bots, calls, channels, emoji, events, exports, external, files, folders, invites, messages,
    organization, personal, pictures, prepared, profile, push, realm, server, signup, subscriptions, user_groups,
    users,
};

/// An endpoint: what the contract says about it, and the function that serves it.
pub struct Route {
    /// Its definition.
    pub spec: EndpointSpec,
    handler: Handler,
}

/// All endpoints with their handlers.
#[must_use]
pub fn endpoints() -> Vec<Route> {
    /// One line for each endpoint: its definition and the function that serves it.
    macro_rules! list {
        ($($kind:ident $endpoint:path => $handler:path;)*) => {
            vec![$(Route { spec: EndpointSpec::of::<$endpoint>(), handler: $kind::<$endpoint, _, _>($handler) }),*]
        };
    }
    list! {
        // Real-time events
        watched_written events::RegisterQueue => handlers::events::register_queue;
        written events::GetEvents => handlers::events::get_events;
        authenticated events::DeleteQueue => handlers::events::delete_queue;
        authenticated events::RealTimePost => handlers::events::real_time_post;
        authenticated events::RestErrorHandling => handlers::events::rest_error_handling;

        // Channels
        authenticated channels::GetStreamId => handlers::channels::read::get_stream_id;
        authenticated channels::GetStreams => handlers::channels::read::get_streams;
        authenticated channels::GetStreamById => handlers::channels::read::get_stream_by_id;
        authenticated channels::GetStreamEmailAddress => handlers::channels::read::get_stream_email_address;
        watched channels::GetStreamTopics => handlers::channels::read::get_stream_topics;
        authenticated channels::CreateChannel => handlers::channels::change::create_channel;
        authenticated channels::UpdateStream => handlers::channels::change::update_stream;
        authenticated channels::DeleteTopic => handlers::messages::change::delete_topic;
        authenticated channels::ArchiveStream => handlers::channels::change::archive_stream;
        authenticated channels::AddDefaultStream => handlers::channels::change::add_default_stream;
        authenticated folders::GetChannelFolders => handlers::channels::folders::get_channel_folders;
        authenticated folders::CreateChannelFolder => handlers::channels::folders::create_channel_folder;
        authenticated folders::PatchChannelFolders => handlers::channels::folders::patch_channel_folders;
        authenticated folders::UpdateChannelFolder => handlers::channels::folders::update_channel_folder;
        authenticated channels::RemoveDefaultStream => handlers::channels::change::remove_default_stream;

        // Subscriptions
        authenticated subscriptions::GetSubscriptions => handlers::channels::subscriptions::get_subscriptions;
        authenticated subscriptions::Subscribe => handlers::channels::subscriptions::subscribe;
        authenticated subscriptions::Unsubscribe => handlers::channels::subscriptions::unsubscribe;
        authenticated subscriptions::UpdateSubscriptions => handlers::channels::subscriptions::update_subscriptions;
        authenticated subscriptions::UpdateSubscriptionSettings => handlers::channels::subscriptions::update_subscription_settings;
        authenticated subscriptions::GetSubscriptionStatus => handlers::channels::subscriptions::get_subscription_status;
        authenticated subscriptions::GetSubscribers => handlers::channels::subscriptions::get_subscribers;

        // Server and log-in
        authenticated realm::UpdateRealm => handlers::realm::update_realm;
        authenticated realm::UpdateRealmUserSettingsDefaults => handlers::realm::update_user_settings_defaults;
        anonymous server::GetServerSettings => handlers::server::get_server_settings;
        anonymous authentication::FetchApiKey => handlers::authentication::fetch_api_key;
        anonymous authentication::DevFetchApiKey => handlers::authentication::dev_fetch_api_key;
        authenticated authentication::RegenerateOwnApiKey => handlers::authentication::regenerate_own_api_key;
        authenticated authentication::RegenerateBotApiKey => handlers::authentication::regenerate_bot_api_key;

        // What text becomes
        authenticated organization::GetLinkifiers => handlers::organization::get_linkifiers;
        authenticated organization::AddLinkifier => handlers::organization::add_linkifier;
        authenticated organization::UpdateLinkifier => handlers::organization::update_linkifier;
        authenticated organization::RemoveLinkifier => handlers::organization::remove_linkifier;
        authenticated organization::ReorderLinkifiers => handlers::organization::reorder_linkifiers;
        authenticated organization::AddCodePlayground => handlers::organization::add_code_playground;
        authenticated organization::RemoveCodePlayground => handlers::organization::remove_code_playground;

        // How people come in
        authenticated invites::GetInvites => handlers::invites::get_invites;
        authenticated invites::SendInvites => handlers::invites::send_invites;
        authenticated invites::CreateInviteLink => handlers::invites::create_invite_link;
        authenticated invites::RevokeEmailInvite => handlers::invites::revoke_email_invite;
        authenticated invites::RevokeInviteLink => handlers::invites::revoke_invite_link;
        authenticated invites::ResendEmailInvite => handlers::invites::resend_email_invite;
        authenticated signup::GetRealmDomains => handlers::signup::get_realm_domains;
        authenticated signup::AddRealmDomain => handlers::signup::add_realm_domain;
        authenticated signup::ChangeRealmDomain => handlers::signup::change_realm_domain;
        authenticated signup::RemoveRealmDomain => handlers::signup::remove_realm_domain;
        authenticated signup::CreateDefaultStreamGroup => handlers::signup::create_default_stream_group;
        authenticated signup::UpdateDefaultStreamGroup => handlers::signup::update_default_stream_group;
        authenticated signup::ChangeDefaultStreamGroup => handlers::signup::change_default_stream_group;
        authenticated signup::RemoveDefaultStreamGroup => handlers::signup::remove_default_stream_group;
        authenticated signup::MarkOnboardingStep => handlers::signup::mark_onboarding_step;
        authenticated signup::TestWelcomeBotCustomMessage => handlers::signup::test_welcome_bot_custom_message;
        authenticated signup::DeactivateRealm => handlers::signup::deactivate_realm;

        // Fields of profiles
        authenticated profile::GetCustomProfileFields => handlers::profile::get_custom_profile_fields;
        authenticated profile::CreateCustomProfileField => handlers::profile::create_custom_profile_field;
        authenticated profile::ReorderCustomProfileFields => handlers::profile::reorder_custom_profile_fields;
        authenticated profile::UpdateCustomProfileField => handlers::profile::update_custom_profile_field;
        authenticated profile::DeleteCustomProfileField => handlers::profile::delete_custom_profile_field;
        authenticated profile::UpdateProfileData => handlers::profile::update_profile_data;
        authenticated profile::RemoveProfileData => handlers::profile::remove_profile_data;

        // Accounts
        watched users::GetUsers => handlers::users::get_users;
        authenticated users::GetOwnUser => handlers::users::get_own_user;
        authenticated users::GetUser => handlers::users::get_user;
        authenticated users::CreateUser => handlers::users::create_user;
        authenticated users::UpdateUser => handlers::users::update_user;
        authenticated users::DeactivateUser => handlers::users::deactivate_user;
        authenticated users::DeactivateOwnUser => handlers::users::deactivate_own_user;
        authenticated users::ReactivateUser => handlers::users::reactivate_user;

        // Groups of accounts
        authenticated user_groups::GetUserGroups => handlers::user_groups::get_user_groups;
        authenticated user_groups::CreateUserGroup => handlers::user_groups::create_user_group;
        authenticated user_groups::UpdateUserGroup => handlers::user_groups::update_user_group;
        authenticated user_groups::DeactivateUserGroup => handlers::user_groups::deactivate_user_group;
        authenticated user_groups::RemoveUserGroup => handlers::user_groups::deactivate_user_group;
        authenticated user_groups::GetUserGroupMembers => handlers::user_groups::get_user_group_members;
        authenticated user_groups::UpdateUserGroupMembers => handlers::user_groups::update_user_group_members;
        authenticated user_groups::GetIsUserGroupMember => handlers::user_groups::get_is_user_group_member;
        authenticated user_groups::GetUserGroupSubgroups => handlers::user_groups::get_user_group_subgroups;
        authenticated user_groups::UpdateUserGroupSubgroups => handlers::user_groups::update_user_group_subgroups;

        // Bots
        authenticated bots::CreateBot => handlers::bots::create_bot;
        authenticated bots::GetBots => handlers::bots::get_bots;
        authenticated bots::UpdateBot => handlers::bots::update_bot;
        authenticated bots::DeactivateBot => handlers::bots::deactivate_bot;
        authenticated bots::GetBotStorage => handlers::bots::get_bot_storage;
        authenticated bots::UpdateBotStorage => handlers::bots::update_bot_storage;
        authenticated bots::RemoveBotStorage => handlers::bots::remove_bot_storage;

        // Webhooks
        keyed external::JsonWebhook => handlers::external::json_webhook;
        keyed external::SlackIncomingWebhook => handlers::external::slack_incoming_webhook;

        // Notifications
        authenticated push::AddApnsToken => handlers::push::add_apns_token;
        authenticated push::RemoveApnsToken => handlers::push::remove_apns_token;
        authenticated push::AddFcmToken => handlers::push::add_fcm_token;
        authenticated push::RemoveFcmToken => handlers::push::remove_fcm_token;
        authenticated push::TestNotify => handlers::push::test_notify;
        authenticated push::E2eeTestNotify => handlers::push::e2ee_test_notify;
        authenticated push::RegisterPushDevice => handlers::push::register_push_device;

        // Exports
        authenticated exports::ExportRealm => handlers::exports::export_realm;
        authenticated exports::GetRealmExports => handlers::exports::get_realm_exports;
        authenticated exports::DeleteRealmExport => handlers::exports::delete_realm_export;
        authenticated exports::GetRealmExportConsents => handlers::exports::get_realm_export_consents;

        // Video calls
        authenticated calls::CreateBigBlueButtonVideoCall => handlers::calls::create_big_blue_button_video_call;

        // Personal state
        authenticated personal::GetAlertWords => handlers::personal::alert_words::get_alert_words;
        authenticated personal::AddAlertWords => handlers::personal::alert_words::add_alert_words;
        authenticated personal::RemoveAlertWords => handlers::personal::alert_words::remove_alert_words;
        authenticated personal::MuteUser => handlers::personal::mute_user;
        authenticated personal::UnmuteUser => handlers::personal::unmute_user;
        authenticated personal::UpdateUserTopic => handlers::personal::user_topics::update_user_topic;
        authenticated personal::MuteTopic => handlers::personal::user_topics::mute_topic;
        authenticated personal::UpdateStatus => handlers::personal::status::update_status;
        authenticated personal::UpdateStatusForUser => handlers::personal::status::update_status_for_user;
        authenticated personal::GetUserStatus => handlers::personal::status::get_user_status;
        authenticated personal::SetTypingStatus => handlers::personal::typing::set_typing_status;
        authenticated personal::SetTypingStatusForMessageEdit
            => handlers::personal::typing::set_typing_status_for_message_edit;
        authenticated presence::UpdatePresence => handlers::personal::presence::update_presence;
        authenticated presence::GetUserPresence => handlers::personal::presence::get_user_presence;
        authenticated presence::GetPresence => handlers::personal::presence::get_presence;
        authenticated settings::UpdateSettings => handlers::personal::update_settings;
        authenticated settings::UpdateDisplaySettings => handlers::personal::update_settings;
        authenticated settings::UpdateNotificationSettings => handlers::personal::update_settings;

        // What users prepare for later
        authenticated prepared::GetDrafts => handlers::prepared::get_drafts;
        authenticated prepared::CreateDrafts => handlers::prepared::create_drafts;
        authenticated prepared::EditDraft => handlers::prepared::edit_draft;
        authenticated prepared::DeleteDraft => handlers::prepared::delete_draft;
        authenticated prepared::GetSavedSnippets => handlers::prepared::get_saved_snippets;
        authenticated prepared::CreateSavedSnippet => handlers::prepared::create_saved_snippet;
        authenticated prepared::EditSavedSnippet => handlers::prepared::edit_saved_snippet;
        authenticated prepared::DeleteSavedSnippet => handlers::prepared::delete_saved_snippet;
        authenticated prepared::GetNavigationViews => handlers::prepared::get_navigation_views;
        authenticated prepared::AddNavigationView => handlers::prepared::add_navigation_view;
        authenticated prepared::EditNavigationView => handlers::prepared::edit_navigation_view;
        authenticated prepared::RemoveNavigationView => handlers::prepared::remove_navigation_view;
        authenticated later::GetScheduledMessages => handlers::later::get_scheduled_messages;
        authenticated later::CreateScheduledMessage => handlers::later::create_scheduled_message;
        authenticated later::UpdateScheduledMessage => handlers::later::update_scheduled_message;
        authenticated later::DeleteScheduledMessage => handlers::later::delete_scheduled_message;
        authenticated later::GetReminders => handlers::later::get_reminders;
        authenticated later::CreateReminder => handlers::later::create_reminder;
        authenticated later::DeleteReminder => handlers::later::delete_reminder;

        // Uploaded files
        authenticated files::UploadFile => handlers::files::upload_file;
        authenticated files::GetFileTemporaryUrl => handlers::files::get_file_temporary_url;
        authenticated files::GetAttachments => handlers::files::get_attachments;
        authenticated files::RemoveAttachment => handlers::files::remove_attachment;

        // Pictures and emoji
        authenticated pictures::UploadOwnAvatar => handlers::pictures::upload_own_avatar;
        authenticated pictures::DeleteOwnAvatar => handlers::pictures::delete_own_avatar;
        authenticated pictures::UploadRealmIcon => handlers::pictures::upload_realm_icon;
        authenticated pictures::DeleteRealmIcon => handlers::pictures::delete_realm_icon;
        authenticated pictures::UploadRealmLogo => handlers::pictures::upload_realm_logo;
        authenticated pictures::DeleteRealmLogo => handlers::pictures::delete_realm_logo;
        authenticated emoji::GetCustomEmoji => handlers::emoji::get_custom_emoji;
        authenticated emoji::UploadCustomEmoji => handlers::emoji::upload_custom_emoji;
        authenticated emoji::DeactivateCustomEmoji => handlers::emoji::deactivate_custom_emoji;

        // Messages
        authenticated messages::SendMessage => handlers::messages::send::send_message;
        watched messages::fetch::GetMessages => handlers::messages::fetch::get_messages;
        authenticated messages::fetch::MatchesNarrow => handlers::messages::fetch::matches_narrow;
        watched messages::fetch::GetMessage => handlers::messages::single::get_message;
        authenticated messages::fetch::GetMessageHistory => handlers::messages::single::get_message_history;
        authenticated messages::fetch::GetReadReceipts => handlers::messages::single::get_read_receipts;
        authenticated messages::fetch::RenderMessage => handlers::messages::single::render_message;
        authenticated messages::change::UpdateMessage => handlers::messages::change::update_message;
        authenticated messages::change::DeleteMessage => handlers::messages::change::delete_message;
        authenticated messages::change::ReportMessage => handlers::messages::change::report_message;
        authenticated messages::change::AddSubmessage => handlers::messages::change::add_submessage;
        authenticated messages::change::AddReaction => handlers::messages::change::add_reaction;
        authenticated messages::change::RemoveReaction => handlers::messages::change::remove_reaction;
        authenticated messages::flags::UpdateFlags => handlers::messages::flags::update_flags;
        authenticated messages::flags::UpdateFlagsNarrow => handlers::messages::flags::update_flags_narrow;
        authenticated messages::flags::MarkAllAsRead => handlers::messages::flags::mark_all_as_read;
        authenticated messages::flags::MarkChannelAsRead => handlers::messages::flags::mark_channel_as_read;
        authenticated messages::flags::MarkTopicAsRead => handlers::messages::flags::mark_topic_as_read;
    }
}

/// The handlers of one path, by method.
type Methods = BTreeMap<&'static str, Route>;

/// The general router: every endpoint below `/api/v1`, and the pages for operators.
pub fn router(app: Arc<App>) -> Router {
    let mut paths: BTreeMap<&'static str, Methods> = BTreeMap::new();
    for route in endpoints() {
        let metadata = route.spec.metadata;
        paths.entry(metadata.path).or_default().insert(metadata.method.as_str(), route);
    }
    let mut router = Router::new();
    for (path, methods) in paths {
        let (app, methods) = (Arc::clone(&app), Arc::new(methods));
        let serve = move |path: Result<RawPathParams, RawPathParamsRejection>, request: Request| {
            let (app, methods) = (Arc::clone(&app), Arc::clone(&methods));
            async move {
                into_axum(match path {
                    Ok(path) => dispatch(app, &methods, &path, request).await,
                    // A part of the path that is not UTF-8 names nothing.
                    Err(_) => closing(respond::error(&ApiError::NoSuchEndpoint {})),
                })
            }
        };
        router = router.route(&format!("/api/v1{}", spanning(path)), any(serve));
    }
    for version in [Version::V3_1, Version::V3_0] {
        let document = Arc::new(handlers::openapi::OpenApi::new(Arc::clone(&app), version));
        let serve = async move |headers: HeaderMap| into_axum(document.answer(&headers));
        router = router.route(&format!("/api/v1{}", version.path()), get(serve));
    }
    let (calls, exports) = (Arc::clone(&app), Arc::clone(&app));
    let export = async move |Path(name): Path<String>| handlers::exports::file(&exports, &name).await;
    let join_call = async move |RawQuery(query): RawQuery| {
        into_axum(handlers::calls::join(&calls, &query.unwrap_or_default()).await)
    };
    let (pages, files, health) = (Arc::clone(&app), Arc::clone(&app), Arc::clone(&app));
    let (asking, joining, confirming, metrics) = (Arc::clone(&app), Arc::clone(&app), Arc::clone(&app), app);
    let serve_metrics = move |extensions: Extensions, headers: HeaderMap| async move {
        let client = metrics.client_address(&extensions, &headers);
        into_axum(handlers::operators::metrics(&metrics, client, &headers))
    };
    let emoji_data = async |headers: HeaderMap| into_axum(handlers::emoji_data::emoji_data(&headers));
    let only_get = async || into_axum(respond::error(&ApiError::MethodNotAllowed { allowed: vec!["GET", "HEAD"] }));
    router
        .merge(handlers::pages::router(pages))
        .route("/exports/{name}", get(export))
        .route(JOIN_PATH, get(join_call))
        .merge(handlers::files::serve::router(Arc::clone(&files)))
        .merge(handlers::pictures::serve::router(files))
        .route("/healthz", any(move || async move { into_axum(handlers::operators::health(&health)) }))
        .route(
            "/join",
            any(move |request: Request| form(asking, String::new(), request, sign_up::show, sign_up::request)),
        )
        .route(
            "/join/{key}",
            any(move |key: Path<String>, request: Request| form(joining, key.0, request, join::show, join::accept)),
        )
        .route(
            "/confirm/{key}",
            any(move |key: Path<String>, request: Request| {
                form(confirming, key.0, request, confirm::show, confirm::confirm)
            }),
        )
        .route(EMOJI_DATA_PATH, get(emoji_data).fallback(only_get))
        .route("/metrics", any(serve_metrics))
        .fallback(async || into_axum(respond::error(&ApiError::NoSuchEndpoint {})))
}

/// A page with a form for people who are not logged in: how it is shown, and what is done with what was filled in.
async fn form<S, F>(
    app: Arc<App>,
    key: String,
    request: Request,
    show: impl FnOnce(Visit) -> S,
    fill: impl FnOnce(Visit, axum::body::Body) -> F,
) -> Response<axum::body::Body>
where
    S: Future<Output = Response<Bytes>>,
    F: Future<Output = Response<Bytes>>,
{
    let address = app.client_address(request.extensions(), request.headers());
    let (parts, body) = request.into_parts();
    let query = parts.uri.query().map(str::to_owned);
    let visit = Visit { app, key, address, headers: parts.headers, query };
    into_axum(match parts.method {
        Method::GET | Method::HEAD => show(visit).await,
        Method::POST => closing(fill(visit, body).await),
        _ => closing(respond::error(&ApiError::MethodNotAllowed { allowed: vec!["GET", "HEAD", "POST"] })),
    })
}

/// The path as the router takes it: some parameters may have slashes, written as they are.
fn spanning(path: &str) -> String {
    path.replace("/{fragment}", "/{*fragment}").replace("/{filename}", "/{*filename}")
}

fn into_axum(response: Response<Bytes>) -> Response<axum::body::Body> {
    response.map(axum::body::Body::from)
}

async fn dispatch(app: Arc<App>, methods: &Methods, path: &RawPathParams, request: Request) -> Response<Bytes> {
    let mut allowed: Vec<&'static str> = methods.keys().copied().collect();
    if allowed.contains(&"GET") {
        allowed.push("HEAD");
    }
    if request.method() == Method::OPTIONS {
        return respond::options(&allowed);
    }
    let address = app.client_address(request.extensions(), request.headers());
    let (parts, body) = request.into_parts();
    let file = methods.get(parts.method.as_str()).and_then(|route| route.spec.metadata.file);
    let brought = match read(&app, &parts.headers, parts.uri.query(), body, file).await {
        Ok(brought) => brought,
        Err(error) => return closing(respond::error(&error)),
    };
    let Brought { mut params, file, document, counted } = brought;
    let method = match parts.method.as_str() {
        "HEAD" => "GET",
        // Clients that can only send GET and POST name the method they mean.
        "POST" => {
            params.last("method").and_then(|meant| allowed.iter().find(|known| **known == meant)).unwrap_or(&"POST")
        }
        method => method,
    };
    let Some(Route { handler, .. }) = methods.get(method) else {
        return respond::error(&ApiError::MethodNotAllowed { allowed });
    };
    for (name, value) in path {
        params.push_path(name, value.to_owned());
    }
    let headers = Arc::new(parts.headers);
    let arrived = Arrived { app, address, headers, file: file.map(Arc::new), document, counted };
    handler(arrived, params).await
}

/// After a body that was not read to its end the connection cannot be used again.
fn closing(mut response: Response<Bytes>) -> Response<Bytes> {
    response.headers_mut().insert(header::CONNECTION, header::HeaderValue::from_static("close"));
    response
}
