-- The claim: the account takes the offered cart in one transaction. Afterwards the guest is gone, and what the guest wrote
-- and bought is the account's.

-- Refuses what are no lines of a cart, without a look at the shop.
create function private.check_lines(lines jsonb)
returns void
language plpgsql
immutable
set search_path = ''
as $$
declare
    wrong text;
begin
    if jsonb_typeof(lines) is distinct from 'array' then
        raise sqlstate 'PT422' using message = 'invalid_line', detail = 'lines must be an array';
    end if;
    if jsonb_array_length(lines) > 10000 then
        raise sqlstate 'PT422' using message = 'invalid_line', detail = 'more than 10000 lines';
    end if;
    select left(l.line::text, 100) into wrong from jsonb_array_elements(lines) as l (line)
    where jsonb_typeof(l.line -> 'product_id') is distinct from 'string'
        or jsonb_typeof(l.line -> 'quantity') is distinct from 'number'
        or l.line ->> 'quantity' !~ '^[1-9][0-9]{0,8}$'
    limit 1;
    if found then
        raise sqlstate 'PT422' using message = 'invalid_line', detail = wrong;
    end if;
    select l.line ->> 'product_id' into wrong from jsonb_array_elements(lines) as l (line)
    group by l.line ->> 'product_id' having count(*) > 1 limit 1;
    if found then
        raise sqlstate 'PT422' using message = 'invalid_line', detail = wrong, hint = 'one line a product';
    end if;
end
$$;

-- Refuses lines that the shop can't give today.
create function private.check_limits(lines jsonb)
returns void
language plpgsql
stable
set search_path = ''
as $$
declare
    wrong record;
begin
    select l.product_id, p.id is null as unknown into wrong
    from jsonb_to_recordset(lines) as l (product_id text, quantity integer)
    left join public.products p on p.id = l.product_id
    where p.id is null or l.quantity > least(p.stock, p.max_per_order, 999)
    order by p.id is null desc, l.product_id
    limit 1;
    if found then
        raise sqlstate 'PT422' using
            message = case when wrong.unknown then 'unknown_product' else 'over_limit' end, detail = wrong.product_id;
    end if;
end
$$;

-- What was answered to this key of this account; nothing if it is new.
create function private.told_before(account uuid, key uuid, request bytea)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    claim private.cart_claims;
begin
    select * into claim from private.cart_claims c where c.account_id = account and c.idempotency_key = key;
    if claim.request_hash <> request then
        raise sqlstate 'PT409' using message = 'key_reused';
    end if;
    return claim.told;
end
$$;

-- Locks an offer, its guest and the claiming account, so that none of them goes or changes while the cart passes. Users
-- first, as everywhere.
create function private.lock_offer(hash bytea, account uuid)
returns private.cart_offers
language plpgsql
set search_path = ''
as $$
declare
    offer private.cart_offers;
begin
    perform from auth.users u
    where u.id in (account, (select o.guest_id from private.cart_offers o where o.token_hash = hash))
    order by u.id for share;
    if not exists (select from auth.users u where u.id = account and u.is_anonymous is not true) then
        raise insufficient_privilege using message = 'only members can do this';
    end if;
    select * into offer from private.cart_offers o where o.token_hash = hash for update;
    return offer;
end
$$;

-- Forgets what is over, a little at a time: nobody waits for it, and nobody is waited for.
create function private.forget_claims()
returns void
language sql
set search_path = ''
as $$
    delete from private.cart_claims c where c.id in (
        select old.id from private.cart_claims old where old.undo_until < now()
        order by old.undo_until limit 100 for update skip locked
    );
    delete from public.earlier_carts e where e.id in (
        select old.id from public.earlier_carts old where old.expires_at < now()
        order by old.expires_at limit 100 for update skip locked
    );
$$;

-- The calling account takes the offered cart. `lines` is the whole cart that the person saw and agreed to, worked out from
-- both carts at these versions; `answer` says how it came about and so which cart is kept as an earlier one. The same again
-- under the same key brings the same answer: {"claim_id": …, "cart": …, "undo_until": …}.
create function public.claim_offer(
    token text, answer text, lines jsonb, guest_version bigint, account_version bigint, idempotency_key uuid
)
returns jsonb
language plpgsql
-- It reads and empties somebody else's cart: the token is the right to.
security definer
set search_path = ''
as $$
declare
    caller constant uuid := private.member();
    hash constant bytea := private.hash_of(token);
    request constant bytea := private.hash_of(
        jsonb_build_array(encode(hash, 'hex'), answer, lines, guest_version, account_version)::text
    );
    claim constant uuid := gen_random_uuid();
    offer private.cart_offers;
    guest_before jsonb;
    account_before jsonb;
    told jsonb;
