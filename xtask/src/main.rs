//! Tasks of the workspace: guards over the code, generated files, local services and the test run. `cargo xtask help`.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool reports on its terminal")]

mod codegen;
mod deps;
mod engines;
mod java;
mod localstack_stack;
mod process;
mod provider_schemas;
mod test_run;
mod tidy;
mod tools;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Tasks of the WIKIMovie workspace.
#[derive(Parser)]
#[command(name = "cargo xtask", disable_help_subcommand = false)]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Check the structure of the code: module circles, names, sizes, imports, constants in docs, decision records
    Tidy(tidy::Arguments),
    /// Test each crate of the workspace alone, without features that others switch on
    CratesAlone(workspace::AloneArguments),
    /// Check that the standalone binary links no client of a service
    StandaloneDeps,
    /// Run the checks and tests of some jobs, or all, and print how long each phase took
    Test(test_run::Arguments),
    /// Check licences, versions and use of dependencies, and spelling
    Deps,
    /// Write the generated files: GraphQL schema, reference pages, request bodies beside their questions
    Codegen(codegen::Arguments),
    /// Make bucket, queues and notifications on LocalStack, or compare them with what Terraform makes
    #[command(subcommand)]
    LocalstackStack(localstack_stack::Action),
    /// Print the schemas of AWS resources for the schema provider
    ProviderSchemas(provider_schemas::Arguments),
    /// Start, stop or list the search nodes that tests use
    #[command(subcommand)]
    Engines(engines::Action),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let root = workspace::leave_own_crate().and_then(|()| workspace::enter_root());
    let outcome = root.and_then(|root| match cli.task {
        Task::Tidy(arguments) => tidy::run(&root, &arguments),
        Task::CratesAlone(arguments) => workspace::test_crates_alone(&root, &arguments),
        Task::StandaloneDeps => workspace::check_standalone(),
        Task::Test(arguments) => test_run::run(&root, &arguments),
        Task::Deps => deps::check(&root),
        Task::Codegen(arguments) => codegen::run_parts(&arguments),
        Task::LocalstackStack(action) => localstack_stack::run(&action),
        Task::ProviderSchemas(arguments) => provider_schemas::print(&arguments),
        Task::Engines(action) => engines::run(&root, &action),
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}
