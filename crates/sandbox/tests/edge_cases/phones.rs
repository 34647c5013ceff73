//! Numbers: signing up, in and changing them by text message.

use super::*;

const ON: &str = "enable_anonymous_sign_ins = true\n[auth.sms]\nenable_signup = true\nenable_confirmations = true\n[auth.sms.test_otp]\n4915100000 = \"123456\"\n";
const ANA: &str = "+49151234567";

async fn prove(console: &Console, kind: &str) -> Result<(u16, Value)> {
    let proof = json!({ "type": kind, "phone": ANA, "token": console.code(ANA).await? });
    post(console, "/auth/v1/verify", &proof).await
}

#[tokio::test]
async fn somebody_signs_up_with_a_number() -> Result<()> {
    let (_sandbox, console, clock) = with_settings(ON).await?;
    let wish = json!({ "phone": "+49 151 234567", "password": "correct horse" });
    let (status, user) = post(&console, "/auth/v1/signup", &wish).await?;
    assert_eq!((status, &user["phone"], &user["email"]), (200, &json!("49151234567"), &json!("")));
    assert_eq!(user["identities"][0]["provider"], json!("phone"));
    let message = console.message(ANA).await?;
    assert_eq!((&message["to"], &message["channel"], message.get("link")), (&json!(ANA), &json!("sms"), None));
    assert_eq!(message["subject"], json!(format!("Your code is {}", console.code(ANA).await?)));
    let log_in = json!({ "phone": "+49151234567", "password": "correct horse" });
    let answer = post(&console, "/auth/v1/token?grant_type=password", &log_in).await?;
    assert_eq!(code(&answer), (400, "phone_not_confirmed"));
    assert_eq!(code(&post(&console, "/auth/v1/signup", &wish).await?), (429, "over_sms_send_rate_limit"));
    clock.advance(6);
    assert_eq!(post(&console, "/auth/v1/resend", &json!({ "type": "sms", "phone": ANA })).await?.0, 200);
    let (status, body) = prove(&console, "sms").await?;
    assert_eq!((status, body["user"]["phone_confirmed_at"].is_string()), (200, true));
    assert_eq!(post(&console, "/auth/v1/token?grant_type=password", &log_in).await?.0, 200);
    Ok(())
}

#[tokio::test]
async fn a_code_signs_in_whoever_has_the_number() -> Result<()> {
    let (_sandbox, console, clock) = with_settings(ON).await?;
    let ask = json!({ "phone": ANA });
    assert_eq!(post(&console, "/auth/v1/otp", &ask).await?, (200, json!({})));
    let first = prove(&console, "sms").await?.1;
    assert_eq!(first["user"]["app_metadata"], json!({ "provider": "phone", "providers": ["phone"] }));
    clock.advance(6);
    let (status, answer) = post(&console, "/auth/v1/otp", &ask).await?;
    assert_eq!((status, answer["message_id"].is_string()), (200, true));
    assert_eq!(prove(&console, "sms").await?.1["user"]["id"], first["user"]["id"]);
    assert_eq!(code(&prove(&console, "sms").await?), (403, "otp_expired"), "a code counts once");
    let unknown = json!({ "phone": "+4915199", "create_user": false });
    assert_eq!(code(&post(&console, "/auth/v1/otp", &unknown).await?), (422, "otp_disabled"));
    for bad in [json!({ "phone": "0151" }), json!({ "phone": ANA, "channel": "pigeon" })] {
        assert_eq!(code(&post(&console, "/auth/v1/otp", &bad).await?), (400, "validation_failed"), "{bad}");
    }
    Ok(())
}

