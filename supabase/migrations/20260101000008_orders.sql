-- Orders: from the cart, by permanent users only. Nothing is paid here.

create table public.orders (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
    placed_at timestamptz not null default now(),
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    -- The sum of the lines; each adds its own.
    total_minor bigint not null default 0 check (total_minor >= 0),
    -- The client's: said twice, it is the same order.
    idempotency_key uuid not null,
    unique (user_id, idempotency_key)
);

create table public.order_lines (
    order_id uuid not null references public.orders (id) on delete cascade,
    product_id text not null references public.products (id),
    -- As the product was when it was bought.
    name text not null,
    quantity integer not null check (quantity > 0),
    price_minor bigint not null check (price_minor > 0),
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    primary key (order_id, product_id)
);

create index order_lines_product_id_idx on public.order_lines (product_id);

alter table public.orders enable row level security;
alter table public.order_lines enable row level security;

revoke all on public.orders, public.order_lines from anon, authenticated;
grant select on public.orders, public.order_lines to authenticated;
-- Neither the total nor the date is the client's to say.
grant insert (user_id, currency, idempotency_key) on public.orders to authenticated;
grant insert on public.order_lines to authenticated;
grant all on public.orders, public.order_lines to service_role;

create policy "Users see their own orders"
on public.orders for select
to authenticated
using ((select auth.uid()) = user_id);

create policy "Users place their own orders"
on public.orders for insert
to authenticated
with check ((select auth.uid()) = user_id);

create policy "Only permanent users can place orders"
on public.orders as restrictive for insert
to authenticated
with check ((select (auth.jwt()->>'is_anonymous')::boolean) is false);

create policy "Users see the lines of their own orders"
on public.order_lines for select
to authenticated
using (exists (select from public.orders o where o.id = order_id and o.user_id = (select auth.uid())));

create policy "Users add lines to their own orders"
on public.order_lines for insert
to authenticated
with check (exists (select from public.orders o where o.id = order_id and o.user_id = (select auth.uid())));

create policy "Only permanent users can place orders"
on public.order_lines as restrictive for insert
to authenticated
with check ((select (auth.jwt()->>'is_anonymous')::boolean) is false);

-- A line says which product and how many. Name and price are the product's, whatever the client says; the stock goes down
-- and the order's total up. So a line that is inserted past place_order() can't lie.
create function private.fill_order_line()
returns trigger
language plpgsql
-- Nobody writes products and totals through the API.
security definer
set search_path = ''
as $$
declare
    -- What a refusal names: never null, which `raise` does not take.
    wished constant text := coalesce(new.product_id, '');
    product public.products;
    owner uuid;
    order_currency text;
begin
    select o.user_id, o.currency into owner, order_currency from public.orders o where o.id = new.order_id for no key update;
    if owner is null or owner is distinct from coalesce(auth.uid(), owner) then
        -- As the policy says it, which is asked only after this.
        raise insufficient_privilege using message = 'a line belongs to an order of one''s own';
    end if;
    if new.quantity is null or new.quantity < 1 then
        raise sqlstate 'PT422' using message = 'invalid_line', detail = wished;
    end if;
    select * into product from public.products p where p.id = new.product_id for no key update;
    if not found then
        raise sqlstate 'PT422' using message = 'unknown_product', detail = wished;
    end if;
    if product.currency <> order_currency then
        raise sqlstate 'PT409' using message = 'mixed_currencies', detail = wished;
    end if;
    if new.quantity > product.max_per_order then
        raise sqlstate 'PT409' using message = 'over_limit', detail = wished;
    end if;
    if new.quantity > product.stock then
        raise sqlstate 'PT409' using message = 'out_of_stock', detail = wished;
    end if;
    update public.products p set stock = p.stock - new.quantity where p.id = new.product_id;
    update public.orders o set total_minor = o.total_minor + new.quantity * product.price_minor where o.id = new.order_id;
    new.name := product.name;
    new.price_minor := product.price_minor;
    new.currency := product.currency;
    return new;
end
$$;

create trigger fill_order_line
before insert on public.order_lines
for each row execute function private.fill_order_line();

-- The caller's orders with their lines, the newest first; or the one of this id. The lines stand by name.
create function public.get_orders(id uuid default null)
returns jsonb
language sql
stable
set search_path = ''
as $$
    select coalesce(
        jsonb_agg(
            jsonb_build_object(
                'id', o.id, 'placed_at', o.placed_at, 'currency', o.currency, 'total_minor', o.total_minor,
                'lines', (
                    select coalesce(jsonb_agg(to_jsonb(l) - 'order_id' order by l.name, l.product_id), '[]')
                    from public.order_lines l
                    where l.order_id = o.id
                )
            )
            order by o.placed_at desc, o.id
        ),
        '[]'
    )
    from public.orders o
    where o.user_id = (select auth.uid()) and (get_orders.id is null or o.id = get_orders.id)
$$;

-- Orders what is in the caller's cart and empties it. `cart_version` and `total_minor` are what the caller saw: at another
-- price nothing is bought. Runs with the caller's own rights: whether they may order is the policies' word. Answers the order
-- as get_orders() has it.
create function public.place_order(cart_version bigint, total_minor bigint, idempotency_key uuid)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    caller constant uuid := auth.uid();
    version bigint;
    placed uuid;
begin
    if caller is null then
        raise insufficient_privilege using message = 'only a signed-in user has a cart';
    end if;
    -- First of all, because the policies decide here. XXX is the code of no currency: an empty cart comes no further than below.
    insert into public.orders (user_id, currency, idempotency_key)
    select caller, coalesce(min(p.currency), 'XXX'), place_order.idempotency_key
    from public.cart_lines l join public.products p on p.id = l.product_id
    where l.user_id = caller and l.quantity > 0
    on conflict on constraint orders_user_id_idempotency_key_key do nothing
    returning id into placed;
    if not found then
        return (
            select public.get_orders(o.id) -> 0 from public.orders o
            where o.user_id = caller and o.idempotency_key = place_order.idempotency_key
        );
    end if;

    -- Two orders of one user take turns, and no line changes under an order.
    select c.version into version from public.carts c where c.user_id = caller for update;
    perform from public.cart_lines l where l.user_id = caller order by l.product_id for update;
    if not exists (select from public.cart_lines l where l.user_id = caller and l.quantity > 0) then
        raise sqlstate 'PT422' using message = 'cart_empty';
    end if;
    if version is distinct from cart_version then
        raise sqlstate 'PT409' using message = 'cart_stale';
    end if;

    -- In order, so that two buyers of the same products take turns. The trigger says no to what can't be had.
    insert into public.order_lines (order_id, product_id, quantity)
    select placed, l.product_id, l.quantity from public.cart_lines l
    where l.user_id = caller and l.quantity > 0
    order by l.product_id;
    -- Only now no price can change any more.
    if not exists (select from public.orders o where o.id = placed and o.total_minor = place_order.total_minor) then
        raise sqlstate 'PT409' using message = 'price_changed';
    end if;

    update public.cart_lines l set quantity = 0, changed_at = clock_timestamp(), device = null, revision = 0
    where l.user_id = caller and l.quantity > 0;
    update public.carts c set version = c.version + 1, updated_at = now() where c.user_id = caller;
    return public.get_orders(placed) -> 0;
end
$$;

revoke execute on function private.fill_order_line() from public;
revoke execute on function public.get_orders(uuid), public.place_order(bigint, bigint, uuid) from public, anon;
grant execute on function public.get_orders(uuid), public.place_order(bigint, bigint, uuid) to authenticated;
