-- A member's account: closed when they say so, and all that the shop keeps of them.

-- The calling member and all that is theirs are deleted, with the guests whose carts they took and who were not removed
-- yet. Saying it twice is no error as long as the token lasts.
create function public.close_account()
returns void
language plpgsql
-- The tables of users belong to the project: only its owner may delete there.
security definer
set search_path = ''
as $$
declare
    caller constant uuid := private.member();
begin
    delete from auth.users u
    where u.is_anonymous and u.id in (select c.guest_id from private.cart_claims c where c.account_id = caller);
    delete from auth.users u where u.id = caller and u.is_anonymous is not true;
end
$$;

-- All that this shop keeps of the caller, by the caller's own rights.
create or replace function public.export_me()
returns jsonb
language sql
stable
set search_path = ''
as $$
    select jsonb_build_object(
        'cart', public.get_cart(),
        'earlier_carts', coalesce(
            (
                select jsonb_agg(to_jsonb(e) - 'user_id' - 'claim_id' order by e.kept_at, e.id)
                from public.earlier_carts e
                where e.user_id = (select auth.uid())
            ),
            '[]'::jsonb
        ),
        'orders', public.get_orders(),
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

revoke execute on function public.close_account() from public, anon;
grant execute on function public.close_account() to authenticated;
