-- What there is to buy. Everybody may read it, with the publishable key alone; nobody writes it through the API.

create table public.categories (
    id text primary key,
    name text not null,
    position integer not null
);

create table public.products (
    id text primary key,
    category_id text not null references public.categories (id),
    name text not null,
    description text not null,
    -- Cents: money is never a float.
    price_minor bigint not null check (price_minor > 0),
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    stock integer not null check (stock >= 0),
    max_per_order integer not null check (max_per_order > 0),
    picture text not null,
    position integer not null
);

create index products_category_id_idx on public.products (category_id);

alter table public.categories enable row level security;
alter table public.products enable row level security;

revoke all on public.categories, public.products from anon, authenticated;
grant select on public.categories, public.products to anon, authenticated;
grant all on public.categories, public.products to service_role;

create policy "Everybody can see the categories"
on public.categories for select
to anon, authenticated
using (true);

create policy "Everybody can see the products"
on public.products for select
to anon, authenticated
using (true);
