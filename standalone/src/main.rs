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

use crate::config::Task;

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
        Task::Serve(settings) => serve::run(*settings),
        Task::Load(settings) => load::run(&settings),
        Task::Relevance(settings) => relevance::run(settings),
        Task::NewKey(args) => args.run().map(|()| ExitCode::SUCCESS),
        Task::CheckConfig(settings, effective) => check::run(&settings, &effective),
        Task::Health(args) => args.check().map(|()| ExitCode::SUCCESS),
    }
}
