-- Of a query, AMC gets no comment and no semicolon at its end, character for character; what was written is kept.
begin;
\ir ../../_shared/workflow.psql
select plan(24);

create function pg_temp.sent(written text) returns text language sql as
  $$ select replace((amc_history.prepare_query(written)).sent, ' ', '.') $$;

select is(pg_temp.sent(written), sent, format('%s is sent as %s', quote_literal(written), sent)) from (values
  ('select 1;', 'select.1'),
  (E'select 1 ;\n;; -- the end;', 'select.1'),
  (E'select 1 -- one; two\nfrom t', E'select.1............\nfrom.t'),
  (E'select /* a\r\n\tb */ 1', E'select.....\r\n\t.....1'),
  ('select /* a /* b */ c */ 1', 'select...................1'),
  ('select 2*/*c*/3', 'select.2*.....3'),
  ('select 6/ /**/2--', 'select.6/.....2'),
  ('select ''it''''s -- no /* comment */;'' as a', 'select.''it''''s.--.no./*.comment.*/;''.as.a'),
  ('select 1 as "a--b;/*"', 'select.1.as."a--b;/*"'),
  ('select ''a'' /* ''it */ ''b''', 'select.''a''...........''b'''),
  (E'-- it''s\nselect 1', E'.......\nselect.1'),
  ('select 1 - -1', 'select.1.-.-1'),
  ('select ''a;''', 'select.''a;''')) q(written, sent);
select is(pg_temp.refusal(format('select amc_history.prepare_query(%L)', written)), '22023 query_unterminated',
  quote_literal(written) || ' does not end')
from unnest(array['select ''a', 'select "a', 'select /* a', 'select /* a /* b */ 1']) written;
select is((amc_history.prepare_query(query)).reads, reads, 'it reads ' || reads::text) from (values
  ('select CUSTOM_PARAMETER(''a''),custom_parameter (''b''),''CUSTOM_PARAMETER(''''c'''')''--CUSTOM_PARAMETER(''d'')',
    array['a', 'b']),
  ('select BUILT_IN_PARAMETER(''TIME_WINDOW_START'')', array[]::text[])) q(query, reads);

set local role authenticated;
select pg_temp.sign_in('owner');
create temporary table saved on commit drop as
select * from save_workflow('amcpgtap1', 'Commented', E'select 7 -- lucky\n;');
select is((select sql_query from saved), 'select 7', 'what is sent is answered');
select is((select sql_query || '|' || sql_written from amc_workflows where id = (select workflow_id from saved)),
  E'select 7|select 7 -- lucky\n;', 'and stands beside what was written');
select is((save_workflow('amcpgtap1', 'Plain', 'select 7')).workflow_id, (select workflow_id from saved),
  'what is sent decides the version');
select is((save_workflow('amcpgtap1', 'Plain', 'select 7')).created, false, 'which is there once');
select is((save_workflow('amcpgtap1', 'Long', 'select ''' || repeat('x', 90000) || '''')).created, true,
  'a query of 90,000 characters is saved');

select * from finish();
rollback;
