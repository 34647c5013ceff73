-- Earlier carts: what a hand-off, its undo or a restore took out of a cart is kept for 30 days. And what every change of a
-- whole cart needs.

create table public.earlier_carts (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null references auth.users (id) on delete cascade,
    -- Whose cart it was: of the guest who was handed off, the account's own, or one that a later choice replaced.
    origin text not null check (origin in ('guest', 'account', 'replaced')),
    -- As get_cart() gives them: [{"product_id": …, "quantity": …}].
    lines jsonb not null check (jsonb_typeof(lines) = 'array'),
    -- The hand-off that it comes from, if any. No reference: the claim may be forgotten first.
    claim_id uuid,
    kept_at timestamptz not null default now(),
    expires_at timestamptz not null default now() + interval '30 days'
);

create index earlier_carts_user_id_idx on public.earlier_carts (user_id);
create index earlier_carts_expires_at_idx on public.earlier_carts (expires_at);

alter table public.earlier_carts enable row level security;

revoke all on public.earlier_carts from anon, authenticated;
grant select, delete on public.earlier_carts to authenticated;
grant all on public.earlier_carts to service_role;

create policy "Users see their own earlier carts as long as they last"
on public.earlier_carts for select
to authenticated
using ((select auth.uid()) = user_id and expires_at > now());

create policy "Users delete their own earlier carts"
on public.earlier_carts for delete
to authenticated
using ((select auth.uid()) = user_id and expires_at > now());

create policy "Only permanent users have earlier carts"
on public.earlier_carts as restrictive for all
to authenticated
using ((select (auth.jwt()->>'is_anonymous')::boolean) is false);

-- The caller, if that is a member by the token's word; refuses everybody else. A token without the claim counts as a guest's.
create function private.member()
returns uuid
language plpgsql
stable
set search_path = ''
as $$
begin
    if auth.uid() is null or (auth.jwt()->>'is_anonymous')::boolean is not false then
        raise insufficient_privilege using message = 'only members can do this';
    end if;
    return auth.uid();
end
$$;

-- Somebody's cart, in the words of get_cart().
create function private.cart_of(owner uuid)
returns jsonb
language sql
stable
set search_path = ''
as $$
    select jsonb_build_object(
        'version', coalesce((select c.version from public.carts c where c.user_id = owner), 0),
        'lines', coalesce(
            (
                select jsonb_agg(jsonb_build_object('product_id', l.product_id, 'quantity', l.quantity) order by l.product_id)
                from public.cart_lines l
                where l.user_id = owner and l.quantity > 0
            ),
            '[]'::jsonb
        )
    )
$$;

-- From here to the end of the transaction nobody else changes these carts. Always in the same order, users first as whoever
-- deletes a user does, so that two who want the same carts take turns instead of waiting in a circle.
create function private.lock_carts(owners uuid[])
returns void
language plpgsql
set search_path = ''
as $$
begin
    perform from auth.users u where u.id = any(owners) order by u.id for key share;
    insert into public.carts (user_id) select o.id from unnest(owners) as o (id) order by o.id on conflict do nothing;
    perform from public.carts c where c.user_id = any(owners) order by c.user_id for update;
    -- A line may also be written past set_cart_lines(), which locks the cart only.
    perform from public.cart_lines l where l.user_id = any(owners) order by l.user_id, l.product_id for update;
end
$$;

-- Makes somebody's cart exactly these lines, which the caller has checked. What goes stays as a row of none, as
-- set_cart_lines() leaves it, so that an older change of a device can't bring it back. Answers the new cart.
create function private.replace_cart(owner uuid, lines jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
    insert into public.cart_lines as c (user_id, product_id, quantity, changed_at)
    select owner, p.id, l.quantity, clock_timestamp()
    from jsonb_to_recordset(lines) as l (product_id text, quantity integer)
    join public.products p on p.id = l.product_id
    on conflict (user_id, product_id) do update
    set quantity = excluded.quantity, changed_at = excluded.changed_at, device = null, revision = 0;

    update public.cart_lines c
    set quantity = 0, changed_at = clock_timestamp(), device = null, revision = 0
    where c.user_id = owner and c.quantity > 0
        and c.product_id not in (select l.product_id from jsonb_to_recordset(lines) as l (product_id text));

    update public.carts c set version = c.version + 1, updated_at = now() where c.user_id = owner;
    return private.cart_of(owner);
end
$$;

-- Keeps lines as an earlier cart, if there are any.
create function private.keep_earlier_cart(owner uuid, origin text, lines jsonb, claim_id uuid default null)
returns void
language sql
set search_path = ''
as $$
    insert into public.earlier_carts (user_id, origin, lines, claim_id)
    select owner, keep_earlier_cart.origin, keep_earlier_cart.lines, keep_earlier_cart.claim_id
    where keep_earlier_cart.lines <> '[]'::jsonb
$$;

-- An earlier cart becomes the cart, as far as today's stock and limits allow, and the cart an earlier one. `version` is the
-- cart's, as the caller saw it. Answers {"cart": …, "refused": [{"product_id": …, "reason": …, "allowed": …}]}.
create function public.restore_earlier_cart(id uuid, version bigint)
returns jsonb
language plpgsql
-- Earlier carts are written by the shop alone.
security definer
set search_path = ''
as $$
declare
    caller constant uuid := private.member();
    earlier public.earlier_carts;
    present jsonb;
    granted jsonb;
    refused jsonb;
begin
    perform private.lock_carts(array[caller]);
    delete from public.earlier_carts e
    where e.id = restore_earlier_cart.id and e.user_id = caller and e.expires_at > now()
    returning * into earlier;
    if not found then
        raise sqlstate 'PT404' using message = 'earlier_cart_not_found';
    end if;
    present := private.cart_of(caller);
    if (present ->> 'version')::bigint is distinct from restore_earlier_cart.version then
        raise sqlstate 'PT409' using message = 'cart_stale';
    end if;

    select
        coalesce(jsonb_agg(jsonb_build_object('product_id', w.product_id, 'quantity', w.granted)) filter (where w.granted > 0), '[]'),
        coalesce(
            jsonb_agg(jsonb_build_object(
                'product_id', w.product_id,
                'reason', case when w.granted = 0 then 'unavailable' else 'over_limit' end,
                'allowed', w.granted
            ) order by w.product_id) filter (where w.granted < w.quantity),
            '[]'
        )
    into granted, refused
    from (
        select l.product_id, l.quantity,
            case when p.id is null then 0 else least(l.quantity, p.stock, p.max_per_order, 999) end as granted
        from jsonb_to_recordset(earlier.lines) as l (product_id text, quantity integer)
        left join public.products p on p.id = l.product_id
    ) w;

    perform private.keep_earlier_cart(caller, 'replaced', present -> 'lines');
    return jsonb_build_object('cart', private.replace_cart(caller, granted), 'refused', refused);
end
$$;

revoke execute on function private.member(), private.cart_of(uuid), private.lock_carts(uuid[]), private.replace_cart(uuid, jsonb),
    private.keep_earlier_cart(uuid, text, jsonb, uuid) from public;
revoke execute on function public.restore_earlier_cart(uuid, bigint) from public, anon;
grant execute on function public.restore_earlier_cart(uuid, bigint) to authenticated;
