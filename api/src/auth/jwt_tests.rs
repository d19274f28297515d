//! Tokens against a provider that the test controls: valid ones, every kind of invalid one, rotated keys, and an outage.
//! The suite in `e2e/` does the same with a provider that others wrote.

use std::sync::{
    Mutex,
    atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
};

use axum::{Json, Router, http::StatusCode, routing::get};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{EncodingKey, Header, jwk::Jwk};
use serde_json::json;

use super::*;

/// A signing key of the provider.
struct Signer {
    id: &'static str,
    key: EncodingKey,
}

impl Signer {
    fn new(id: &'static str) -> Self {
        let pair = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
        Self { id, key: EncodingKey::from_ec_der(&pair.serialize_der()) }
    }

    fn jwk(&self) -> Jwk {
        let mut jwk = Jwk::from_encoding_key(&self.key, Algorithm::ES256).unwrap();
        jwk.common.key_id = Some(self.id.to_owned());
        jwk
    }

    fn sign(&self, claims: &Value) -> String {
        let header = Header { kid: Some(self.id.to_owned()), ..Header::new(Algorithm::ES256) };
        jsonwebtoken::encode(&header, claims, &self.key).unwrap()
    }
}

/// What the provider serves now.
#[derive(Default)]
struct ProviderState {
    keys: Mutex<Vec<Jwk>>,
    down: AtomicBool,
    fetches: AtomicUsize,
}

struct TestProvider {
    issuer: String,
    state: Arc<ProviderState>,
}

impl TestProvider {
    async fn start(signers: &[&Signer]) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(ProviderState::default());
        let provider = Self { issuer: issuer.clone(), state: Arc::clone(&state) };
        provider.serve_keys(signers);
        let discovery = json!({ "issuer": issuer, "jwks_uri": format!("{issuer}/keys") });
        let keys = move || {
            let state = Arc::clone(&state);
            async move {
                state.fetches.fetch_add(1, SeqCst);
                // A herd gathers meanwhile: its tasks run before this one has its turn again so often.
                for _ in 0..1_000 {
                    tokio::task::yield_now().await;
                }
                if state.down.load(SeqCst) {
                    return Err(StatusCode::SERVICE_UNAVAILABLE);
                }
                Ok(Json(json!({ "keys": *state.keys.lock().unwrap() })))
            }
        };
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(move || async move { Json(discovery) }))
            .route("/keys", get(keys));
        tokio::spawn(async move { axum::serve(listener, router).await });
        provider
    }

    fn serve_keys(&self, signers: &[&Signer]) {
        *self.state.keys.lock().unwrap() = signers.iter().map(|signer| signer.jwk()).collect();
    }

    fn fetches(&self) -> usize {
        self.state.fetches.load(SeqCst)
    }

    fn settings(&self) -> JwtSettings {
        JwtSettings::of(&self.issuer, vec!["wikimovie".to_owned()])
    }

    fn verifier(&self, min_interval_ms: u64, max_stale_ms: u64) -> JwtVerifier {
        let timing = Timing {
            min_interval: Duration::from_millis(min_interval_ms),
            max_stale: Duration::from_millis(max_stale_ms),
            ..Timing::default()
        };
        JwtVerifier::with_timing(self.settings(), timing)
    }

    /// Claims of a good token.
    fn claims(&self) -> Value {
        let now = jsonwebtoken::get_current_timestamp();
        json!({ "iss": self.issuer, "aud": "wikimovie", "sub": "anna", "exp": now + 300, "iat": now, "scope": "openid search" })
    }

    fn with(&self, name: &str, value: Value) -> Value {
        let mut claims = self.claims();
        claims[name] = value;
        claims
    }
}

const HOUR_MS: u64 = 3_600_000;

/// Lets time pass for everything that goes by the runtime's clock, which stands still in the meantime only: while sockets
/// are waited for, a paused clock would run into their deadlines.
async fn pass(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time + Duration::from_millis(1)).await;
    tokio::time::resume();
}

fn part(json: &Value) -> String {
    URL_SAFE_NO_PAD.encode(json.to_string())
}

