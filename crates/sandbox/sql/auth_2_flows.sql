-- What came after the first version: flows with a proof key, messages with links and by SMS, and the user in full.

create type auth.code_challenge_method as enum ('s256', 'plain');
create table auth.flow_state (
    id uuid primary key,
    user_id uuid,
    auth_code text,
    code_challenge_method auth.code_challenge_method,
    code_challenge text,
    provider_type text not null,
    provider_access_token text,
    provider_refresh_token text,
    created_at timestamptz,
    updated_at timestamptz,
    authentication_method text not null,
    auth_code_issued_at timestamptz,
    invite_token text,
    referrer text,
    oauth_client_state_id uuid,
    linking_target_id uuid,
    email_optional boolean not null default false
);
create index flow_state_auth_code_idx on auth.flow_state (auth_code);
create index flow_state_user_id_idx on auth.flow_state (user_id, authentication_method);
alter table auth.flow_state enable row level security;

alter table sandbox.messages add column channel text not null default 'mail';
alter table sandbox.messages add column link text;
create index messages_recipient_idx on sandbox.messages (recipient);

create or replace function sandbox.user_json(u auth.users) returns jsonb language sql stable as $$
    select jsonb_strip_nulls(jsonb_build_object(
        'id', u.id, 'aud', coalesce(u.aud, ''), 'role', coalesce(u.role, ''),
        'email', coalesce(u.email, ''), 'email_confirmed_at', sandbox.instant(u.email_confirmed_at),
        'invited_at', sandbox.instant(u.invited_at),
        'phone', coalesce(u.phone, ''), 'phone_confirmed_at', sandbox.instant(u.phone_confirmed_at),
        'confirmation_sent_at', sandbox.instant(u.confirmation_sent_at), 'confirmed_at', sandbox.instant(u.confirmed_at),
        'recovery_sent_at', sandbox.instant(u.recovery_sent_at),
        'new_email', nullif(u.email_change, ''), 'email_change_sent_at', sandbox.instant(u.email_change_sent_at),
        'new_phone', nullif(u.phone_change, ''), 'phone_change_sent_at', sandbox.instant(u.phone_change_sent_at),
        'reauthentication_sent_at', sandbox.instant(u.reauthentication_sent_at),
        'last_sign_in_at', sandbox.instant(u.last_sign_in_at),
        'created_at', sandbox.instant(u.created_at), 'updated_at', sandbox.instant(u.updated_at),
        'banned_until', sandbox.instant(u.banned_until), 'deleted_at', sandbox.instant(u.deleted_at),
        'is_anonymous', u.is_anonymous
    )) || jsonb_build_object(
        'app_metadata', coalesce(u.raw_app_meta_data, '{}'), 'user_metadata', coalesce(u.raw_user_meta_data, '{}'),
        'identities', coalesce(
            (select jsonb_agg(sandbox.identity_json(i) order by i.created_at, i.id) from auth.identities i where i.user_id = u.id), '[]'
        )
    )
$$;
