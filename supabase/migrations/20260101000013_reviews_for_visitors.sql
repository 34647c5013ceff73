-- Whoever looks at a product sees what members say about it, without becoming a user first. Who wrote it they don't see.

grant select (id, product_id, stars, body, created_at) on public.reviews to anon;

create policy "Visitors can view the reviews"
on public.reviews for select
to anon
using (true);
