//! Registers the schema for the derives in `src/operations.rs`, so that an operation which does not fit the schema does
//! not compile.

fn main() {
    let schema = cynic_codegen::register_schema("wikimovie");
    schema
        .from_sdl_file("../../schema.graphql")
        .expect("schema.graphql is at the root of the workspace")
        .as_default()
        .expect("there is one default schema");
}
