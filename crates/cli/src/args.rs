//! Every command and option.

use crate::failure::EXIT_CODES;
use crate::output::Format;
use crate::settings::ServerSettings;
use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;
use tidings_types::user::Role;

/// A team-chat server around a durable log of real-time events, for clients of the Zulip API.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true, after_help = EXIT_CODES, after_long_help = format!("{EXAMPLES}\n\n{EXIT_CODES}"))]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// How results look.
    #[arg(long, global = true, value_enum, default_value = "human", env = "TIDINGS_FORMAT")]
    pub(crate) format: Format,
}

const EXAMPLES: &str = "\
Examples:
  Look around, with nothing left behind:
    tidings demo

  Start a server and make yourself its owner:
    tidings serve --data-dir ./data --listen 127.0.0.1:9991
    tidings owner create --data-dir ./data --email you@example.com --full-name 'Your Name' --zuliprc ./zuliprc

  Watch events in one terminal, send a message from another:
    tidings tail --config-file ./zuliprc
    tidings send --config-file ./zuliprc --to you@example.com 'Hello'";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Serve(ServeArgs),
    /// The owner of the organization.
    #[command(subcommand)]
    Owner(OwnerCommand),
    /// Accounts: list, create, change.
    #[command(subcommand)]
    User(UserCommand),
    Audit(AuditArgs),
    Zuliprc(ZuliprcArgs),
    ReloadClients(ReloadClientsArgs),
    Export(ExportArgs),
    Import(ImportArgs),
    Send(SendArgs),
    Tail(TailArgs),
    Demo(DemoArgs),
    Openapi(OpenapiArgs),
    /// Packages of the client library under a name of your own.
    #[command(subcommand)]
    Brand(BrandCommand),
}

/// The data folder.
#[derive(Clone, Debug, ClapArgs)]
pub(crate) struct DataDirArgs {
    /// The folder with the database; the same that `serve` uses, running or not.
    #[arg(long, env = "TIDINGS_DATA_DIR", value_name = "DIR")]
    pub(crate) data_dir: PathBuf,
}

/// Run the server until it is told to stop (Ctrl-C or SIGTERM).
///
/// Every setting is a flag, an environment variable and a key of the TOML file that --config names; the first
/// of these wins.
#[derive(Debug, ClapArgs)]
#[command(after_long_help = "\
Examples:
  tidings serve --data-dir ./data
  tidings serve --data-dir /var/lib/tidings --listen 0.0.0.0:9991 --external-url https://chat.example.com
  TIDINGS_LOG_FORMAT=json tidings serve --data-dir ./data --config ./tidings.toml

The file has the same names with underscores:
  listen = \"127.0.0.1:9991\"
  rate_limit_per_minute = 500")]
pub(crate) struct ServeArgs {
    #[command(flatten)]
    pub(crate) data: DataDirArgs,
    /// A TOML file with settings.
    #[arg(long, env = "TIDINGS_CONFIG", value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) settings: ServerSettings,
}

/// Where a zuliprc goes.
#[derive(Clone, Debug, ClapArgs)]
pub(crate) struct OutputZuliprc {
    /// Where clients reach the server, if not where the server says.
    #[arg(long, value_name = "URL")]
    pub(crate) site: Option<String>,
    /// Overwrite the file if there is one.
    #[arg(long)]
    pub(crate) force: bool,
}

/// Ask clients that run in browsers to load themselves anew, as after a new version of theirs was put in place.
#[derive(Debug, ClapArgs)]
pub(crate) struct ReloadClientsArgs {
    #[command(flatten)]
    pub(crate) data: DataDirArgs,
    /// At once, as opposed to when it suits their users.
    #[arg(long)]
    pub(crate) immediate: bool,
}

/// Where uploaded files are, if not in the data folder.
#[derive(Clone, Debug, ClapArgs)]
pub(crate) struct FilesArgs {
    /// The server's TOML file with settings.
    #[arg(long, env = "TIDINGS_CONFIG", value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// As for `serve`: the file store, where that is not the data folder.
    #[arg(long, env = "TIDINGS_FILE_STORE", value_name = "URL")]
    pub(crate) file_store: Option<String>,
}

