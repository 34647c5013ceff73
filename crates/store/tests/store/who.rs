//! Who this device is, and whose cart: always both or neither.

use carryover_store::{RecordRow, StoreError, Who};
use uuid::Uuid;

use crate::support::{Folder, GUEST, answer, guest, lines, newest, pending, row, set};

#[tokio::test]
async fn a_new_guest_takes_the_visitors_cart_and_outbox_over() -> Result<(), StoreError> {
    let folder = Folder::new();
    let store = folder.open("sandbox").await;
    set(&store, "teapot", 2).await?;
    set(&store, "lamp", 1).await?;
    assert!(store.commit_record(&row(GUEST), 0).await?);
    let cart = [("teapot".to_owned(), 2), ("lamp".to_owned(), 1)];
    assert_eq!(lines(&store).await, cart);
    assert_eq!(pending(&store).await, cart);
    store.close().await;
    let store = folder.open("sandbox").await;
    assert_eq!(store.record().await?.and_then(|row| row.who), Some(guest(GUEST)));
    assert_eq!(lines(&store).await, cart);
    Ok(())
}

#[tokio::test]
async fn backends_never_meet() -> Result<(), StoreError> {
    let folder = Folder::new();
    let (here, there) = (folder.open("sandbox").await, folder.open("abc.supabase.co").await);
    set(&here, "teapot", 2).await?;
    assert!(here.commit_record(&row(GUEST), 0).await?);
    assert_eq!(there.record().await?, None);
    assert!(lines(&there).await.is_empty());
    Ok(())
}

#[tokio::test]
async fn an_answer_confirms_what_was_sent_and_nothing_newer() -> Result<(), StoreError> {
    let folder = Folder::new();
    let store = folder.open("sandbox").await;
    set(&store, "teapot", 2).await?;
    assert!(store.commit_record(&row(GUEST), 0).await?);
    let sent = newest(&store).await;
    set(&store, "teapot", 5).await?;
    // From another device there is a lamp, and a line that this device never had is gone.
    let given = answer(4, &[("teapot", 2), ("lamp", 1)]);
    store.accept(&GUEST.to_string(), sent, &given, 0).await?;
    assert_eq!(lines(&store).await, [("teapot".to_owned(), 5), ("lamp".to_owned(), 1)], "the newer change stands");
    assert_eq!(pending(&store).await, [("teapot".to_owned(), 5)]);

    let given = answer(5, &[("teapot", 5)]);
    store.accept(&GUEST.to_string(), newest(&store).await, &given, 0).await?;
    assert_eq!(lines(&store).await, [("teapot".to_owned(), 5)], "removed elsewhere");
    assert!(pending(&store).await.is_empty());
    Ok(())
}

#[tokio::test]
async fn an_answer_for_somebody_else_changes_nothing() -> Result<(), StoreError> {
    let folder = Folder::new();
    let store = folder.open("sandbox").await;
    set(&store, "teapot", 2).await?;
    assert!(store.commit_record(&row(GUEST), 0).await?);
    let given = answer(9, &[]);
    store.accept(&Uuid::from_u128(2).to_string(), i64::MAX, &given, 0).await?;
    assert_eq!(lines(&store).await, [("teapot".to_owned(), 2)]);
    assert_eq!(pending(&store).await, [("teapot".to_owned(), 2)]);
    Ok(())
}

#[tokio::test]
async fn a_session_that_ends_leaves_the_whole_cart_to_send_again() -> Result<(), StoreError> {
    let folder = Folder::new();
    let store = folder.open("sandbox").await;
    set(&store, "teapot", 2).await?;
    assert!(store.commit_record(&row(GUEST), 0).await?);
    let given = answer(1, &[("teapot", 2)]);
    store.accept(&GUEST.to_string(), newest(&store).await, &given, 0).await?;
    store.set_upgrade(&"waiting", 0).await?;

    let nobody = RecordRow { generation: 2, who: None, sealed: vec![4], signs_out: false };
    assert!(store.commit_record(&nobody, 0).await?);
    assert_eq!(store.record().await?, Some(nobody));
    assert_eq!(store.upgrade::<String>().await?, None, "an upgrade belongs to its user");
    assert_eq!(lines(&store).await, [("teapot".to_owned(), 2)]);
    assert_eq!(pending(&store).await, [("teapot".to_owned(), 2)], "the next user gets all of it");
    Ok(())
}

