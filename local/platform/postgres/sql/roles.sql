-- Supabase's roles, once for each cluster. Run as supabase_admin, the superuser of the embedded server.
-- The passwords of postgres and authenticator are set by the caller.

create role anon nologin noinherit;
create role authenticated nologin noinherit;
create role service_role nologin noinherit bypassrls;
create role authenticator login noinherit;
create role supabase_auth_admin nologin noinherit createrole;

-- Not a superuser: what migrations may do here is what they may do on the platform.
create role postgres login nosuperuser createrole createdb replication bypassrls;

grant anon, authenticated, service_role to authenticator;
grant anon, authenticated, service_role, authenticator to postgres with admin option;
grant pg_monitor, pg_read_all_data, pg_signal_backend to postgres;

alter role postgres set search_path = "$user", public, extensions;
-- The hosted limits. The jobs of pg_cron run as postgres, and service_role has authenticator's through the API.
alter role postgres set statement_timeout = '2min';
alter role anon set statement_timeout = '3s';
alter role authenticated set statement_timeout = '8s';
alter role authenticator set statement_timeout = '8s';
alter role authenticator set lock_timeout = '8s';
alter role authenticator set idle_in_transaction_session_timeout = '60s';
