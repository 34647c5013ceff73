-- Guests who do not come back are removed after a while: nobody else will. Supabase does not do it by itself.

-- Removes stale guests and what is theirs, the oldest first and no more than `batch` of them, so that no call holds its
-- locks for long: call again while the answer says that there is more. Never a member: one who becomes a member at this
-- very moment is passed over or waits, and is looked at again. Answers
-- {"guests": n, "carts": n, "cart_lines": n, "more": true or false}.
create function public.clean_up_guests(
    older_than interval default '30 days',
    -- 'creation': by when the guest was made. 'last_use': by the last sign-in, refresh or change of the cart.
    counted_from text default 'creation',
    batch integer default 1000,
    as_of timestamptz default now()
)
returns jsonb
language plpgsql
-- The tables of users belong to the project: only its owner may delete there.
security definer
set search_path = ''
as $$
declare
    victims uuid[];
    carts bigint;
    cart_lines bigint;
begin
    if counted_from is null or counted_from not in ('creation', 'last_use') then
        raise invalid_parameter_value using
            message = 'counted_from must be creation or last_use', hint = 'creation is the default';
    end if;
    if batch is null or batch not between 1 and 10000 then
        raise invalid_parameter_value using message = 'batch must be between 1 and 10000';
    end if;
    if older_than is null or older_than < interval '1 hour' then
        -- Whoever shops right now is no stale guest.
        raise invalid_parameter_value using message = 'older_than must be one hour or more';
    end if;

    select array_agg(stale.id) into victims from (
        select u.id from auth.users u
        where u.is_anonymous is true
            and u.created_at < as_of - older_than
            and (
                counted_from = 'creation'
                or greatest(
                    u.last_sign_in_at,
                    (select max(greatest(s.created_at, s.refreshed_at at time zone 'utc')) from auth.sessions s where s.user_id = u.id),
                    (select c.updated_at from public.carts c where c.user_id = u.id),
                    u.created_at
                ) < as_of - older_than
            )
        order by u.created_at
        limit batch + 1
        for update of u skip locked
    ) stale;

    select count(*) into carts from public.carts c where c.user_id = any(victims[1:batch]);
    select count(*) into cart_lines from public.cart_lines l where l.user_id = any(victims[1:batch]);
    delete from auth.users u where u.id = any(victims[1:batch]) and u.is_anonymous is true;

    return jsonb_build_object(
        'guests', coalesce(cardinality(victims[1:batch]), 0), 'carts', carts, 'cart_lines', cart_lines,
        'more', coalesce(cardinality(victims) > batch, false)
    );
end
$$;

revoke execute on function public.clean_up_guests(interval, text, integer, timestamptz) from public, anon, authenticated;
grant execute on function public.clean_up_guests(interval, text, integer, timestamptz) to service_role;

-- Where the server can keep time itself, it does: a batch every ten minutes. Elsewhere the sandbox calls it every hour.
do $$
begin
    if exists (select from pg_available_extensions where name = 'pg_cron') then
        create extension if not exists pg_cron with schema pg_catalog;
        perform cron.schedule('clean-up-guests', '*/10 * * * *', 'select public.clean_up_guests()');
    end if;
exception when others then
    -- pg_cron lies there but is not loaded, or this is not its database: the shop works without it.
    raise notice 'guests are not cleaned up by pg_cron: %', sqlerrm;
end
$$;
