-- What a Supabase project brings along before its own migrations: roles, the schema `auth` of Supabase Auth (wire reference,
-- section 11) and the sandbox's own records.

-- Roles belong to the server, not to the database: another database of it may have brought them already.
do $$
declare
    wanted constant text[] := array['anon', 'authenticated', 'service_role'];
    attributes constant text[] := array['', '', ' bypassrls'];
begin
    for i in 1 .. array_length(wanted, 1) loop
        begin
            execute format('create role %I nologin noinherit%s', wanted[i], attributes[i]);
        exception when duplicate_object or unique_violation then
            null;
        end;
        -- Whoever is no superuser may become only what they are a member of.
        if not pg_has_role(current_user, wanted[i], 'member') then
            execute format('grant %I to current_user', wanted[i]);
        end if;
    end loop;
end
$$;

grant usage on schema public to anon, authenticated, service_role;
alter default privileges in schema public grant all on tables to anon, authenticated, service_role;
alter default privileges in schema public grant all on functions to anon, authenticated, service_role;
alter default privileges in schema public grant all on sequences to anon, authenticated, service_role;

create schema auth;
grant usage on schema auth to anon, authenticated, service_role;

create table auth.users (
    instance_id uuid default '00000000-0000-0000-0000-000000000000',
    id uuid primary key,
    aud varchar(255),
    role varchar(255),
    email varchar(255),
    encrypted_password varchar(255),
    email_confirmed_at timestamptz,
    invited_at timestamptz,
    confirmation_token varchar(255),
    confirmation_sent_at timestamptz,
    recovery_token varchar(255),
    recovery_sent_at timestamptz,
    email_change_token_new varchar(255),
    email_change varchar(255),
    email_change_sent_at timestamptz,
    last_sign_in_at timestamptz,
    raw_app_meta_data jsonb,
    raw_user_meta_data jsonb,
    is_super_admin boolean,
    created_at timestamptz,
    updated_at timestamptz,
    phone text default null unique,
    phone_confirmed_at timestamptz,
    phone_change text default '',
    phone_change_token varchar(255) default '',
    phone_change_sent_at timestamptz,
    confirmed_at timestamptz generated always as (least(email_confirmed_at, phone_confirmed_at)) stored,
    email_change_token_current varchar(255) default '',
    email_change_confirm_status smallint default 0 check (email_change_confirm_status between 0 and 2),
    banned_until timestamptz,
    reauthentication_token varchar(255) default '',
    reauthentication_sent_at timestamptz,
    is_sso_user boolean not null default false,
    deleted_at timestamptz,
    is_anonymous boolean not null default false
);
create unique index users_email_partial_key on auth.users (email) where is_sso_user = false;
create index users_is_anonymous_idx on auth.users (is_anonymous);

create table auth.identities (
    id uuid primary key default gen_random_uuid(),
    provider_id text not null,
    user_id uuid not null references auth.users (id) on delete cascade,
    identity_data jsonb not null,
    provider text not null,
    last_sign_in_at timestamptz,
    created_at timestamptz,
    updated_at timestamptz,
    email text generated always as (lower(identity_data->>'email')) stored,
    unique (provider_id, provider)
);
create index identities_user_id_idx on auth.identities (user_id);
create index identities_email_idx on auth.identities (email text_pattern_ops);

create type auth.aal_level as enum ('aal1', 'aal2', 'aal3');
create table auth.sessions (
    id uuid primary key,
    user_id uuid not null references auth.users (id) on delete cascade,
    created_at timestamptz,
    updated_at timestamptz,
    factor_id uuid,
    aal auth.aal_level,
    not_after timestamptz,
    refreshed_at timestamp,
    user_agent text,
    ip inet,
    tag text
);
create index sessions_user_id_idx on auth.sessions (user_id);

create table auth.refresh_tokens (
    instance_id uuid,
    id bigserial primary key,
    token varchar(255) unique,
    user_id varchar(255),
    revoked boolean,
    created_at timestamptz,
    updated_at timestamptz,
    parent varchar(255),
    session_id uuid references auth.sessions (id) on delete cascade
);
create index refresh_tokens_session_id_revoked_idx on auth.refresh_tokens (session_id, revoked);
create index refresh_tokens_parent_idx on auth.refresh_tokens (parent);

create table auth.mfa_amr_claims (
    id uuid primary key default gen_random_uuid(),
    session_id uuid not null references auth.sessions (id) on delete cascade,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    authentication_method text not null,
    unique (session_id, authentication_method)
);

create type auth.one_time_token_type as enum (
    'confirmation_token', 'reauthentication_token', 'recovery_token',
    'email_change_token_new', 'email_change_token_current', 'phone_change_token'
);
create table auth.one_time_tokens (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null references auth.users (id) on delete cascade,
    token_type auth.one_time_token_type not null,
    token_hash text not null check (char_length(token_hash) > 0),
    relates_to text not null,
    created_at timestamp not null default now(),
    updated_at timestamp not null default now(),
    unique (user_id, token_type)
);
create index one_time_tokens_token_hash_idx on auth.one_time_tokens using hash (token_hash);
create index one_time_tokens_relates_to_idx on auth.one_time_tokens using hash (relates_to);

