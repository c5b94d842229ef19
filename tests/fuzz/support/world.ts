import { Session } from "../../walks/support/session.ts";
import type { ServedInstance } from "./virtual_amc.ts";

/** When every case begins. */
export const BEGIN = Date.parse("2025-06-02T12:00:00Z");

/** The id of an owner. */
export const user = (n: number) => `a0000000-0000-4000-8000-00000000000${n}`;

function served(instanceId: string, name: string): ServedInstance {
  const credential = {
    name,
    clientId: `client-${name}`,
    clientSecret: `secret-${name}-0123456789`,
    refreshToken: `Atzr|refresh-${name}-0123456789`,
  };
  return {
    instanceId,
    entityId: "ENTITYFUZZ",
    marketplaceId: "ATVPDKIKX0DER",
    credential,
  };
}

/** Two instances with a credential each. */
export const INSTANCES = [
  served("amcfuzz1", "first"),
  served("amcfuzz2", "second"),
];
/** The instance in which things go wrong. */
export const HIT = INSTANCES[0].instanceId;

/** What is collected in every case: whose, where, which query, how many weeks. */
export const COLLECTIONS = [
  // The one that faults hit which belong to one collection.
  { key: "hit", owner: 1, instance: 0, query: "a", weeks: 2 },
  // Of another owner on the same instance.
  { key: "beside", owner: 2, instance: 0, query: "b", weeks: 1 },
  // Another query of the same owner.
  { key: "same owner", owner: 1, instance: 0, query: "c", weeks: 1 },
  // The same query under the same name on another instance.
  { key: "elsewhere", owner: 3, instance: 1, query: "a", weeks: 1 },
] as const;

/** The name of a collection of the world. */
export type CollectionKey = typeof COLLECTIONS[number]["key"];

/** A collection as the database has it. */
export interface WorldCollection {
  key: CollectionKey;
  id: string;
  instanceId: string;
  workflowId: string;
  ownerId: string;
}

/** The session in which cases follow each other, in a world that all of them begin with. */
export class World extends Session {
  collections: WorldCollection[] = [];

  /** The collection that faults hit. */
  get hit(): WorldCollection {
    return this.collections[0];
  }

  override async begin(seed: number): Promise<void> {
    await super.begin(seed, BEGIN);
  }

  /** Calls as the API does: what fails is rolled back alone. */
  override async call(
    name: string,
    args: Record<string, unknown>,
  ): Promise<unknown> {
    const { sql } = this;
    // What is not waited for travels with the statement that follows it.
    void sql.unsafe("savepoint call").execute();
    try {
      const answer = await super.call(name, args);
      void sql.unsafe("release savepoint call").execute();
      return answer;
    } catch (error) {
      await sql.unsafe("rollback to call; release savepoint call");
      throw error;
    }
  }

  /** Calls as a member who is signed in. */
  async as<T>(userId: string, work: () => Promise<T>): Promise<T> {
    const claims = JSON.stringify({ sub: userId, role: "authenticated" });
    await this.sql.unsafe("set local role authenticated");
    await this.sql`select set_config('request.jwt.claims', ${claims}, true)`;
    try {
      return await work();
    } finally {
      await this.sql.unsafe(
        "set local role service_role; select set_config('request.jwt.claims', '', true)",
      );
    }
  }

  /**
   * The minutes after which the schedule wakes a worker, from some on and at most so many: with those it is over anyway. Moves
   * the clock there.
   *
   * @returns woken: whether it does, and not only so many minutes are over
   */
  async nextWakeUp(
    now: number,
    least: number,
    most: number,
  ): Promise<{ minutes: number; woken: boolean }> {
    const [{ minute }] = await this.sql`
      select pg_temp.next_wake_up(${
      new Date(now).toISOString()
    }::timestamptz, ${least}, ${most}) as minute`;
    return { minutes: Math.abs(minute), woken: minute > 0 };
  }
}
