//! `tidings owner`, `tidings user` and `tidings zuliprc`.

use crate::admin::connection::Connection;
use crate::admin::{Account, Credentials, GENERATE_MAX, Generated, NewUser, Noted, Request};
use crate::args::{
    AuditArgs, DataDirArgs, GenerateArgs, OutputZuliprc, OwnerCreateArgs, ReloadClientsArgs, UserCommand,
    UserCreateArgs, ZuliprcArgs,
};
use crate::data_dir::DataDir;
use crate::output::{self, Format};
use crate::zuliprc::{self, Zuliprc};
use anyhow::{Context, Result, bail};
use std::path::Path;
use tidings_types::user::Role;

fn connect(args: &DataDirArgs) -> Result<Connection> {
    Connection::open(&DataDir::create(&args.data_dir)?)
}

/// `tidings owner create`.
pub(crate) fn create_owner(args: &OwnerCreateArgs, format: Format) -> Result<()> {
    let new = NewUser {
        email: args.email.clone(),
        full_name: args.full_name.clone(),
        role: Role::Owner,
        bot: false,
        password: password(args.password_stdin)?,
    };
    create(&args.data, new, Some(&args.zuliprc), &args.output, format)
}

/// `tidings reload-clients`.
pub(crate) fn reload_clients(args: &ReloadClientsArgs) -> Result<()> {
    connect(&args.data)?.ask(&Request::ReloadClients { immediate: args.immediate })
}

/// `tidings owner reopen`.
pub(crate) fn reopen(data: &DataDirArgs, format: Format) -> Result<()> {
    let was_closed: bool = connect(data)?.ask(&Request::OpenOrganization)?;
    let text = if was_closed { "The organization is open again." } else { "The organization was open already." };
    output::result(format, &serde_json::json!({ "was_closed": was_closed }), || text.to_owned())
}

/// `tidings audit`.
pub(crate) fn audit(args: &AuditArgs, format: Format) -> Result<()> {
    let noted: Vec<Noted> = connect(&args.data)?.ask(&Request::Audit { limit: args.limit })?;
    let row = |one: &Noted| {
        let at = jiff::Timestamp::from_second(one.at).unwrap_or_default().to_string();
        let who = match (&one.actor, one.actor_id) {
            (Some(name), Some(id)) => format!("{name} ({id})"),
            _ => "operator".to_owned(),
        };
        [at, who, one.what.clone(), one.detail.to_string()]
    };
    output::result(format, &noted, || {
        output::columns(["when", "who", "what", "event"], &noted.iter().map(row).collect::<Vec<_>>())
    })
}

/// `tidings user …`.
pub(crate) fn user(command: &UserCommand, format: Format) -> Result<()> {
    match command {
        UserCommand::List { data } => list(&connect(data)?.ask::<Vec<Account>>(&Request::ListUsers)?, format),
        UserCommand::Show { data, user } => {
            show(&connect(data)?.ask(&Request::ShowUser { user: user.user.clone() })?, format)
        }
        UserCommand::Create(args) => create_user(args, format),
        UserCommand::Deactivate { data, user } => {
            show(&connect(data)?.ask(&Request::SetActive { user: user.user.clone(), active: false })?, format)
        }
        UserCommand::Reactivate { data, user } => {
            show(&connect(data)?.ask(&Request::SetActive { user: user.user.clone(), active: true })?, format)
        }
        UserCommand::SetRole { data, user, role } => {
            show(&connect(data)?.ask(&Request::SetRole { user: user.user.clone(), role: (*role).into() })?, format)
        }
        UserCommand::SetPassword(args) => {
            let password = password(args.password_stdin)?.context("stdin has no password")?;
            let request = Request::SetPassword { user: args.user.user.clone(), password };
            show(&connect(&args.data)?.ask(&request)?, format)
        }
        UserCommand::Generate(args) => generate(args, format),
    }
}

fn create_user(args: &UserCreateArgs, format: Format) -> Result<()> {
    let new = NewUser {
        email: args.email.clone(),
        full_name: args.full_name.clone(),
        role: args.role.into(),
        bot: args.bot,
        password: password(args.password_stdin)?,
    };
    create(&args.data, new, args.zuliprc.as_deref(), &args.output, format)
}

fn password(from_stdin: bool) -> Result<Option<String>> {
    if !from_stdin {
        return Ok(None);
    }
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).context("cannot read the password from stdin")?;
    let password = line.trim_end_matches(['\r', '\n']);
    if password.is_empty() {
        bail!("stdin has no password; write one line to it, or leave --password-stdin out");
    }
    Ok(Some(password.to_owned()))
}

