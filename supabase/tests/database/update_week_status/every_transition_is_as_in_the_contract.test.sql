-- Each transition from status to status is applied or rejected as the contract says.
begin;
\ir ../../_shared/three_weeks.psql
select plan(36);

-- From pending to any status; from running to any but pending; from a terminal status to the same only.
create function pg_temp.try_every_transition() returns setof text language plpgsql as $$
declare
  statuses constant text[] := array['pending', 'running', 'completed', 'failed', 'skipped', 'cancelled'];
  old_status text;
  new_status text;
  expected text;
begin
  foreach old_status in array statuses loop
    foreach new_status in array statuses loop
      update report_data_weeks set status = old_status, due_at = null where id = pg_temp.week(1);
      expected := case
        when old_status = new_status then 'already_applied'
        when old_status = 'pending' or old_status = 'running' and new_status <> 'pending' then 'applied'
        else 'rejected'
      end;
      return next is(update_week_status(pg_temp.collection(), pg_temp.week(1), new_status),
        row(expected, case expected when 'rejected' then 'illegal_transition' end,
          case expected when 'rejected' then old_status else new_status end, null)::tracking_report,
        format('%s to %s: %s', old_status, new_status, expected));
    end loop;
  end loop;
end;
$$;
set local role service_role;

select pg_temp.try_every_transition();

select * from finish();
rollback;
