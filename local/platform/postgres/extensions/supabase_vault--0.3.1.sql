-- THIS IS A STAND-IN for the extension supabase_vault, for the embedded platform only.
--
-- What it does: vault.secrets, vault.decrypted_secrets, vault.create_secret and vault.update_secret, with the
-- platform's grants. As in Vault, a description that is null is an error.
-- What it does not do: NOTHING IS ENCRYPTED. vault.secrets.secret holds the secret in base64, only so that code which
-- reads that column instead of decrypted_secret fails here as it would fail there. Put no real secret here that you
-- would not put into a plain file.

create table vault.secrets (
  id uuid primary key default gen_random_uuid(),
  name text,
  description text not null default '',
  secret text not null,
  key_id uuid,
  nonce bytea,
  created_at timestamptz not null default current_timestamp,
  updated_at timestamptz not null default current_timestamp
);
create unique index secrets_name_idx on vault.secrets (name) where name is not null;

create view vault.decrypted_secrets as
select id, name, description, secret,
  convert_from(decode(secret, 'base64'), 'UTF8') as decrypted_secret,
  key_id, nonce, created_at, updated_at
from vault.secrets;

create function vault.create_secret(
  new_secret text,
  new_name text default null,
  new_description text default '',
  new_key_id uuid default null)
returns uuid
language sql security definer
set search_path = pg_catalog
as $$
  insert into vault.secrets (secret, name, description)
  values (encode(convert_to(new_secret, 'UTF8'), 'base64'), new_name, new_description)
  returning id
$$;

create function vault.update_secret(
  secret_id uuid,
  new_secret text default null,
  new_name text default null,
  new_description text default null,
  new_key_id uuid default null)
returns void
language sql security definer
set search_path = pg_catalog
as $$
  update vault.secrets s
  set secret = coalesce(encode(convert_to(new_secret, 'UTF8'), 'base64'), s.secret),
    name = coalesce(new_name, s.name),
    description = coalesce(new_description, s.description),
    updated_at = now()
  where s.id = secret_id
$$;

revoke all on all functions in schema vault from public;
grant usage on schema vault to postgres with grant option;
grant usage on schema vault to service_role;
grant select, delete, truncate, references on vault.secrets, vault.decrypted_secrets to postgres with grant option;
grant select, delete on vault.secrets, vault.decrypted_secrets to service_role;
grant execute on function vault.create_secret, vault.update_secret to postgres with grant option;
grant execute on function vault.create_secret, vault.update_secret to service_role;
