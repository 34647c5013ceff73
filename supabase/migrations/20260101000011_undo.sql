-- Undo: for 30 days a hand-off can be taken back, and no cart is lost by it.

-- The caller's cart becomes what it was before the claim, even where today's limits are lower. If it has changed since, it
-- happens only to a caller who has seen the change and says so by `seen_version`, the cart's version: otherwise nothing is
-- changed and both carts are shown. What is taken out is kept as earlier carts: the guest's cart and the changed one.
-- Answers {"done": true, "cart": …} or {"done": false, "current": …, "before": …}.
create function public.undo_claim(claim_id uuid, seen_version bigint default null)
returns jsonb
language plpgsql
-- Claims are nobody's to read, and earlier carts are written by the shop alone.
security definer
set search_path = ''
as $$
declare
    caller constant uuid := private.member();
    claim private.cart_claims;
    present jsonb;
    version bigint;
begin
    perform private.lock_carts(array[caller]);
    select * into claim from private.cart_claims c where c.id = undo_claim.claim_id and c.account_id = caller for update;
    if not found then
        raise sqlstate 'PT404' using message = 'claim_not_found';
    end if;
    if claim.undone_at is not null then
        raise sqlstate 'PT409' using message = 'already_undone';
    end if;
    if claim.undo_until <= now() then
        raise sqlstate 'PT410' using message = 'undo_expired';
    end if;
    present := private.cart_of(caller);
    version := (present ->> 'version')::bigint;
    if version <> claim.version and version is distinct from seen_version then
        return jsonb_build_object('done', false, 'current', present, 'before', claim.account_before);
    end if;

    if version <> claim.version then
        perform private.keep_earlier_cart(caller, 'replaced', present -> 'lines', claim.id);
    end if;
    if not exists (
        select from public.earlier_carts e
        where e.user_id = caller and e.claim_id = claim.id and e.origin = 'guest' and e.expires_at > now()
    ) then
        perform private.keep_earlier_cart(caller, 'guest', claim.guest_before -> 'lines', claim.id);
    end if;
    -- It is the cart again.
    delete from public.earlier_carts e where e.user_id = caller and e.claim_id = claim.id and e.origin = 'account';
    update private.cart_claims c set undone_at = now() where c.id = claim.id;
    return jsonb_build_object('done', true, 'cart', private.replace_cart(caller, claim.account_before -> 'lines'));
end
$$;

revoke execute on function public.undo_claim(uuid, bigint) from public, anon;
grant execute on function public.undo_claim(uuid, bigint) to authenticated;
