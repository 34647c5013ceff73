-- One cart a user, guest or member alike: becoming a member does not move it, because the user id stays.

create table public.carts (
    user_id uuid primary key references auth.users (id) on delete cascade,
    -- Counts the changes, so that a device can tell an old answer from a new one.
    version bigint not null default 0,
    updated_at timestamptz not null default now()
);

create table public.cart_lines (
    user_id uuid not null references public.carts (user_id) on delete cascade,
    product_id text not null references public.products (id),
    quantity integer not null check (quantity between 1 and 999),
    primary key (user_id, product_id)
);

create index cart_lines_product_id_idx on public.cart_lines (product_id);

alter table public.carts enable row level security;
alter table public.cart_lines enable row level security;

revoke all on public.carts, public.cart_lines from anon, authenticated;
grant select, insert, update, delete on public.carts, public.cart_lines to authenticated;
grant all on public.carts, public.cart_lines to service_role;

create policy "A cart belongs to its user"
on public.carts for all
to authenticated
using ((select auth.uid()) = user_id)
with check ((select auth.uid()) = user_id);

create policy "The lines of a cart belong to its user"
on public.cart_lines for all
to authenticated
using ((select auth.uid()) = user_id)
with check ((select auth.uid()) = user_id);

-- The caller's cart: {"version": n, "lines": [{"product_id": …, "quantity": …}]}.
create function public.get_cart()
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
                where user_id = (select auth.uid())
            ),
            '[]'::jsonb
        )
    )
$$;

-- Sets absolute quantities of the caller's cart; 0 removes a line. Saying the same twice changes nothing more, so a client
-- whose answer was lost simply says it again. Never fails for a line that asks too much: it gives what there is and says so.
create function public.set_cart_lines(lines jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    caller constant uuid := auth.uid();
    wish record;
    allowed integer;
    touched integer;
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

    for wish in select l.product_id, l.quantity from jsonb_to_recordset(lines) as l (product_id text, quantity integer) loop
        if wish.product_id is null or wish.quantity is null or wish.quantity < 0 then
            raise invalid_parameter_value using message = 'a line needs a product_id and a quantity of 0 or more';
        end if;

        select least(p.stock, p.max_per_order, 999) into allowed from public.products p where p.id = wish.product_id;
        if allowed is null or (allowed = 0 and wish.quantity > 0) then
            refused := refused || jsonb_build_object('product_id', wish.product_id, 'reason', 'unavailable', 'allowed', 0);
        elsif wish.quantity > allowed then
            refused := refused || jsonb_build_object('product_id', wish.product_id, 'reason', 'over_limit', 'allowed', allowed);
        end if;

        if least(wish.quantity, coalesce(allowed, 0)) = 0 then
            delete from public.cart_lines c where c.user_id = caller and c.product_id = wish.product_id;
        else
            insert into public.cart_lines as c (user_id, product_id, quantity)
            values (caller, wish.product_id, least(wish.quantity, allowed))
            on conflict (user_id, product_id) do update set quantity = excluded.quantity
            where c.quantity <> excluded.quantity;
        end if;
        get diagnostics touched = row_count;
        changes := changes + touched;
    end loop;

    if changes > 0 then
        update public.carts set version = version + 1, updated_at = now() where user_id = caller;
    end if;
    return public.get_cart() || jsonb_build_object('refused', refused);
end
$$;

revoke execute on function public.get_cart(), public.set_cart_lines(jsonb) from public, anon;
grant execute on function public.get_cart(), public.set_cart_lines(jsonb) to authenticated;