#[tokio::test]
async fn a_good_token_is_let_in_and_every_bad_one_refused() {
    let (signer, stranger) = (Signer::new("one"), Signer::new("one"));
    let provider = TestProvider::start(&[&signer]).await;
    let verifier = provider.verifier(HOUR_MS, HOUR_MS);
    let good = signer.sign(&provider.claims());
    let identity = verifier.identify(&good).await.unwrap();
    assert_eq!(identity.principal, Principal::Subject("anna".into()));
    assert_eq!(identity.scopes, Scopes::SEARCH);
    // Again, from memory.
    assert_eq!(verifier.identify(&good).await.unwrap(), identity);

    let now = jsonwebtoken::get_current_timestamp();
    let (head, rest) = good.split_once('.').unwrap();
    let (body, signature) = rest.split_once('.').unwrap();
    let more = part(&provider.with("scope", json!("operator")));
    let without = |name: &str| {
        let mut claims = provider.claims();
        claims.as_object_mut().unwrap().remove(name);
        signer.sign(&claims)
    };
    let none = part(&json!({ "alg": "none", "typ": "JWT", "kid": "one" }));
    let none_upper = part(&json!({ "alg": "NONE", "typ": "JWT" }));
    // The public key as the secret of an HMAC: what a library would let in that believes the header.
    let public = serde_json::to_vec(&signer.jwk()).unwrap();
    let header = Header { kid: Some("one".to_owned()), ..Header::new(Algorithm::HS256) };
    let confused =
        jsonwebtoken::encode(&header, &provider.claims(), &EncodingKey::from_secret(&public)).unwrap();
    let headed = |header: Header| {
        let header = Header { kid: Some("one".to_owned()), ..header };
        jsonwebtoken::encode(&header, &provider.claims(), &signer.key).unwrap()
    };
    let typed = |typ: &str| headed(Header { typ: Some(typ.to_owned()), ..Header::new(Algorithm::ES256) });
    // Made by hand: what must be understood, and is by nobody.
    let critical = {
        let header = json!({ "alg": "ES256", "kid": "one", "crit": ["exp2"], "exp2": 1 });
        [part(&header).as_str(), body, signature].join(".")
    };
    let bad = [
        ("an extension that must be understood", critical, AuthError::NotSigned),
        ("the end of a session", typed("logout+jwt"), AuthError::Type),
        ("an event", typed("application/secevent+jwt"), AuthError::Type),
        ("another's signature", stranger.sign(&provider.claims()), AuthError::NotSigned),
        ("other claims under the signature", format!("{head}.{more}.{signature}"), AuthError::NotSigned),
        ("no signature", format!("{head}.{body}."), AuthError::NotSigned),
        ("alg none", format!("{none}.{body}."), AuthError::NotSigned),
        ("alg none with a signature", format!("{none}.{body}.{signature}"), AuthError::NotSigned),
        ("alg NONE", format!("{none_upper}.{body}."), AuthError::NotSigned),
        ("alg HS256 under the public key", confused, AuthError::NotSigned),
        ("an unknown key", Signer::new("two").sign(&provider.claims()), AuthError::NotSigned),
        ("expired", signer.sign(&provider.with("exp", json!(now - 61))), AuthError::Expired),
        ("of the future", signer.sign(&provider.with("nbf", json!(now + 120))), AuthError::NotYet),
        ("never ending", without("exp"), AuthError::Claims),
        ("an end that is no time", signer.sign(&provider.with("exp", json!("tomorrow"))), AuthError::Claims),
        ("for another audience", signer.sign(&provider.with("aud", json!("other"))), AuthError::Audience),
        ("for no audience", without("aud"), AuthError::Audience),
        (
            "from another issuer",
            signer.sign(&provider.with("iss", json!("https://evil.example"))),
            AuthError::Issuer,
        ),
        (
            "of a list of issuers",
            signer.sign(&provider.with("iss", json!([provider.issuer]))),
            AuthError::Issuer,
        ),
        ("of no issuer", without("iss"), AuthError::Claims),
        ("of nobody", without("sub"), AuthError::Claims),
        ("not a token", "wmk_abc".to_owned(), AuthError::NotSigned),
        ("empty parts", "..".to_owned(), AuthError::NotSigned),
        ("cut", good[..good.len() - 1].to_owned(), AuthError::NotSigned),
    ];
    for (what, token, error) in bad {
        assert_eq!(verifier.identify(&token).await.err(), Some(error), "{what}");
    }
    for typ in ["JWT", "jwt", "at+jwt", "application/at+jwt"] {
        assert!(verifier.identify(&typed(typ)).await.is_ok(), "{typ}");
    }
    for within in [("exp", now - 30), ("nbf", now + 30)] {
        let token = signer.sign(&provider.with(within.0, json!(within.1)));
        assert!(verifier.identify(&token).await.is_ok(), "{within:?} is within the skew");
    }
    let several = signer.sign(&provider.with("aud", json!(["other", "wikimovie"])));
    assert!(verifier.identify(&several).await.is_ok());
}

