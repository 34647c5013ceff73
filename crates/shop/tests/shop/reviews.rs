//! What members say about products: read by everybody, written by members.

use anyhow::Result;
use carryover_shop::{Backend, BackendError, ContactKind, Otp, ShopError};
use carryover_testkit::SandboxOptions;

use crate::support::{Device, backend, joined, product, saved_guest};

#[tokio::test]
async fn a_guest_reads_and_a_member_writes() -> Result<()> {
    let (sandbox, console) = carryover_testkit::sandbox(SandboxOptions::default()).await?;
    let device = Device::new()?;
    let (shop, _) = saved_guest(&sandbox, &device).await?;
    let teapot = product("teapot");
    assert!(matches!(joined(|| shop.post_review(&teapot, 5, "Pours well.")).await, Err(ShopError::MembersOnly)));
    assert!(shop.reviews(&teapot).await?.is_empty(), "refused by PostgreSQL");

    shop.request_code(ContactKind::Email, "ana@example.com").await?;
    shop.confirm_code(&Otp::new(console.code("ana@example.com").await?)).await?;
    let posted = shop.post_review(&teapot, 4, "  Pours well.  ").await?;
    assert_eq!((posted.stars, posted.body.as_str(), posted.mine), (4, "Pours well.", true));
    assert_eq!(shop.reviews(&teapot).await?, std::slice::from_ref(&posted));
    assert!(shop.reviews(&product("desk-lamp")).await?.is_empty());
    for (stars, body) in [(0, "x"), (6, "x"), (3, " ")] {
        assert!(shop.post_review(&teapot, stars, body).await.is_err(), "{stars} {body:?}");
    }

    // A visitor on another device, who is nobody: they read, and they don't learn who wrote it.
    let second = Device::new()?;
    let visitor = second.open().await?;
    visitor.connect(backend(&sandbox));
    let seen = joined(|| visitor.reviews(&teapot)).await?;
    assert_eq!((seen[0].id, seen[0].mine), (posted.id, false));
    assert!(matches!(visitor.post_review(&teapot, 1, "x").await, Err(ShopError::MembersOnly)));
    assert_eq!(console.users().await?.len(), 1, "reading makes nobody a guest");

    shop.delete_review(posted.id).await?;
    assert!(shop.reviews(&teapot).await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn a_backend_is_tried_before_it_is_believed() -> Result<()> {
    let (sandbox, console) = carryover_testkit::sandbox(SandboxOptions::default()).await?;
    let good = backend(&sandbox);
    let offer = good.try_out().await?;
    assert!(offer.anonymous_sign_ins && offer.products > 20, "{offer:?}");
    assert!(console.users().await?.is_empty(), "trying makes nobody a guest");

    let wrong_key = Backend { publishable_key: "sb_publishable_of_another_project".to_owned(), ..good.clone() };
    assert!(matches!(wrong_key.try_out().await, Err(BackendError::Refused(_))));
    sandbox.execute("drop table public.products cascade").await?;
    assert!(matches!(good.try_out().await, Err(BackendError::Refused(_))), "Supabase, without the shop's tables");
    sandbox.shutdown().await;
    assert!(matches!(good.try_out().await, Err(BackendError::Unreachable(_))));
    Ok(())
}
