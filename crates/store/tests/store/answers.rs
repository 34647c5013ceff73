//! What a server's answer does to the cart here, and what the person is told of it.

use carryover_cart::{LineNote, RefusalReason};
use carryover_store::{Note, Store, StoreError};

use crate::support::{Folder, GUEST, answer, lines, newest, pending, product, refusing, row, set, set_at};

async fn guest_with(folder: &Folder, quantities: &[(&str, u32)]) -> Result<Store, StoreError> {
    let store = folder.open("sandbox").await;
    for (id, quantity) in quantities {
        set(&store, id, *quantity).await?;
    }
    assert!(store.commit_record(&row(GUEST), 0).await?);
    store.accept(&GUEST.to_string(), newest(&store).await, &answer(1, quantities), 0).await?;
    Ok(store)
}

async fn notes(store: &Store) -> Vec<Note> {
    store.notices().await.expect("notices").into_iter().map(|notice| notice.note).collect()
}

#[tokio::test]
async fn what_the_server_refuses_is_marked_told_once_and_survives_a_restart() -> Result<(), StoreError> {
    let folder = Folder::new();
    let store = guest_with(&folder, &[("teapot", 2), ("lamp", 1)]).await?;
    set(&store, "teapot", 9).await?;
    set(&store, "lamp", 4).await?;
    let given = refusing(answer(2, &[("teapot", 3)]), "teapot", RefusalReason::OverLimit);
    let given = refusing(given, "lamp", RefusalReason::Unavailable);
    let state = store.accept(&GUEST.to_string(), newest(&store).await, &given, 0).await?;
    assert_eq!(state.refused, [product("teapot")].into());
    store.close().await;

    let store = folder.open("sandbox").await;
    assert_eq!(lines(&store).await, [("teapot".to_owned(), 3)]);
    let told = [
        Note::Line(LineNote::Reduced { product: product("teapot"), quantity: 3 }),
        Note::Line(LineNote::Unavailable { product: product("lamp") }),
    ];
    assert_eq!(notes(&store).await, told);
    // Another wish for the line is a new one, and a notice that was read is gone.
    set(&store, "teapot", 1).await?;
    assert!(store.cart().await?.refused.is_empty());
    for notice in store.notices().await? {
        store.put_notice_away(notice.id).await?;
    }
    assert!(notes(&store).await.is_empty());
    Ok(())
}

#[tokio::test]
async fn another_devices_change_is_told_when_it_overrides_what_is_seen() -> Result<(), StoreError> {
    let folder = Folder::new();
    let store = guest_with(&folder, &[("teapot", 2), ("lamp", 1), ("mug", 1)]).await?;
    set(&store, "mug", 5).await?;
    let elsewhere = answer(2, &[("teapot", 7), ("mug", 3), ("kettle", 1)]);
    store.accept(&GUEST.to_string(), 0, &elsewhere, 0).await?;
    let expected = [("teapot", 7), ("mug", 5), ("kettle", 1)].map(|(id, quantity)| (id.to_owned(), quantity));
    assert_eq!(lines(&store).await, expected);
    let told = [
        Note::Line(LineNote::ChangedElsewhere { product: product("teapot"), quantity: 7 }),
        Note::Line(LineNote::RemovedElsewhere { product: product("lamp") }),
    ];
    assert_eq!(notes(&store).await, told, "what was added hides nothing, and what waits here is not overridden");
    // Of several notes about one product the last one counts.
    store.accept(&GUEST.to_string(), 0, &answer(3, &[("teapot", 8), ("kettle", 1)]), 1).await?;
    assert_eq!(notes(&store).await.len(), 2);
    assert_eq!(pending(&store).await, [("mug".to_owned(), 5)]);
    Ok(())
}

#[tokio::test]
async fn the_outbox_is_in_order_and_holds_each_line_once_with_the_time_of_its_last_change() -> Result<(), StoreError> {
    let folder = Folder::new();
    let store = folder.open("sandbox").await;
    set_at(&store, "teapot", 1, 10).await?;
    set_at(&store, "lamp", 1, 20).await?;
    set_at(&store, "teapot", 4, 30).await?;
    let waiting = store.pending(100).await?;
    let seen: Vec<_> = waiting.iter().map(|line| (line.product.as_str(), line.quantity, line.changed_at_ms)).collect();
    assert_eq!(seen, [("lamp", 1, 20), ("teapot", 4, 30)]);
    assert!(waiting[0].revision < waiting[1].revision);
    assert_eq!(store.pending(1).await?, waiting[..1]);
    Ok(())
}

#[tokio::test]
async fn prices_seen_and_places_survive_a_restart() -> Result<(), StoreError> {
    let folder = Folder::new();
    let store = folder.open("sandbox").await;
    for id in ["teapot", "lamp", "mug"] {
        set(&store, id, 2).await?;
    }
    let cart = store.cart().await?.cart;
    let removed = cart.remove(&product("lamp"));
    store.commit_change(&removed, 0).await?;
    store.commit_change(&removed.inverse(), 0).await?;
    store.close().await;
    assert_eq!(folder.open("sandbox").await.cart().await?.cart, cart, "undone: the same line at the same place");
    Ok(())
}

#[tokio::test]
async fn tries_to_sign_up_are_counted_until_there_is_a_guest() -> Result<(), StoreError> {
    let folder = Folder::new();
    let store = folder.open("sandbox").await;
    let first = store.next_sign_up_attempt().await?;
    store.close().await;
    let store = folder.open("sandbox").await;
    let second = store.next_sign_up_attempt().await?;
    assert_eq!((first.number, second.number, &second.id), (1, 2, &first.id));
    assert!(store.commit_record(&row(GUEST), 0).await?);
    let next = store.next_sign_up_attempt().await?;
    assert_eq!(next.number, 1);
    assert_ne!(next.id, first.id);
    Ok(())
}