#[tokio::test]
async fn a_herd_of_unknown_keys_fetches_once() {
    let signer = Signer::new("one");
    let provider = TestProvider::start(&[&signer]).await;
    let verifier = provider.verifier(HOUR_MS, HOUR_MS);
    let stranger = Signer::new("two");
    let tokens = (0..300).map(|number| {
        let (verifier, token) =
            (verifier.clone(), stranger.sign(&provider.with("sub", json!(number.to_string()))));
        tokio::spawn(async move { verifier.identify(&token).await.err() })
    });
    for refused in futures::future::join_all(tokens).await {
        assert_eq!(refused.unwrap(), Some(AuthError::NotSigned));
    }
    assert_eq!(provider.fetches(), 1);
    assert!(verifier.identify(&signer.sign(&provider.claims())).await.is_ok());
    assert_eq!(provider.fetches(), 1);
}

#[tokio::test]
async fn a_new_key_is_found_by_the_token_that_names_it_and_an_old_one_forgotten() {
    let (old, new) = (Signer::new("old"), Signer::new("new"));
    let provider = TestProvider::start(&[&old]).await;
    let verifier = provider.verifier(0, HOUR_MS);
    let by_old = old.sign(&provider.claims());
    assert!(verifier.identify(&by_old).await.is_ok());
    provider.serve_keys(&[&new]);
    assert!(verifier.identify(&new.sign(&provider.claims())).await.is_ok());
    assert_eq!(provider.fetches(), 2);
    // Also where it was remembered as good.
    assert_eq!(verifier.identify(&by_old).await.err(), Some(AuthError::NotSigned));
}

#[tokio::test]
async fn keys_outlast_an_outage_of_the_provider_for_a_while() {
    let (signer, stranger) = (Signer::new("one"), Signer::new("two"));
    let provider = TestProvider::start(&[&signer]).await;
    let verifier = provider.verifier(0, HOUR_MS);
    let token = |number: u32| signer.sign(&provider.with("sub", json!(number.to_string())));
    assert!(verifier.identify(&token(1)).await.is_ok());
    provider.state.down.store(true, SeqCst);
    assert_eq!(verifier.identify(&stranger.sign(&provider.claims())).await.err(), Some(AuthError::NotSigned));
    assert!(verifier.identify(&token(2)).await.is_ok());
    pass(Duration::from_millis(HOUR_MS)).await;
    assert_eq!(verifier.identify(&token(3)).await.err(), Some(AuthError::ProviderUnavailable));
    provider.state.down.store(false, SeqCst);
    assert!(verifier.identify(&token(4)).await.is_ok());
}

#[tokio::test]
async fn an_unreachable_provider_is_reported_as_unavailable() {
    let settings = JwtSettings::of("http://127.0.0.1:9", vec!["wikimovie".to_owned()]);
    let verifier = JwtVerifier::new(settings);
    let token = Signer::new("one").sign(&json!({ "sub": "anna" }));
    assert_eq!(verifier.identify(&token).await.err(), Some(AuthError::ProviderUnavailable));
}

