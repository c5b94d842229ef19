-- A time zone is a name of the tz database, in any spelling, and nothing else that Postgres would accept. Each has one
-- normal form.
begin;
\ir ../../_shared/setup.psql
select plan(9);

-- The normal form of a name; null if it is refused.
create function pg_temp.normal(zone text) returns text language plpgsql as $$
begin
  return amc_history.normal_time_zone(zone);
exception
  when sqlstate '22023' then
    return null;
end;
$$;
-- Names that other systems know too, without UTC's other ones.
create temporary table zones as select name from pg_timezone_names
  where name !~ '^(posix|right)/|^(Factory|localtime|posixrules)$';
create temporary table names_of_utc as select unnest(array['UTC', 'Etc/UTC', 'UCT', 'Etc/UCT', 'Universal',
  'Etc/Universal', 'Zulu', 'Etc/Zulu', 'utc', 'Utc', 'ETC/utc', 'zulu']) as name;

select is((select array_agg(name order by name) from zones
  where pg_temp.normal(name) is distinct from name and name not in (select name from names_of_utc)), null,
  'every name is taken as it is');
select is((select array_agg(name order by name) from zones
  where pg_temp.normal(lower(name)) is distinct from pg_temp.normal(name)
    or pg_temp.normal(upper(name)) is distinct from pg_temp.normal(name)), null,
  'in any spelling it is the same');
select is((select array_agg(distinct pg_temp.normal(name)) from names_of_utc), array['UTC'], 'UTC has one name');
-- Debian has the old ones in a package of its own.
select is((select array_agg(z.name) from pg_timezone_names z
  where lower(z.name) in (select lower(name) from names_of_utc) and z.utc_offset <> interval '0'), null,
  'and all are UTC');
select is((select array_agg(z order by z) from (
    select abbrev from pg_timezone_abbrevs
    union select 'posix/' || name from zones
    union select 'POSIX/' || name from zones
    union select name || '1' from zones
    union select name || ' ' from zones
    union select ' ' || name from zones
  ) t(z)
  where lower(z) not in (select lower(name) from zones union select lower(name) from names_of_utc)
    and pg_temp.normal(z) is not null), null,
  'nothing that is like a name, and no abbreviation, is taken for one');
select is((select array_agg(z) from (values ('EST5'), ('est5'), ('FOO3'), ('America/Foo3'), ('<+02>-2'),
  ('EST5EDT,M3.2.0,M11.1.0'),
    ('Etc/GMT+15'), ('5'), ('-7.5'), ('+02:00'), ('default'), ('DEFAULT'), ('local'), ('../etc/passwd'),
    ('/etc/localtime'), ('gmt+5'), ('UTC+0'), ('utc+1'),
    ('America/'), ('America'), ('Factory'), ('factory'), ('localtime'), ('LOCALTIME'), ('posixrules'), ('')) t(z)
  where pg_temp.normal(z) is not null), null,
  'what Postgres would take for a zone and the tz database does not name is refused');
select is(pg_temp.normal(null), null, 'null is refused');
select is(pg_temp.normal('aMERICA/nEW_yORK'), 'America/New_York', 'the normal form is as the database spells it');
select is((select current_setting('timezone') from (select amc_history.normal_time_zone('Asia/Tokyo') offset 0) t),
  current_setting('timezone'), 'the session keeps its own zone');

select * from finish();
rollback;
