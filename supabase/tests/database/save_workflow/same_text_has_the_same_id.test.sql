-- A workflow's id is derived from its text: the same text has the same id.
begin;
\ir ../../_shared/workflow.psql
select plan(13);

set local role authenticated;
select pg_temp.sign_in('owner');
create temporary table saved on commit drop as select workflow_id as id, created
  from save_workflow('amcpgtap1', 'Brand Überblick (weekly)', 'select brand from t');
-- The id under which a query is saved.
create function pg_temp.save(name text, query text default 'select brand from t', parameters jsonb default '[]')
returns text language sql as $$ select (save_workflow('amcpgtap1', name, query, parameters)).workflow_id $$;

select matches((select id from saved), '^brand-berblick-weekly-[0-9a-f]{12}$', 'an id is a readable stem and a hash');
select is(pg_temp.save('Brand Überblick (weekly)'), (select id from saved),
  'the same again has the same id');
select is(pg_temp.save('brand berblick weekly'), (select id from saved),
  'so has a name with the same stem');
select is(pg_temp.save('Something else'), (select id from saved), 'so has any other name: the query decides');
select is((select created from saved), true, 'the first call creates the version');
select is((save_workflow('amcpgtap1', 'Something else', 'select brand from t')).created, false, 'no later one does');
select isnt(pg_temp.save('Brand Überblick (weekly)', 'select brand, 1 from t'), (select id from saved),
  'a changed text has another');
select isnt(pg_temp.save('Brand Überblick (weekly)', 'select brand from t', 
    '[{"name": "x", "dataType": "LONG"}]'), (select id from saved),
  'so have other parameters');
select matches(pg_temp.save('日本語', 'select 2'), '^workflow-[0-9a-f]{12}$',
  'a name without a letter of its own has a stem too');
select cmp_ok(char_length(pg_temp.save(repeat('long name ', 10), 'select 3')), '<=', 53,
  'a long name is cut');
select is((select count(*) from amc_workflows where sql_query = 'select brand from t' and name like 'Brand%'),
  2::bigint, 'a version is there once');

-- Eight queries that somebody has saved with tabs, and that are then saved with the usual format.
reset role;
insert into amc_workflows (instance_id, name, sql_query, output_format)
select 'amcpgtap1', 'Tabs', 'select 10' || n, '{"separatorCharacter": "\t"}' from generate_series(1, 8) n;
create temporary table commas on commit drop as
select n, pg_temp.save('Commas', 'select 10' || n) as id from generate_series(1, 8) n;
select is((select count(*) from commas c join amc_workflows f on f.id = c.id where f.name = 'Commas'), 8::bigint,
  'a version with another output format is not the same');
select is((select array_agg(pg_temp.save('Commas', 'select 10' || n) order by n) from commas),
  (select array_agg(id order by n) from commas), 'nor is it answered for one with the usual format');

select * from finish();
rollback;