#[tokio::test]
async fn a_finished_upgrade_closes_its_entry_with_the_session() -> Result<(), StoreError> {
    let folder = Folder::new();
    let store = folder.open("sandbox").await;
    assert!(store.commit_record(&row(GUEST), 0).await?);
    store.set_upgrade(&"waiting", 0).await?;
    let member = RecordRow {
        generation: 2,
        who: Some(Who { user_id: GUEST, is_anonymous: false }),
        sealed: vec![4],
        signs_out: false,
    };
    assert!(store.commit_record(&member, 1).await?);
    assert_eq!(store.upgrade::<String>().await?, None);
    assert_eq!(store.record().await?, Some(member));
    Ok(())
}

#[tokio::test]
async fn of_two_programs_on_one_file_the_second_notices_the_first() -> Result<(), StoreError> {
    let folder = Folder::new();
    let (one, other) = (folder.open("sandbox").await, folder.open("sandbox").await);
    set(&one, "teapot", 2).await?;
    assert!(one.commit_record(&row(GUEST), 0).await?);
    let late = row(Uuid::from_u128(2));
    assert!(!other.commit_record(&late, 0).await?, "it is not the first any more");
    let skipped = RecordRow { generation: 3, ..row(GUEST) };
    assert!(!other.commit_record(&skipped, 0).await?);
    assert_eq!(other.record().await?, Some(row(GUEST)));
    assert_eq!(lines(&other).await, [("teapot".to_owned(), 2)], "and the cart has its owner");
    Ok(())
}

#[tokio::test]
async fn what_a_change_means_follows_from_this_file() -> Result<(), StoreError> {
    // The record that should have made the guest was not written; the next one, which only renews them, is.
    let folder = Folder::new();
    let store = folder.open("sandbox").await;
    set(&store, "teapot", 2).await?;
    assert!(store.commit_record(&RecordRow { who: None, ..row(GUEST) }, 0).await?);
    assert_eq!(lines(&store).await, [("teapot".to_owned(), 2)], "still a visitor's");
    assert!(store.commit_record(&RecordRow { generation: 2, ..row(GUEST) }, 0).await?);
    assert_eq!(lines(&store).await, [("teapot".to_owned(), 2)], "the guest's");
    let account = Who { user_id: Uuid::from_u128(2), is_anonymous: false };
    store.set_upgrade(&"waiting", 0).await?;
    assert!(
        store
            .commit_record(&RecordRow { generation: 3, who: Some(account), sealed: vec![5], signs_out: false }, 0)
            .await?
    );
    assert!(lines(&store).await.is_empty(), "another account has its own cart");
    assert_eq!(store.upgrade::<String>().await?, None);
    Ok(())
}

#[tokio::test]
async fn a_record_that_no_key_opens_is_set_aside_and_the_cart_goes_on() -> Result<(), StoreError> {
    let folder = Folder::new();
    let store = folder.open("sandbox").await;
    set(&store, "teapot", 2).await?;
    assert!(store.commit_record(&row(GUEST), 0).await?);
    store.set_record_aside(7).await?;
    assert_eq!(store.record().await?, None);
    assert_eq!(lines(&store).await, [("teapot".to_owned(), 2)]);
    assert_eq!(pending(&store).await, [("teapot".to_owned(), 2)]);
    assert!(store.commit_record(&row(GUEST), 0).await?, "the place is free");
    Ok(())
}

#[tokio::test]
async fn a_removed_line_stays_removed_and_is_told() -> Result<(), StoreError> {
    let folder = Folder::new();
    let store = folder.open("sandbox").await;
    set(&store, "teapot", 2).await?;
    set(&store, "teapot", 0).await?;
    assert!(lines(&store).await.is_empty());
    assert_eq!(pending(&store).await, [("teapot".to_owned(), 0)]);
    Ok(())
}

#[tokio::test]
async fn a_server_that_lost_the_cart_takes_nothing_from_here() -> Result<(), StoreError> {
    let folder = Folder::new();
    let store = folder.open("sandbox").await;
    set(&store, "teapot", 2).await?;
    assert!(store.commit_record(&row(GUEST), 0).await?);
    let given = answer(3, &[("teapot", 2)]);
    store.accept(&GUEST.to_string(), newest(&store).await, &given, 0).await?;

    store.accept(&GUEST.to_string(), 0, &answer(0, &[]), 0).await?;
    assert_eq!(lines(&store).await, [("teapot".to_owned(), 2)]);
    assert_eq!(pending(&store).await, [("teapot".to_owned(), 2)], "the server hears it again");
    Ok(())
}