fn create(data: &DataDirArgs, new: NewUser, rc: Option<&Path>, options: &OutputZuliprc, format: Format) -> Result<()> {
    if let Some(path) = rc {
        zuliprc::check_free(path, options.force)?;
    }
    let name = new.full_name.clone();
    let created: Credentials = connect(data)?.ask(&Request::CreateUser(new))?;
    hand_over(&created, rc, options, format, &format!("Created {name} (user {}).", created.user_id))
}

/// `tidings zuliprc`.
pub(crate) fn new_zuliprc(args: &ZuliprcArgs, format: Format) -> Result<()> {
    zuliprc::check_free(&args.out, args.output.force)?;
    let request = Request::NewKey { user: args.user.clone(), label: "tidings zuliprc".to_owned() };
    let created: Credentials = connect(&args.data)?.ask(&request)?;
    let text = format!("Created an API key for {}.", created.email);
    hand_over(&created, Some(&args.out), &args.output, format, &text)
}

/// Gives the key to the user: in a file, or else on stdout. It cannot be shown again.
fn hand_over(
    created: &Credentials,
    rc: Option<&Path>,
    options: &OutputZuliprc,
    format: Format,
    text: &str,
) -> Result<()> {
    let site = options.site.clone().unwrap_or_else(|| created.site.clone());
    let Some(path) = rc else {
        return output::result(format, created, || format!("{text}\nemail={}\nkey={}", created.email, created.api_key));
    };
    let file = Zuliprc { email: created.email.clone(), key: created.api_key.clone(), site: site.clone() };
    zuliprc::write_private(path, &file.text(), options.force).with_context(|| {
        let again = "`tidings zuliprc` makes a new key for it";
        format!("{text} But its key could not be written; {again}")
    })?;
    let value = serde_json::json!({
        "user_id": created.user_id, "email": created.email, "site": site, "zuliprc": path,
    });
    output::result(format, &value, || format!("{text} Its zuliprc, for {site}, is {}", path.display()))
}

fn role_name(role: Role) -> &'static str {
    match role {
        Role::Owner => "owner",
        Role::Admin => "admin",
        Role::Moderator => "moderator",
        Role::Member => "member",
        Role::Guest => "guest",
    }
}

fn kind(account: &Account) -> String {
    let bot = if account.is_bot { " (bot)" } else { "" };
    format!("{}{bot}", role_name(account.role))
}

fn list(accounts: &[Account], format: Format) -> Result<()> {
    let row = |account: &Account| {
        let active = if account.is_active { "active" } else { "inactive" };
        [
            account.user_id.to_string(),
            account.email.clone(),
            account.full_name.clone(),
            kind(account),
            active.to_owned(),
        ]
    };
    output::result(format, &accounts, || {
        output::columns(["id", "email", "name", "role", "state"], &accounts.iter().map(row).collect::<Vec<_>>())
    })
}

fn show(account: &Account, format: Format) -> Result<()> {
    output::result(format, account, || {
        let state = if account.is_active { "active" } else { "inactive" };
        format!(
            "id        {}\nemail     {}\nname      {}\nrole      {}\nstate     {state}\nAPI keys  {}",
            account.user_id,
            account.email,
            account.full_name,
            kind(account),
            account.api_keys
        )
    })
}

fn generate(args: &GenerateArgs, format: Format) -> Result<()> {
    zuliprc::check_free(&args.out, args.force)?;
    let mut connection = connect(&args.data)?;
    // Hidden by itself where stderr is no terminal.
    let progress = indicatif::ProgressBar::new(args.count as u64);
    let mut all: Vec<Generated> = Vec::with_capacity(args.count.min(1 << 20));
    while all.len() < args.count {
        let count = (args.count - all.len()).min(GENERATE_MAX);
        all.extend(connection.ask::<Vec<Generated>>(&Request::Generate { count, channel: args.channel.clone() })?);
        progress.set_position(all.len() as u64);
    }
    progress.finish_and_clear();
    zuliprc::write_private(&args.out, &serde_json::to_string(&all)?, args.force)?;
    let value = serde_json::json!({ "count": all.len(), "channel": args.channel, "file": args.out });
    output::result(format, &value, || {
        format!("Created {} members of #{}; their keys are in {}", all.len(), args.channel, args.out.display())
    })
}
