-- The hand-off of a guest's cart to an account, as a state that can be resumed: written down before the server is asked to
-- claim the cart, and changed in the transaction in which the account becomes the one who is signed in. One at most.
create table hand_offs (
    scope text primary key,
    state text not null,
    updated_at integer not null
) strict;

-- What is under way has more kinds now.
update upgrades set state = json_object(
    'link', json_object(
        'code_sent', json_object(
            'contact', json_object('email', state ->> 'email'), 'sent_at_ms', state -> 'sent_at_ms'
        )
    )
) where state ->> 'step' = 'code_sent';
