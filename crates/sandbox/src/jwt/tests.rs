use proptest::prelude::*;

use super::*;

/// Keys of the tests: they protect nothing.
const KEYS: &str = include_str!("../../tests/signing_keys.json");
const SECRET: &str = "a secret of the tests";

/// Signing with the first or the second key of the file.
fn with_key(first: usize) -> Jwt {
    let mut keys = SigningKey::read_set(KEYS).expect("keys");
    keys.rotate_left(first);
    Jwt { keys, ..Jwt::new(SECRET) }
}

fn claims() -> Value {
    json!({ "sub": "x", "exp": 100 })
}

#[test]
fn reads_its_own_and_refuses_the_rest() {
    let jwt = Jwt::new(SECRET);
    let token = jwt.sign(&claims()).expect("signed");
    assert_eq!(jwt.read(&token, 99), Ok(claims()));
    assert_eq!(jwt.read(&token, 100), Err(BadToken::Expired));
    assert_eq!(Jwt::new("another").read(&token, 99), Err(BadToken::Signature));
    assert_eq!(jwt.read("x.y", 0), Err(BadToken::Malformed));
    // {"alg":"none"} with no signature.
    assert!(jwt.read("eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.", 0).is_err());
    assert_eq!(jwt.key_set(), json!({ "keys": [] }));
}

#[test]
fn the_demo_keys_are_those_of_supabase_start() {
    let (anon, service) = Config::parse("c.toml", "").expect("the CLI's defaults").keys();
    let header = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";
    assert_eq!(
        anon,
        format!(
            "{header}.eyJpc3MiOiJzdXBhYmFzZS1kZW1vIiwicm9sZSI6ImFub24iLCJleHAiOjE5ODM4MTI5OTZ9.CRXP1A7WOeoJeXxjNni43kdQwgnWNReilDMblYTn_I0"
        )
    );
    assert_eq!(
        service,
        format!(
            "{header}.eyJpc3MiOiJzdXBhYmFzZS1kZW1vIiwicm9sZSI6InNlcnZpY2Vfcm9sZSIsImV4cCI6MTk4MzgxMjk5Nn0.EGIM96RAZx35lJzdJsyH-qQwv8Hdp7fsn3W0YpN81IU"
        )
    );
}

#[test]
fn private_keys_sign_public_ones_check_and_each_is_for_one_algorithm() {
    for (first, algorithm) in [(0, Algorithm::ES256), (1, Algorithm::RS256)] {
        let jwt = with_key(first);
        let token = jwt.sign(&claims()).expect("signed");
        let header = decode_header(&token).expect("a header");
        assert_eq!((header.alg, header.kid.as_deref()), (algorithm, Some(jwt.keys[0].kid.as_str())));
        assert_eq!(jwt.read(&token, 99), Ok(claims()));
        assert_eq!(with_key(1 - first).read(&token, 99), Ok(claims()), "a key that no longer signs still checks");
        assert_eq!(
            jwt.read(&Jwt::new(SECRET).sign(&claims()).expect("signed"), 99),
            Ok(claims()),
            "and so does the secret"
        );
        assert_eq!(Jwt::new(SECRET).read(&token, 99), Err(BadToken::Signature), "a project without keys");
        // By hand, with nothing but the key set.
        let set: jsonwebtoken::jwk::JwkSet = serde_json::from_value(jwt.key_set()).expect("a key set");
        let key = DecodingKey::from_jwk(set.find(&jwt.keys[0].kid).expect("the key")).expect("a key");
        let mut validation = Validation::new(algorithm);
        validation.validate_exp = false;
        assert_eq!(decode::<Value>(&token, &key, &validation).expect("holds").claims, claims());
    }
}

#[test]
fn no_key_is_taken_for_another() {
    let jwt = with_key(0);
    let token = jwt.sign(&claims()).expect("signed");
    let [_, payload, signature] = token.split('.').collect::<Vec<_>>()[..] else { panic!("three parts") };
    let headed = |header: Value| format!("{}.{payload}.{signature}", URL_SAFE_NO_PAD.encode(header.to_string()));
    for header in [
        json!({ "alg": "none" }),
        json!({ "alg": "HS256", "kid": "test-es256" }),
        json!({ "alg": "RS256", "kid": "test-rs256" }),
        json!({ "alg": "RS256", "kid": "test-es256" }),
        json!({ "alg": "ES384", "kid": "test-es256" }),
        json!({ "alg": "ES256", "kid": "unknown" }),
        json!({ "alg": "ES256" }),
    ] {
        assert!(jwt.read(&headed(header.clone()), 99).is_err(), "{header}");
    }
    // Signed with the public key as if it were a secret, in every shape somebody could think of.
    for secret in [jwt.keys[0].public.to_string(), jwt.key_set().to_string(), jwt.keys[0].public["x"].to_string()] {
        let forged = Jwt::new(&secret).sign(&claims()).expect("signed");
        assert_eq!(jwt.read(&forged, 99), Err(BadToken::Signature));
    }
}

#[test]
fn public_means_public_and_bad_files_are_told_without_their_keys() {
    let set = with_key(0).key_set();
    for key in set["keys"].as_array().expect("keys") {
        for secret in ["d", "p", "q", "dp", "dq", "qi"] {
            assert_eq!(key[secret], Value::Null, "{secret}");
        }
    }
    let entries: Vec<Value> = serde_json::from_str(KEYS).expect("JSON");
    let changed = |index: usize, name: &str, value: Value| {
        let mut entry = entries[index].clone();
        entry[name] = value;
        json!([entry]).to_string()
    };
    for (text, words) in [
        (String::new(), "this is no JSON list of keys"),
        ("[]".to_owned(), "there is no key in it"),
        (
            "[{}]".to_owned(),
            "key 1: an EC key needs kid, crv, x, y and d; an RSA key kid, n, e, d, p, q, dp, dq and qi",
        ),
        (changed(0, "crv", json!("P-384")), "key 1: of EC keys, P-256 with ES256 is known"),
        (changed(1, "alg", json!("PS256")), "key 1: of RSA keys, RS256 is known"),
        (changed(0, "d", json!("AQ")), "key 1: the numbers do not make a key"),
        (changed(0, "x", entries[0]["y"].clone()), "key 1: the numbers do not make a key"),
        (changed(1, "p", entries[1]["q"].clone()), "key 1: the numbers do not make a key"),
        (changed(1, "n", json!("not base64!")), "key 1: its numbers must be base64url without padding"),
    ] {
        assert_eq!(SigningKey::read_set(&text).map(drop), Err(words.to_owned()));
    }
    assert_eq!(format!("{:?}", with_key(0).keys[0]), "SigningKey { kid: \"test-es256\", .. }");
}

proptest! {
    #[test]
    fn no_text_is_a_token(text in "\\PC*") {
        prop_assert!(with_key(0).read(&text, 0).is_err());
    }

    #[test]
    fn no_changed_token_counts(at in 0_usize..400, with in proptest::char::range('0', 'z')) {
        let jwt = with_key(0);
        let token = jwt.sign(&claims()).expect("signed");
        let at = at % token.len();
        let mut changed: Vec<char> = token.chars().collect();
        prop_assume!(changed[at] != with);
        changed[at] = with;
        let read = jwt.read(&changed.into_iter().collect::<String>(), 99);
        // The last letter of a part carries bits that mean nothing: then what is read is what was signed.
        prop_assert!(read.is_err() || read == Ok(claims()));
    }
}
