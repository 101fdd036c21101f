//! Values to show. A field's name says what it holds throughout the API, so there is one example for each name; the
//! rest follows from schemas. A test holds that each example fits the schema it stands beside.

use super::calls;
use serde_json::{Map, Value, json};

/// Where a document has the request to show for an operation: an object of parameters.
const REQUEST: &str = "x-example-request";

/// Where it has the code of the error that this request is answered with, if it shows one.
const ERROR: &str = "x-example-error";

/// Examples by the name of a field or parameter, as JSON; the first that fits. Where a name means something else in one
/// schema or operation, that comes first, as in `StreamUpdateEvent.value`.
const BY_NAME: &[(&str, &str)] = &[
    ("upload-custom-emoji.emoji_name", r#""blue_tick""#),
    ("deactivate-custom-emoji.emoji_name", r#""green_tick""#),
    ("Attachment.name", r#""picture.png""#),
    ("Attachment.path_id", r#""1/4e/m2A3MSqFnWRLUf9SaPzQ0Upx/picture.png""#),
    ("RealmEmoji.id", r#""10""#),
    ("RealmEmoji.name", r#""green_tick""#),
    ("RealmEmoji.source_url", r#""/user_avatars/1/emoji/images/m2A3MSqFnWRLUf9SaPzQ0Upx.gif""#),
    ("RealmEmoji.still_url", r#""/user_avatars/1/emoji/images/still/m2A3MSqFnWRLUf9SaPzQ0Upx.png""#),
    ("icon_url", r#""/user_avatars/1/realm/m2A3MSqFnWRLUf9SaPzQ0Upx.png?version=2""#),
    ("ThumbnailFormat.name", r#""840x560.webp""#),
    ("format", r#""webp""#),
    ("GetFileTemporaryUrlResponse.url", r#""/user_uploads/temporary/AAAAAAAAAAoAAAAAaer7QK0s/picture.png""#),
    ("UploadFileResponse.filename", r#""picture.png""#),
    ("UploadFileResponse.uri", r#""/user_uploads/1/4e/m2A3MSqFnWRLUf9SaPzQ0Upx/picture.png""#),
    ("UploadFileResponse.url", r#""/user_uploads/1/4e/m2A3MSqFnWRLUf9SaPzQ0Upx/picture.png""#),
    ("get-file-temporary-url.filename", r#""4e/m2A3MSqFnWRLUf9SaPzQ0Upx/picture.png""#),
    ("get-file-temporary-url.realm_id_str", "1"),
    ("FlagsRemoveEvent.operation", r#""remove""#),
    ("RealmUpdateEvent.property", r#""require_unique_names""#),
    ("RealmUpdateEvent.value", "true"),
    ("StreamUpdateEvent.property", r#""description""#),
    ("StreamUpdateEvent.value", r#""All about Denmark""#),
    ("RealmUserSettingsDefaultsUpdateEvent.property", r#""enter_sends""#),
    ("RealmUserSettingsDefaultsUpdateEvent.value", "true"),
    ("RealmUserSettingsDefaultsEvent.property", r#""enter_sends""#),
    ("RealmUserSettingsDefaultsEvent.value", "true"),
    ("UserSettingsEvent.property", r#""enter_sends""#),
    ("UserSettingsEvent.value", "true"),
    ("RealmUpdateDictEvent.data", r#"{"message_content_edit_limit_seconds": 600}"#),
    ("RealmUpdateDictEvent.property", r#""default""#),
    ("SubmessageEvent.content", r##""{\"type\":\"vote\",\"key\":\"canned,0\",\"vote\":1}""##),
    ("Submessage.content", r##""{\"type\":\"vote\",\"key\":\"canned,0\",\"vote\":1}""##),
    ("add-submessage.content", r##""{\"type\":\"vote\",\"key\":\"canned,0\",\"vote\":1}""##),
    ("alert_word", r#""tea""#),
    ("already_subscribed", r#"["Verona"]"#),
    ("anchor", r#""newest""#),
    ("api_key", r#""gjA04ZYcqXKalvYMA8OeXSfzUOLrtbZv""#),
    ("base_url", r#""https://bots.example.com/ghost""#),
    ("bot_owner", r#""hamlet@example.com""#),
    ("config_data", "{}"),
    ("display_name", r#""JSON""#),
    ("IntegrationOption.key", r#""branches""#),
    ("IntegrationOption.label", r#""Branches""#),
    ("keys", r#"["last_seen"]"#),
    ("payload", r#"{"text": "Build *17* is done."}"#),
    ("payload_url", r#""https://bots.example.com/ghost""#),
    ("IncomingIntegration.name", r#""json""#),
    ("service_name", r#""json""#),
    ("service_payload_url", r#""https://bots.example.com/ghost""#),
    ("storage", r#"{"last_seen": "17"}"#),
    ("validator", r#""check_string""#),
    ("add-apns-token.token", r#""c0ffee""#),
    ("add-fcm-token.token", r#""c0ffee""#),
    ("remove-apns-token.token", r#""c0ffee""#),
    ("remove-fcm-token.token", r#""c0ffee""#),
    ("test-notify.token", r#""c0ffee""#),
    ("token", r#""gjA04ZYcqXKalvYMA8OeXSfzUOLrtbZv""#),
    ("export_time", "1777000000.0"),
    ("export_url", r#""https://chat.example.com/exports/gjA04ZYcqXKalvYMA8OeXSfzUOLrtbZv.tar.gz""#),
    ("meeting_name", r#""Tea""#),
    ("GetStreamEmailAddressResponse.email", r#""denmark@example.com""#),
    ("url", r#""/calls/bigbluebutton/join?bigbluebutton=eyJpZCI6.c2ln""#),
    ("appid", r#""com.example.chat""#),
    ("bouncer_public_key", r#""u8TI5vBWiT6zUkdVzIYPxVFoZd1UdgqZ3u0mKlWfNgo=""#),
    ("encrypted_push_registration", r#""Ls2pm0p9vJ4zL3k=""#),
    ("push_account_id", "2408"),
    ("push_account_id", r#""2408""#),
    ("push_public_key", r#""Yi6yYxkSx0HfWdk7N8g1jVq2ZgO5mHrHqj0sVQ3m1hE=""#),
    ("avatar_url", r#""/user_avatars/made/5f9ac6f0a1b2c3d4e5f60718293a4b5c.png?version=1""#),
    ("client", r#""website""#),
    ("color", r##""#76ce90""##),
    ("content", r#""Something is rotten in the state of Denmark.""#),
    ("content_type", r#""text/x-markdown""#),
    ("date_joined", r#""2026-04-01T09:00:00+00:00""#),
    ("default_events_register_stream", r#""Denmark""#),
    ("default_code_block_language", r#""rust""#),
    ("default_language", r#""en""#),
    ("jitsi_server_url", r#""https://meet.example.com""#),
    ("default_sending_stream", r#""Denmark""#),
    ("delivery_email", r#""hamlet@example.com""#),
    ("description", r#""All about Denmark""#),
    ("display_recipient", r#""Denmark""#),
    ("email", r#""hamlet@example.com""#),
    ("emoji_code", r#""1f389""#),
    ("emoji_name", r#""tada""#),
    ("emojiset", r#""google""#),
    ("event_types", r#"["message", "reaction"]"#),
    ("fetch_event_types", r#"["realm", "subscription"]"#),
    ("flag", r#""starred""#),
    ("fragment", r#""narrow/is/alerted""#),
    ("full_name", r#""Hamlet""#),
    ("idle_queue_timeout", r#""600""#),
    ("include_subscribers", r#""true""#),
    ("last_event_id", "-1"),
    ("local_id", r#""100.01""#),
    ("message_retention_days", r#""realm_default""#),
    ("match_content", r#""<p>Something is rotten.</p>""#),
    ("match_subject", r#""tea""#),
    ("message_edit_history_visibility_policy", r#""all""#),
    ("message_type", r#""stream""#),
    ("msg", r#""""#),
    ("msg_type", r#""widget""#),
    ("muted_topics", r#"[["Denmark", "tea", 1777000000]]"#),
    ("name", r#""Denmark""#),
    ("setting_name", r#""can_access_all_users_group""#),
    ("settings", r#"["can_mention_many_users_group"]"#),
    ("Objection.type", r#""realm""#),
    ("narrow", r#"[["channel", "Denmark"]]"#),
    ("narrow", r#"[{"operator": "channel", "operand": "Denmark"}]"#),
    ("new_email", r#""prince@example.com""#),
    ("new_name", r#""Elsinore""#),
    ("not_removed", r#"["Verona"]"#),
    ("note", r#""Bring a skull.""#),
    ("notification_name", r#""enable_sounds""#),
    ("notification_sound", r#""ding""#),
    ("operand", r#""Denmark""#),
    ("operation", r#""add""#),
    ("operator", r#""channel""#),
    ("add-code-playground.name", r#""Rust playground""#),
    ("Playground.name", r#""Rust playground""#),
    ("ordered_linkifier_ids", "[9, 10]"),
    ("order", "[10, 9]"),
    ("invitee_emails", r#""ophelia@example.com, laertes@example.com""#),
    ("invite_link", r#""https://chat.example.com/join/gjA04ZYcqXKalvYMA8OeXSfzUOLrtbZv""#),
    ("link_url", r#""https://chat.example.com/join/gjA04ZYcqXKalvYMA8OeXSfzUOLrtbZv""#),
    ("invite_as", "400"),
    ("revoke-invite-link.invite_id", "11"),
    ("domain", r#""example.com""#),
    ("stream_names", r#"["Verona"]"#),
    ("group_name", r#""Plays""#),
    ("onboarding_step", r#""intro_resolve_topic""#),
    ("OnboardingStep.type", r#""one_time_notice""#),
    ("OnboardingStep.name", r#""intro_resolve_topic""#),
    ("welcome_message_custom_text", r#""Good to have you here.""#),
    ("old_password", r#""correct horse battery staple""#),
    ("new_password", r#""rosemary, for remembrance""#),
    ("new_group_name", r#""Dramas""#),
    ("new_description", r#""All of them""#),
    ("field_data", r#""""#),
    ("field_type", "1"),
    ("hint", r#""What keeps you awake?""#),
    ("rendered_value", r#""<p>tea</p>""#),
    ("url_pattern", r#""https://github.com/%(username)s""#),
    ("text", r#""GitHub""#),
    ("update-profile-data.data", r#"[{"id": 10, "value": "coffee"}]"#),
    ("profile_data", r#"[{"id": 10, "value": "coffee"}]"#),
    ("password", r#""correct horse battery staple""#),
    ("prev_content_sha256", r#""2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae""#),
    ("principals", r#"[10, 11]"#),
    ("property", r#""color""#),
    ("pattern", r##""#(?P<id>[0-9]+)""##),
    ("pygments_language", r#""Rust""#),
    ("queue_id", r#""fd1e7b2c-5e0a-4b4e-9a53-1f1d1c1b0a09""#),
    ("queue_name", r#""desk""#),
    ("raw_content", r#""Something is **rotten**.""#),
    ("reaction_type", r#""unicode_emoji""#),
    ("realm_description", r#""<p>A castle.</p>""#),
    ("realm_icon", r#""/user_avatars/made/5f9ac6f0a1b2c3d4e5f60718293a4b5c.png?version=1""#),
    ("realm_name", r#""Elsinore""#),
    ("realm_uri", r#""https://chat.example.com""#),
    ("realm_url", r#""https://chat.example.com""#),
    ("removed", r#"["Denmark"]"#),
    ("rendered", r#""<p>Something is <strong>rotten</strong>.</p>""#),
    ("rendered_content", r#""<p>Something is rotten.</p>""#),
    ("rendered_description", r#""<p>All about Denmark</p>""#),
    ("resolved_topic_notice_auto_read_policy", r#""except_followed""#),
    ("sender_email", r#""hamlet@example.com""#),
    ("reminder_id", "11"),
    ("scheduled_delivery_timestamp", "2145916800"),
    ("sender_full_name", r#""Hamlet""#),
    ("sender_realm_str", r#""""#),
    ("set-typing-status.to", r#""[10]""#),
    ("setting", "true"),
    ("setting_name", r#""high_contrast_mode""#),
    ("short_name", r#""echo""#),
    ("status", r#""active""#),
    ("status_text", r#""reading""#),
    ("stream", r#""Denmark""#),
    ("subject", r#""tea""#),
    ("subscribed", r#"["Denmark"]"#),
    ("subscription", r#""Denmark""#),
    ("timezone", r#""Europe/Copenhagen""#),
    ("title", r#""Greeting""#),
    ("to", r#""Denmark""#),
    ("topic", r#""tea""#),
    ("topic_name", r#""tea""#),
    ("topics_policy", r#""allow_empty_topic""#),
    ("type", r#""stream""#),
    ("url_template", r#""https://issues.example.com/{id}""#),
    ("user", r#""hamlet@example.com""#),
    ("user_id_or_email", r#""hamlet@example.com""#),
    ("username", r#""hamlet@example.com""#),
    ("value", r##""#76ce90""##),
    ("web_animate_image_previews", r#""on_hover""#),
    ("web_home_view", r#""inbox""#),
    (
        "widget_content",
        r##""{\"widget_type\":\"poll\",\"extra_data\":{\"question\":\"Tea?\",\"options\":[\"yes\"]}}""##,
    ),
    ("zulip_merge_base", r#""11.0""#),
    ("zulip_version", r#""11.0+tidings-0.1.0""#),
];

/// Adds examples to parameters, answers and events.
pub(super) fn add(document: &mut Value) {
    let schemas = document["components"]["schemas"].clone();
    let sampler = Sampler { schemas: &schemas };
    let operations = document["paths"].as_object_mut().into_iter().flat_map(Map::values_mut);
    for operation in operations.filter_map(Value::as_object_mut).flat_map(Map::values_mut) {
        let owner = operation["operationId"].as_str().unwrap_or_default().to_owned();
        for parameter in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
            sampler.add_to_parameter(&owner, parameter);
        }
        let form = super::form_mut(operation).map(|form| &mut form["properties"]);
        for (name, schema) in form.and_then(Value::as_object_mut).into_iter().flatten() {
            put(schema, "examples", sampler.sample(&owner, name, schema).map(|example| json!([example])));
        }
        if let Some(media) = operation.pointer_mut("/responses/200/content/application~1json") {
            put(media, "example", sampler.sample(&owner, "", &media["schema"]));
        }
        put(operation, REQUEST, Some(calls::request(&owner, &parameters(operation)).into()));
        put(operation, ERROR, calls::fails(&owner));
    }
    for (name, schema) in document["components"]["schemas"].as_object_mut().into_iter().flatten() {
        if schema["properties"]["type"]["enum"].is_array() && schema["properties"]["id"].is_object() {
            put(schema, "examples", sampler.sample(name, "", schema).map(|example| json!([example])));
        }
    }
}

/// Name, whether it is required, and the example of each parameter of an operation.
fn parameters(operation: &Value) -> Vec<(String, bool, Value)> {
    let own = operation.get("parameters").and_then(Value::as_array).into_iter().flatten().map(|parameter| {
        let media = parameter.pointer("/content/application~1json").unwrap_or(parameter);
        let name = parameter["name"].as_str().unwrap_or_default().to_owned();
        (name, parameter["required"] == true, media["example"].clone())
    });
    let body = operation.get("requestBody");
    let form = body.and_then(|body| body["content"].as_object()?.values().next()).map(|content| &content["schema"]);
    let is_required = |name: &String| {
        let required = form.and_then(|form| form["required"].as_array());
        required.is_some_and(|names| names.iter().any(|required| required == name))
    };
    let fields = form.and_then(|form| form["properties"].as_object()).into_iter().flatten();
    // Files are no values.
    let fields = fields.filter(|(_, schema)| schema["format"] != "binary");
    own.chain(fields.map(|(name, schema)| (name.clone(), is_required(name), schema["examples"][0].clone()))).collect()
}

fn put(target: &mut Value, key: &str, value: Option<Value>) {
    if let (Some(fields), Some(value)) = (target.as_object_mut(), value) {
        fields.insert(key.to_owned(), value);
    }
}

struct Sampler<'a> {
    schemas: &'a Value,
}

impl Sampler<'_> {
    fn add_to_parameter(&self, owner: &str, parameter: &mut Value) {
        let name = parameter["name"].as_str().unwrap_or_default().to_owned();
        if let Some(media) = parameter.pointer_mut("/content/application~1json") {
            put(media, "example", self.sample(owner, &name, &media["schema"]));
        } else {
            put(parameter, "example", self.sample(owner, &name, &parameter["schema"]));
        }
    }

    /// An example for a schema; none where neither name nor schema say what it could be. `owner` is the schema or
    /// operation that the name belongs to.
    fn sample(&self, owner: &str, name: &str, schema: &Value) -> Option<Value> {
        let default = schema.get("default").cloned();
        let (target, schema) = self.resolved(schema);
        if let Some(value) = self.by_name(owner, name, schema).or(default).or_else(|| schema["enum"].get(0).cloned()) {
            return Some(value);
        }
        let owner = target.unwrap_or(owner);
        if let Some(first) = ["oneOf", "anyOf", "allOf"].iter().find_map(|key| schema[*key].get(0)) {
            return self.sample(owner, name, first);
        }
        match type_of(schema) {
            "object" => self.object(owner, name, schema),
            "array" => self.array(owner, name, schema),
            "boolean" => Some(json!(false)),
            "integer" | "number" => Some(number(name)),
            _ => None,
        }
    }

    fn by_name(&self, owner: &str, name: &str, schema: &Value) -> Option<Value> {
        let is_meant = |known: &str| known == name || known.split_once('.') == Some((owner, name));
        let mut examples =
            BY_NAME.iter().filter(|(known, _)| is_meant(known)).map(|(_, text)| serde_json::from_str(text));
        examples.find_map(|example| example.ok().filter(|example| self.fits(example, schema)))
    }

    /// What a schema refers to, with its name; the schema itself if it is no reference.
    fn resolved<'s>(&'s self, schema: &'s Value) -> (Option<&'s str>, &'s Value) {
        let name = schema["$ref"].as_str().and_then(|target| target.rsplit('/').next());
        (name, name.map_or(schema, |name| &self.schemas[name]))
    }

    /// What is required; of a map, one entry, which is named like the map.
    fn object(&self, owner: &str, name: &str, schema: &Value) -> Option<Value> {
        let names = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let of_name = |name: &str| Some((name.to_owned(), self.sample(owner, name, schema["properties"].get(name)?)?));
        let mut object: Map<String, Value> = names.map(of_name).collect::<Option<_>>()?;
        if let Some(values) = schema.get("additionalProperties").filter(|values| values.is_object()) {
            object.insert("10".to_owned(), self.sample(owner, name, values)?);
        }
        Some(object.into())
    }

    fn array(&self, owner: &str, name: &str, schema: &Value) -> Option<Value> {
        let Some(items) = schema.get("items").filter(|items| items.as_object().is_some_and(|of| !of.is_empty())) else {
            return Some(json!([]));
        };
        let singular = name.strip_suffix('s').unwrap_or(name);
        Some(json!([self.sample(owner, singular, items)?]))
    }

    /// Whether an example is of the types that a schema names.
    fn fits(&self, example: &Value, schema: &Value) -> bool {
        let (_, schema) = self.resolved(schema);
        if let Some(words) = schema["enum"].as_array() {
            return words.contains(example);
        }
        if let Some(any) = schema["anyOf"].as_array().or_else(|| schema["oneOf"].as_array()) {
            return any.iter().any(|one| self.fits(example, one));
        }
        match (type_of(schema), example) {
            ("object", Value::Object(_)) | ("string", Value::String(_)) | ("boolean", Value::Bool(_)) | ("", _) => true,
            ("array", Value::Array(items)) => items.iter().all(|item| self.fits(item, &schema["items"])),
            ("integer", Value::Number(number)) => number.is_i64(),
            ("number", Value::Number(_)) => true,
            _ => false,
        }
    }
}

/// A number; for moments one that is a moment.
fn number(name: &str) -> Value {
    let is_moment = name.ends_with("timestamp") || name.starts_with("date_") || name == "server_generation";
    match name {
        "bot_id" => json!(14),
        _ if is_moment => json!(1_777_000_000),
        _ => json!(10),
    }
}

/// The first type that a schema names, other than null.
fn type_of(schema: &Value) -> &str {
    match &schema["type"] {
        Value::String(name) => name,
        Value::Array(names) => names.iter().filter_map(Value::as_str).find(|name| *name != "null").unwrap_or_default(),
        _ => "",
    }
}
