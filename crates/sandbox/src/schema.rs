//! What a database must hold before it serves: Supabase's own schema, the project's migrations, the seed. Each once.

use sha2::{Digest, Sha256};
use tokio_postgres::{Error, Transaction};

use crate::{
    engine::{Database, Turn, describe},
    hex,
};

/// Supabase's schema and the sandbox's own, in steps: a folder from an earlier version gets what it lacks.
const AUTH: [(&str, &str); 5] = [
    ("auth", include_str!("../sql/auth.sql")),
    ("auth-2", include_str!("../sql/auth_2_flows.sql")),
    ("auth-3", include_str!("../sql/auth_3_providers.sql")),
    ("auth-4", include_str!("../sql/auth_4_rest.sql")),
    ("auth-5", include_str!("../sql/auth_5_addresses.sql")),
];
/// The catalog. Run again, it puts products back to what it says.
pub(crate) const SEED: &str = include_str!("../../../supabase/seed.sql");
/// Name and text, in order.
const MIGRATIONS: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/migrations.rs"));

/// What a database says that holds somebody else's Supabase.
const FOREIGN: &str = "this database holds a schema auth that the sandbox did not make; \
                       name another database: it is made if it is not there";

/// Brings the database up to date, or says in a sentence why that can't be.
pub(crate) async fn apply(database: &Database) -> Result<(), String> {
    let mut turn = database.turn().await?;
    if is_foreign(&mut turn).await.map_err(|error| describe(&error))? {
        return Err(FOREIGN.to_owned());
    }
    apply_steps(&mut turn).await.map_err(|error| describe(&error))
}

/// Whether Supabase's schema is there without the sandbox's record of it.
async fn is_foreign(turn: &mut Turn) -> Result<bool, Error> {
    let tx = turn.begin().await?;
    let found = "select to_regclass('auth.users') is not null and to_regclass('sandbox.applied') is null";
    tx.query_one(found, &[]).await?.try_get(0)
}

/// Each step is one transaction: a kill leaves whole steps only. Sandboxes that share a database take turns.
async fn apply_steps(turn: &mut Turn) -> Result<(), Error> {
    for (step, sql) in AUTH {
        let tx = begin(turn).await?;
        if !has_step(&tx, step).await? {
            tx.batch_execute(sql).await?;
            let noted = "insert into sandbox.applied (what, hash) values ($1, '')";
            tx.execute(noted, &[&step]).await?;
        }
        tx.commit().await?;
    }
    for (name, sql) in MIGRATIONS {
        let (version, title) = name.split_once('_').unwrap_or((name, ""));
        let tx = begin(turn).await?;
        let done =
            tx.query_opt("select 1 from supabase_migrations.schema_migrations where version = $1", &[&version]).await?;
        if done.is_none() {
            tx.batch_execute(sql).await?;
            tx.execute(
                "insert into supabase_migrations.schema_migrations (version, name) values ($1, $2)",
                &[&version, &title],
            )
            .await?;
        }
        tx.commit().await?;
    }
    let hash = hex::encode(&Sha256::digest(SEED));
    let tx = begin(turn).await?;
    if tx.query_opt("select 1 from sandbox.applied where what = 'seed' and hash = $1", &[&hash]).await?.is_none() {
        tx.batch_execute(SEED).await?;
        tx.execute(
            "insert into sandbox.applied (what, hash) values ('seed', $1) on conflict (what) do update set hash = excluded.hash",
            &[&hash],
        )
        .await?;
    }
    tx.commit().await
}

/// A transaction that no other sandbox's step overlaps.
async fn begin(turn: &mut Turn) -> Result<Transaction<'_>, Error> {
    let tx = turn.begin().await?;
    tx.execute("select pg_advisory_xact_lock(hashtext('carryover sandbox'))", &[]).await?;
    Ok(tx)
}

/// Whether a step was applied. The first one makes the schema that keeps the record.
async fn has_step(tx: &Transaction<'_>, step: &str) -> Result<bool, Error> {
    if tx.query_opt("select 1 from pg_namespace where nspname = 'sandbox'", &[]).await?.is_none() {
        return Ok(false);
    }
    let noted = tx.query_opt("select 1 from sandbox.applied where what = $1", &[&step]).await?;
    Ok(step == "auth" || noted.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DataLocation;

    /// The clean-up as Supabase's guide has it, word for word.
    const CLEAN_UP: &str = "delete from auth.users
        where is_anonymous is true and created_at < now() - interval '30 days';";

    #[tokio::test]
    async fn applying_twice_changes_nothing_and_the_clean_up_takes_old_guests_only() {
        let database = Database::open(DataLocation::Memory).await.expect("opens");
        apply(&database).await.expect("applied");
        apply(&database).await.expect("applied again");
        let mut turn = database.turn().await.expect("a session");
        let tx = turn.begin().await.expect("begins");
        tx.batch_execute(
            "insert into auth.users (id, is_anonymous, created_at) values
                 (gen_random_uuid(), true, now() - interval '31 days'),
                 (gen_random_uuid(), true, now() - interval '29 days'),
                 (gen_random_uuid(), false, now() - interval '31 days')",
        )
        .await
        .expect("three users");
        tx.batch_execute(CLEAN_UP).await.expect("cleaned");
        let left = tx.query("select is_anonymous from auth.users order by created_at", &[]).await.expect("rows");
        let left: Vec<bool> = left.iter().map(|row| row.get(0)).collect();
        assert_eq!(left, [false, true]);
    }

    #[tokio::test]
    async fn a_folder_from_the_first_version_gets_what_it_lacks() {
        let database = Database::open(DataLocation::Memory).await.expect("opens");
        {
            let mut turn = database.turn().await.expect("a session");
            let tx = turn.begin().await.expect("begins");
            tx.batch_execute(AUTH[0].1).await.expect("the first version's schema");
            tx.commit().await.expect("committed");
        }
        apply(&database).await.expect("applied");
        let mut turn = database.turn().await.expect("a session");
        let tx = turn.begin().await.expect("begins");
        tx.query("select id from auth.flow_state", &[]).await.expect("flows are there");
        tx.query("select code from sandbox.provider_codes", &[]).await.expect("codes are there");
        tx.query("select payload from auth.audit_log_entries", &[]).await.expect("the rest is there");
    }
}
