//! A guest becomes a member by e-mail: the user id stays.
//!
//! Against the sandbox: `cargo run -p carryover-sandbox` prints its address and key; then
//! `cargo run -p carryover-auth --example upgrade_by_email -- <address> <publishable key> ana@example.com`
//! and the code lies in the inbox that the sandbox printed too. Run again, it finds the session of the last time.

use std::{
    env,
    error::Error,
    io::{self, Write},
    sync::Arc,
    time::Duration,
};

use carryover_auth::{Api, Confirmed, Email, Engine, FileStore, Link, Otp, SystemClock};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [url, key, address] = arguments.as_slice() else {
        return Err("usage: upgrade_by_email <address of the server> <publishable key> <e-mail address>".into());
    };
    let email = Email::parse(address).ok_or("that is no e-mail address")?;
    let api = Api::new(&url.parse()?, key)?;
    // A session belongs to one project. A program with a key store seals it; for an example a private file will do.
    let file = env::temp_dir().join(format!("upgrade-{}", api.project().replace(':', "-")));
    let engine = Engine::load(api, FileStore::new(file), Arc::new(SystemClock)).await;

    let guest = engine.ensure_anonymous().await?;
    println!("user {}, anonymous: {}", guest.user.id, guest.is_anonymous);
    if guest.is_anonymous {
        upgrade(&engine, email).await?;
    }
    engine.shutdown(Duration::from_secs(2)).await;
    Ok(())
}

async fn upgrade(engine: &Engine<FileStore>, email: Email) -> Result<(), Box<dyn Error>> {
    let mut member = match engine.link(email).await? {
        Link::Linked(member) => Some(member),
        Link::CodeSent => None,
    };
    while member.is_none() {
        print!("code: ");
        io::stdout().flush()?;
        let mut code = String::new();
        if io::stdin().read_line(&mut code)? == 0 {
            return Err("no code was typed; the guest is as before".into());
        }
        match engine.confirm_link(&Otp::new(code.trim().to_owned())).await {
            Ok(Confirmed::Complete(session)) => member = Some(session),
            Ok(Confirmed::OtherCodeNeeded) => println!("now the code that went to the other address"),
            Err(error) if error.code().is_some() => println!("{error}; try again"),
            Err(error) => return Err(error.into()),
        }
    }
    if let Some(member) = member {
        println!("user {}, anonymous: {}", member.user.id, member.is_anonymous);
    }
    Ok(())
}
