-- Everything of one backend lies under its scope, so that the sandbox and a hosted project never share a guest.
-- Times are milliseconds since 1970.

-- Who this device is: at most one session a scope. The tokens are in `sealed`; the rest is what the window may show before
-- the key store answers.
create table sessions (
    scope text primary key,
    user_id text not null,
    is_anonymous integer not null check (is_anonymous in (0, 1)),
    sealed blob not null,
    updated_at integer not null
) strict;

-- Sessions that the server ended: whose cart it was can still be told.
create table ended_sessions (
    id integer primary key,
    scope text not null,
    user_id text not null,
    is_anonymous integer not null,
    reason text not null,
    ended_at integer not null
) strict;

-- `owner` is a user id, or 'visitor' before there is one.
create table carts (
    scope text not null,
    owner text not null,
    server_version integer not null default 0,
    primary key (scope, owner)
) strict;

create table cart_lines (
    scope text not null,
    owner text not null,
    product_id text not null,
    quantity integer not null check (quantity > 0),
    position integer not null,
    primary key (scope, owner, product_id),
    foreign key (scope, owner) references carts (scope, owner) on update cascade on delete cascade
) strict;

-- What the server has not confirmed: the absolute quantity of a line, so that sending it twice changes nothing.
create table outbox (
    scope text not null,
    owner text not null,
    product_id text not null,
    quantity integer not null check (quantity >= 0),
    revision integer not null,
    primary key (scope, owner, product_id),
    foreign key (scope, owner) references carts (scope, owner) on update cascade on delete cascade
) strict;

-- Numbers the changes of the outbox; never reused, so that an old answer can't confirm a newer change.
create table revisions (
    scope text primary key,
    last integer not null
) strict;

create table catalogs (
    scope text primary key,
    body text not null,
    fetched_at integer not null
) strict;

-- The upgrade under way, if any, as a state that can be resumed.
create table upgrades (
    scope text primary key,
    state text not null,
    updated_at integer not null
) strict;