alter table auth.users enable row level security;
alter table auth.identities enable row level security;
alter table auth.sessions enable row level security;
alter table auth.refresh_tokens enable row level security;
alter table auth.mfa_amr_claims enable row level security;
alter table auth.one_time_tokens enable row level security;

create function auth.uid() returns uuid language sql stable as $$
    select coalesce(
        nullif(current_setting('request.jwt.claim.sub', true), ''),
        nullif(current_setting('request.jwt.claims', true), '')::jsonb->>'sub'
    )::uuid
$$;
create function auth.role() returns text language sql stable as $$
    select coalesce(
        nullif(current_setting('request.jwt.claim.role', true), ''),
        nullif(current_setting('request.jwt.claims', true), '')::jsonb->>'role'
    )
$$;
create function auth.email() returns text language sql stable as $$
    select coalesce(
        nullif(current_setting('request.jwt.claim.email', true), ''),
        nullif(current_setting('request.jwt.claims', true), '')::jsonb->>'email'
    )
$$;
create function auth.jwt() returns jsonb language sql stable as $$
    select coalesce(
        nullif(current_setting('request.jwt.claim', true), ''),
        nullif(current_setting('request.jwt.claims', true), '')
    )::jsonb
$$;

create schema supabase_migrations;
create table supabase_migrations.schema_migrations (version text primary key, name text);

-- The sandbox's own: what was mailed, and which seed was applied.
create schema sandbox;
create table sandbox.messages (
    id bigserial primary key,
    recipient text not null,
    subject text not null,
    kind text not null,
    code text not null,
    sent_at timestamptz not null
);
create table sandbox.applied (what text primary key, hash text not null);

create function sandbox.instant(at timestamptz) returns text language sql immutable as $$
    select to_char(at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
$$;

-- An identity as the API shows it (wire reference, section 0).
create function sandbox.identity_json(i auth.identities) returns jsonb language sql stable as $$
    select jsonb_strip_nulls(jsonb_build_object(
        'identity_id', i.id, 'id', i.provider_id, 'user_id', i.user_id, 'identity_data', i.identity_data,
        'provider', i.provider, 'email', i.email, 'last_sign_in_at', sandbox.instant(i.last_sign_in_at),
        'created_at', sandbox.instant(i.created_at), 'updated_at', sandbox.instant(i.updated_at)
    ))
$$;

-- A user as the API shows them (wire reference, section 0).
create function sandbox.user_json(u auth.users) returns jsonb language sql stable as $$
    select jsonb_strip_nulls(jsonb_build_object(
        'id', u.id, 'aud', coalesce(u.aud, ''), 'role', coalesce(u.role, ''),
        'email', coalesce(u.email, ''), 'email_confirmed_at', sandbox.instant(u.email_confirmed_at),
        'phone', coalesce(u.phone, ''), 'phone_confirmed_at', sandbox.instant(u.phone_confirmed_at),
        'confirmed_at', sandbox.instant(u.confirmed_at),
        'new_email', nullif(u.email_change, ''), 'email_change_sent_at', sandbox.instant(u.email_change_sent_at),
        'last_sign_in_at', sandbox.instant(u.last_sign_in_at),
        'created_at', sandbox.instant(u.created_at), 'updated_at', sandbox.instant(u.updated_at),
        'banned_until', sandbox.instant(u.banned_until), 'is_anonymous', u.is_anonymous
    )) || jsonb_build_object(
        'app_metadata', coalesce(u.raw_app_meta_data, '{}'), 'user_metadata', coalesce(u.raw_user_meta_data, '{}'),
        'identities', coalesce(
            (select jsonb_agg(sandbox.identity_json(i) order by i.created_at) from auth.identities i where i.user_id = u.id), '[]'
        )
    )
$$;

-- The claims of an access token for a session (wire reference, section 2), without issuer and times.
create function sandbox.claims_json(u auth.users, session uuid) returns jsonb language sql stable as $$
    select jsonb_build_object(
        'sub', u.id, 'aud', u.aud, 'email', coalesce(u.email, ''), 'phone', coalesce(u.phone, ''),
        'app_metadata', coalesce(u.raw_app_meta_data, '{}'), 'user_metadata', coalesce(u.raw_user_meta_data, '{}'),
        'role', u.role, 'aal', 'aal1', 'session_id', session, 'is_anonymous', u.is_anonymous,
        'amr', coalesce((
            select jsonb_agg(jsonb_build_object('method', a.authentication_method, 'timestamp', extract(epoch from a.updated_at)::bigint) order by a.updated_at desc)
            from auth.mfa_amr_claims a where a.session_id = session
        ), '[]')
    )
$$;
