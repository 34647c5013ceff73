-- Guests: one, even when the answer of a sign-up is lost; and gone when they say so.

-- What no API shows.
create schema private;
revoke all on schema private from public;

-- Sign-ups by the attempt that a client says they belong to.
create table private.sign_up_attempts (
    id text primary key check (length(id) between 16 and 64),
    -- How often the client has tried.
    number integer not null,
    user_id uuid not null references auth.users (id) on delete cascade
);

create index sign_up_attempts_user_id_idx on private.sign_up_attempts (user_id);

-- A client that did not hear the answer of an anonymous sign-up signs up again, with the same attempt and the next number:
-- {"data": {"attempt": {"id": "…", "number": 2}}}. Nobody holds the first guest, who owns nothing: the second one takes their
-- place. The id is a random secret of the client, so nobody can replace somebody else's guest.
create function public.replace_unheard_guest()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
    attempt constant jsonb := new.raw_user_meta_data -> 'attempt';
    earlier private.sign_up_attempts;
begin
    if jsonb_typeof(attempt -> 'id') is distinct from 'string' or jsonb_typeof(attempt -> 'number') is distinct from 'number'
        or length(attempt ->> 'id') not between 16 and 64 or (attempt ->> 'number') !~ '^[0-9]{1,6}$' then
        return null;
    end if;
    insert into private.sign_up_attempts (id, number, user_id)
    values (attempt ->> 'id', (attempt ->> 'number')::integer, new.id)
    on conflict do nothing;
    if found then
        return null;
    end if;
    select * into earlier from private.sign_up_attempts a where a.id = attempt ->> 'id' for update;
    if earlier.number >= (attempt ->> 'number')::integer then
        -- The client has tried again since and does not wait for this answer any more.
        raise serialization_failure using message = 'a later attempt of this sign-up has arrived already';
    end if;
    update private.sign_up_attempts a set number = (attempt ->> 'number')::integer, user_id = new.id where a.id = earlier.id;
    delete from auth.users u
    where u.id = earlier.user_id and u.is_anonymous and not exists (select from public.carts c where c.user_id = u.id);
    return null;
end
$$;

create trigger replace_unheard_guest
after insert on auth.users
for each row when (new.is_anonymous and new.raw_user_meta_data ? 'attempt')
execute function public.replace_unheard_guest();

-- The calling guest and all that is theirs are deleted. Saying it twice is no error. Members have an account to close, which
-- is more than this.
create function public.forget_me()
returns void
language plpgsql
-- The tables of users belong to the project: only its owner may delete there.
security definer
set search_path = ''
as $$
begin
    if auth.uid() is null or exists (select from auth.users u where u.id = auth.uid() and not u.is_anonymous) then
        raise insufficient_privilege using message = 'only guests can be forgotten';
    end if;
    delete from auth.users u where u.id = auth.uid() and u.is_anonymous;
end
$$;

-- All that this shop keeps of the caller, by the caller's own rights.
create function public.export_me()
returns jsonb
language sql
stable
set search_path = ''
as $$
    select jsonb_build_object(
        'cart', public.get_cart(),
        'reviews', coalesce(
            (
                select jsonb_agg(to_jsonb(r) - 'author_id' order by r.created_at)
                from public.reviews r
                where r.author_id = (select auth.uid())
            ),
            '[]'::jsonb
        )
    )
$$;

revoke execute on function public.replace_unheard_guest(), public.forget_me(), public.export_me() from public, anon, authenticated;
grant execute on function public.forget_me(), public.export_me() to authenticated;