/// Write an archive of the organization: a tar.gz in the layout that Zulip servers use for theirs, for `tidings import`.
///
/// It has the state of the moment in which it begins, and works while the server runs (which writes it then) and while
/// it does not. Passwords, API keys and tokens of bots are in no export; drafts and invitations are not, either.
#[derive(Debug, ClapArgs)]
#[command(after_long_help = "\
How much of it is exported:
  --public      what is public: accounts, public channels and their messages
  --full        that, and what is private of those who agreed with their setting `allow_private_data_export`;
                the same that administrators get with POST /export/realm (the default)
  --everything  all, whoever agreed: to move an organization to another server

Examples:
  tidings export --data-dir ./data --everything --out ./organization.tar.gz
  tidings export --data-dir ./data --public --out - | ssh backup 'cat > public.tar.gz'
  tidings import --data-dir ./elsewhere ./organization.tar.gz")]
pub(crate) struct ExportArgs {
    #[command(flatten)]
    pub(crate) data: DataDirArgs,
    /// What is public, and what is private of those who agreed (the default).
    #[arg(long, group = "scope")]
    pub(crate) full: bool,
    /// Only what is public.
    #[arg(long, group = "scope")]
    pub(crate) public: bool,
    /// Everything, also of those who did not agree.
    #[arg(long, group = "scope")]
    pub(crate) everything: bool,
    /// The file to write, readable only for you; `-` for stdout.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Overwrite the file if there is one.
    #[arg(long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) files: FilesArgs,
}

/// Make an organization of an archive, in a data folder that has none.
///
/// Reads archives of `tidings export` and of POST /export/realm, and those of Zulip servers as far as their tables are
/// known: what is not known is left out and counted. What messages look like is made anew. Nothing is there until
/// everything is: if it fails or is killed, the data folder has no organization, and it can be run again.
#[derive(Debug, ClapArgs)]
#[command(after_long_help = "\
Nobody can log in then, since archives have no passwords and no keys. Make what each needs:
  tidings zuliprc --data-dir ./data --user ann@example.com --out ./ann.rc
  tidings user set-password --data-dir ./data --password-stdin ann@example.com < ann.password

Examples:
  tidings import --data-dir ./data ./organization.tar.gz
  tidings import --data-dir /var/lib/tidings --external-url https://chat.example.com ./zulip-export-x7.tar.gz

It needs room for the archive unpacked, in the data folder, and a disk that stays connected.")]
pub(crate) struct ImportArgs {
    /// The folder for the database; created if it is not there.
    #[arg(long, env = "TIDINGS_DATA_DIR", value_name = "DIR")]
    pub(crate) data_dir: PathBuf,
    /// The archive: a tar.gz.
    #[arg(value_name = "FILE")]
    pub(crate) archive: PathBuf,
    /// Where clients will reach the server. Addresses that hide the real ones are made of its host.
    #[arg(long, env = "TIDINGS_EXTERNAL_URL", value_name = "URL")]
    pub(crate) external_url: Option<String>,
    /// GiB that the archive may have when it is unpacked: a bound for archives that are made to fill disks.
    #[arg(long, default_value_t = tidings_server::imports::UNPACKED_BYTES_MAX >> 30, value_name = "GIB")]
    pub(crate) unpacked_max: u64,
    #[command(flatten)]
    pub(crate) files: FilesArgs,
}

/// Show what administrators did, the newest first: who, when, and the event that told of it.
#[derive(Debug, ClapArgs)]
#[command(after_long_help = "\
Example:
  tidings audit --data-dir ./data --limit 20")]
pub(crate) struct AuditArgs {
    #[command(flatten)]
    pub(crate) data: DataDirArgs,
    /// How many to show.
    #[arg(long, default_value_t = 50)]
    pub(crate) limit: usize,
}

#[derive(Debug, Subcommand)]
pub(crate) enum OwnerCommand {
    Create(OwnerCreateArgs),
    /// Open the organization again, after an owner closed it.
    Reopen {
        #[command(flatten)]
        data: DataDirArgs,
    },
}

