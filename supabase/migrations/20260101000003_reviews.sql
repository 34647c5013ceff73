-- Reviews: guests and members read them, only permanent users post.

create table public.reviews (
    id uuid primary key default gen_random_uuid(),
    product_id text not null references public.products (id),
    author_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
    stars smallint not null check (stars between 1 and 5),
    body text not null check (length(body) between 1 and 2000),
    created_at timestamptz not null default now()
);

create index reviews_product_id_idx on public.reviews (product_id);
create index reviews_author_id_idx on public.reviews (author_id);

alter table public.reviews enable row level security;

revoke all on public.reviews from anon, authenticated;
grant select, insert, update, delete on public.reviews to authenticated;
grant all on public.reviews to service_role;

create policy "Anonymous and permanent users can view the reviews"
on public.reviews for select
to authenticated
using (true);

create policy "Users write their own reviews"
on public.reviews for insert
to authenticated
with check ((select auth.uid()) = author_id);

create policy "Users change their own reviews"
on public.reviews for update
to authenticated
using ((select auth.uid()) = author_id)
with check ((select auth.uid()) = author_id);

create policy "Users delete their own reviews"
on public.reviews for delete
to authenticated
using ((select auth.uid()) = author_id);

-- Restrictive: policies of the other kind add up with "or", so one more of them could let guests in by accident.
create policy "Only permanent users can post reviews"
on public.reviews as restrictive for insert
to authenticated
with check ((select (auth.jwt()->>'is_anonymous')::boolean) is false);

create policy "Only permanent users can change reviews"
on public.reviews as restrictive for update
to authenticated
using ((select (auth.jwt()->>'is_anonymous')::boolean) is false);
