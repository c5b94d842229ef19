import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import {
  type Item,
  jsonBody,
  slackBody,
  slackText,
} from "../_shared/webhooks/forms.ts";
import { sign } from "../_shared/webhooks/sign.ts";

const ITEM: Item = {
  id: 7,
  kind: "alert_raised",
  code: "held_up",
  message: "Expected <b> & got @channel.",
  next_step: "Look.",
  instance_id: "amcr1aaaa1a",
  collection_id: null,
  week_id: null,
  raised_at: "2025-03-03T12:00:00+00:00",
  resolved_at: null,
  times: 1,
};

Deno.test("a signature is the HMAC of timestamp and body", async () => {
  for (
    const [key, body] of [["k".repeat(16), "{}"], ["k".repeat(200), "ü😀"]]
  ) {
    const expected = createHmac("sha256", key).update(`17.${body}`)
      .digest("hex");
    assert.equal(await sign(key, "17", body), `v1=${expected}`);
  }
});

Deno.test("the JSON form says when, to whom and what", () => {
  assert.deepEqual(
    JSON.parse(jsonBody("on call", [ITEM], new Date("2025-03-03T12:00:01Z"))),
    { sent_at: "2025-03-03T12:00:01.000Z", webhook: "on call", items: [ITEM] },
  );
});

Deno.test("Slack's control characters are escaped", () => {
  const { text, blocks } = JSON.parse(slackBody([ITEM]));
  assert.equal(text, "Alert: held_up");
  assert.deepEqual(blocks, [{
    type: "section",
    text: {
      type: "mrkdwn",
      verbatim: true,
      text:
        "*Alert: held_up*\nExpected &lt;b&gt; &amp; got @channel.\nLook.\ninstance amcr1aaaa1a",
    },
  }]);
  assert.ok(!slackBody([{ ...ITEM, message: "<!channel>" }]).includes("<"));
});

Deno.test("a text for Slack ends within its limit, with whole escapes and characters", () => {
  assert.equal(slackText("a&b", 8), "a&amp;b");
  assert.equal(slackText("a&b", 7), "a&amp;…");
  assert.equal(slackText("a&b", 6), "a…");
  assert.equal(slackText("ab😀", 4), "ab…");
  for (
    const text of ["<".repeat(5_000), "😀".repeat(5_000), "x".repeat(5_000)]
  ) {
    const { blocks } = JSON.parse(slackBody([{ ...ITEM, message: text }]));
    assert.ok(blocks[0].text.text.length <= 3_000);
  }
});

Deno.test("a digest has a block for each thing, fifty at most", () => {
  const many = Array.from({ length: 60 }, (_, id) => ({ ...ITEM, id }));
  const { text, blocks } = JSON.parse(slackBody(many));
  assert.equal(text, "Alert: held_up (and 59 more)");
  assert.equal(blocks.length, 50);
});
