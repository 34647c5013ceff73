-- Several devices of one person: of two changes of one line the later one counts, whichever arrives first.

-- A line of none stays as a row of quantity 0, so that an older change, sent late, can't bring it back. `get_cart()` leaves
-- it out.
alter table public.cart_lines
drop constraint cart_lines_quantity_check,
add constraint cart_lines_quantity_check check (quantity between 0 and 999),
-- When the person made the change, by this server's clock.
add column changed_at timestamptz not null default now(),
-- On which device, and which of its changes it was: a device numbers them.
add column device text check (length(device) <= 64),
add column revision bigint not null default 0;

create or replace function public.get_cart()
returns jsonb
language sql
stable
set search_path = ''
as $$
    select jsonb_build_object(
        'version', coalesce((select version from public.carts where user_id = (select auth.uid())), 0),
        'lines', coalesce(
            (
                select jsonb_agg(jsonb_build_object('product_id', product_id, 'quantity', quantity) order by product_id)
                from public.cart_lines
                where user_id = (select auth.uid()) and quantity > 0
            ),
            '[]'::jsonb
        )
    )
$$;

drop function public.set_cart_lines(jsonb);

-- Sets absolute quantities of the caller's cart; 0 removes a line. Saying the same twice changes nothing more, so a client
-- whose answer was lost simply says it again. Never fails for a line that asks too much: it gives what there is and says so.
--
-- A line may bear `age_ms`: for how long the change has waited to be sent. An age, not a time, because the clocks of devices
-- are wrong. A line that another device changed later stays as it is. Changes of one device count in the order of their
-- `revision`, so that a request that the network held back can't undo a newer one.
create function public.set_cart_lines(lines jsonb, device text default null)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    caller constant uuid := auth.uid();
    wish record;
    held record;
    wished_at timestamptz;
    allowed integer;
    granted integer;
    changes integer := 0;
    refused jsonb := '[]'::jsonb;
begin
    if caller is null then
        raise insufficient_privilege using message = 'only a signed-in user has a cart';
    end if;
    if jsonb_typeof(lines) is distinct from 'array' then
        raise invalid_parameter_value using message = 'lines must be an array';
    end if;

    insert into public.carts (user_id) values (caller) on conflict do nothing;
    -- Two devices of one user take turns.
    perform from public.carts where user_id = caller for update;

    for wish in
        select l.product_id, l.quantity, coalesce(l.age_ms, 0) as age_ms, coalesce(l.revision, 0) as revision
        from jsonb_to_recordset(lines) as l (product_id text, quantity integer, age_ms bigint, revision bigint)
    loop
        if wish.product_id is null or wish.quantity is null or wish.quantity < 0 or wish.age_ms < 0 then
            raise invalid_parameter_value using
                message = 'a line needs a product_id, a quantity of 0 or more, and an age_ms of 0 or more if any';
        end if;

        -- No change is older than a year: that is as good as the oldest.
        wished_at := clock_timestamp() - make_interval(secs => least(wish.age_ms, 31536000000) / 1000.0);
        select c.quantity, c.changed_at, c.device, c.revision into held
        from public.cart_lines c where c.user_id = caller and c.product_id = wish.product_id;
        continue when case
            when held.device = set_cart_lines.device then held.revision > wish.revision
            else held.changed_at > wished_at
        end;

        select least(p.stock, p.max_per_order, 999) into allowed from public.products p where p.id = wish.product_id;
        granted := least(wish.quantity, coalesce(allowed, 0));
        if granted < wish.quantity then
            refused := refused || jsonb_build_object(
                'product_id', wish.product_id,
                'reason', case when granted = 0 then 'unavailable' else 'over_limit' end,
                'allowed', granted
            );
        end if;
        -- Of what this shop never heard of there is nothing to write down.
        continue when allowed is null;

        insert into public.cart_lines as c (user_id, product_id, quantity, changed_at, device, revision)
        values (caller, wish.product_id, granted, wished_at, set_cart_lines.device, wish.revision)
        on conflict (user_id, product_id) do update
        set quantity = excluded.quantity, changed_at = excluded.changed_at,
            device = excluded.device, revision = excluded.revision;
        if granted <> coalesce(held.quantity, 0) then
            changes := changes + 1;
        end if;
    end loop;

    if changes > 0 then
        update public.carts set version = version + 1, updated_at = now() where user_id = caller;
    end if;
    return public.get_cart() || jsonb_build_object('refused', refused);
end
$$;

revoke execute on function public.set_cart_lines(jsonb, text) from public, anon;
grant execute on function public.set_cart_lines(jsonb, text) to authenticated;
