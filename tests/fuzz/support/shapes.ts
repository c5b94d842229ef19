import { gzipSync } from "node:zlib";
import { CAMPAIGN_COLUMNS } from "../../../local/amc/results/columns.ts";
import { AMC_URL, type Answer } from "./virtual_amc.ts";

const NAMES = CAMPAIGN_COLUMNS.map(({ name }) => name);
const HEADER = NAMES.join(",");
const ROW = "7,Alpha,SP,Top,2025-05-01,2025-05-01T10:00:00,1,2,3.5,4,5.5,6";
const GOOD = `${HEADER}\n${ROW}\n`;
const bytes = (text: string) => new TextEncoder().encode(text);
const joined = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts));
const headed = (header: string) => `${header}\n${ROW}\n`;

/** Files that a result link may lead to. */
export const FILES: Record<string, string | Uint8Array> = {
  "an HTML page": "<!doctype html>\n<html><body>Please sign in</body></html>",
  "a JSON error": '{"message":"Internal error"}',
  "an XML error": "<Error><Code>InternalError</Code></Error>",
  "0 bytes": "",
  "only a byte order mark": "\ufeff",
  "a byte order mark": `\ufeff${GOOD}`,
  "two byte order marks": `\ufeff\ufeff${GOOD}`,
  "only a header": `${HEADER}\n`,
  "a header without an end": HEADER,
  "a blank first line": `\n${GOOD}`,
  "only line ends": "\n\n\n",
  "sep=,": `sep=,\n${GOOD}`,
  "a title": `Report of last week\n\n${GOOD}`,
  "tab-separated": GOOD.replaceAll(",", "\t"),
  "semicolons": GOOD.replaceAll(",", ";"),
  "another header": "name,views\nAlpha,1\n",
  "other order": headed([...NAMES].reverse().join(",")),
  "other case": headed(HEADER.toUpperCase()),
  "quoted names": headed(NAMES.map((name) => `"${name}"`).join(",")),
  "one column more": `${HEADER},more\n${ROW},1\n`,
  "one column less": headed(NAMES.slice(1).join(",")),
  "the same name twice": headed([...NAMES.slice(1), NAMES[1]].join(",")),
  "names without letters": headed(NAMES.map(() => "").join(",")),
  "a wide name": headed(["x".repeat(100_000), ...NAMES.slice(1)].join(",")),
  "3000 columns": `${
    Array.from({ length: 3000 }, (_, i) => `c${i}`).join(",")
  }\n`,
  "names like ours": headed(
    ["load_id", "line", "week_id", ...NAMES.slice(3)].join(","),
  ),
  "gzip": gzipSync(GOOD),
  "gzip in two members": joined(gzipSync(`${HEADER}\n`), gzipSync(`${ROW}\n`)),
  "gzip with padding": joined(gzipSync(GOOD), new Uint8Array(512)),
  "half of a gzip": gzipSync(GOOD).subarray(0, 40),
  "gzip of nothing": gzipSync(""),
  "gzip in gzip": gzipSync(gzipSync(GOOD)),
  "gzip and then text": joined(gzipSync(`${HEADER}\n`), bytes(`${ROW}\n`)),
  "a quote in a cell": `${HEADER}\n${ROW.replace("Alpha", 'Al"pha')}\n`,
  "an open quote": `${HEADER}\n${ROW.replace("Alpha", '"Alpha')}\n`,
  "text after a quote": `${HEADER}\n${ROW.replace("Alpha", '"Al"pha')}\n`,
  "escaped with a backslash": `${HEADER}\n${
    ROW.replace("Alpha", '"Al\\"pha"')
  }\n`,
  "typographic quotes": `${HEADER}\n${ROW.replace("Alpha", "“Alpha”")}\n`,
  "a line end in quotes": `${HEADER}\n${ROW.replace("Alpha", '"Al\npha"')}\n`,
  "short rows": `${HEADER}\n1,2\n${ROW}\n`,
  "long rows": `${HEADER}\n${ROW},1,2,3\n`,
  "blank lines": `${HEADER}\n\n${ROW}\n\n`,
  "NUL": `${HEADER}\n${ROW.replace("Alpha", "Al\u0000pha")}\n`,
  "UTF-16": joined(
    new Uint8Array([255, 254]),
    new Uint8Array(Buffer.from(GOOD, "utf16le")),
  ),
  "Latin-1": joined(
    bytes(`${HEADER}\n7,M`),
    new Uint8Array([252]),
    bytes(ROW.slice(7)),
  ),
  "CR": GOOD.replaceAll("\n", "\r"),
  "CRLF": GOOD.replaceAll("\n", "\r\n"),
  "mixed line ends": `${HEADER}\r\n${ROW}\n${ROW}\r\n`,
  "no line end": GOOD.trimEnd(),
  "end of data": `${HEADER}\n${ROW}\n\\.\n${ROW}\n`,
  "odd cells":
    `${HEADER}\nnow,infinity,NaN,=1+1,today,epoch,1e400,-0, ,\\N,null,0x10\n`,
  "a long cell": `${HEADER}\n${ROW.replace("Alpha", "a".repeat(500_000))}\n`,
};

