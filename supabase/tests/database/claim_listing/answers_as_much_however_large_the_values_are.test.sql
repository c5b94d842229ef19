-- The largest query and the largest parameter values make no claim larger: they go once per workflow and collection.
begin;
\ir ../../_shared/setup.psql
select plan(9);

-- Two instances with a query and ten collections of 60 weeks each: of one they are as large as may be.
do $$
declare
  declared jsonb := (select jsonb_agg(jsonb_build_object('name', 'p' || n, 'dataType', 'STRING'))
    from generate_series(1, 50) n);
  largest jsonb := (select jsonb_object_agg('p' || n, repeat('x', 189)) from generate_series(1, 50) n);
  smallest jsonb := (select jsonb_object_agg('p' || n, 'x') from generate_series(1, 50) n);
begin
  for i in 1..2 loop
    perform pg_temp.connect_instance('amcpgtap' || i);
    insert into amc_workflows (instance_id, name, sql_query, parameters) values ('amcpgtap' || i, 'Query',
      case i when 1 then 'select ''' || repeat('x', 99991) || '''' else 'select ''x''' end, declared);
    update amc_workflows set retention_months = 24;
    for n in 1..10 loop
      perform start_collection(pg_temp.user_id('owner'), 'amcpgtap' || i, (select f.id from amc_workflows f
        where f.instance_id = 'amcpgtap' || i), weeks => 60 - n % 2,
        -- Each with values of its own.
        parameter_values => case i when 1 then largest || jsonb_build_object('p1', lpad(n::text, 189, 'x'))
          else smallest || jsonb_build_object('p1', chr(96 + n)) end);
    end loop;
  end loop;
  perform pg_temp.check_workflows();
  update amc_workflows set saved_at = amc_history.clock_now();
end;
$$;
select is((select max(octet_length(parameter_values::text)) from report_data_collections), 9991,
  'the values are about as large as they may be');
select is((select max(char_length(sql_query)) from amc_workflows), 100000, 'so is the query');

set local role service_role;
create temporary table listed on commit drop as select * from claim_listing(2);
select is((select array_agg(jsonb_array_length(surveys)) from listed), array[595, 595], 'all weeks are looked for');
select cmp_ok((select max(octet_length(l::text)) from listed l), '<', 595 * 500, 'in some 300 kB');
select is((select octet_length(surveys::text) from listed where instance_id = 'amcpgtap1'),
  (select octet_length(surveys::text) from listed where instance_id = 'amcpgtap2'),
  'as many bytes as where query and values are small');
reset role;
update report_data_weeks set surveyed_at = amc_history.clock_now();
set local role service_role;
create temporary table claimed on commit drop as select * from claim_due_weeks(20);
select is((select array_agg(n) from (select count(*) as n from claimed group by instance_id) c),
  array[10, 10]::bigint[], 'all slots are taken');
select cmp_ok((select sum(octet_length(c::text)) from claimed c), '<', 20 * 1000::bigint, 'twenty weeks in 20 kB');
select is((select max(octet_length(c::text)) from claimed c where c.instance_id = 'amcpgtap1'),
  (select max(octet_length(c::text)) from claimed c where c.instance_id = 'amcpgtap2'),
  'as many bytes as where query and values are small');
do $$ begin perform set_config('amc_history.clock', '2025-03-03T13:00:00Z', true); end $$;
select cmp_ok((select sum(octet_length(l::text)) from claim_listing(2) l), '<', 20 * 1000::bigint,
  'so are the twenty attempts of a listing');

select * from finish();
rollback;
