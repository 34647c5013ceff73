-- The session engine keeps one sealed record: the session, and what must survive beside it even when nobody is signed in
-- (sessions that the server must still be told to end, OAuth flows under way). `generation` counts its changes, so that of two
-- programs on this file the second notices the first.
create table records (
    scope text primary key,
    generation integer not null check (generation > 0),
    -- Who is signed in: what may be known before the key store answers. Null when nobody is.
    user_id text,
    is_anonymous integer not null check (is_anonymous in (0, 1)),
    sealed blob not null,
    updated_at integer not null
) strict;

-- A session of the first version is a record of its first generation; what is sealed in it can be read.
insert into records (scope, generation, user_id, is_anonymous, sealed, updated_at)
select scope, 1, user_id, is_anonymous, sealed, updated_at from sessions;

drop table sessions;

-- Records that no key opens or no version reads: set aside when the person begins anew, never deleted.
create table unreadable_records (
    id integer primary key,
    scope text not null,
    user_id text,
    sealed blob not null,
    set_aside_at integer not null
) strict;
