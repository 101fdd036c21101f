//! `tidings`: the server, its administration, and a client for the command line, in one binary.
//!
//! # Layout
//! - [`args`]: every command and option. [`failure`]: exit codes. [`output`]: results on stdout.
//! - [`settings`]: the server's configuration from flags, environment and file. [`data_dir`]: the data folder.
//! - [`instance`]: a running server; [`serve`] and [`demo`] are made of it.
//! - [`admin`]: what an operator may do, through the running server or, when none runs, directly.
//!   [`account`]: the commands made of it. [`zuliprc`]: the files that clients read.
//! - [`transfer`]: `export` and `import`.
//! - [`openapi`]: prints the description of the API.
//! - [`brand`]: the Python package under another name.
//! - [`api`]: calls the public API; [`send`] and [`tail`] are made of it.

mod account;
mod admin;
mod api;
mod args;
mod brand;
mod data_dir;
mod demo;
mod failure;
mod instance;
mod openapi;
mod output;
mod send;
mod serve;
mod settings;
mod tail;
mod transfer;
mod zuliprc;

use args::{BrandCommand, Command, OwnerCommand};
use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args = args::Args::parse();
    match run(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failure::report(&error),
    }
}

fn run(args: args::Args) -> anyhow::Result<()> {
    let format = args.format;
    match args.command {
        Command::Serve(args) => serve::serve(&args),
        Command::Owner(OwnerCommand::Create(args)) => account::create_owner(&args, format),
        Command::Owner(OwnerCommand::Reopen { data }) => account::reopen(&data, format),
        Command::Audit(args) => account::audit(&args, format),
        Command::User(command) => account::user(&command, format),
        Command::Zuliprc(args) => account::new_zuliprc(&args, format),
        Command::ReloadClients(args) => account::reload_clients(&args),
        Command::Export(args) => transfer::export::export(&args, format),
        Command::Import(args) => transfer::import::import(&args, format),
        Command::Send(args) => send::send(&args, format),
        Command::Tail(args) => tail::tail(&args, format),
        Command::Openapi(args) => openapi::openapi(&args, format),
        Command::Demo(args) => demo::demo(&args, format),
        Command::Brand(BrandCommand::Python(args)) => brand::python(&args, format),
        Command::Brand(BrandCommand::Check(args)) => brand::check(&args, format),
    }
}
