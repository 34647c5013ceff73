use std::net::IpAddr;

use proptest::prelude::*;
use url::Url;

use super::Redirects;

const SITE: &str = "https://shop.example:8443/start";
const ALLOWED: [&str; 4] =
    ["https://*.preview.example/**", "com.app://**", "https://partner.example/cb", "http://{a,b}.local:3000/*"];

fn redirects(site: &str) -> Redirects {
    Redirects::new(site, &ALLOWED.map(str::to_owned))
}

fn passes(site: &str, address: &str) -> bool {
    redirects(site).resolve([address]) == address
}

#[test]
fn the_sites_own_pages_pass_and_its_neighbours_do_not() {
    for good in ["https://shop.example:8443/a?b=c#d", "https://SHOP.example:8443"] {
        assert!(passes(SITE, good), "{good}");
    }
    for bad in
        ["http://shop.example:8443/", "https://shop.example/", "https://shop.example:8444/", "https://evil.example"]
    {
        assert!(!passes(SITE, bad), "{bad}");
    }
    assert!(passes("http://localhost:3000/#/", "http://localhost:9999/x"), "the port of this computer does not matter");
}

#[test]
fn case_61_loopback_passes_by_number_only() {
    for good in ["http://127.0.0.1:1/x", "http://[::1]:9/x", "https://127.0.0.1", "com.app://cb/x?y=1#z"] {
        assert!(passes(SITE, good), "{good}");
    }
    for bad in ["http://localhost:3000/", "http://10.0.0.5/", "http://2130706433/", "http://0x7f.1/", "http://0.0.0.0/"]
    {
        assert!(!passes(SITE, bad), "{bad}");
    }
}

#[test]
fn what_reads_in_two_ways_is_refused() {
    for bad in [
        "https://shop.example:8443@evil.example/",
        "https://shop.example:8443\\@evil.example/",
        "https:shop.example:8443",
        "https:\\\\shop.example:8443/",
        "https://shop.example:8443\n/",
        " https://shop.example:8443/",
        "https://evil?.preview.example/",
        "https://evil.example/?.preview.example/",
        "https://evil\t.preview.example/",
        "https://ev%2eil.preview.example/",
        "https://partner.example/cb/more",
        "https://partner.example/cb?x",
        "javascript://127.0.0.1/%0aalert(1)",
        "//evil.example",
        "/relative",
        "",
    ] {
        assert!(!passes(SITE, bad), "{bad:?}");
    }
}

#[test]
fn the_first_that_is_allowed_counts() {
    let redirects = redirects(SITE);
    assert_eq!(redirects.resolve(["https://evil.example", "https://partner.example/cb"]), "https://partner.example/cb");
    assert_eq!(redirects.resolve([]), SITE);
}

/// Pieces from which hostile addresses are made.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "https://",
        "http://",
        "http:",
        "//",
        "/",
        "\\",
        "@",
        ":",
        "?",
        "#",
        ".",
        "[",
        "]",
        "%2f",
        "%40",
        "\t",
        "\n",
        " ",
        "shop.example",
        ":8443",
        "preview.example",
        "partner.example/cb",
        "evil.example",
        "evil",
        "127.0.0.1",
        "0x7f000001",
        "localhost",
        "::1",
        "10.0.0.5",
        "2130706433",
        "com.app://",
        "javascript:",
        "a.local:3000",
        "x",
        "ı",
        "。",
    ]);
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

/// Whether a browser that follows this address stays where the project lets people go.
fn is_home(address: &str) -> bool {
    let Ok(url) = Url::parse(address) else { return false };
    let host = url.host_str().unwrap_or_default();
    let ip: Option<IpAddr> = host.trim_matches(['[', ']']).parse().ok();
    let loopback = ip.is_some_and(|ip| ip.is_loopback());
    match url.scheme() {
        "com.app" => true,
        "https" | "http" if loopback => true,
        "https" => {
            (host == "shop.example" && url.port() == Some(8443))
                || (host == "partner.example" && url.path() == "/cb")
                || host.strip_suffix(".preview.example").is_some_and(|name| !name.is_empty() && !name.contains('.'))
        }
        "http" => matches!(host, "a.local" | "b.local") && url.port() == Some(3000),
        _ => loopback,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn nobody_is_sent_elsewhere(address in hostile()) {
        let target = redirects(SITE).resolve([address.as_str()]);
        prop_assert!(is_home(&target), "{address:?} leads to {target:?}");
        prop_assert!(!target.contains(['\n', '\r', '\t', ' ', '\\']));
    }

    #[test]
    fn nobody_is_sent_elsewhere_by_any_text(start in prop::sample::select(vec!["", "https://", "http://127.0.0.1", SITE]), rest in ".{0,40}") {
        let target = redirects(SITE).resolve([format!("{start}{rest}").as_str()]);
        prop_assert!(is_home(&target), "{target:?}");
    }
}
