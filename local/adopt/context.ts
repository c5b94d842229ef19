import type postgres from "postgres";
import type { AdoptArguments } from "./arguments.ts";
import type { Report } from "./report.ts";

/** What a step works with. */
export interface Context extends Omit<AdoptArguments, "step" | "databaseUrl"> {
  /** One session of the owner of the older tables. */
  sql: postgres.Sql;
  /** Says what is going on while a step takes long; stderr. */
  say(line: string): void;
  /** Waits between two tries. */
  pause(milliseconds: number): Promise<void>;
}

/** A step of the adoption. */
export interface Step {
  name: string;
  /** What it does, in a few words for the usage. */
  what: string;
  run(context: Context): Promise<Report>;
}
