//! The public contract in GraphQL's schema language.

use std::sync::LazyLock;

use async_graphql::SDLExportOptions;

use crate::graphql::schema::builder;

/// The public contract, as `schema.graphql` holds it. Definitions of the directives that GraphQL itself specifies are
/// left out: every tool knows them, and some stumble over a second definition.
pub fn sdl() -> &'static str {
    // The whole schema is built for it.
    static SDL: LazyLock<String> = LazyLock::new(export);
    &SDL
}

fn export() -> String {
    let options =
        SDLExportOptions::new().prefer_single_line_descriptions().use_space_ident().include_specified_by();
    let full = builder(true).finish().sdl_with_options(options);
    let mut sdl = String::with_capacity(full.len());
    for block in full.split("\n\n") {
        let mut rest = block.trim_matches('\n');
        // Directives stand together in one block, each behind its description.
        if let Some(at) = rest.find("directive @") {
            let behind = rest[at..].rfind("\nschema {").map(|schema| at + schema + 1);
            rest = behind.map_or("", |behind| &rest[behind..]);
        }
        if !rest.trim().is_empty() {
            sdl.push_str(rest.trim_end());
            sdl.push_str("\n\n");
        }
    }
    sdl.truncate(sdl.trim_end().len());
    sdl.push('\n');
    sdl
}
