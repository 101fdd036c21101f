//! Accounts.

use super::organization::personal_settings;
use super::reader::Row;
use super::{Import, ImportError, Step, tidy};
use crate::http::auth::new_key;
use crate::webhooks::address::check_url;
use std::collections::HashMap;
use std::sync::Arc;
use tidings_core::change::Change;
use tidings_core::commands::users::{check_email, check_full_name};
use tidings_core::limits;
use tidings_core::state::users::{BotRow, UserRow};
use tidings_types::endpoints::bots::PayloadUrl;
use tidings_types::settings::UserSettings;
use tidings_types::user::{BotService, BotType, Role, WebhookInterface};
use tidings_types::{ChannelId, UserId};

/// The largest id of an account: the server's own are above it, and others follow.
const USER_ID_MAX: u32 = 1_900_000_000;

/// Where a bot sends and listens; it may name channels that come later.
pub(super) struct BotDefaults {
    user: UserId,
    sending: Option<u32>,
    events: Option<u32>,
}

impl Import<'_> {
    /// People first, then bots, since those have owners.
    pub(super) fn people(&mut self) -> Result<(), ImportError> {
        let mut services = HashMap::new();
        self.realm_file().each(&["zerver_service"], |_, row| {
            let interface = u16::try_from(row.small("interface", 1)?).ok();
            let interface = interface.and_then(|number| WebhookInterface::try_from(number).ok());
            let interface = interface.ok_or_else(|| row.wrong("`interface` is not 1 or 2"))?;
            services.insert(row.id("user_profile")?, (row.text("base_url")?.to_owned(), interface));
            Ok(())
        })?;
        for bots in [false, true] {
            let tables = ["zerver_userprofile", "zerver_userprofile_mirrordummy"];
            self.realm_file().each(&tables, |table, row| {
                if row.flag("is_bot", false)? == bots {
                    self.add(row, table == "zerver_userprofile_mirrordummy", &services)?;
                }
                Ok(())
            })?;
        }
        Ok(())
    }

    fn add(
        &mut self,
        row: &Row,
        is_dummy: bool,
        services: &HashMap<u32, (String, WebhookInterface)>,
    ) -> Result<(), ImportError> {
        let id = UserId(row.id("id")?);
        if id.0 > USER_ID_MAX || self.build.state.users.get(id).is_some() {
            return Err(row.wrong("its id is too large, or there twice"));
        }
        let role = row.number("role")?.and_then(|number| u16::try_from(number).ok());
        let role = role.and_then(|number| Role::try_from(number).ok());
        let role = role.ok_or_else(|| row.wrong("`role` is not 100, 200, 300, 400 or 600"))?;
        let mut settings = UserSettings::default();
        for what in personal_settings(row, &mut settings)? {
            self.note(what);
        }
        let bot = if row.flag("is_bot", false)? { Some(self.bot(row, id, services)?) } else { None };
        *(if bot.is_some() { &mut self.report.bots } else { &mut self.report.people }) += 1;
        let is_active = row.flag("is_active", true)? && !is_dummy && !row.flag("is_mirror_dummy", false)?;
        let user = UserRow {
            id,
            delivery_email: self.address(row, id)?,
            full_name: self.full_name(row, id)?,
            role,
            is_active,
            date_joined: row.time("date_joined")?.unwrap_or(self.now),
            bot,
            avatar_version: row.small("avatar_version", 1)?.max(1),
            settings,
        };
        self.build.change(Change::User(Arc::new(user)))?;
        self.tell(Step::Organization, self.report.people + self.report.bots, 0)
    }

    /// The real address, where the archive has it. Who asked for the archive may not have been allowed to see it; then
    /// it has one that was made up, as has `email` for everybody.
    fn address(&mut self, row: &Row, id: UserId) -> Result<String, ImportError> {
        let made_up = format!("user{id}@");
        let (real, shown) = (row.opt_text("delivery_email")?, row.opt_text("email")?);
        let given = real.or(shown).unwrap_or_default();
        // What is shown to everybody in the place of the real address differs from it.
        let is_made_up = given.to_lowercase().starts_with(&made_up) && (real.is_none() || real == shown);
        if self.build.state.users.is_taken(given) {
            return Err(row.wrong("another account has the same address"));
        }
        if !is_made_up && let Ok(email) = check_email(&self.build.state, given, None) {
            return Ok(email);
        }
        self.note("accounts whose address is not in the archive, or cannot be");
        let unknown = format!("account{id}@unknown.invalid");
        check_email(&self.build.state, &unknown, None).map_err(|_| row.wrong("its address cannot be replaced"))
    }

    fn full_name(&mut self, row: &Row, id: UserId) -> Result<String, ImportError> {
        let given = row.text("full_name")?;
        if let Ok(name) = check_full_name(&self.build.state, given, None) {
            return Ok(name);
        }
        self.note("names with characters that mentions are made of");
        let plain: String = given.chars().filter(|c| !"*`\\>\"@|".contains(*c)).collect();
        let plain = tidy(&plain, limits::FULL_NAME_CHARS_MAX);
        Ok(if plain.is_empty() { format!("Account {id}") } else { plain })
    }

    fn bot(
        &mut self,
        row: &Row,
        user: UserId,
        services: &HashMap<u32, (String, WebhookInterface)>,
    ) -> Result<BotRow, ImportError> {
        let bot_type = u16::try_from(row.small("bot_type", 1)?).ok().and_then(|number| BotType::try_from(number).ok());
        let bot_type = match bot_type.ok_or_else(|| row.wrong("`bot_type` is not a number from 1 to 4"))? {
            // The server itself runs no bots.
            BotType::Embedded => BotType::Generic,
            bot_type => bot_type,
        };
        let service = services.get(&user.0).filter(|_| bot_type == BotType::OutgoingWebhook);
        let service =
            service.and_then(|(base_url, interface)| match check_url("base_url", PayloadUrl(base_url.clone())) {
                // Nobody has the token that it had, so nobody can pretend to be this server.
                Ok(base_url) => Some(BotService { base_url, interface: *interface, token: new_key() }),
                Err(_) => {
                    self.note("outgoing webhooks whose address is none of HTTP");
                    None
                }
            });
        let (sending, events) = (row.opt_id("default_sending_stream")?, row.opt_id("default_events_register_stream")?);
        if sending.is_some() || events.is_some() {
            self.ids.bots.push(BotDefaults { user, sending, events });
        }
        // Bots of bots, and bots of those who are not there, are nobody's.
        let owner = row.opt_id("bot_owner")?.map(UserId);
        Ok(BotRow {
            owner: owner.filter(|owner| self.build.state.users.get(*owner).is_some_and(|row| !row.is_bot())),
            default_all_public: row.flag("default_all_public_streams", false)?,
            service,
            ..BotRow::new(bot_type, None)
        })
    }

    /// When there are channels.
    pub(super) fn bots_know_channels(&mut self) -> Result<(), ImportError> {
        for defaults in std::mem::take(&mut self.ids.bots) {
            let state = &self.build.state;
            let known = |id: Option<u32>| id.map(ChannelId).filter(|id| state.channels.get(*id).is_some());
            let Some(user) = state.users.get(defaults.user) else { continue };
            let mut user = UserRow::clone(user);
            if let Some(bot) = &mut user.bot {
                (bot.default_sending_channel, bot.default_events_channel) =
                    (known(defaults.sending), known(defaults.events));
            }
            self.build.change(Change::User(Arc::new(user)))?;
        }
        Ok(())
    }
}
