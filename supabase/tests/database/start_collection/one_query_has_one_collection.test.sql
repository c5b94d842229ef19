-- A collection is the history of one query: the same instance, version, weekday, zone and parameters are one row.
begin;
\ir ../../_shared/setup.psql
select plan(29);

do $$
begin
  perform pg_temp.connect_instance();
  perform save_workflow('amcpgtap1', 'Weekly', 'select 1',
    '[{"name": "a", "dataType": "STRING"}, {"name": "b", "dataType": "STRING"}]');
  perform pg_temp.check_workflows();
end;
$$;
insert into amc_instance_members (instance_id, user_id) values ('amcpgtap1', pg_temp.user_id('colleague'));
create function pg_temp.ask(arguments text, who text default 'owner') returns text language plpgsql as $$
declare
  answer jsonb;
begin
  execute format('select start_collection(%L, %L, (select id from amc_workflows order by created_at limit 1),
    start_date => ''2025-01-06'', end_date => ''2025-01-12'' %s)', pg_temp.user_id(who), 'amcpgtap1', arguments)
  into answer;
  return case when answer ->> 'created' = 'true' then 'another' else 'the same' end;
end;
$$;
set local role service_role;

select is(pg_temp.ask($$, parameter_values => '{"a": "x", "b": ["1", "2"]}' $$), 'another',
  'the first request makes it');
select is(pg_temp.ask(format(', %s', arguments)), 'the same', what) from (values
  ($$ parameter_values => '{"b": ["1", "2"], "a": "x"}' $$, 'keys in another order'),
  ($$ parameter_values => '{"a": "\u0078", "b": ["\u0031", "2"]}' $$, 'characters that are escaped'),
  ($$ parameter_values => '{"a": "first", "a": "x", "b": ["1", "2"]}' $$,
    'a key that comes twice: the last one counts'),
  ($$ parameter_values => '{ "a" : "x" , "b" : [ "1" , "2" ] }' $$, 'blanks between'),
  ($$ parameter_values => '{"a": "x", "b": ["1", "2"]}', week_starts_on => 'Monday' $$,
    'the weekday that the date says'),
  ($$ parameter_values => '{"a": "x", "b": ["1", "2"]}', time_zone => 'utc' $$, 'UTC in small letters'),
  ($$ parameter_values => '{"a": "x", "b": ["1", "2"]}', time_zone => 'Etc/UTC' $$, 'UTC by another name'),
  ($$ parameter_values => '{"a": "x", "b": ["1", "2"]}', time_zone => 'zulu' $$, 'UTC by a third name'),
  ($$ parameter_values => '{"a": "x", "b": ["1", "2"]}', name => 'Mine' $$, 'a name')
) t(arguments, what);
select is(pg_temp.ask($$, parameter_values => '{"a": "x", "b": ["1", "2"]}' $$, 'colleague'), 'the same',
  'another member');
select is((select count(*) from report_data_weeks), 1::bigint, 'its week is asked for once');
select is((select count(distinct parameters_hash) from report_data_collections), 1::bigint, 'equal values, equal hash');

select is(pg_temp.ask(format(', %s', arguments)), 'another', what) from (values
  ($$ parameter_values => '{"a": "y", "b": ["1", "2"]}' $$, 'another value'),
  ($$ parameter_values => '{"a": "x", "b": ["2", "1"]}' $$, 'a list in another order'),
  ($$ parameter_values => '{"a": "x ", "b": ["1", "2"]}' $$, 'a blank more'),
  ($$ parameter_values => '{"a": "x"}' $$, 'a value less'),
  ($$ parameter_values => '{"a": "x", "b": ["1", "2"]}', time_zone => 'europe/berlin' $$, 'another zone')
) t(arguments, what);
select is((select array_agg(distinct time_zone order by time_zone) from report_data_collections),
  array['Europe/Berlin', 'UTC'], 'zones are stored in their normal form');
select is(pg_temp.refusal(format('select pg_temp.ask(%L)', arguments)), expected, what) from (values
  ($$, parameter_values => '{"a": 1}' $$, '22023 parameter_value_not_text',
    'a number, which may be written in several ways, is refused'),
  ($$, parameter_values => '{"a": ["x", 1.0]}' $$, '22023 parameter_value_not_text', 'in a list too')
) t(arguments, expected, what);
reset role;
select matches(pg_temp.refusal($$ insert into report_data_collections (instance_id, workflow_id, start_date, end_date,
  parameter_values) select instance_id, workflow_id, '2025-02-03', '2025-02-09', parameter_values
  from report_data_collections limit 1 $$), '^23505', 'a second row is refused, whoever writes');
select matches(pg_temp.refusal($$ update report_data_collections set parameter_values = '{}' $$), '^23505',
  'two cannot become the same');
select is(pg_temp.refusal($$ insert into report_data_collections (instance_id, workflow_id, start_date, end_date,
  parameter_values, imported_from) select instance_id, workflow_id, '2025-02-03', '2025-02-09', parameter_values,
    'older'
  from report_data_collections limit 1 $$), null, 'one that came from another system is not the same');
select is(pg_temp.refusal($$ insert into report_data_collections (instance_id, workflow_id, start_date, end_date,
  parameter_values, imported_from) select instance_id, workflow_id, '2025-02-03', '2025-02-09', parameter_values,
    'older'
  from report_data_collections limit 1 $$), null, 'nor is a second one of those');
do $$ begin perform save_workflow('amcpgtap1', 'Weekly', 'select 2',
  '[{"name": "a", "dataType": "STRING"}, {"name": "b", "dataType": "STRING"}]'); end $$;
select is((start_collection(pg_temp.user_id('owner'), 'amcpgtap1', (select id from amc_workflows where sql_query
  like '%2'), weeks => 1, parameter_values => '{"a": "x", "b": ["1", "2"]}')) ->> 'created', 'true',
  'another version of the workflow is another query');
select is((select name from report_data_collections where parameter_values = '{"a": "x", "b": ["1", "2"]}'
  and time_zone = 'UTC' and imported_from is null and start_date = '2025-01-06'), 'Mine',
  'a collection without a name took the first that came');
select is(pg_temp.ask($$, parameter_values => '{"a": "x", "b": ["1", "2"]}', name => 'Yours' $$), 'the same',
  'a request with another name');
select is((select count(*) from report_data_collections where name = 'Yours'), 0::bigint, 'does not rename it');

select * from finish();
rollback;
