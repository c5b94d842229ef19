/** Asks the database what a request would do, so that all that is wrong with it is told at once. */
import type { Database, Json } from "../_shared/database/database.types.ts";
import { DatabaseError } from "../_shared/database/errors.ts";
import type { Rpc } from "../_shared/database/rpc.ts";
import type { InvalidBody } from "../_shared/http/body.ts";
import {
  type FieldError,
  RequestError,
} from "../_shared/http/request_error.ts";
import { asRequestError } from "../_shared/http/with_error_responses.ts";
import type { CollectionRequest } from "./request.ts";

type Arguments =
  & Database["public"]["Functions"]["preview_collection"]["Args"]
  & { requested_by: string };

/** A refusal as preview_collection answers it. */
type Refusal = Omit<FieldError, "field"> & { field: string | null };

/** The fields that say which weeks: what is wrong with one may only follow from another. */
const RANGE = ["weeks", "start_date", "end_date"];
/** Where an argument of the database is called otherwise than the field of the body. */
const FIELD_OF_ARGUMENT: Record<string, string> = {
  instance_id: "instance",
  workflow_id: "workflow",
};

/** The arguments of preview_collection and start_collection for what a user asks. */
export function argumentsOf(
  userId: string,
  { instance, workflow, parameter_values, ...others }: Omit<
    CollectionRequest,
    "dry_run" | "idempotency_key"
  >,
): Arguments {
  return {
    requested_by: userId,
    instance_id: instance,
    workflow_id: workflow,
    ...others,
    ...(parameter_values ? { parameter_values: parameter_values as Json } : {}),
  };
}

/**
 * Adds to the refusal of a body whose fields are not all of the right form what the database would refuse of the others.
 *
 * @returns the error to answer with
 */
export async function withOtherFields(
  rpc: Rpc,
  userId: string,
  error: InvalidBody,
): Promise<RequestError> {
  const wrong = new Set(error.fields.map(({ field }) => field));
  if (RANGE.some((field) => wrong.has(field))) {
    RANGE.forEach((field) => wrong.add(field));
  }
  // Who is no member of the instance gets to know nothing else.
  if (wrong.has("instance")) return error;
  const { dry_run: _, idempotency_key: __, ...right } = error
    .right as Partial<CollectionRequest>;
  const known = Object.fromEntries(
    Object.entries(right).filter(([field]) => !wrong.has(field)),
  ) as typeof right;
  if (known.instance === undefined) return error;
  const others = await wrongFields(
    rpc,
    argumentsOf(userId, {
      ...known,
      instance: known.instance,
      workflow: known.workflow ?? "",
      // Left out, it would be UTC, in which a day may lie ahead that is over elsewhere.
      ...(wrong.has("time_zone") ? { time_zone: "" } : {}),
    }),
  );
  return withFields(error, [
    ...error.fields,
    ...others.filter(({ field }) => !wrong.has(field)),
  ]);
}

/**
 * Adds to a refusal of start_collection, which tells the first reason, every field that is to blame.
 *
 * @param error what start_collection failed with
 * @returns the error to answer with, or to fail with
 */
export async function withEveryField(
  rpc: Rpc,
  given: Arguments,
  error: unknown,
): Promise<unknown> {
  const mistake = asRequestError(error);
  if (mistake === null) return error;
  return withFields(mistake, await wrongFields(rpc, given));
}

function withFields(
  { status, code, message, hint }: RequestError,
  fields: FieldError[],
): RequestError {
  return new RequestError(status, code, message, hint, fields);
}

/** The fields that the database would refuse; none if it does not say, for the refusal stands without them. */
async function wrongFields(rpc: Rpc, given: Arguments): Promise<FieldError[]> {
  let refusals: Refusal[];
  try {
    const preview = await rpc("preview_collection", given) as {
      refusals: Refusal[];
    };
    refusals = preview.refusals;
  } catch (error) {
    if (error instanceof DatabaseError) return [];
    throw error;
  }
  return refusals.flatMap(({ field, code, message }) =>
    field === null
      ? []
      : [{ field: FIELD_OF_ARGUMENT[field] ?? field, code, message }]
  );
}
