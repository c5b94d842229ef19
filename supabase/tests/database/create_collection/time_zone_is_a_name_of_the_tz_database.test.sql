-- A time zone is a name of the tz database, and nothing else that Postgres would accept.
begin;
\ir ../../_shared/setup.psql
select plan(5);

create function pg_temp.is_taken(zone text) returns boolean language plpgsql as $$
begin
  perform amc_history.check_time_zone(zone);
  return true;
exception
  when sqlstate '22023' then
    return false;
end;
$$;
-- Names that other systems know too.
create temporary table zones as select name from pg_timezone_names
  where name !~ '^(posix|right)/|^(Factory|localtime|posixrules)$';

select is((select array_agg(name order by name) from zones where not pg_temp.is_taken(name)), null,
  'every name is taken');
select is((select array_agg(z order by z) from (
    select lower(name) from zones union select upper(name) from zones
    union select abbrev from pg_timezone_abbrevs
    union select 'posix/' || name from zones
    union select name || '1' from zones
    union select name || ' ' from zones
  ) t(z)
  where z not in (select name from zones) and pg_temp.is_taken(z)), null,
  'nothing that is like a name, and no abbreviation, is taken for one');
select is((select array_agg(z) from (values ('EST5'), ('FOO3'), ('America/Foo3'), ('<+02>-2'),
  ('EST5EDT,M3.2.0,M11.1.0'),
    ('Etc/GMT+15'), ('5'), ('-7.5'), ('+02:00'), ('default'), ('DEFAULT'), ('local'), ('../etc/passwd'),
    ('/etc/localtime'),
    ('America/'), ('America'), ('Factory'), ('localtime'), ('posixrules'), ('')) t(z) where pg_temp.is_taken(z)), null,
  'what Postgres would take for a zone and the tz database does not name is refused');
select is(pg_temp.is_taken(null), false, 'null is refused');
select is((select current_setting('timezone') from (select amc_history.check_time_zone('Asia/Tokyo') offset 0) t),
  current_setting('timezone'), 'the session keeps its own zone');

select * from finish();
rollback;
