use proptest::prelude::*;

use super::*;

fn parsed(text: &str) -> Result<Config, String> {
    Config::parse("c.toml", text).map_err(|error| error.to_string())
}

/// With these variables set.
fn with(text: &str, set: &[(&str, &str)]) -> Result<Config, String> {
    let variables = |name: &str| set.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
    Config::with("c.toml", text, &variables).map_err(|error| error.to_string())
}

#[test]
fn the_built_in_file_is_the_one_in_force() {
    let config = Config::parse(BUILT_IN_NAME, BUILT_IN).expect("parses");
    assert!(config.auth.enable_anonymous_sign_ins);
    assert!(config.auth.email.enable_confirmations);
}

#[test]
fn an_unknown_key_is_told_with_its_line_what_could_be_meant_and_what_there_is() {
    for (text, words) in [
        (
            "[auth]\njwt_expiry = 60\njwt_expire = 60\n",
            "c.toml, line 3: [auth] has no key jwt_expire. Did you mean jwt_expiry? Keys there: additional_redirect_urls, anon_key,",
        ),
        (
            "\n\n[atuh]\nsite_url = \"x\"\n",
            "c.toml, line 3: the file has no key atuh. Did you mean auth? Keys there: analytics, api, auth,",
        ),
        (
            "[auth.email]\nenable_confirmation = true",
            "c.toml, line 2: [auth.email] has no key enable_confirmation. Did you mean enable_confirmations? Keys there: double_confirm_changes,",
        ),
        (
            "[auth.external.gogle]\nenabled = true",
            "c.toml, line 1: [auth.external] has no key gogle. Did you mean google? Keys there: apple,",
        ),
        (
            "[auth.external.google]\nid = \"1\"",
            "c.toml, line 2: [auth.external.google] has no key id. Keys there: client_id, email_optional, enabled,",
        ),
        (
            "auth.rate_limit = { anonymous = 3 }",
            "c.toml, line 1: [auth.rate_limit] has no key anonymous. Did you mean anonymous_users?",
        ),
        ("zebra = 1", "c.toml, line 1: the file has no key zebra. Keys there:"),
    ] {
        let error = parsed(text).expect_err("refused");
        assert!(error.starts_with(words), "{error}");
    }
}

#[test]
fn a_wrong_value_is_told_with_its_line_and_what_is_allowed() {
    for (text, line, words) in [
        ("[auth]\njwt_expiry = \"soon\"\n", 2, "\"soon\" is not a whole number, 0 or more"),
        ("[auth]\nenable_signup = 1\n", 2, "this must be true or false"),
        ("[auth]\n\npassword_requirements = \"hard\"\n", 3, "expected one of ``, `letters_digits`"),
        ("[auth.captcha]\nprovider = \"recaptcha\"\n", 2, "expected `hcaptcha` or `turnstile`"),
        ("[auth.email]\nmax_frequency = \"soon\"\n", 2, "\"soon\" is no duration such as \"1s\" or \"5m\""),
        ("[auth.rate_limit]\nsms_sent = -1\n", 2, "this must be a whole number, 0 or more"),
        ("[auth]\nadditional_redirect_urls = [1]\n", 2, "this must be a list of texts"),
        ("[auth]\nsite_url = 3\n", 2, "expected a string"),
        ("[auth\n", 1, "unclosed table"),
    ] {
        let error = parsed(text).expect_err("refused");
        assert!(
            error.starts_with("c.toml: ") && error.contains(&format!("line {line},")) && error.contains(words),
            "{error}"
        );
    }
}

#[test]
fn what_can_not_work_is_told_before_anything_starts() {
    for (text, words) in [
        ("[auth]\njwt_secret = \"short\"", "auth.jwt_secret: 16 characters or more are needed"),
        ("[auth]\njwt_expiry = 0", "auth.jwt_expiry: between 1 second and a week (604800)"),
        ("[auth.captcha]\nenabled = true", "auth.captcha.secret: a captcha needs the secret of its site"),
        (
            "[auth.captcha]\nenabled = true\nsecret = \"env(NOT_SET)\"",
            "auth.captcha.secret: the environment variable NOT_SET is not set",
        ),
        ("[auth]\nsigning_keys_path = \"none.json\"", "auth.signing_keys_path: none.json: No such file"),
    ] {
        let error = parsed(text).expect_err("refused");
        assert!(error.starts_with(words), "{error}");
    }
}

