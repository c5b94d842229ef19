/** What a webhook is told of one thing, as claim_deliveries has it. */
export type Item = {
  /** The delivery's id: the same thing, told twice, has the same one. */
  id: number | null;
  kind: string;
  code: string | null;
  message: string | null;
  next_step: string | null;
  instance_id: string | null;
  collection_id: string | null;
  week_id: string | null;
  raised_at: string | null;
  resolved_at: string | null;
  times: number;
};

/** Our own form: {sent_at, webhook, items}. */
export function jsonBody(
  webhook: string,
  items: readonly Item[],
  sentAt: Date,
): string {
  return JSON.stringify({ sent_at: sentAt.toISOString(), webhook, items });
}

const TITLES: Readonly<Record<string, string>> = {
  alert_raised: "Alert",
  alert_resolved: "Resolved",
  week_failed: "Failed",
  collection_finished: "Finished",
  duplicate_execution: "Duplicate",
  test: "Test",
};

/** Of the text of a block Slack takes 3,000 characters, of a message 50 blocks (Slack's reference of Block Kit). */
const BLOCK_CHARACTERS = 3_000;
const BLOCKS = 50;
const TEXT_CHARACTERS = 3_000;

/** The form of Slack's incoming webhooks: a text for notifications, and a block for each thing. */
export function slackBody(items: readonly Item[]): string {
  const [first] = items;
  const more = items.length > 1 ? ` (and ${items.length - 1} more)` : "";
  return JSON.stringify({
    text: slackText(`${titleOf(first)}${more}`, TEXT_CHARACTERS),
    blocks: items.slice(0, BLOCKS).map((item) => ({
      type: "section",
      text: {
        type: "mrkdwn",
        // Names with an @ notify nobody.
        verbatim: true,
        text: slackText(linesOf(item).join("\n"), BLOCK_CHARACTERS),
      },
    })),
  });
}

function titleOf({ kind, code, times }: Item): string {
  const often = times > 1 ? ` (${times} times)` : "";
  return `${TITLES[kind] ?? kind}: ${code ?? "no code"}${often}`;
}

function linesOf(item: Item): string[] {
  const { message, next_step, instance_id, collection_id, week_id } = item;
  const where = Object.entries({
    instance: instance_id,
    collection: collection_id,
    week: week_id,
  }).flatMap(([name, id]) => id === null ? [] : [`${name} ${id}`]).join(", ");
  return [
    `*${titleOf(item)}*`,
    message ?? "",
    item.kind === "alert_resolved" ? "" : next_step ?? "",
    where,
  ].filter(Boolean);
}

const ESCAPED: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
};

/**
 * A text as Slack wants it: its three control characters escaped, and no longer than so many characters, without a part of an
 * escape or of a character at its end.
 */
export function slackText(text: string, most: number): string {
  let slack = "";
  for (const character of text) {
    const next = ESCAPED[character] ?? character;
    if (slack.length + next.length > most - 1) return `${slack}…`;
    slack += next;
  }
  return slack;
}
