//! Codes and links.

use super::*;

#[tokio::test]
async fn case_34_35_38_codes() -> Result<()> {
    let (_sandbox, console, clock) = fresh().await?;
    let guest = console.guest().await?;
    put_user(&console, &guest, &json!({ "email": "ana@example.com" })).await?;
    let right = console.code("ana@example.com").await?;
    let wrong = if right == "000000" { "111111" } else { "000000" };
    let verify = |email: &str, token: &str| json!({ "type": "email_change", "email": email, "token": token });
    for _ in 0..5 {
        assert_eq!(
            code(&post(&console, "/auth/v1/verify", &verify("ana@example.com", wrong)).await?),
            (403, "otp_expired")
        );
    }
    for (body, status) in [
        (json!({ "email": "a@b.c", "token": "1" }), 400),
        (json!({ "type": "email_change" }), 400),
        (json!({ "type": "email_change", "token": "1" }), 400),
        (json!({ "type": "email_change", "token": "1", "email": "nonsense" }), 422),
        (json!({ "type": "email_change", "token_hash": "x", "email": "a@b.c" }), 400),
        (json!({ "type": "sms", "token_hash": "x" }), 400),
    ] {
        assert_eq!(code(&post(&console, "/auth/v1/verify", &body).await?), (status, "validation_failed"), "{body}");
    }
    clock.advance(3601);
    assert_eq!(post(&console, "/auth/v1/verify", &verify("ana@example.com", &right)).await?.0, 403, "codes run out");
    clock.advance(-3601);
    assert_eq!(
        post(&console, "/auth/v1/verify", &verify("ANA@example.com", &right)).await?.0,
        200,
        "case does not matter"
    );
    Ok(())
}
