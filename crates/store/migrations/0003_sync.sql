-- What a person saw and what the server gave: the price when the line was last touched here, and whether the server gave less
-- than was asked for.
alter table cart_lines add column seen_minor integer;
alter table cart_lines add column seen_currency text;
alter table cart_lines add column refused integer not null default 0 check (refused in (0, 1));

-- When the change was made: of two devices' changes of a line the later one counts.
alter table outbox add column changed_at integer not null default 0;

-- Nobody wrote down when the waiting changes were made: as good as now.
update outbox set changed_at = unixepoch() * 1000;

-- This file's name at the server, by which a device's own changes are in one order. Random: it says nothing of the person.
create table device (id text not null) strict;

insert into device (id) values (lower(hex(randomblob(16))));

-- What the person must be told and has not put away. `owner` is null for what concerns everybody on this device.
create table notices (
    id integer primary key,
    scope text not null,
    owner text,
    product_id text,
    body text not null,
    created_at integer not null,
    foreign key (scope, owner) references carts (scope, owner) on update cascade on delete cascade
) strict;

-- The sign-up under way: its secret, and how often it was tried. With them a server puts the guest of the last try in the place
-- of one whom nobody heard of.
create table sign_up_attempts (
    scope text primary key,
    id text not null,
    number integer not null
) strict;

-- Written before the server is asked to forget the guest, gone with everything else: a kill in between is made good at the
-- next start.
create table forgetting (
    scope text primary key,
    asked_at integer not null
) strict;
