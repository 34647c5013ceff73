-- What a provider says about an account's e-mail, unless its consent page is told otherwise.

alter table sandbox.provider_accounts
    add column address text not null default 'verified' check (address in ('verified', 'unverified', 'missing'));
