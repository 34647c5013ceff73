//! Files of other versions, disks that are full, folders that can't be written.

use std::{fs, path::Path};

use carryover_store::{Scope, Store, StoreError};
use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};

use crate::support::{Folder, GUEST, lines, pending, row, set};

async fn sql(file: &Path, statement: &'static str) -> Result<(), sqlx::Error> {
    let mut connection = SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(file)).await?;
    sqlx::raw_sql(statement).execute(&mut connection).await?;
    connection.close().await
}

#[tokio::test]
async fn a_file_of_a_later_version_is_refused_and_left_as_it_is() -> Result<(), Box<dyn std::error::Error>> {
    let folder = Folder::new();
    let store = folder.open("sandbox").await;
    set(&store, "teapot", 2).await?;
    store.close().await;
    sql(
        &folder.file(),
        "insert into _sqlx_migrations (version, description, success, checksum, execution_time) values (9000, 'later', 1, x'00', 0);
         create table later (id integer primary key);",
    )
    .await?;
    let refused = folder.try_open("sandbox").await;
    assert!(matches!(refused, Err(StoreError::Newer { schema: 9000 })), "{refused:?}");
    assert_eq!(folder.names(), ["carryover.db"], "nothing is set aside, nothing is changed");
    sql(&folder.file(), "delete from _sqlx_migrations where version = 9000; drop table later").await?;
    assert_eq!(lines(&folder.open("sandbox").await).await, [("teapot".to_owned(), 2)]);
    Ok(())
}

#[tokio::test]
async fn a_file_of_the_first_version_is_brought_up_to_date() -> Result<(), Box<dyn std::error::Error>> {
    // As the first version of the program wrote it, with the first migration alone.
    let folder = Folder::new();
    fs::write(folder.file(), [])?;
    let migrator = sqlx::migrate!();
    let first = migrator.iter().next().ok_or("a first migration")?;
    let pool = sqlx::SqlitePool::connect(&format!("sqlite://{}", folder.file().display())).await?;
    let mut old = sqlx::migrate::Migrator::DEFAULT;
    old.migrations = std::borrow::Cow::Owned(vec![first.clone()]);
    old.run(&pool).await?;
    sqlx::raw_sql(
        "insert into sessions (scope, user_id, is_anonymous, sealed, updated_at)
             values ('sandbox', '00000000-0000-0000-0000-000000000001', 1, x'010203', 7);
         insert into carts (scope, owner) values ('sandbox', '00000000-0000-0000-0000-000000000001');
         insert into cart_lines (scope, owner, product_id, quantity, position)
             values ('sandbox', '00000000-0000-0000-0000-000000000001', 'teapot', 2, 1);
         insert into outbox (scope, owner, product_id, quantity, revision)
             values ('sandbox', '00000000-0000-0000-0000-000000000001', 'teapot', 2, 5);
         insert into revisions values ('sandbox', 5);",
    )
    .execute(&pool)
    .await?;
    pool.close().await;

    let store = folder.open("sandbox").await;
    assert_eq!(store.record().await?, Some(row(GUEST)));
    assert_eq!(lines(&store).await, [("teapot".to_owned(), 2)]);
    assert_eq!(pending(&store).await, [("teapot".to_owned(), 2)]);
    let waiting = store.pending(1).await?;
    assert!(waiting[0].changed_at_ms > 1_700_000_000_000, "as good as changed now");
    Ok(())
}

#[tokio::test]
async fn a_place_where_no_file_can_be_is_an_error_that_says_so() {
    let folder = Folder::new();
    fs::write(folder.0.path().join("no-folder"), "").expect("written");
    let inside_a_file = folder.0.path().join("no-folder/carryover.db");
    for file in [inside_a_file, folder.0.path().join("missing/carryover.db")] {
        let refused = Store::open(&file, Scope::new("sandbox"), 0).await;
        assert!(matches!(refused, Err(StoreError::ReadOnly(_))), "{refused:?}");
    }
}

#[tokio::test]
async fn two_programs_on_one_file_take_turns() -> Result<(), StoreError> {
    let folder = Folder::new();
    let (one, other) = (folder.open("sandbox").await, folder.open("sandbox").await);
    for n in 0..20_u32 {
        let (a, b) = tokio::join!(set(&one, "teapot", n + 1), set(&other, "lamp", n + 1));
        a?;
        b?;
    }
    let mut all = lines(&one).await;
    all.sort();
    assert_eq!(all, [("lamp".to_owned(), 20), ("teapot".to_owned(), 20)]);
    assert_eq!(one.device().await?, other.device().await?);
    Ok(())
}
