//! `wikimovie`: the whole movie search in one process, with no service beside it.
//!
//! Starts things and decides to exit, nothing else. [`cli`] says what can be asked, [`config`] reads the
//! environment, [`serve`], [`load`] and [`relevance`] do the work.

mod check;
mod cli;
mod config;
mod load;
mod relevance;
mod serve;

use std::process::ExitCode;

use wikimovie_command::{Failure, say};

use crate::config::Task;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(failure) => {
            say::error("wikimovie", &failure);
            ExitCode::from(Failure::EXIT_CODE)
        }
    }
}

fn run() -> Result<ExitCode, Failure> {
    match config::read()? {
        Task::Serve(settings) => serve::run(*settings),
        Task::Load(settings) => load::run(&settings),
        Task::Relevance(settings) => relevance::run(settings),
        Task::NewKey(args) => args.run().map(|()| ExitCode::SUCCESS),
        Task::CheckConfig(settings, told) => check::run(&settings, &told),
        Task::Health(args) => args.ask().map(|()| ExitCode::SUCCESS),
    }
}
