//! Damaged files: set aside, read as far as they go, and told.

use std::{
    fs::{self, File},
    io::{Seek, SeekFrom, Write},
    path::Path,
};

use carryover_store::{Note, RecordRow, Store, StoreError};

use crate::support::{Folder, GUEST, lines, pending, row, set};

/// Enough lines for several pages.
const LINES: u32 = 600;

async fn full(folder: &Folder) -> Result<(), StoreError> {
    let store = folder.open("sandbox").await;
    for n in 0..LINES {
        set(&store, &format!("product-with-a-name-that-takes-room-{n:04}"), n % 9 + 1).await?;
    }
    assert!(store.commit_record(&row(GUEST), 0).await?);
    store.close().await;
    Ok(())
}

/// Where a line of the cart lies, with its price: an index has no prices.
fn whole_line(bytes: &[u8]) -> usize {
    let needle = b"takes-room-0300";
    let mut found = bytes.windows(needle.len()).enumerate().filter(|(_, window)| window == needle);
    let with_price = found.find(|(at, _)| bytes[*at..*at + 40].windows(3).any(|window| window == b"EUR"));
    with_price.expect("the line is in the file").0
}

fn overwrite(file: &Path, at: u64, length: usize) {
    let mut file = File::options().write(true).open(file).expect("the file");
    file.seek(SeekFrom::Start(at)).expect("a place");
    file.write_all(&vec![0xA5; length]).expect("written");
}

async fn told(store: &Store) -> Option<carryover_store::Recovered> {
    store.notices().await.expect("notices").into_iter().find_map(|notice| match notice.note {
        Note::Recovered(recovered) => Some(recovered),
        Note::Line(_) | Note::HandedOver(_) => None,
    })
}

#[tokio::test]
async fn a_damaged_page_costs_what_is_on_it_and_nothing_else() -> Result<(), StoreError> {
    let folder = Folder::new();
    full(&folder).await?;
    let before = fs::read(folder.file())?;
    // A page in the middle that holds lines of the cart: the one that holds several whole ones, not those of an index.
    let at = whole_line(&before);
    let page = u64::try_from(at).expect("small") / 4096 * 4096;
    overwrite(&folder.file(), page, 4096);
    let damaged = fs::read(folder.file())?;

    let store = folder.open("sandbox").await;
    let kept = lines(&store).await;
    let recovered = told(&store).await.expect("the person is told");
    assert_eq!(recovered.lines, u64::try_from(kept.len()).expect("small"));
    assert!(kept.len() > 400 && kept.len() < 600, "{} of {LINES} lines", kept.len());
    for (id, quantity) in &kept {
        let n: u32 = id.rsplit('-').next().and_then(|n| n.parse().ok()).expect("a number");
        assert_eq!(*quantity, n % 9 + 1);
    }
    assert_eq!(store.record().await?, Some(row(GUEST)), "the session is usable");
    let waiting = pending_all(&store).await?;
    assert!(kept.iter().all(|(id, _)| waiting.contains(id)), "the server hears of every line again");
    let aside = fs::read(folder.0.path().join(&recovered.set_aside))?;
    assert_eq!(aside, damaged, "set aside as it was");
    // The new file is whole, and changes go on.
    set(&store, "lamp", 1).await?;
    store.close().await;
    let store = folder.open("sandbox").await;
    assert_eq!(lines(&store).await.len(), kept.len() + 1);
    assert_eq!(told(&store).await, Some(recovered), "until it is put away");
    Ok(())
}

async fn pending_all(store: &Store) -> Result<Vec<String>, StoreError> {
    Ok(store.pending(10_000).await?.into_iter().map(|line| line.product.to_string()).collect())
}

#[tokio::test]
async fn a_file_that_is_no_database_is_set_aside_and_the_shop_opens_empty() -> Result<(), StoreError> {
    let folder = Folder::new();
    fs::write(folder.file(), "this was a shopping list once\n".repeat(500))?;
    let store = folder.open("sandbox").await;
    assert!(lines(&store).await.is_empty());
    let recovered = told(&store).await.expect("the person is told");
    assert_eq!(recovered.lines, 0);
    assert!(fs::read_to_string(folder.0.path().join(&recovered.set_aside))?.starts_with("this was"));
    set(&store, "teapot", 1).await?;
    Ok(())
}

#[tokio::test]
async fn a_cart_whose_session_could_not_be_read_goes_on_as_a_visitors() -> Result<(), StoreError> {
    let folder = Folder::new();
    let store = folder.open("sandbox").await;
    set(&store, "teapot", 2).await?;
    // As large as a real record: it has pages of its own.
    let large = RecordRow { sealed: vec![0xC3; 9000], ..row(GUEST) };
    assert!(store.commit_record(&large, 0).await?);
    store.close().await;
    let bytes = fs::read(folder.file())?;
    let sealed = bytes.windows(1000).position(|window| window.iter().all(|b| *b == 0xC3)).expect("the record");
    // The first page of it: its row can't be read any more.
    overwrite(&folder.file(), u64::try_from(sealed).expect("small") / 4096 * 4096, 4096);
    // Whatever of the pages was hit: the cart is there.
    let store = folder.open("sandbox").await;
    assert!(told(&store).await.is_some());
    assert_eq!(lines(&store).await, [("teapot".to_owned(), 2)]);
    assert_eq!(pending(&store).await, [("teapot".to_owned(), 2)]);
    Ok(())
}

#[tokio::test]
async fn a_recovery_that_was_killed_is_finished_or_begun_again() -> Result<(), StoreError> {
    // Killed before the new file was complete: it is made again.
    let folder = Folder::new();
    full(&folder).await?;
    fs::copy(folder.file(), folder.0.path().join("carryover.db.new"))?;
    overwrite(&folder.file(), 4096 * 3, 4096);
    fs::write(folder.0.path().join("carryover.db.reading"), "half a copy")?;
    let store = folder.open("sandbox").await;
    assert!(told(&store).await.is_some());
    store.close().await;
    assert!(!folder.names().iter().any(|name| name.contains(".new") || name.contains(".reading")));

    // Killed when it was complete: it takes the place, and the old log does not meet it.
    let folder = Folder::new();
    full(&folder).await?;
    fs::rename(folder.file(), folder.0.path().join("carryover.db.recovered"))?;
    fs::write(folder.file(), "damaged")?;
    fs::write(folder.0.path().join("carryover.db-wal"), "an old log")?;
    let store = folder.open("sandbox").await;
    assert_eq!(lines(&store).await.len(), usize::try_from(LINES).expect("small"));
    Ok(())
}

#[tokio::test]
async fn any_damaged_byte_leaves_a_shop_that_opens() -> Result<(), StoreError> {
    let folder = Folder::new();
    full(&folder).await?;
    let whole = fs::read(folder.file())?;
    let pages = whole.len() / 4096;
    for page in 0..pages {
        let folder = Folder::new();
        fs::write(folder.file(), &whole)?;
        overwrite(&folder.file(), u64::try_from(page * 4096 + 8).expect("small"), 64);
        let store = folder.open("sandbox").await;
        set(&store, "teapot", 1).await?;
        assert!(lines(&store).await.iter().any(|(id, quantity)| id == "teapot" && *quantity == 1), "page {page}");
        store.close().await;
    }
    Ok(())
}
