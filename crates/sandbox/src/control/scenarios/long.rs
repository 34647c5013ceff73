//! Carts that are longer than any shopper's. A reset takes their products away again: their ids begin with `long-`.

/// 200 products, an account that has one of each in the cart, and the newest guest with two of each of the first hundred. Names,
/// categories and pictures are those of the seed's products, over and over.
pub(super) const CARTS: &str = "
    insert into public.products
        (id, category_id, name, description, price_minor, currency, stock, max_per_order, picture, position)
        select 'long-' || to_char(n, 'FM000'), seed.category_id, seed.name || ', no. ' || n, 'One of 200, for long carts.',
            500 + 10 * n, 'EUR', 50, 10, seed.picture, 1000 + n
        from generate_series(1, 200) n join public.products seed on seed.position = (n - 1) % 28 + 1
        on conflict (id) do nothing;

    insert into public.carts (user_id, version) select id, 1 from auth.users where email = 'long@example.com';
    insert into public.cart_lines (user_id, product_id, quantity)
        select u.id, p.id, 1 from auth.users u, public.products p where u.email = 'long@example.com' and p.id like 'long-%';

    create temporary table newest on commit drop as
        select id from auth.users where is_anonymous order by created_at desc limit 1;
    insert into public.carts (user_id, version) select id, 1 from newest
        on conflict (user_id) do update set version = public.carts.version + 1, updated_at = now();
    insert into public.cart_lines (user_id, product_id, quantity)
        select newest.id, p.id, 2 from newest, public.products p where p.id between 'long-001' and 'long-100'
        on conflict (user_id, product_id) do update set quantity = excluded.quantity, changed_at = now();";
