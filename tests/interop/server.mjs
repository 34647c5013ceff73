// A stand-in for Supabase Auth: keeps what it is sent and gives scripted answers.
//
// It is strict where the real server is: a stale token, a used refresh token or a code verifier that does not fit ends the
// scenario. Such values are random or secret, so the record holds only their shape; that they were right is checked here.

import { createHash } from "node:crypto";
import { createServer } from "node:http";

export const PUBLISHABLE_KEY = "publishable";
export const IDENTITY = "0b5b2f0e-6c1d-4a55-9d53-3a0c8a1f7e21";

const USER = "6f1c8b1e-2d0a-4a43-8f43-0f6f3f6a9b11";
const SESSION = "c2a7a9d4-55c5-4e2b-9a3c-7d0d5f1b6e02";
// The first second of 2100: so far off that the client never refreshes of its own accord.
const EXPIRES_AT = 4_102_444_800;

/** Starts it; `received` grows by one for each request. */
export async function start() {
  const received = [];
  const state = { issued: 0, accessToken: null, refreshToken: null, challenge: null, isAnonymous: true };
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request.setEncoding("utf8")) text += chunk;
    try {
      const entry = read(request, text, state);
      received.push(entry);
      reply(response, 200, answer(entry, state));
    } catch (error) {
      // 400, as the client would retry after a 500.
      reply(response, 400, { code: "validation_failed", message: error.message });
    }
  });
  await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    received,
    /** Takes note of a flow that starts without a request. */
    begin: (url) => remember(state, url.searchParams.get("code_challenge")),
    stop: () => {
      // The client's fetch keeps connections open, which would keep the process alive.
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

function read(request, text, state) {
  const { pathname, searchParams } = new URL(request.url, "http://127.0.0.1");
  // Every request needs it to pass the gateway in front of the real server; the record does not repeat it.
  if (request.headers.apikey !== PUBLISHABLE_KEY) throw new Error("no apikey header");
  return {
    method: request.method,
    path: pathname,
    query: queryOf(searchParams),
    body: text === "" ? null : JSON.parse(text),
    apiVersion: request.headers["x-supabase-api-version"] ?? null,
    authorization: bearer(request.headers.authorization, state),
  };
}

/** As an object. A key that comes twice would be lost in it, so that is an error. */
export function queryOf(searchParams) {
  const query = Object.fromEntries(searchParams);
  if (Object.keys(query).length !== [...searchParams].length) throw new Error("a query key came twice");
  return query;
}

/** Which token it is, not what it says. */
function bearer(header, { accessToken }) {
  if (header === undefined) return null;
  if (header === `Bearer ${PUBLISHABLE_KEY}`) return "publishable-key";
  if (accessToken !== null && header === `Bearer ${accessToken}`) return "access-token";
  throw new Error("Authorization carries neither the newest access token nor the publishable key");
}

function answer(entry, state) {
  const { method, path, query, body } = entry;
  remember(state, body?.code_challenge ?? query.code_challenge);
  switch (`${method} ${path}`) {
    case "POST /signup":
      // An address has to be confirmed first: a user, and no session yet.
      return body.email ? user(false) : session(state, true);
    case "POST /token":
      check(query.grant_type, body, state);
      return session(state, state.isAnonymous && query.grant_type === "refresh_token");
    case "POST /verify":
      return session(state, false);
    case "GET /user":
    case "PUT /user":
      return user(state.isAnonymous);
    case "GET /user/identities/authorize":
      return { url: "https://accounts.google.com/o/oauth2/v2/auth?state=scripted" };
    case "GET /reauthenticate":
    case "POST /otp":
    case "POST /recover":
    case "POST /resend":
    case `DELETE /user/identities/${IDENTITY}`:
      return {};
    case "POST /logout":
      // 204 without a body.
      return null;
    default:
      throw new Error(`no answer is scripted for ${method} ${path}`);
  }
}

/** Null and nothing are left aside: clients name the key even where no flow starts. */
function remember(state, challenge) {
  if (challenge) state.challenge = challenge;
}

function check(grantType, body, state) {
  if (grantType === "refresh_token" && body.refresh_token !== state.refreshToken) {
    throw new Error("not the newest refresh token");
  }
  if (grantType === "pkce") {
    const challenge = createHash("sha256").update(body.code_verifier).digest("base64url");
    if (challenge !== state.challenge) throw new Error("the code verifier does not fit the newest challenge");
  }
}

function session(state, isAnonymous) {
  state.issued += 1;
  state.isAnonymous = isAnonymous;
  state.accessToken = accessToken(state);
  state.refreshToken = `refresh-${state.issued}`;
  return {
    access_token: state.accessToken,
    token_type: "bearer",
    expires_in: 3600,
    expires_at: EXPIRES_AT,
    refresh_token: state.refreshToken,
    user: user(isAnonymous),
  };
}

/** Well-formed, but signed by nobody. */
function accessToken({ issued, isAnonymous }) {
  const part = (value) => Buffer.from(value).toString("base64url");
  const payload = {
    sub: USER,
    aud: "authenticated",
    role: "authenticated",
    exp: EXPIRES_AT,
    // Each token differs from the last, so that sending an old one is noticed.
    iat: EXPIRES_AT - 3600 + issued,
    is_anonymous: isAnonymous,
    session_id: SESSION,
  };
  const header = { alg: "HS256", typ: "JWT" };
  return [JSON.stringify(header), JSON.stringify(payload), "unsigned"].map(part).join(".");
}

function user(isAnonymous) {
  const identity = {
    id: "google-1",
    identity_id: IDENTITY,
    user_id: USER,
    provider: "google",
    identity_data: {},
  };
  return {
    id: USER,
    aud: "authenticated",
    role: "authenticated",
    email: isAnonymous ? "" : "new@example.test",
    phone: "",
    is_anonymous: isAnonymous,
    created_at: "2026-01-01T00:00:00Z",
    app_metadata: {},
    user_metadata: { from: "test" },
    identities: isAnonymous ? [] : [identity],
  };
}

function reply(response, status, body) {
  if (body === null) {
    response.writeHead(204).end();
    return;
  }
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