begin
    if idempotency_key is null or answer is null or answer not in ('keep_account', 'keep_guest', 'merge') then
        raise invalid_parameter_value using
            message = 'answer must be keep_account, keep_guest or merge, and there must be an idempotency_key';
    end if;
    told := private.told_before(caller, idempotency_key, request);
    if told is not null then
        return told;
    end if;
    perform private.check_lines(lines);
    offer := private.lock_offer(hash, caller);
    if offer.guest_id is not null then
        perform private.lock_carts(array[caller, offer.guest_id]);
    end if;
    -- Once more: the same request may have been under way.
    told := private.told_before(caller, idempotency_key, request);
    if told is not null then
        return told;
    end if;
    perform private.check_offer(hash, offer);

    guest_before := private.cart_of(offer.guest_id);
    account_before := private.cart_of(caller);
    if (guest_before ->> 'version')::bigint is distinct from guest_version
        or (account_before ->> 'version')::bigint is distinct from account_version then
        raise sqlstate 'PT409' using message = 'cart_stale';
    end if;
    perform private.check_limits(lines);

    told := jsonb_build_object(
        'claim_id', claim, 'cart', private.replace_cart(caller, lines), 'undo_until', now() + interval '30 days'
    );
    -- Rows of none would be kept for changes to come: there are none to come for a cart that is closed.
    delete from public.cart_lines l where l.user_id = offer.guest_id;
    update public.carts c set version = c.version + 1, updated_at = now() where c.user_id = offer.guest_id;
    delete from private.cart_offers o where o.guest_id = offer.guest_id;
    if answer = 'keep_account' then
        perform private.keep_earlier_cart(caller, 'guest', guest_before -> 'lines', claim);
    else
        -- After a merge as well: what the account held is found again when the word of the undo has been put away.
        perform private.keep_earlier_cart(caller, 'account', account_before -> 'lines', claim);
    end if;
    insert into private.cart_claims
        (id, account_id, guest_id, token_hash, idempotency_key, request_hash, answer, guest_before, account_before, version, told, undo_until)
    values (
        claim, caller, offer.guest_id, hash, idempotency_key, request, answer, guest_before, account_before,
        (told -> 'cart' ->> 'version')::bigint, told, (told ->> 'undo_until')::timestamptz
    );
    perform private.forget_claims();
    return told;
end
$$;

-- What the caller's own claim under this key was answered, or null: for a client that did not hear it.
create function public.claim_result(idempotency_key uuid)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
    caller constant uuid := private.member();
begin
    return (
        select c.told from private.cart_claims c
        where c.account_id = caller and c.idempotency_key = claim_result.idempotency_key
    );
end
$$;

-- The end of a hand-off: what the guest wrote and bought is the account's, and the guest is deleted. Saying it twice is no
-- error. A guest who became a member after all stays, with all that is theirs.
create function public.finish_claim(claim_id uuid)
returns void
language plpgsql
-- The tables of users belong to the project: only its owner may delete there.
security definer
set search_path = ''
as $$
declare
    caller constant uuid := private.member();
    guest uuid;
begin
    select c.guest_id into guest from private.cart_claims c where c.id = finish_claim.claim_id and c.account_id = caller;
    if not found then
        raise sqlstate 'PT404' using message = 'claim_not_found';
    end if;
    perform from auth.users u where u.id = guest and u.is_anonymous for update;
    if not found then
        return;
    end if;
    update public.reviews r set author_id = caller where r.author_id = guest;
    update public.orders o set user_id = caller where o.user_id = guest;
    delete from auth.users u where u.id = guest and u.is_anonymous;
end
$$;

revoke execute on function private.check_lines(jsonb), private.check_limits(jsonb), private.told_before(uuid, uuid, bytea),
    private.lock_offer(bytea, uuid), private.forget_claims() from public;
revoke execute on function public.claim_offer(text, text, jsonb, bigint, bigint, uuid), public.claim_result(uuid),
    public.finish_claim(uuid) from public, anon;
grant execute on function public.claim_offer(text, text, jsonb, bigint, bigint, uuid), public.claim_result(uuid),
    public.finish_claim(uuid) to authenticated;
