//! `wikimovie`: the whole movie search in one process, with no service beside it.
//!
//! Dispatches commands and decides the exit status, nothing else. [`cli`] defines the options, [`config`] reads the
//! environment, [`serve`], [`load`] and [`relevance`] run the commands.

mod check;
mod cli;
mod config;
mod load;
mod relevance;
mod serve;

use std::process::ExitCode;

use wikimovie_command::{CliError, output};

use crate::config::Invocation;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            output::error("wikimovie", &error);
            ExitCode::from(CliError::EXIT_CODE)
        }
    }
}

fn run() -> Result<ExitCode, CliError> {
    match config::read()? {
        Invocation::Serve(settings) => serve::run(*settings),
        Invocation::Load(settings) => load::run(&settings),
        Invocation::Map(args) => args.run(),
        Invocation::Relevance(settings) => relevance::run(settings),
        Invocation::NewKey(args) => args.run().map(|()| ExitCode::SUCCESS),
        Invocation::CheckConfig(settings, effective) => check::run(&settings, &effective),
        Invocation::Health(args) => args.check().map(|()| ExitCode::SUCCESS),
    }
}
