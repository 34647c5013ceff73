-- What the control API shows, as one JSON object. Never a token, a hash, a password or a code.
select json_build_object(
    'users', (
        select coalesce(json_agg(json_build_object(
            'id', u.id, 'is_anonymous', u.is_anonymous, 'email', nullif(u.email, ''), 'phone', nullif(u.phone, ''),
            'new_email', nullif(u.email_change, ''), 'new_phone', nullif(u.phone_change, ''),
            'has_password', coalesce(u.encrypted_password, '') <> '', 'created_at', u.created_at,
            'last_sign_in_at', u.last_sign_in_at, 'banned_until', u.banned_until,
            'waits_for', (
                select coalesce(json_agg(t.token_type order by t.token_type), '[]') from auth.one_time_tokens t where t.user_id = u.id
            )
        ) order by u.created_at desc), '[]')
        from (select * from auth.users order by created_at desc limit 500) u
    ),
    'identities', (
        select coalesce(json_agg(json_build_object(
            'id', i.id, 'user_id', i.user_id, 'provider', i.provider, 'provider_id', i.provider_id, 'email', i.email,
            'created_at', i.created_at, 'last_sign_in_at', i.last_sign_in_at
        ) order by i.created_at desc), '[]')
        from (select * from auth.identities order by created_at desc limit 500) i
    ),
    'sessions', (
        select coalesce(json_agg(json_build_object(
            'id', s.id, 'user_id', s.user_id, 'created_at', s.created_at, 'refreshed_at', s.refreshed_at at time zone 'utc',
            'aal', s.aal, 'user_agent', s.user_agent, 'ip', host(s.ip),
            'refreshes', (select count(*) - 1 from auth.refresh_tokens r where r.session_id = s.id)
        ) order by s.created_at desc), '[]')
        from (select * from auth.sessions order by created_at desc limit 500) s
    ),
    'carts', (
        select coalesce(json_agg(json_build_object(
            'user_id', c.user_id, 'version', c.version, 'updated_at', c.updated_at,
            'lines', (
                select coalesce(json_agg(json_build_object('product_id', l.product_id, 'quantity', l.quantity) order by l.product_id), '[]')
                from public.cart_lines l where l.user_id = c.user_id
            )
        ) order by c.updated_at desc), '[]')
        from (select * from public.carts order by updated_at desc limit 500) c
    ),
    'earlier_carts', (
        select coalesce(json_agg(json_build_object(
            'user_id', e.user_id, 'origin', e.origin, 'lines', e.lines, 'kept_at', e.kept_at, 'expires_at', e.expires_at
        ) order by e.kept_at desc), '[]')
        from (select * from public.earlier_carts order by kept_at desc limit 500) e
    ),
    -- Carts that guests offer to an account; whoever holds the token may take one, so not even its hash is here.
    'offers', (
        select coalesce(json_agg(json_build_object('user_id', o.guest_id, 'expires_at', o.expires_at) order by o.expires_at desc), '[]')
        from (select * from private.cart_offers order by expires_at desc limit 500) o
    ),
    'messages', (
        select coalesce(json_agg(json_build_object(
            'id', m.id, 'to', m.recipient, 'channel', m.channel, 'kind', m.kind, 'subject', m.subject, 'sent_at', m.sent_at
        ) order by m.id desc), '[]')
        from (select * from sandbox.messages order by id desc limit 100) m
    ),
    'provider_accounts', (
        select coalesce(json_agg(json_build_object(
            'provider', a.provider, 'sub', a.sub, 'name', a.name, 'email', a.email, 'address', a.address
        ) order by a.created_at desc), '[]')
        from (select * from sandbox.provider_accounts order by created_at desc limit 100) a
    ),
    'versions', json_build_object('postgresql', current_setting('server_version'))
)