#[tokio::test]
async fn a_guest_becomes_a_member_by_number() -> Result<()> {
    let (_sandbox, console, clock) = with_settings(ON).await?;
    let guest = console.guest().await?;
    let (status, user) = put_user(&console, &guest, &json!({ "phone": ANA })).await?;
    assert_eq!((status, &user["new_phone"], &user["phone"]), (200, &json!("49151234567"), &json!("")));
    assert!(user["phone_change_sent_at"].is_string() && user["is_anonymous"] == json!(true));
    let again = put_user(&console, &guest, &json!({ "phone": ANA })).await?;
    assert_eq!(code(&again), (429, "over_sms_send_rate_limit"));
    let (status, body) = prove(&console, "phone_change").await?;
    let user = &body["user"];
    assert_eq!((status, &user["id"], &user["is_anonymous"]), (200, &json!(guest.id), &json!(false)));
    assert_eq!((&user["phone"], user.get("new_phone")), (&json!("49151234567"), None));
    assert_eq!(user["app_metadata"], json!({ "provider": "phone", "providers": ["phone"] }));
    assert_eq!(user["identities"][0]["identity_data"]["phone_verified"], json!(true));
    clock.advance(6);
    let other = console.guest().await?;
    assert_eq!(code(&put_user(&console, &other, &json!({ "phone": ANA })).await?), (422, "phone_exists"));
    // Whoever has a number only is asked by it.
    let member = Person::from_answer(&body)?;
    let asked = get(&console, "/auth/v1/reauthenticate", &member.access_token).await?;
    assert!(asked.0 == 200 && asked.1["message_id"].is_string(), "{asked:?}");
    Ok(())
}

#[tokio::test]
async fn numbers_for_tests_have_known_codes_and_get_no_message() -> Result<()> {
    let (_sandbox, console, _) = with_settings(ON).await?;
    let test = json!({ "phone": "+4915100000" });
    assert_eq!(post(&console, "/auth/v1/otp", &test).await?.0, 200);
    assert!(console.messages("+4915100000").await?.is_empty());
    let proof = json!({ "type": "sms", "phone": "4915100000", "token": "123456" });
    assert_eq!(post(&console, "/auth/v1/verify", &proof).await?.0, 200);
    let nobody = json!({ "type": "sms", "phone": ANA, "token": "123456" });
    assert_eq!(code(&post(&console, "/auth/v1/verify", &nobody).await?), (403, "otp_expired"));
    Ok(())
}

#[tokio::test]
async fn numbers_are_off_unless_the_project_switches_them_on() -> Result<()> {
    let (_sandbox, console, _) = with_settings("").await?;
    let wish = json!({ "phone": ANA, "password": "correct horse" });
    assert_eq!(code(&post(&console, "/auth/v1/signup", &wish).await?), (400, "phone_provider_disabled"));
    assert_eq!(
        code(&post(&console, "/auth/v1/otp", &json!({ "phone": ANA })).await?),
        (400, "phone_provider_disabled")
    );
    let answer = post(&console, "/auth/v1/token?grant_type=password", &wish).await?;
    assert_eq!(code(&answer), (422, "phone_provider_disabled"));
    Ok(())
}

#[tokio::test]
async fn without_confirmations_a_number_counts_at_once() -> Result<()> {
    let settings = "enable_anonymous_sign_ins = true\n[auth.sms]\nenable_signup = true\n";
    let (_sandbox, console, _) = with_settings(settings).await?;
    let guest = console.guest().await?;
    let (status, user) = put_user(&console, &guest, &json!({ "phone": ANA })).await?;
    assert_eq!((status, &user["is_anonymous"], &user["phone"]), (200, &json!(false), &json!("49151234567")));
    assert_eq!((&user["app_metadata"], user["identities"].as_array().map(Vec::len)), (&json!({}), Some(1)));
    let (_, body) =
        post(&console, "/auth/v1/signup", &json!({ "phone": "+49155", "password": "correct horse" })).await?;
    assert!(body["access_token"].is_string());
    Ok(())
}

#[tokio::test]
async fn text_messages_have_a_bound_per_hour() -> Result<()> {
    let settings = ON.replace("[auth.sms]", "[auth.rate_limit]\nsms_sent = 2\n[auth.sms]");
    let (_sandbox, console, clock) = with_settings(&settings).await?;
    for (number, status) in [("+491511", 200), ("+491512", 200), ("+491513", 429)] {
        assert_eq!(post(&console, "/auth/v1/otp", &json!({ "phone": number })).await?.0, status, "{number}");
    }
    assert!(console.messages("+491513").await?.is_empty());
    clock.advance(3600);
    assert_eq!(post(&console, "/auth/v1/otp", &json!({ "phone": "+491513" })).await?.0, 200);
    Ok(())
}