/// Create an owner, and the zuliprc file to log in with. Works before the first start and while the server runs.
#[derive(Debug, ClapArgs)]
#[command(after_long_help = "\
Example:
  tidings owner create --data-dir ./data --email you@example.com --full-name 'Your Name' --zuliprc ./zuliprc")]
pub(crate) struct OwnerCreateArgs {
    #[command(flatten)]
    pub(crate) data: DataDirArgs,
    /// The e-mail address.
    #[arg(long)]
    pub(crate) email: String,
    /// The name others see.
    #[arg(long)]
    pub(crate) full_name: String,
    /// The file to write: address and API key, readable only for you.
    #[arg(long, value_name = "FILE")]
    pub(crate) zuliprc: PathBuf,
    #[command(flatten)]
    pub(crate) output: OutputZuliprc,
    /// Read a password from the first line of stdin; without one, log-in is by API key alone.
    #[arg(long)]
    pub(crate) password_stdin: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum UserCommand {
    /// List all accounts.
    List {
        #[command(flatten)]
        data: DataDirArgs,
    },
    /// Show one account.
    Show {
        #[command(flatten)]
        data: DataDirArgs,
        #[command(flatten)]
        user: UserArg,
    },
    Create(UserCreateArgs),
    /// Deactivate an account: nobody can log in with it, its event queues end.
    Deactivate {
        #[command(flatten)]
        data: DataDirArgs,
        #[command(flatten)]
        user: UserArg,
    },
    /// Reactivate an account.
    Reactivate {
        #[command(flatten)]
        data: DataDirArgs,
        #[command(flatten)]
        user: UserArg,
    },
    /// Give an account a role.
    SetRole {
        #[command(flatten)]
        data: DataDirArgs,
        #[command(flatten)]
        user: UserArg,
        /// What the account may do.
        #[arg(value_enum)]
        role: RoleArg,
    },
    SetPassword(SetPasswordArgs),
    Generate(GenerateArgs),
}

/// Give an account a password, read from the first line of stdin: for who has none, as after an import.
#[derive(Debug, ClapArgs)]
#[command(after_long_help = "\
Example:
  echo 'correct horse battery staple' | tidings user set-password --data-dir ./data --password-stdin ann@example.com")]
pub(crate) struct SetPasswordArgs {
    #[command(flatten)]
    pub(crate) data: DataDirArgs,
    #[command(flatten)]
    pub(crate) user: UserArg,
    /// Read it from stdin. There is no other way: what is on a command line, others can see.
    #[arg(long, required = true)]
    pub(crate) password_stdin: bool,
}

/// Which account.
#[derive(Clone, Debug, ClapArgs)]
pub(crate) struct UserArg {
    /// The account: its e-mail address or its id.
    #[arg(value_name = "USER")]
    pub(crate) user: String,
}

/// Create an account and print its API key, or write it to a zuliprc.
#[derive(Debug, ClapArgs)]
pub(crate) struct UserCreateArgs {
    #[command(flatten)]
    pub(crate) data: DataDirArgs,
    /// The e-mail address.
    #[arg(long)]
    pub(crate) email: String,
    /// The name others see.
    #[arg(long)]
    pub(crate) full_name: String,
    /// What the account may do.
    #[arg(long, value_enum, default_value = "member")]
    pub(crate) role: RoleArg,
    /// Make it a bot.
    #[arg(long)]
    pub(crate) bot: bool,
    /// The file to write: address and API key, readable only for you.
    #[arg(long, value_name = "FILE")]
    pub(crate) zuliprc: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) output: OutputZuliprc,
    /// Read a password from the first line of stdin.
    #[arg(long)]
    pub(crate) password_stdin: bool,
}

/// Create many members, subscribed to a channel: for load tests and trials.
#[derive(Debug, ClapArgs)]
#[command(after_long_help = "\
Example:
  tidings user generate --data-dir ./data --count 10000 --channel load --out users.json

