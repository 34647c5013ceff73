//! Forgetting: nothing of the person can be found in the file afterwards.

use carryover_store::{RecordRow, StoreError};

use crate::support::{Folder, GUEST, answer, lines, newest, row, set};

#[tokio::test]
async fn nothing_of_a_forgotten_person_is_found_in_any_file() -> Result<(), StoreError> {
    let folder = Folder::new();
    let store = folder.open("sandbox").await;
    let secret = vec![0xB7; 200];
    for n in 0..50 {
        set(&store, &format!("telltale-product-{n}"), 2).await?;
    }
    assert!(store.commit_record(&RecordRow { sealed: secret.clone(), ..row(GUEST) }, 0).await?);
    store.set_upgrade(&"telltale@example.com", 0).await?;
    store.accept(&GUEST.to_string(), newest(&store).await, &answer(1, &[("telltale-product-1", 1)]), 0).await?;
    store.set_catalog("a catalog that is of nobody", 0).await?;
    std::fs::write(folder.0.path().join("carryover.db.damaged-7"), "telltale")?;
    let device = store.device().await?;
    let signs = [b"telltale".as_slice(), b"00000000-0000-0000-0000-000000000001", &secret, device.as_bytes()];
    for sign in signs {
        assert!(folder.holds(sign), "the search finds what is there");
    }

    store.begin_to_forget(5).await?;
    assert!(store.is_forgetting().await?);
    store.forget().await?;
    for sign in signs {
        assert!(!folder.holds(sign), "{}", String::from_utf8_lossy(sign));
    }
    assert!(!store.is_forgetting().await?);
    assert_eq!(store.record().await?, None);
    assert!(lines(&store).await.is_empty());
    assert!(store.catalog().await?.is_some());
    assert_eq!(folder.names().iter().filter(|name| name.contains("damaged")).count(), 0);
    Ok(())
}

#[tokio::test]
async fn another_backends_person_is_not_forgotten() -> Result<(), StoreError> {
    let folder = Folder::new();
    let (here, there) = (folder.open("sandbox").await, folder.open("abc.supabase.co").await);
    set(&there, "lamp", 1).await?;
    set(&here, "teapot", 1).await?;
    here.forget().await?;
    assert_eq!(lines(&there).await, [("lamp".to_owned(), 1)]);
    Ok(())
}
