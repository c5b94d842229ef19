import type postgres from "postgres";
import type { Workflow } from "../../../local/amc/types.ts";
import { withSession } from "../../walks/support/session.ts";
import { play } from "./play.ts";
import { LOOK } from "./telling.ts";
import { type Baseline, baselineOf } from "./verdict.ts";
import { BEGIN, COLLECTIONS, HIT, INSTANCES, user, World } from "./world.ts";

/** A world that cases begin with, and what AMC has in it. */
export interface Prepared {
  world: World;
  workflows: { instanceId: string; workflow: Workflow }[];
  /** How long each collection takes while nothing goes wrong. */
  baseline: Baseline;
}

/** Not those of a case, so that the ids differ. */
const OTHER_SEEDS = [-1, -2];
/** Some minutes, so that a worker wakes seldom. */
const POLL_SECONDS = 120;
const DAY_MS = 86_400_000;

/** Opens a world on a database of its own for some work. */
export async function withWorld<T>(
  work: (prepared: Prepared) => Promise<T>,
): Promise<T> {
  return await withSession(async (sql, signatures) => {
    const world = new World(sql, signatures);
    await sql.unsafe(`${NEXT_WAKE_UP};${LOOK}`);
    await connect(sql);
    const ids = await saveQueries(sql);
    const workflows = await collectBefore(world, ids);
    await world.begin(OTHER_SEEDS[1]);
    for (const { key, owner, instance, query, weeks } of COLLECTIONS) {
      const { instanceId } = INSTANCES[instance];
      const workflowId = ids.get(`${instanceId} ${query}`)!;
      const ownerId = user(owner);
      const id = await collect(world, ownerId, instanceId, workflowId, weeks);
      world.collections.push({ key, id, instanceId, workflowId, ownerId });
    }
    await sql.unsafe("commit");
    const baseline = await baselineOf(world, workflows);
    return await work({ world, workflows, baseline });
  });
}

async function connect(sql: postgres.Sql): Promise<void> {
  for (const n of [1, 2, 3]) {
    await sql`insert into auth.users (id, email, email_confirmed_at)
      values (${user(n)}, ${`owner${n}@fuzz.test`}, now())`;
  }
  for (const [i, { instanceId, credential, ...more }] of INSTANCES.entries()) {
    const { clientId, clientSecret, refreshToken } = credential;
    const stored = JSON.stringify({
      client_id: clientId,
      client_secret: clientSecret,
      refresh_token: refreshToken,
    });
    const email = `owner${i === 0 ? 1 : 3}@fuzz.test`;
    await sql`select amc_history.connect_instance(${instanceId}, ${more.entityId}, ${more.marketplaceId}, 'NA',
      ${stored}::jsonb, ${email})`;
  }
  await sql`update public.amc_instances set poll_seconds = ${POLL_SECONDS}`;
  await sql`insert into public.amc_instance_members (instance_id, user_id) values (${HIT}, ${
    user(2)
  })`;
}

/** @returns the workflows' ids by `instance query` */
async function saveQueries(sql: postgres.Sql): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  for (const { instance, query } of COLLECTIONS) {
    const { instanceId } = INSTANCES[instance];
    const text =
      `select campaign, sum(impressions) as ${query} from traffic group by campaign`;
    const [{ id }] = await sql`
      select workflow_id as id from public.save_workflow(${instanceId}, ${`Query ${query}`}, ${text})`;
    ids.set(`${instanceId} ${query}`, id);
  }
  return ids;
}

async function collect(
  world: World,
  requested_by: string,
  instance_id: string,
  workflow_id: string,
  weeks: number,
  more: Record<string, unknown> = {},
): Promise<string> {
  const answer = await world.call("start_collection", {
    requested_by,
    instance_id,
    workflow_id,
    weeks,
    ...more,
  }) as { collection_id: string };
  return answer.collection_id;
}

/** All queries but the hit one's have a result from before: what is saved, checked and created once is there. */
async function collectBefore(
  world: World,
  ids: Map<string, string>,
): Promise<Prepared["workflows"]> {
  const begin = BEGIN - 30 * DAY_MS;
  await world.begin(OTHER_SEEDS[0]);
  await world.setClock(begin);
  const follow: { id: string }[] = [];
  for (const { key, owner, instance, query } of COLLECTIONS) {
    if (key === "hit") continue;
    const { instanceId } = INSTANCES[instance];
    const workflowId = ids.get(`${instanceId} ${query}`)!;
    const id = await collect(world, user(owner), instanceId, workflowId, 1);
    follow.push({ id });
  }
  const trace: string[] = [];
  const { amc, doneAt } = await play(world, {
    faults: [],
    workflows: [],
    begin,
    follow,
    trace,
    isQuiet: () => Promise.resolve(false),
  });
  if (doneAt.size < follow.length) {
    throw new Error(`The world is not ready:\n${trace.join("\n")}`);
  }
  await world.sql.unsafe("commit");
  return [...amc.state.instances].flatMap(([instanceId, { workflows }]) =>
    [...workflows.values()].map(({ workflow }) => ({ instanceId, workflow }))
  );
}

// The schedule asks as postgres; who asks in turn with the worker has every plan made again for the other role.
const NEXT_WAKE_UP = `
  grant execute on function amc_history.count_actionable(), amc_history.count_checks() to service_role;
  create function pg_temp.next_wake_up(since timestamptz, soonest integer, latest integer) returns integer
  language plpgsql as $$
  declare
    minute integer := soonest;
  begin
    loop
      minute := least(minute, latest);
      perform set_config('amc_history.clock', (since + make_interval(mins => minute))::text, true);
      if amc_history.count_actionable() > 0 then
        return minute;
      end if;
      if minute = latest then
        return -latest;
      end if;
      -- Each minute at first; what is far away is not looked for that closely.
      minute := minute + greatest(1, minute / 10);
    end loop;
  end;
  $$`;
