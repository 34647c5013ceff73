//! Somebody shops as a guest and has an account already: the account waits beside the guest until the program has decided.
//!
//! `cargo run -p carryover-auth --example switch_account -- <address> <publishable key> <e-mail address> <password>`

use std::{env, error::Error, sync::Arc, time::Duration};

use carryover_auth::{Api, Email, Engine, FileStore, OverGuest, Password, SignedIn, SystemClock};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [url, key, address, password] = arguments.as_slice() else {
        return Err(
            "usage: switch_account <address of the server> <publishable key> <e-mail address> <password>".into()
        );
    };
    let email = Email::parse(address).ok_or("that is no e-mail address")?;
    let api = Api::new(&url.parse()?, key)?;
    let file = env::temp_dir().join(format!("switch-{}", api.project().replace(':', "-")));
    let engine = Engine::load(api, FileStore::new(file), Arc::new(SystemClock)).await;
    let guest = engine.ensure_anonymous().await?;

    let password = Password::new(password.clone());
    let signed_in = engine.sign_in_with_password(email, password, None, OverGuest::Park).await?;
    let SignedIn::Candidate(account) = signed_in else {
        println!("user {} was signed in already", guest.user.id);
        return Ok(());
    };
    println!("guest {}, and beside them {}", guest.user.id, account.user.id);
    // Here a program shows both carts. Each side has a token of its own: `access_token` and `candidate_token`.
    let now = engine.switch_to_candidate().await?;
    println!("now {}", now.user.id);
    engine.shutdown(Duration::from_secs(2)).await;
    Ok(())
}
