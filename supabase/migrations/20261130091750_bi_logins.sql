-- Logins of BI tools: each reads the results and weeks of the instances that it was made for, over a connection of its
-- own to the database, and nothing else.

-- All that a BI login may do stands with this role. Roles belong to the cluster: another database's may have made it.
do $$
begin
  if not exists (select from pg_catalog.pg_roles r where r.rolname = 'amc_history_reader') then
    create role amc_history_reader nologin;
  end if;
exception
  when duplicate_object or unique_violation then null;
end;
$$;

create table amc_history.bi_logins (
  login name not null
    constraint login_is_well_formed check (login ~ '^[a-z][a-z0-9_]{1,39}$'),
  instance_id text not null references public.amc_instances (id) on delete cascade,
  created_at timestamptz not null default amc_history.clock_now(),
  primary key (login, instance_id)
);
create index bi_logins_instance_id_idx on amc_history.bi_logins (instance_id);

comment on table amc_history.bi_logins is
  $$Which instances each BI login reads. A row that is added or deleted counts from the login's next query.$$;
comment on column amc_history.bi_logins.login is 'The login role of the database, a member of amc_history_reader.';

alter table amc_history.bi_logins enable row level security;

create function amc_history.instances_of_login() returns setof text
language plpgsql stable security definer rows 20 set search_path = ''
as $$
begin
  -- The session's own role, which nothing but a login changes.
  return query select b.instance_id from amc_history.bi_logins b where b.login = session_user;
end;
$$;
comment on function amc_history.instances_of_login() is
  $$The instances that the session's BI login reads. The policies of amc_history_reader ask for them once per query.
Definer: a login may not read which others there are.$$;

create function amc_history.hmac_sha256(key bytea, message bytea) returns bytea
language plpgsql immutable set search_path = ''
as $$
declare
  padded bytea := hmac_sha256.key || decode(repeat('00', 64 - length(hmac_sha256.key)), 'hex');
  inner_pad bytea := padded;
  outer_pad bytea := padded;
