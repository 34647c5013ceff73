//! The part of a query that may be told, so that a request is recognised and can be made again.

use url::form_urlencoded;

/// Longer ones tell more than anybody reads.
const LONGEST: usize = 300;
/// No value that the Auth API is asked openly is longer.
const LONGEST_WORD: usize = 20;
/// What the Auth API may be asked openly: which flow, and which page of a list.
const AUTH: [&str; 5] = ["grant_type", "provider", "skip_http_redirect", "page", "per_page"];
/// What a function of the data API may be asked openly. Its arguments may be anything.
const FUNCTION: [&str; 4] = ["select", "order", "limit", "offset"];
/// What is in nothing that is told of the data API: secrets, and whatever leads to one.
const NEVER: [&str; 12] =
    ["token", "code", "key", "secret", "password", "state", "nonce", "challenge", "verifier", "redirect", "eyj", "@"];

/// Parameters as they were written, without those that may be nobody's business; `None` when nothing is left.
pub(super) fn harmless(path: &str, query: &str) -> Option<String> {
    let told: Vec<&str> = query.split('&').filter(|pair| may_be_told(path, pair)).collect();
    (!told.is_empty()).then(|| told.join("&"))
}

fn may_be_told(path: &str, pair: &str) -> bool {
    let Some((name, value)) = form_urlencoded::parse(pair.as_bytes()).next() else { return false };
    if !path.starts_with("/rest/v1/") {
        let word = value.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        return AUTH.contains(&&*name) && word && value.len() <= LONGEST_WORD;
    }
    let text = format!("{name}={value}").to_lowercase();
    // What is escaped twice may hide anything.
    let open = pair.len() <= LONGEST && !text.contains('%') && !NEVER.iter().any(|word| text.contains(word));
    // Of a table: it has its columns by the migrations, and filters hold ids.
    open && (!path.starts_with("/rest/v1/rpc/") || FUNCTION.contains(&&*name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_recognised_and_no_secret_is_told() {
        for (path, query, told) in [
            ("/auth/v1/token", "grant_type=refresh_token&apikey=x", Some("grant_type=refresh_token")),
            ("/auth/v1/token", "grant_type=password&redirect_to=http://x", Some("grant_type=password")),
            ("/auth/v1/verify", "token=abc&type=signup&redirect_to=x", None),
            ("/auth/v1/token", "grant_type=eyJhbGciOiJIUzI1NiJ9", None),
            ("/auth/v1/callback", "code=abc&state=def", None),
            (
                "/auth/v1/authorize",
                "provider=google&code_challenge=abc&code_challenge_method=s256",
                Some("provider=google"),
            ),
            ("/auth/v1/admin/users", "page=2&filter=ana", Some("page=2")),
            ("/rest/v1/products", "select=id,name&order=position&apikey=eyJh", Some("select=id,name&order=position")),
            ("/rest/v1/cart_lines", "user_id=eq.5&product_id=in.(a,b)", Some("user_id=eq.5&product_id=in.(a,b)")),
            ("/rest/v1/reviews", "body=eq.ana@example.com&stars=eq.5", Some("stars=eq.5")),
            ("/rest/v1/reviews", "body=eq.ana%40example.com&body=eq.ana%2540example.com", None),
            ("/rest/v1/reviews", "t%6Fken=x&Apikey=x&or=(id.eq.1,token.eq.x)", None),
            ("/rest/v1/rpc/preview_offer", "token=abc&anything=abc&select=lines", Some("select=lines")),
            ("/rest/v1/products", "", None),
        ] {
            assert_eq!(harmless(path, query).as_deref(), told, "{path}?{query}");
        }
        assert_eq!(harmless("/rest/v1/products", &format!("id=eq.{}", "x".repeat(LONGEST))), None);
    }
}
