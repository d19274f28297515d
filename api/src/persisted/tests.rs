//! PersistedDocuments by name: what is kept, what is trusted, and what a changed manifest does.

use std::fs;

use async_graphql::value;

use super::*;

const ONE: &str = "query One { __typename }";
const OTHER: &str = "query Other { catalog { movies } }";

fn code(found: Result<ResolvedDocument, ApiError>) -> ErrorCode {
    found.expect_err("it is refused").code()
}

fn by_hash(text: &str) -> DocumentReference {
    let extension = value!({ "version": 1, "sha256Hash": hex::encode(hash_text(text)) });
    DocumentReference { document_id: None, persisted: Some(extension) }
}

fn by_id(id: &str) -> DocumentReference {
    DocumentReference { document_id: Some(id.to_owned()), persisted: None }
}

fn sha256(text: &str) -> String {
    ["sha256:", &hex::encode(hash_text(text))].concat()
}

fn text(found: Result<ResolvedDocument, ApiError>) -> String {
    found.unwrap().text.expect("a text").as_ref().to_owned()
}

/// PersistedDocuments of which `ONE` alone is trusted, under its hash and the id `one`.
fn trusting(mode: TrustMode) -> (PersistedDocuments, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("manifest.json");
    fs::write(&path, serde_json::json!({ "one": ONE }).to_string()).unwrap();
    let settings = PersistedSettings { mode, manifest: Some(path), ..PersistedSettings::default() };
    (PersistedDocuments::open(settings).unwrap(), folder)
}

#[test]
fn a_document_is_known_by_its_hash_once_sent() {
    let documents = PersistedDocuments::default();
    assert_eq!(code(documents.resolve(by_hash(ONE), "")), ErrorCode::PersistedQueryNotFound);
    assert_eq!(code(documents.resolve(by_id(&sha256(ONE)), "")), ErrorCode::PersistedQueryNotFound);
    let hash = documents.resolve(by_hash(ONE), ONE).unwrap().store_as.expect("it may be kept");
    documents.insert(hash, ONE);
    assert_eq!(text(documents.resolve(by_hash(ONE), "")), ONE);
    assert_eq!(text(documents.resolve(by_id(&sha256(ONE)), "")), ONE);
    assert_eq!(code(documents.resolve(by_hash(ONE), OTHER)), ErrorCode::BadRequest);
    assert_eq!(
        documents.resolve(DocumentReference::default(), ONE).unwrap().store_as,
        None,
        "it was not asked to be kept"
    );
}

#[test]
fn nothing_is_kept_where_automatic_documents_are_off() {
    let (trusting, _folder) = trusting(TrustMode::Log);
    let settings = PersistedSettings { automatic_bytes: 0, ..trusting.store.settings.clone() };
    let documents = PersistedDocuments::open(settings).unwrap();
    let hash = documents.resolve(by_hash(OTHER), OTHER).expect("text and hash are executed").store_as;
    documents.insert(hash.unwrap(), OTHER);
    assert_eq!(code(documents.resolve(by_hash(OTHER), "")), ErrorCode::PersistedQueryNotSupported);
    assert_eq!(code(documents.resolve(by_id(&sha256(OTHER)), "")), ErrorCode::PersistedQueryNotSupported);
    assert_eq!(text(documents.resolve(by_hash(ONE), "")), ONE, "the manifest goes on");
}

#[test]
fn malformed_references_are_refused() {
    let documents = PersistedDocuments::default();
    for malformed in [
        value!(1),
        value!({ "version": 2, "sha256Hash": hex::encode(hash_text(ONE)) }),
        value!({ "version": 1 }),
        value!({ "version": 1, "sha256Hash": "xyz" }),
    ] {
        let reference = DocumentReference { document_id: None, persisted: Some(malformed) };
        assert_eq!(code(documents.resolve(reference, "")), ErrorCode::BadRequest);
    }
    for malformed in ["sha256:xyz", "md5:d41d8cd98f00b204e9800998ecf8427e"] {
        assert_eq!(code(documents.resolve(by_id(malformed), "")), ErrorCode::BadRequest, "{malformed}");
    }
    assert_eq!(code(documents.resolve(by_id("one"), ONE)), ErrorCode::BadRequest);
    let both = DocumentReference { document_id: Some("one".into()), ..by_hash(ONE) };
    assert_eq!(code(documents.resolve(both, "")), ErrorCode::BadRequest);
    for unknown in ["one", "x-app:one", ""] {
        assert_eq!(
            code(documents.resolve(by_id(unknown), "")),
            ErrorCode::PersistedQueryNotFound,
            "{unknown}"
        );
    }
}

#[test]
fn automatic_documents_take_no_more_than_they_may() {
    let bytes = 1024 * 1024;
    let settings = PersistedSettings { automatic_bytes: bytes, ..PersistedSettings::default() };
    let documents = PersistedDocuments::open(settings).unwrap();
    for number in 0..200 {
        let text = format!("{number:0>60000}");
        documents.insert(hash_text(&text), &text);
    }
    let taken = documents.store.automatic.bytes();
    assert!((1..=bytes).contains(&taken), "{taken} bytes are taken");
}

