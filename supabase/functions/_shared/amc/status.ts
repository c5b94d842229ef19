/** What an execution's status means for whoever follows it. */
export type StatusClass =
  | "succeeded"
  | "failed"
  | "rejected"
  | "cancelled"
  | "in_progress";

/** A classified status. */
export interface ClassifiedStatus {
  class: StatusClass;
  /** True when AMC sent a status that is not known: it counts as in progress, and someone should look past a deadline. */
  unknown: boolean;
}

const CLASSES = new Map<string, StatusClass>([
  ["SUCCEEDED", "succeeded"], // SPEC, captured; H
  ["FAILED", "failed"], // SPEC; H
  ["REJECTED", "rejected"], // not in SPEC; AWS, SKILL, SKILL2; H
  ["CANCELLED", "cancelled"], // SPEC; H
  ["PENDING", "in_progress"], // SPEC, captured; H
  ["RUNNING", "in_progress"], // SPEC; H
  ["PUBLISHING", "in_progress"], // not in SPEC; AWS; M
]);

/**
 * AMC's status in the one form that is compared and stored: in capitals, and CANCELLED for CANCELED. SPEC has capitals (H);
 * other cases were not seen.
 *
 * @param status AMC's word
 * @returns a known word as the specification writes it, any other as it came
 */
export function canonicalStatus(status: string): string {
  const word = status.trim().toUpperCase();
  const spelled = word === "CANCELED" ? "CANCELLED" : word;
  return CLASSES.has(spelled) ? spelled : status;
}

/**
 * Classifies AMC's execution status.
 *
 * @param status AMC's word; null (AMC has said none yet) counts as in progress and is not unknown
 */
export function classifyStatus(status: string | null): ClassifiedStatus {
  if (status === null) return { class: "in_progress", unknown: false };
  const known = CLASSES.get(canonicalStatus(status));
  return { class: known ?? "in_progress", unknown: known === undefined };
}

/** Whether a status class is an end: an ended execution changes no more. */
export function isTerminal(status: StatusClass): boolean {
  return status !== "in_progress";
}
