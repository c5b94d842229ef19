-- Every finding of plpgsql_check about a function of ours, of every level but those that are accepted here. A trigger's
-- function is read once for each of its tables.
with accepted (level, name) as (
  values
    -- Their volatility is meant: refuse, describe_refusal and check_header raise, the rest look afresh each time.
    ('performance', 'refuse'), ('performance', 'check_header'), ('performance', 'free_slots'),
    ('performance', 'due_collections'), ('performance', 'has_admin'), ('performance', 'has_open_work'),
    ('performance', 'is_backed'), ('performance', 'settled_weeks'), ('performance', 'collection_as_planned'),
    ('performance', 'searched_weeks'), ('performance', 'describe_refusal'),
    -- A row beside other OUT arguments is meant: its callers read it whole.
    ('warning extra', 'weigh_request'),
    -- Triggers with different transition tables share them: each is read in one branch.
    ('error', 'follow_standing'), ('error', 'follow_memberships'),
    -- Their EXECUTE takes text that is put together before, by %I, %L or a function that does so: read by a person.
    ('security', 'count_uncast'), ('security', 'load_rows'), ('security', 'create_result_view')
),
found as (
  select p.proname as name, c.level, format('%s, line %s: %s: %s', p.oid::regprocedure, c.lineno, c.level, c.message)
    as finding
  from pg_catalog.pg_proc p
  join pg_catalog.pg_language l on l.oid = p.prolang and l.lanname = 'plpgsql'
  left join pg_catalog.pg_trigger t on t.tgfoid = p.oid and not t.tgisinternal,
  lateral extensions.plpgsql_check_function_tb(p.oid, coalesce(t.tgrelid, 0), fatal_errors => false,
    -- Tracing takes the array of a FOREACH for the element.
    all_warnings => true, constant_tracing => false,
    oldtable => t.tgoldtable, newtable => t.tgnewtable) c
  where p.pronamespace in ('public'::regnamespace, 'amc_history'::regnamespace)
    and not exists (select from pg_catalog.pg_depend d
      where d.classid = 'pg_catalog.pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
    -- An assignment that casts, such as a count into an integer, costs nothing that counts.
    and not (c.level in ('performance', 'warning') and c.message = 'target type is different type than source type')
)
select f.finding from found f
where not exists (select from accepted a where a.level = f.level and a.name = f.name)
union all
select format('%s: %s is accepted, and not found any more.', a.name, a.level) from accepted a
where not exists (select from found f where f.level = a.level and f.name = a.name)
order by 1;
