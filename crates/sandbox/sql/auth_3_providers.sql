-- The providers that the sandbox plays: who has an account there, and the codes that they gave away.

create table sandbox.provider_accounts (
    provider text not null,
    sub text not null,
    name text not null,
    email text not null,
    created_at timestamptz not null,
    primary key (provider, sub)
);
create table sandbox.provider_codes (
    code text primary key,
    provider text not null,
    redirect_uri text not null,
    -- What the provider tells about the account this time.
    told jsonb not null,
    slow boolean not null,
    expires_at timestamptz not null
);
