/** The roles that a key for everybody has; a JWT of another one is a secret. */
const open = ["anon", "authenticated"];

function roleOf(jwt: string): unknown {
  const [, body] = jwt.split(".");
  if (!body) return undefined;
  try {
    const claims = JSON.parse(atob(body.replace(/-/g, "+").replace(/_/g, "/"))) as { role?: unknown } | null;
    return claims?.role;
  } catch {
    return undefined;
  }
}

/** Whether a key is one that nobody but a server may have. */
export function isSecretKey(key: string): boolean {
  const bare = key.trim();
  if (bare.startsWith("sb_secret_")) return true;
  const role = roleOf(bare);
  return typeof role === "string" && !open.includes(role);
}
