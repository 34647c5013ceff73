-- The hand-off: a guest's cart passes to an account that exists. The guest offers it, the account looks at it and claims it
-- (the next migration).

-- One offer a guest. Whoever holds the token may take the cart, so only its hash is kept, for ten minutes.
create table private.cart_offers (
    guest_id uuid primary key references auth.users (id) on delete cascade,
    token_hash bytea not null unique,
    expires_at timestamptz not null default now() + interval '10 minutes'
);

-- What was claimed, with both carts as they were, for as long as it can be undone.
create table private.cart_claims (
    id uuid primary key default gen_random_uuid(),
    account_id uuid not null references auth.users (id) on delete cascade,
    -- No reference: the guest is deleted, the claim can still be undone.
    guest_id uuid not null,
    token_hash bytea not null unique,
    idempotency_key uuid not null,
    -- Of all that was asked, to tell a repetition from another wish under the same key.
    request_hash bytea not null,
    answer text not null check (answer in ('keep_account', 'keep_guest', 'merge')),
    guest_before jsonb not null,
    account_before jsonb not null,
    -- The account's cart right after it.
    version bigint not null,
    -- What the client was told.
    told jsonb not null,
    undo_until timestamptz not null,
    undone_at timestamptz,
    unique (account_id, idempotency_key)
);

create index cart_claims_guest_id_idx on private.cart_claims (guest_id);
create index cart_claims_undo_until_idx on private.cart_claims (undo_until);

-- A cart that was claimed is closed: what still arrives for it would be lost with the guest.
create function private.refuse_claimed_cart()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
    -- A guest who became a member after all keeps their cart.
    if exists (
        select from written w
        join private.cart_claims c on c.guest_id = w.user_id
        join auth.users u on u.id = w.user_id
        where u.is_anonymous
    ) then
        raise sqlstate 'PT409' using message = 'cart_claimed', hint = 'the cart has passed to an account';
    end if;
    return null;
end
$$;

-- After the statement: then its rows have waited for a claim that was under way, and this sees it.
create trigger refuse_new_lines_of_a_claimed_cart
after insert on public.cart_lines
referencing new table as written
for each statement execute function private.refuse_claimed_cart();

create trigger refuse_changes_of_a_claimed_cart
after update on public.cart_lines
referencing new table as written
for each statement execute function private.refuse_claimed_cart();

create function private.hash_of(token text)
returns bytea
language sql
stable
set search_path = ''
as $$
    select sha256(convert_to(token, 'UTF8'))
$$;

-- The calling guest offers their cart to whoever brings the token that is answered here, once and soon. A new offer takes
-- the place of the one before. Answers {"token": …, "expires_at": …, "version": n}.
create function public.offer_cart()
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    caller constant uuid := auth.uid();
    -- 244 random bits, from the server's strong generator.
    token constant text := replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');
    ends timestamptz;
begin
    if (auth.jwt()->>'is_anonymous')::boolean is false
        or not exists (select from auth.users u where u.id = caller and u.is_anonymous) then
        raise insufficient_privilege using message = 'only guests offer their cart';
    end if;
    insert into private.cart_offers as o (guest_id, token_hash) values (caller, private.hash_of(token))
    on conflict (guest_id) do update set token_hash = excluded.token_hash, expires_at = excluded.expires_at
    returning o.expires_at into ends;
    -- Afterwards: a claim that was under way held the offer's row until it was done, and only now it is seen.
    if exists (select from private.cart_claims c where c.guest_id = caller) then
        raise sqlstate 'PT409' using message = 'cart_claimed', hint = 'the cart has passed to an account';
    end if;
    return jsonb_build_object('token', token, 'expires_at', ends, 'version', private.cart_of(caller) -> 'version');
end
$$;

-- Why an offer that was found, or was not, can't be had; nothing if it can.
create function private.check_offer(hash bytea, offer private.cart_offers)
returns void
language plpgsql
stable
set search_path = ''
as $$
begin
    if offer.guest_id is null and exists (select from private.cart_claims c where c.token_hash = hash) then
        raise sqlstate 'PT409' using message = 'offer_used';
    end if;
    -- A guest who has become a member since keeps their cart.
    if offer.guest_id is null or not exists (select from auth.users u where u.id = offer.guest_id and u.is_anonymous) then
        raise sqlstate 'PT404' using message = 'offer_not_found';
    end if;
    if offer.expires_at <= now() then
        raise sqlstate 'PT410' using message = 'offer_expired';
    end if;
end
$$;

-- What the account is about to decide on: both carts as they are at one instant, and today's price, stock and limit of every
-- product in either. Changes nothing.
create function public.preview_offer(token text)
returns jsonb
language plpgsql
-- Not volatile: all of it sees the same instant.
stable
security definer
set search_path = ''
as $$
declare
    caller constant uuid := private.member();
    hash constant bytea := private.hash_of(token);
    offer private.cart_offers;
begin
    select * into offer from private.cart_offers o where o.token_hash = hash;
    perform private.check_offer(hash, offer);
    return jsonb_build_object(
        'guest', private.cart_of(offer.guest_id)
            || jsonb_build_object('updated_at', (select c.updated_at from public.carts c where c.user_id = offer.guest_id)),
        'account', private.cart_of(caller)
            || jsonb_build_object('updated_at', (select c.updated_at from public.carts c where c.user_id = caller)),
        'products', (
            select coalesce(
                jsonb_agg(
                    jsonb_build_object(
                        'id', p.id, 'name', p.name, 'price_minor', p.price_minor, 'currency', p.currency,
                        'stock', p.stock, 'max_per_order', p.max_per_order, 'picture', p.picture
                    )
                    order by p.id
                ),
                '[]'
            )
            from public.products p
            where p.id in (
                select l.product_id from public.cart_lines l where l.user_id in (caller, offer.guest_id) and l.quantity > 0
            )
        )
    );
end
$$;

revoke execute on function private.refuse_claimed_cart(), private.hash_of(text), private.check_offer(bytea, private.cart_offers)
from public;
revoke execute on function public.offer_cart(), public.preview_offer(text) from public, anon;
grant execute on function public.offer_cart(), public.preview_offer(text) to authenticated;