/// Claims as providers write them, from their own documentation.
#[test]
fn claims_of_well_known_providers_are_understood() {
    let okta = JwtSettings::of("https://dev-1.okta.com/oauth2/default", vec!["api://wikimovie".to_owned()]);
    let keycloak = JwtSettings {
        scope_claims: vec!["realm_access.roles".to_owned()],
        scope_prefix: "wikimovie-".to_owned(),
        ..JwtSettings::of("https://id.example/realms/movies", vec!["wikimovie".to_owned()])
    };
    let cognito = JwtSettings {
        audience_claim: "client_id".to_owned(),
        scope_prefix: "wikimovie/".to_owned(),
        required: vec![("token_use".to_owned(), "access".to_owned())],
        ..JwtSettings::of(
            "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC",
            vec!["3n4b5".to_owned()],
        )
    };
    let firebase = JwtSettings {
        scope_claims: vec!["roles".to_owned()],
        tenant: Some(TenantRule::new("firebase.tenant", r#"{"providers":{"anyOf":["$tenant"]}}"#).unwrap()),
        ..JwtSettings::of("https://securetoken.google.com/my-project", vec!["my-project".to_owned()])
    };
    let cases = [
        (
            &okta,
            json!({ "iss": "https://dev-1.okta.com/oauth2/default", "aud": "api://wikimovie", "cid": "0oa1",
                    "scp": ["openid", "search"], "sub": "anna@example.com" }),
            Some(("search", None)),
        ),
        (
            &keycloak,
            json!({ "iss": "https://id.example/realms/movies", "aud": ["wikimovie", "account"], "typ": "Bearer",
                    "azp": "web", "sub": "f0e1", "scope": "openid profile email operator",
                    "realm_access": { "roles": ["offline_access", "wikimovie-search", "wikimovie-provider"] } }),
            Some(("search,provider", None)),
        ),
        (
            &cognito,
            json!({ "iss": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC", "client_id": "3n4b5",
                    "token_use": "access", "scope": "wikimovie/search other/operator", "sub": "aaaa" }),
            Some(("search", None)),
        ),
        // The ID token of the same pool has the client as its audience, and is not for an API.
        (
            &cognito,
            json!({ "iss": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC", "aud": "3n4b5",
                    "token_use": "id", "sub": "aaaa" }),
            None,
        ),
        (
            &firebase,
            json!({ "iss": "https://securetoken.google.com/my-project", "aud": "my-project", "user_id": "u1",
                    "sub": "u1", "roles": ["search", "provider"], "firebase": { "tenant": "acme" } }),
            Some(("search,provider", Some("acme"))),
        ),
        // Whoever has no tenant sees nothing, not everything.
        (
            &firebase,
            json!({ "iss": "https://securetoken.google.com/my-project", "aud": "my-project", "sub": "u1",
                    "roles": ["search"], "firebase": {} }),
            None,
        ),
    ];
    for (settings, claims, expected) in cases {
        let claims = claims.as_object().unwrap();
        let identity = settings.check_claims(claims).and_then(|()| settings.identity(claims)).ok();
        let told = identity.map(|identity| {
            let tenant = identity.tenant.map(|filter| filter.providers.any_of.join(","));
            (identity.scopes.to_string(), tenant)
        });
        let expected = expected.map(|(scopes, tenant)| (scopes.to_owned(), tenant.map(str::to_owned)));
        assert_eq!(told, expected, "{claims:?}");
    }
}

#[test]
fn settings_that_would_let_strangers_in_are_refused() {
    for (issuer, audiences, part) in [
        ("http://id.example", vec!["a".to_owned()], "neither https"),
        ("nowhere", vec!["a".to_owned()], "not a URL"),
        ("https://id.example", vec![], "an audience is required"),
    ] {
        let told = JwtSettings::of(issuer, audiences).check().unwrap_err();
        assert!(told.contains(part), "{told}");
    }
    assert!(JwtSettings::of("https://id.example", vec!["a".to_owned()]).check().is_ok());
    assert!(ALGORITHMS.iter().all(|algorithm| algorithm.family() != jsonwebtoken::AlgorithmFamily::Hmac));
}

#[test]
fn roles_of_other_applications_and_small_keys_give_no_rights() {
    let settings = JwtSettings::of("https://id.example", vec!["a".to_owned()]);
    let claims = json!({ "iss": "https://id.example", "aud": "a", "sub": "u", "roles": ["operator"] });
    let identity = settings.identity(claims.as_object().unwrap()).unwrap();
    assert_eq!(identity.scopes, Scopes::named(std::iter::empty::<&str>()));
    let modulus = |bytes: usize| URL_SAFE_NO_PAD.encode(vec![0xc5; bytes]);
    for (bytes, usable) in [(128, false), (255, false), (256, true), (512, true)] {
        let jwk = json!({ "kty": "RSA", "kid": "k", "use": "sig", "alg": "RS256", "n": modulus(bytes), "e": "AQAB" });
        let jwk: Jwk = serde_json::from_value(jwk).unwrap();
        assert_eq!(super::super::jwks::is_usable(&jwk), usable, "{bytes} bytes");
    }
}