The file is a JSON list of {\"email\", \"api_key\", \"user_id\"}, readable only for you.")]
pub(crate) struct GenerateArgs {
    #[command(flatten)]
    pub(crate) data: DataDirArgs,
    /// How many.
    #[arg(long)]
    pub(crate) count: usize,
    /// The channel they are subscribed to; created if missing.
    #[arg(long, value_name = "NAME")]
    pub(crate) channel: String,
    /// The file to write.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Overwrite the file if there is one.
    #[arg(long)]
    pub(crate) force: bool,
}

/// Create a further API key for an account and write it to a zuliprc.
#[derive(Debug, ClapArgs)]
#[command(after_long_help = "\
Example:
  tidings zuliprc --data-dir ./data --user bot@example.com --out ./bot-zuliprc")]
pub(crate) struct ZuliprcArgs {
    #[command(flatten)]
    pub(crate) data: DataDirArgs,
    /// The account: its e-mail address or its id.
    #[arg(long)]
    pub(crate) user: String,
    /// The file to write.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    #[command(flatten)]
    pub(crate) output: OutputZuliprc,
}

/// Whose account is used, and where: a zuliprc file, or all three of address, key and site.
#[derive(Clone, Debug, ClapArgs)]
pub(crate) struct AccountArgs {
    /// The zuliprc file [default: ~/.zuliprc].
    #[arg(long, env = "ZULIP_CONFIG", value_name = "FILE")]
    pub(crate) config_file: Option<PathBuf>,
    /// The account's address.
    #[arg(long, env = "ZULIP_EMAIL", value_name = "EMAIL")]
    pub(crate) email: Option<String>,
    /// The account's API key.
    #[arg(long, env = "ZULIP_API_KEY", value_name = "KEY", hide_env_values = true)]
    pub(crate) api_key: Option<String>,
    /// Where the server is; wins over the file.
    #[arg(long, env = "ZULIP_SITE", value_name = "URL")]
    pub(crate) site: Option<String>,
}

/// Send a message to a channel or to users.
#[derive(Debug, ClapArgs)]
#[command(after_long_help = "\
Examples:
  tidings send --config-file ./zuliprc --channel Denmark --topic castle 'Who is there?'
  tidings send --config-file ./zuliprc --to hamlet@example.com --to 7 'Hello'
  uptime | tidings send --config-file ./zuliprc --channel Denmark --topic load")]
pub(crate) struct SendArgs {
    #[command(flatten)]
    pub(crate) account: AccountArgs,
    /// The channel's name.
    #[arg(long, value_name = "NAME", conflicts_with = "to", required_unless_present = "to")]
    pub(crate) channel: Option<String>,
    /// The topic in the channel.
    #[arg(long, requires = "channel")]
    pub(crate) topic: Option<String>,
    /// A user, by address or id, for a direct message; may be repeated.
    #[arg(long, value_name = "USER")]
    pub(crate) to: Vec<String>,
    /// The message in Markdown; read from stdin if absent or `-`.
    pub(crate) content: Option<String>,
}

/// Print events as they happen. Reconnects by itself; events that happen meanwhile are not lost.
#[derive(Debug, ClapArgs)]
#[command(after_long_help = "\
Examples:
  tidings tail --config-file ./zuliprc
  tidings tail --config-file ./zuliprc --event-types message,reaction
  tidings tail --config-file ./zuliprc --narrow channel:Denmark --narrow topic:castle
  tidings tail --config-file ./zuliprc --format json | jq .type")]
pub(crate) struct TailArgs {
    #[command(flatten)]
    pub(crate) account: AccountArgs,
    /// Only these types of events, separated by commas.
    #[arg(long, value_name = "TYPES", value_delimiter = ',')]
    pub(crate) event_types: Vec<String>,
    /// Only messages that match, as `operator:operand`; may be repeated, then all must match.
    #[arg(long, value_name = "TERM", value_parser = narrow_term)]
    pub(crate) narrow: Vec<(String, String)>,
    /// Also messages of public channels you are not subscribed to.
    #[arg(long)]
    pub(crate) all_public: bool,
    /// End after so many events.
    #[arg(long, value_name = "N")]
    pub(crate) count: Option<u64>,
}

