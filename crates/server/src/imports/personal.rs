//! What people keep for themselves, and what they tell of themselves.

use super::organization::paragraph;
use super::reader::Row;
use super::{Import, ImportError, cut, tidy};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use tidings_core::change::Change;
use tidings_core::commands::profile::values::check_text;
use tidings_core::directory::SeenBy;
use tidings_core::limits;
use tidings_core::state::personal::TopicPolicy;
use tidings_core::state::users::{NOTIFICATION_BOT, Profile};
use tidings_types::prepared::{NavigationView, SavedSnippet};
use tidings_types::profile::FieldKind;
use tidings_types::signup::ONBOARDING_STEPS;
use tidings_types::user::{MutedUser, Presence, ProfileValue, UserStatus};
use tidings_types::{PreparedId, UserId};

/// Lists of users, which are changed as a whole.
#[derive(Default)]
struct Lists {
    words: BTreeMap<UserId, Vec<String>>,
    muted: BTreeMap<UserId, Vec<MutedUser>>,
    profiles: BTreeMap<UserId, Profile>,
    stored: HashMap<UserId, (usize, usize)>,
    /// Who is muted by whom.
    pairs: HashSet<(UserId, UserId)>,
    /// How many of what has a bound each has, by table.
    counts: HashMap<(&'static str, UserId), usize>,
    snippets: HashSet<u32>,
}

/// How much of it one account can have; the rest is left out.
const MOST: &[(&str, usize)] = &[
    ("zerver_navigationview", limits::VIEWS_MAX),
    ("zerver_savedsnippet", limits::SNIPPETS_MAX),
    ("zerver_usertopic", limits::USER_TOPICS_MAX),
];

const TABLES: &[&str] = &[
    "zerver_alertword",
    "zerver_botstoragedata",
    "zerver_customprofilefieldvalue",
    "zerver_muteduser",
    "zerver_navigationview",
    "zerver_onboardingstep",
    "zerver_savedsnippet",
    "zerver_userpresence",
    "zerver_userstatus",
    "zerver_usertopic",
];

impl Import<'_> {
    pub(super) fn personal(&mut self) -> Result<(), ImportError> {
        let mut lists = Lists::default();
        self.realm_file().each(TABLES, |table, row| {
            let column = match table {
                "zerver_botstoragedata" => "bot_profile",
                "zerver_navigationview" | "zerver_onboardingstep" => "user",
                _ => "user_profile",
            };
            // Accounts of servers keep nothing.
            let Some(user) = self.account(row, column)? else { return Ok(()) };
            if let Some((table, most)) = MOST.iter().find(|(known, _)| *known == table) {
                let count = lists.counts.entry((*table, user)).or_default();
                *count += 1;
                if *count > *most {
                    self.note(&format!("rows of {table} beyond what one account can have"));
                    return Ok(());
                }
            }
            match table {
                "zerver_alertword" => add_word(lists.words.entry(user).or_default(), row),
                "zerver_muteduser" => self.mute(user, &mut lists, row),
                "zerver_customprofilefieldvalue" => self.fill_in(user, &mut lists, row),
                "zerver_botstoragedata" => self.store(user, &mut lists, row),
                "zerver_usertopic" => self.choose(user, row),
                "zerver_userstatus" => self.status(user, row),
                "zerver_userpresence" => self.presence(user, row),
                "zerver_savedsnippet" => self.snippet(user, &mut lists, row),
                "zerver_navigationview" => self.view(user, row),
                _ => self.seen(user, row),
            }
        })?;
        for (user, words) in lists.words {
            self.build.change(Change::AlertWords { user, words })?;
        }
        for (user, muted) in lists.muted {
            self.build.change(Change::MutedUsers { user, muted: Arc::new(muted) })?;
        }
        for (user, values) in lists.profiles {
            self.build.change(Change::Profile { user, values: Arc::new(values) })?;
        }
        Ok(())
    }

    fn mute(&self, user: UserId, lists: &mut Lists, row: &Row) -> Result<(), ImportError> {
        let id = self.user(row, "muted_user")?;
        if id != NOTIFICATION_BOT && lists.pairs.insert((user, id)) {
            let timestamp = row.time("date_muted")?.unwrap_or(0);
            lists.muted.entry(user).or_default().push(MutedUser { id, timestamp });
        }
        Ok(())
    }

    fn fill_in(&mut self, user: UserId, lists: &mut Lists, row: &Row) -> Result<(), ImportError> {
        let id = row.id("field")?;
        let field = self.build.state.organization.profile_field(id).cloned();
        let Some(account) = self.build.state.users.get(user).filter(|row| !row.is_bot()).cloned() else {
            return Ok(());
        };
        let value = row.text("value")?.trim().to_owned();
        let users = || {
            serde_json::from_str::<Vec<UserId>>(&value).is_ok_and(|users| {
                users.len() <= limits::PROFILE_USERS_MAX
                    && users.iter().all(|user| self.build.state.users.get(*user).is_some())
            })
        };
        let Some(field) = field.filter(|field| match field.kind {
            FieldKind::Users => users(),
            kind => check_text(kind, field, &value).is_ok(),
        }) else {
            self.note("values of profiles that do not fit their field");
            return Ok(());
        };
        let directory = SeenBy { state: &self.build.state, viewer: &account };
        let rendered_value = match field.kind {
            FieldKind::ShortText => Some(paragraph(tidings_markdown::render_inline(&value, &directory))),
            FieldKind::LongText => Some(tidings_markdown::render(&value, &directory).html),
            _ => None,
        };
        if !value.is_empty() {
            lists.profiles.entry(user).or_default().insert(id, ProfileValue { value, rendered_value });
        }
        Ok(())
    }

