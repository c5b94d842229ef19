-- What Supabase does for a project that asks for pg_cron: the superuser makes it, and postgres may use it.
create extension pg_cron with schema pg_catalog;
grant usage on schema cron to postgres with grant option;
grant all on all tables in schema cron to postgres with grant option;
revoke all on table cron.job from postgres;
grant select on table cron.job to postgres with grant option;
-- Revoked from everyone by pg_cron; at Supabase, postgres calls it.
grant execute on function cron.alter_job to postgres;
