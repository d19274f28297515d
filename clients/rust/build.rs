//! Makes the schema known to the derives in `src/operations.rs`, which is what lets the compiler refuse a question
//! that the gateway would refuse.

fn main() {
    let schema = cynic_codegen::register_schema("wikimovie");
    schema
        .from_sdl_file("../../schema.graphql")
        .expect("schema.graphql lies at the root of the workspace")
        .as_default()
        .expect("one schema is the default");
}