#[test]
fn variables_fill_values_in() {
    let text = "[auth]\nsite_url = \"env(SITE)\" # \"env(SITE)\"\njwt_expiry = \"env(EXPIRY)\"\n[auth.email]\nenable_signup = \"env(MAIL)\"\n";
    let set = [("SITE", "https://shop.example/\"\n\u{7f}"), ("EXPIRY", "60"), ("MAIL", "false")];
    let config = with(text, &set).expect("settings");
    assert_eq!(config.auth.site_url, "https://shop.example/\"\n\u{7f}");
    assert_eq!((config.auth.jwt_expiry, config.auth.email.enable_signup), (60, false));
    let error = with(text, &[("EXPIRY", "soon"), ("MAIL", "true")]).expect_err("refused");
    assert!(error.contains("line 3") && error.contains("\"soon\" is not a whole number"), "{error}");
    // One that is not set stays as it is, like in the CLI; the sandbox plays providers without their credentials.
    let config = with("[auth.external.google]\nenabled = true\nclient_id = \"env(ID)\"\nsecret = \"env(SECRET)\"", &[]);
    assert_eq!(config.expect("settings").auth.external["google"].client_id, "sandbox");
    assert_eq!(with("[auth]\nsite_url = \"env(SITE)\"", &[]).expect("settings").auth.site_url, "env(SITE)");
}

#[test]
fn variables_stand_over_the_file() {
    let text = "[auth]\nsite_url = \"http://file\"\n[auth.rate_limit]\nanonymous_users = 3\n";
    let set = [
        ("SUPABASE_AUTH_SITE_URL", "http://variable"),
        ("SUPABASE_AUTH_RATE_LIMIT_ANONYMOUS_USERS", "7"),
        ("SUPABASE_AUTH_ADDITIONAL_REDIRECT_URLS", "http://one, http://two"),
        ("SUPABASE_AUTH_EXTERNAL_GOOGLE_ENABLED", "true"),
        ("SUPABASE_AUTH_CAPTCHA_PROVIDER", "turnstile"),
    ];
    let auth = with(text, &set).expect("settings").auth;
    assert_eq!((auth.site_url.as_str(), auth.rate_limit.anonymous_users), ("http://variable", 7));
    assert_eq!(auth.additional_redirect_urls, ["http://one", "http://two"]);
    assert!(auth.external["google"].enabled && auth.captcha.provider == CaptchaProvider::Turnstile);
    let error = with(text, &[("SUPABASE_AUTH_JWT_EXPIRY", "soon")]).expect_err("refused");
    assert_eq!(error, "the environment variable SUPABASE_AUTH_JWT_EXPIRY: \"soon\" is not a whole number, 0 or more");
}

/// A key in the list that no table reads would be accepted and do nothing.
#[test]
fn every_heeded_key_is_heard() {
    let plain = format!("{:?}", with("", &[]).expect("settings").auth);
    for path in environment::paths() {
        let name = environment::variable(&path);
        let heard = ["17", "false", "true", "17s", "turnstile", "letters_digits", "a-text-of-some-length"].iter().any(
            |value| with("", &[(name.as_str(), *value)]).map_or(true, |config| format!("{:?}", config.auth) != plain),
        );
        assert!(heard, "{path}");
    }
}

#[test]
fn what_belongs_to_others_is_left_to_them() {
    let text = "project_id = \"x\"\n[api]\nport = 1\nschemas = [\"public\"]\n[db.pooler]\nenabled = true\n[functions.hello]\nverify_jwt = true\n
        [auth]\nenabled = true\n[auth.mfa.totp]\nenroll_enabled = true\n[auth.hook.send_sms]\nenabled = true\n[auth.email.template.invite]\nsubject = \"x\"\n
        [auth.email.smtp]\nport = 587\n[auth.sms.twilio]\nenabled = false\n[auth.third_party.clerk]\nenabled = true\n[auth.sms.test_otp]\n4152127777 = \"123456\"\n
        [auth.external.azure]\nurl = \"https://x\"\n[remotes.staging.auth]\nsite_url = \"x\"\n[auth.oauth_server]\nallow_dynamic_registration = false";
    let auth = parsed(text).expect("settings").auth;
    assert_eq!(auth.sms.test_otp["4152127777"], "123456");
}

proptest! {
    #[test]
    fn no_text_breaks_it(text in "\\PC*") {
        let _ = parsed(&text);
    }

    #[test]
    fn no_damage_to_a_real_file_breaks_it(at in 0..BUILT_IN.len(), cut in 0_usize..40, put in "[\\[\\]\"=.{}\\\\#\n a-z0-9\u{e9}()]{0,12}") {
        let mut text = BUILT_IN.as_bytes().to_vec();
        let end = (at + cut).min(text.len());
        text.splice(at..end, put.bytes());
        let _ = parsed(&String::from_utf8_lossy(&text));
    }

    #[test]
    fn no_value_of_a_variable_breaks_it(value in "\\PC*", key in 0..environment::paths().len()) {
        let name = environment::variable(&environment::paths()[key]);
        let _ = with(BUILT_IN, &[(name.as_str(), value.as_str())]);
        let filled = environment::filled_in("[auth]\nsite_url = \"env(X)\"", &|_| Some(value.clone()));
        prop_assert_eq!(parsed(&filled).map(|config| config.auth.site_url), Ok(value));
    }
}