    fn store(&mut self, user: UserId, lists: &mut Lists, row: &Row) -> Result<(), ImportError> {
        let (key, value) = (row.text("key")?.to_owned(), row.text("value")?);
        let (count, bytes) = lists.stored.entry(user).or_default();
        (*count, *bytes) = (*count + 1, *bytes + key.len() + value.len());
        if *count > limits::BOT_STORAGE_TEXTS_MAX || *bytes > limits::BOT_STORAGE_BYTES_MAX {
            return Err(row.wrong("an account has stored more than accounts can"));
        }
        self.build.change(Change::BotStorage { user, key, value: Some(value.into()) })
    }

    fn choose(&mut self, user: UserId, row: &Row) -> Result<(), ImportError> {
        let (channel, topic) = (self.channel(row, "stream")?, tidy(row.text("topic_name")?, limits::TOPIC_CHARS_MAX));
        let policy = match row.number("visibility_policy")? {
            Some(0) => return Ok(()),
            Some(policy @ 1..=3) => u8::try_from(policy).unwrap_or(1),
            _ => return Err(row.wrong("`visibility_policy` is not a number from 0 to 3")),
        };
        let policy = TopicPolicy { policy, last_updated: row.time("last_updated")?.unwrap_or(0) };
        self.build.change(Change::UserTopic { user, channel, topic, policy })
    }

    fn status(&mut self, user: UserId, row: &Row) -> Result<(), ImportError> {
        let short = |column: &str, most: usize| {
            let text = row.opt_text(column)?.map(|text| tidy(text, most));
            Ok::<_, ImportError>(text.filter(|text| !text.is_empty()))
        };
        let plain = |text: &String| text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
        let has_emoji = row.opt_text("emoji_name")?.is_some_and(|name| !name.is_empty());
        let emoji = |column: &str| if has_emoji { short(column, limits::EMOJI_NAME_CHARS_MAX) } else { Ok(None) };
        let status = UserStatus {
            away: None,
            status_text: short("status_text", limits::STATUS_CHARS_MAX)?,
            emoji_name: emoji("emoji_name")?.filter(plain),
            emoji_code: emoji("emoji_code")?.filter(plain),
            reaction_type: emoji("reaction_type")?.filter(plain),
        };
        self.build.change(Change::Status { user, status })
    }

    fn presence(&mut self, user: UserId, row: &Row) -> Result<(), ImportError> {
        let active_timestamp = row.time("last_active_time")?.unwrap_or(0);
        let idle_timestamp = row.time("last_connected_time")?.unwrap_or(0);
        self.build.change(Change::Presence { user, presence: Presence { active_timestamp, idle_timestamp } })
    }

    fn snippet(&mut self, user: UserId, lists: &mut Lists, row: &Row) -> Result<(), ImportError> {
        let title = tidy(row.text("title")?, limits::SNIPPET_TITLE_CHARS_MAX);
        let content = cut(row.text("content")?, limits::MESSAGE_CHARS_MAX);
        // Ids are positions of events: later ones come after it.
        let id = row.id("id")?;
        if !lists.snippets.insert(id) {
            return Err(row.wrong("its id is there twice"));
        }
        let id = PreparedId(id.into());
        self.build.state.seq = self.build.state.seq.max(id.0);
        let snippet = SavedSnippet { id, title, content, date_created: row.time("date_created")?.unwrap_or(self.now) };
        self.build.change(Change::Snippet { user, id, snippet: Some(Arc::new(snippet)) })
    }

    fn view(&mut self, user: UserId, row: &Row) -> Result<(), ImportError> {
        let fragment = tidy(row.text("fragment")?, limits::VIEW_FRAGMENT_CHARS_MAX);
        let name = row.opt_text("name")?.map(|name| tidy(name, limits::VIEW_NAME_CHARS_MAX));
        let view = NavigationView { fragment: fragment.clone(), is_pinned: row.flag("is_pinned", false)?, name };
        self.build.change(Change::View { user, fragment, view: Some(Arc::new(view)) })
    }

    fn seen(&mut self, user: UserId, row: &Row) -> Result<(), ImportError> {
        let step = row.text("onboarding_step")?.to_owned();
        if !ONBOARDING_STEPS.contains(&step.as_str()) {
            return Ok(());
        }
        let seen_at = row.time("timestamp")?.unwrap_or(self.now);
        self.build.change(Change::OnboardingStep { user, step, seen_at })
    }
}

fn add_word(words: &mut Vec<String>, row: &Row) -> Result<(), ImportError> {
    let word = tidy(row.text("word")?, limits::ALERT_WORD_CHARS_MAX);
    let is_new = || words.iter().all(|known| known.to_lowercase() != word.to_lowercase());
    if !word.is_empty() && words.len() < limits::ALERT_WORDS_MAX && is_new() {
        words.push(word);
    }
    Ok(())
}