/** Lists of links, as JSON texts; `own` are the good ones. */
export const LINKS: Record<string, (own: string[]) => unknown> = {
  none: () => ({ downloadUrls: [] }),
  "no field": () => ({}),
  null: () => ({ downloadUrls: null, metadataDownloadUrls: null }),
  "the whole is null": () => null,
  "only metadata": (own) => ({ metadataDownloadUrls: own }),
  twice: (own) => ({ downloadUrls: [...own, ...own] }),
  "other queries": (own) => ({
    downloadUrls: own.flatMap((link) => [link, `${link}&part=2`]),
  }),
  thousands: (own) => ({
    downloadUrls: Array.from({ length: 3000 }, (_, i) => `${own[0]}&n=${i}`),
  }),
  "thousands of others": () => ({
    downloadUrls: Array.from(
      { length: 3000 },
      (_, i) => `${AMC_URL}/results/b/i/e/${i}/file.csv`,
    ),
  }),
  "another host": () => ({ downloadUrls: ["https://example.com/file.csv"] }),
  "a host like S3": () => ({
    downloadUrls: ["https://s3.amazonaws.com.example.com/file.csv"],
  }),
  "plain http": () => ({ downloadUrls: ["http://example.com/file.csv"] }),
  "this machine": () => ({ downloadUrls: ["http://127.0.0.1:1/file.csv"] }),
  "another scheme": () => ({
    downloadUrls: ["ftp://example.com/f", "file:///etc/passwd"],
  }),
  "no URL": () => ({ downloadUrls: ["not a link", "//x", "/file.csv"] }),
  "an empty text": () => ({ downloadUrls: [""] }),
  "numbers": () => ({ downloadUrls: [7, null, {}] }),
  "a text": (own) => ({ downloadUrls: own[0] }),
  "a user in it": (own) => ({
    downloadUrls: own.map((link) => link.replace("://", "://user:pass@")),
  }),
  "blanks around": (own) => ({ downloadUrls: own.map((link) => ` ${link}\n`) }),
  "a very long one": (own) => ({
    downloadUrls: own.map((link) => `${link}&x=${"x".repeat(100_000)}`),
  }),
  "a page after it": (own) => ({ downloadUrls: own, nextToken: "again" }),
  "a number as token": (own) => ({ downloadUrls: own, nextToken: 7 }),
};

/** What a list may be instead, as JSON texts; `own` is AMC's page. */
export const PAGES: Record<string, (own: Record<string, unknown>) => string> = {
  "no field": () => "{}",
  null: () => '{"executions":null}',
  "an object": () => '{"executions":{}}',
  "a text": () => '{"executions":"none"}',
  "a list without a frame": ({ executions }) => JSON.stringify(executions),
  "the same page again": (own) =>
    JSON.stringify({ ...own, nextToken: "again" }),
  "a number as token": (own) => JSON.stringify({ ...own, nextToken: 7 }),
  "an odd token": (own) =>
    JSON.stringify({ ...own, nextToken: "a b&c=d\u0000" }),
  "every entry twice": (own) => {
    const entries = own.executions as unknown[];
    return JSON.stringify({ ...own, executions: [...entries, ...entries] });
  },
  "without ours": (own) => JSON.stringify({ ...own, executions: [] }),
  "a frame more": (own) => JSON.stringify({ response: own }),
};

/** Changes an answer's body, if it is a good one. */
export function withBody(own: Answer, body: string | Uint8Array): Answer {
  const length = typeof body === "string" ? bytes(body).length : body.length;
  return {
    ...own,
    body,
    headers: own.headers["content-length"] === undefined
      ? own.headers
      : { ...own.headers, "content-length": String(length) },
  };
}