#[test]
fn only_trusted_documents_pass_where_that_is_enforced() {
    let (documents, _folder) = trusting(TrustMode::Enforce);
    assert_eq!(text(documents.resolve(by_id("one"), "")), ONE);
    assert_eq!(text(documents.resolve(by_id(&sha256(ONE)), "")), ONE);
    assert_eq!(text(documents.resolve(by_hash(ONE), "")), ONE);
    assert!(documents.resolve(DocumentReference::default(), ONE).is_ok(), "its text is as good as its name");
    for refused in [
        documents.resolve(DocumentReference::default(), OTHER),
        documents.resolve(DocumentReference::default(), &[ONE, " "].concat()),
        documents.resolve(by_hash(OTHER), OTHER),
        documents.resolve(by_hash(OTHER), ""),
        documents.resolve(by_id(&sha256(OTHER)), ""),
        documents.resolve(by_id("other"), ""),
    ] {
        assert_eq!(code(refused), ErrorCode::DocumentNotTrusted);
    }
    documents.insert(hash_text(OTHER), OTHER);
    assert_eq!(code(documents.resolve(by_hash(OTHER), "")), ErrorCode::DocumentNotTrusted);
}

#[test]
fn others_pass_where_they_are_only_logged() {
    let (documents, _folder) = trusting(TrustMode::Log);
    assert_eq!(text(documents.resolve(by_id("one"), "")), ONE);
    assert!(documents.resolve(DocumentReference::default(), OTHER).is_ok());
    assert!(documents.store.logged.get(&hash_text(OTHER)).is_some(), "it is logged");
    assert!(documents.store.logged.get(&hash_text(ONE)).is_none());
    let hash = documents.resolve(by_hash(OTHER), OTHER).unwrap().store_as.unwrap();
    documents.insert(hash, OTHER);
    assert_eq!(text(documents.resolve(by_hash(OTHER), "")), OTHER);
}

#[test]
fn a_changed_manifest_is_read_and_a_bad_one_is_not() {
    let (documents, folder) = trusting(TrustMode::Enforce);
    let path = folder.path().join("manifest.json");
    let poll = || drop(documents.store.manifest.as_ref().unwrap().poll());
    // Another length, so that it is seen to have changed however coarse the file system's clock is.
    fs::write(&path, serde_json::json!({ "one": ONE, "other": OTHER }).to_string()).unwrap();
    poll();
    assert_eq!(text(documents.resolve(by_id("other"), "")), OTHER);
    for bad in ["", "{", "{}", "{\"other\": \"{ broken\"}"] {
        fs::write(&path, bad).unwrap();
        poll();
        assert_eq!(text(documents.resolve(by_id("other"), "")), OTHER, "{bad:?}");
    }
    fs::remove_file(&path).unwrap();
    poll();
    assert_eq!(documents.trusted(), 2);
    fs::write(&path, serde_json::json!({ "other": OTHER }).to_string()).unwrap();
    poll();
    assert_eq!(code(documents.resolve(by_id("one"), "")), ErrorCode::DocumentNotTrusted);
}

#[test]
fn manifests_of_relay_and_apollo_are_read() {
    let hash = hex::encode(hash_text(ONE));
    let apollo = serde_json::json!({
        "format": "apollo-persisted-query-manifest", "version": 1,
        "operations": [{ "id": hash, "name": "One", "type": "query", "body": ONE }],
    });
    for manifest in [
        apollo,
        serde_json::json!({ hash.clone(): ONE }),
        serde_json::json!({ sha256(ONE): ONE }),
        serde_json::json!({ "d41d8cd98f00b204e9800998ecf8427e": ONE }),
    ] {
        let manifest = Manifest::parse(manifest.to_string().as_bytes()).unwrap();
        assert_eq!(manifest.by_hash(&hash_text(ONE)).as_deref(), Some(ONE));
    }
}

#[test]
fn a_bad_manifest_says_in_one_line_what_is_wrong() {
    let other = hex::encode(hash_text(OTHER));
    let deep = format!("{{ a {}", "{ a ".repeat(100));
    let cases = [
        ("".to_owned(), "it is not valid JSON"),
        ("[]".to_owned(), "it is not a JSON object"),
        ("{}".to_owned(), "it lists no document"),
        (serde_json::json!({ "a": 1 }).to_string(), "document a: its text is not a string"),
        (serde_json::json!({ "a": "{ broken" }).to_string(), "document a: it is not valid GraphQL"),
        (serde_json::json!({ "a": deep }).to_string(), "document a: the document is nested deeper than 64"),
        (serde_json::json!({ other: ONE }).to_string(), "the id is not the SHA-256 of the text"),
        (serde_json::json!({ "sha256:12": ONE }).to_string(), "the id is not sha256: and 64 digits"),
        (
            serde_json::json!({ "format": "apollo-persisted-query-manifest", "version": 2, "operations": [] })
                .to_string(),
            "version 2 of apollo-persisted-query-manifest is not supported",
        ),
        (
            serde_json::json!({ "format": "apollo-persisted-query-manifest", "version": 1 }).to_string(),
            "it is not a valid apollo-persisted-query-manifest",
        ),
    ];
    for (json, expected) in cases {
        let error = Manifest::parse(json.as_bytes()).expect_err("it is refused");
        assert!(error.contains(expected), "{json}: {error}");
        assert_eq!(error.lines().count(), 1, "{error}");
    }
    let missing = Manifest::read(std::path::Path::new("no/such/file.json")).unwrap_err().to_string();
    assert!(missing.starts_with("trusted documents no/such/file.json: "), "{missing}");
}