fn narrow_term(text: &str) -> Result<(String, String), String> {
    let (operator, operand) = text.split_once(':').ok_or("write it as operator:operand, as in channel:Denmark")?;
    Ok((operator.to_owned(), operand.to_owned()))
}

/// Serve a demo organization with people, channels and a bot that writes, and print events as they arrive.
///
/// It prints the lines to try. Ctrl-C ends it; its data is removed unless --data-dir says where to keep it.
#[derive(Debug, ClapArgs)]
pub(crate) struct DemoArgs {
    /// Address and port to listen on.
    #[arg(long, default_value = "127.0.0.1:9991", value_name = "ADDR")]
    pub(crate) listen: std::net::SocketAddr,
    /// Keep the data here [default: a temporary folder, removed at the end].
    #[arg(long, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// Seconds between the bot's messages; 0 for silence.
    #[arg(long, default_value_t = 4.0, value_name = "SECS")]
    pub(crate) interval: f64,
}

/// A role by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs, reason = "the names say it")]
pub(crate) enum RoleArg {
    Owner,
    Admin,
    Moderator,
    Member,
    Guest,
}

impl From<RoleArg> for Role {
    fn from(role: RoleArg) -> Role {
        match role {
            RoleArg::Owner => Role::Owner,
            RoleArg::Admin => Role::Admin,
            RoleArg::Moderator => Role::Moderator,
            RoleArg::Member => Role::Member,
            RoleArg::Guest => Role::Guest,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }
}

/// Print the description of the API as an OpenAPI document, as a server has it at `/api/v1/openapi.json`.
#[derive(Debug, ClapArgs)]
#[command(
    disable_version_flag = true,
    after_long_help = "\
Examples:
  tidings openapi > openapi.json
  tidings openapi --version 3.0 --site https://chat.example.com > openapi-3.0.json"
)]
pub(crate) struct OpenapiArgs {
    /// The version of the format: 3.1, or 3.0 for generators that do not know that.
    #[arg(long, value_name = "VERSION", default_value = "3.1")]
    pub(crate) version: tidings_server::openapi::Version,
    /// Where clients reach the server; by default wherever they have the document from.
    #[arg(long, value_name = "URL")]
    pub(crate) site: Option<String>,
    /// The server's TOML file, for the names it uses.
    #[arg(long, env = "TIDINGS_CONFIG", value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum BrandCommand {
    Python(BrandPythonArgs),
    Check(BrandCheckArgs),
}

/// The names of a distribution.
#[derive(Clone, Debug, ClapArgs)]
pub(crate) struct BrandNameArgs {
    /// The name of the Python module and of the package.
    #[arg(long)]
    pub(crate) module: String,
    /// The name of the product, in texts for people.
    #[arg(long)]
    pub(crate) product: String,
    /// The file in the home folder that holds address, key and site, without a dot before it. Default: the module's
    /// name and `rc`.
    #[arg(long, value_name = "NAME")]
    pub(crate) rc_file: Option<String>,
    /// What environment variables start with, as in ALOHA for ALOHA_EMAIL. Default: the module's name.
    #[arg(long, value_name = "NAME")]
    pub(crate) env_prefix: Option<String>,
}

/// Write the Python package with names of your own: module, file, environment variables, user agent, texts.
///
/// It holds all sources it needs: `pip install DIR` builds it with Rust and Python alone. At the end every file is
/// checked for other products' names.
#[derive(Debug, ClapArgs)]
#[command(after_long_help = "\
Example:
  tidings brand python --module aloha --product Aloha --rc-file aloharc --out ./aloha
  pip install ./aloha")]
pub(crate) struct BrandPythonArgs {
    #[command(flatten)]
    pub(crate) names: BrandNameArgs,
    /// Where to write it: a folder that is empty or not there yet.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
}

/// Look through a package for other products' names, after it was edited.
#[derive(Debug, ClapArgs)]
pub(crate) struct BrandCheckArgs {
    #[command(flatten)]
    pub(crate) names: BrandNameArgs,
    /// The package's folder.
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
}