begin
  for i in 0 .. 63 loop
    inner_pad := set_byte(inner_pad, i, get_byte(padded, i) # 54);
    outer_pad := set_byte(outer_pad, i, get_byte(padded, i) # 92);
  end loop;
  return sha256(outer_pad || sha256(inner_pad || hmac_sha256.message));
end;
$$;
comment on function amc_history.hmac_sha256(bytea, bytea) is
  'HMAC-SHA-256 (RFC 2104). key: at most 64 bytes. The extension pgcrypto has it too, where it is installed.';

create function amc_history.scram_verifier(password text) returns text
language plpgsql volatile set search_path = ''
as $$
declare
  rounds constant integer := 4096;
  key constant bytea := convert_to(scram_verifier.password, 'UTF8');
  salt constant bytea := uuid_send(gen_random_uuid());
  block bytea := amc_history.hmac_sha256(key, salt || '\x00000001'::bytea);
  salted bit(256) := ('x' || encode(block, 'hex'))::bit(256);
  salted_bytes bytea;
begin
  for i in 2 .. rounds loop
    block := amc_history.hmac_sha256(key, block);
    salted := salted # ('x' || encode(block, 'hex'))::bit(256);
  end loop;
  select decode(string_agg(lpad(to_hex(substring(salted from 8 * i + 1 for 8)::integer), 2, '0'), '' order by i), 'hex')
    into salted_bytes from generate_series(0, 31) i;
  return format('SCRAM-SHA-256$%s:%s$%s:%s', rounds, encode(salt, 'base64'),
    encode(sha256(amc_history.hmac_sha256(salted_bytes, 'Client Key')), 'base64'),
    encode(amc_history.hmac_sha256(salted_bytes, 'Server Key'), 'base64'));
end;
$$;
comment on function amc_history.scram_verifier(text) is
  $$What Postgres keeps of a password (RFC 5803): in a statement in its place, no log and no statistics of statements
learn the password. password: ASCII, at most 64 characters.$$;

create function amc_history.create_bi_login(name text, instances text[], out login text, out password text)
language plpgsql set search_path = ''
as $$
declare
  unknown constant text := (select string_agg(coalesce(quote_literal(left(i, 100)), 'null'), ', ')
    from unnest(create_bi_login.instances) i where not exists (select from public.amc_instances a where a.id = i));
begin
  login := create_bi_login.name;
  -- Of hexadecimal digits with 244 random bits.
  password := replace(concat(gen_random_uuid(), gen_random_uuid()), '-', '');
  if login is null or login !~ '^[a-z][a-z0-9_]{1,39}$' or login ~ '^(pg|supabase)_' then
    perform amc_history.refuse('bi_login_name_invalid',
      format('Expected a name of 2 to 40 lower-case letters, digits and _, got %s.',
        coalesce(quote_literal(left(login, 100)), 'null')), 'Name the login after its tool, such as metabase.');
  elsif coalesce(cardinality(create_bi_login.instances), 0) = 0 or unknown is not null then
    perform amc_history.refuse('instance_not_found', format('Expected ids of instances that are connected, got %s.',
      coalesce(unknown, 'none')), 'List them with: select id, name from amc_instances.', 'PT404');
  elsif exists (select from pg_catalog.pg_roles r where r.rolname = login) then
    perform amc_history.refuse('bi_login_exists', format('A role named %s is there already.', login),
      'Choose another name, or drop the BI login first: amc_history.drop_bi_login.');
  end if;
  execute format('create role %I login nosuperuser nocreatedb nocreaterole noreplication nobypassrls
    connection limit 10 password %L in role amc_history_reader', login, amc_history.scram_verifier(password));
  execute format('alter role %I set default_transaction_read_only = on', login);
  execute format('alter role %I set statement_timeout = %L', login, '60s');
  execute format('alter role %I set idle_in_transaction_session_timeout = %L', login, '60s');
  execute format('alter role %I set search_path = public', login);
  -- Whose role was dropped by hand left its instances.
  delete from amc_history.bi_logins b where b.login = create_bi_login.login;
  insert into amc_history.bi_logins (login, instance_id)
  select distinct create_bi_login.login, i from unnest(create_bi_login.instances) i;
end;
$$;
comment on function amc_history.create_bi_login(text, text[]) is
  $$Makes a login of the database for a BI tool, which reads the results views, collections and weeks of these
instances, those of workflows to come too, and nothing else. Answers its password, this once.

name: 2 to 40 lower-case letters, digits and _. instances: ids. Its sessions are read-only and end a statement after
60 s, which a session may change; what it may read, it cannot. At most 10 connections. Refuses with
bi_login_name_invalid, instance_not_found, bi_login_exists. Run at a database prompt, as postgres.$$;

create function amc_history.drop_bi_login(name text) returns boolean
language plpgsql set search_path = ''
as $$
begin
  -- By its role: the instances that it read may be gone. postgres, which made amc_history_reader, is a member too.
  if not exists (select from pg_catalog.pg_roles r
      join pg_catalog.pg_auth_members m on m.member = r.oid and m.roleid = 'amc_history_reader'::regrole
      where r.rolname = drop_bi_login.name and r.rolcanlogin
        and not (r.rolsuper or r.rolcreaterole or r.rolbypassrls or r.rolreplication)) then
    return false;
  end if;
  delete from amc_history.bi_logins b where b.login = drop_bi_login.name;
  -- Whoever ends its sessions and drops what it made has to be of its role.
  execute format('grant %I to current_user', drop_bi_login.name);
  perform pg_terminate_backend(a.pid) from pg_catalog.pg_stat_activity a where a.usename = drop_bi_login.name;
  execute format('drop owned by %I', drop_bi_login.name);
  execute format('drop role %I', drop_bi_login.name);
  return true;
end;
$$;
comment on function amc_history.drop_bi_login(text) is
  $$Drops a BI login with what it made (any role may make large objects), and ends its sessions. Answers whether
there was one of that name: no other role is dropped. Run at a database prompt, as postgres.$$;
