import { startPlatform } from "../local/platform/platform.ts";
import { loadInProcesses, type ProcessCost } from "./loading_process.ts";
import {
  byInserts,
  byJsonb,
  byLoader,
  byRawCopy,
  jsonLines,
  makeTables,
} from "./loading_ways.ts";
import { benchSoon } from "./loading_soon.ts";
import { benchReading } from "./reading.ts";
import { type Csv, makeCsv } from "./support/csv.ts";
import {
  type BenchDatabase,
  type BenchServer,
  settle,
} from "./support/database.ts";
import {
  atLeast,
  because,
  type Section,
  short,
  stated,
  under,
} from "./support/figure.ts";
import { fillInstances, fillWeeks } from "./support/fill.ts";
import { RESULTS } from "./support/loads.ts";
import { interleaved, median, ratio, type Rounds } from "./support/rounds.ts";
import type { Size } from "./support/size.ts";

type Way = "loader" | "raw" | "jsonb" | "inserts";

/** Loading a result, what it takes on disk and of the process, and reading it again. */
export async function benchLoad(
  server: BenchServer,
  size: Size,
): Promise<Section[]> {
  const database = await server.database("load");
  await fillInstances(database, 1);
  await database.admin`update public.amc_instances set max_parallel = 100`;
  await fillWeeks(database, 500, "due", "due");
  await settle(database);
  await makeTables(database);
  const csv = makeCsv({ bytes: size.csvBytes });
  const rates = await race(server, database, csv, size);
  const disk = await sizes(database, csv, size);
  const whole = Math.round(size.csvBytes / 1e6);
  const costs = await loadInProcesses(database, [
    0,
    Math.ceil(whole / 10),
    whole,
    whole * 5,
  ]);
  const reading = await benchReading(database, size);
  await server.drop(database);
  const loading = describe(rates, disk, csv, size);
  loading.figures.push(await benchSoon(server, size.rounds));
  return [loading, describeProcess(costs), reading];
}

/** Bytes of CSV per second, each way. */
async function race(
  server: BenchServer,
  database: BenchDatabase,
  csv: Csv,
  size: Size,
): Promise<Rounds<Way>> {
  const slice = makeCsv({ bytes: size.sliceBytes });
  const json = jsonLines(slice.rows);
  const platform = await startPlatform({
    database: { cluster: server.cluster, name: database.name },
    scheduled: false,
    stopOnSignals: false,
  });
  try {
    return await interleaved<Way>(size.rounds, {
      loader: async () => csv.bytes / await byLoader(database, csv),
      raw: async () => csv.bytes / await byRawCopy(database, csv),
      jsonb: async () => slice.bytes / await byJsonb(database, json),
      inserts: async () =>
        slice.bytes / await byInserts(database, platform, slice.rows),
    });
  } finally {
    await platform.stop();
  }
}

/** Bytes on disk per byte of CSV, with indexes. */
async function sizes(
  database: BenchDatabase,
  csv: Csv,
  size: Size,
): Promise<Record<"results" | "bare" | "jsonb", number>> {
  await byLoader(database, csv);
  await byRawCopy(database, csv);
  const slice = makeCsv({ bytes: size.sliceBytes });
  await byJsonb(database, jsonLines(slice.rows));
  const of = async (table: string, bytes: number) => {
    const [row] = await database.admin`
      select pg_total_relation_size(${table}::text::regclass)::float8 as size`;
    return row.size / bytes;
  };
  return {
    results: await of(RESULTS.table, csv.bytes),
    bare: await of("public.bench_bare", csv.bytes),
    jsonb: await of("public.bench_jsonb", slice.bytes),
  };
}

const perSecond = (rate: number) => `${short(rate / 1e6)} MB/s`;
const times = (value: number) => `${value.toFixed(2)} ×`;

function describe(
  rates: Rounds<Way>,
  disk: Awaited<ReturnType<typeof sizes>>,
  csv: Csv,
  size: Size,
): Section {
  const shown = (way: Way) => perSecond(median(rates[way]));
  const share = (way: Way) => ratio(rates[way], rates.raw).toFixed(3);
  return {
    title: "Loading a result",
    figures: [
      because(
        atLeast("loader ÷ raw COPY", ratio(rates.loader, rates.raw), 0.5),
        "measured apart, of the seconds over raw COPY the most go into load and line of each row, and the key; then the search for the ends of records.",
      ),
      stated("jsonb rows ÷ raw COPY", share("jsonb")),
      stated("inserts through supabase-js ÷ raw COPY", share("inserts")),
      stated("loader", shown("loader")),
      stated("raw COPY", shown("raw")),
      stated("jsonb rows", shown("jsonb")),
      stated("inserts through supabase-js", shown("inserts")),
      stated("on disk ÷ CSV, results table with its key", times(disk.results)),
      stated("on disk ÷ CSV, bare table", times(disk.bare)),
      stated("on disk ÷ CSV, jsonb rows with a key", times(disk.jsonb)),
    ],
    meaning: [
      `A CSV of ${short(csv.bytes / 1e6)} MB with twelve columns, ${
        csv.rows.toLocaleString("en")
      } rows, from memory in chunks of 64 KiB. *Loader*: all of \`loadResult\`, from reading the header to the finished load, in segments of 64 MiB: the search for the ends of records, SHA-256 of the bytes, COPY into the results table with load, line and primary key, summary. *Raw COPY*: the same chunks by the same driver into a table of twelve text columns without a key. *jsonb rows*: COPY of ready-made JSON objects with load, line and primary key. *Inserts*: a thousand rows a request into a table with the loader's columns and key, through the embedded platform's stand-in for PostgREST, so this rate says what the way costs here, not what the hosted API reaches. The last two take ${
        short(size.sliceBytes / 1e6)
      } MB of the CSV, and their rates are in bytes of that. Before each turn its table is emptied and the server writes a checkpoint.`,
    ],
  };
}

function describeProcess([idle, ...loads]: ProcessCost[]): Section {
  const mebibytes = (bytes: number) => `${short(bytes / 2 ** 20)} MiB`;
  const largest = loads[loads.length - 1];
  const above = Math.max(...loads.map(({ peak }) => peak)) - idle.peak;
  const cpu = largest.cpu.reduce((sum, seconds) => sum + seconds, 0);
  return {
    title: "A process that loads",
    figures: [
      {
        name: `peak memory over an idle one's, up to ${largest.megabytes} MB`,
        measured: mebibytes(above),
        target: "< 150 MB",
        met: above < 150e6,
      },
      under(
        "CPU seconds per 100 MB, TLS at both ends",
        cpu / largest.megabytes * 100,
        1.2,
        "s",
      ),
      under(
        "CPU seconds of the call with the most",
        Math.max(...largest.cpu),
        2,
        "s",
      ),
      stated(
        `calls for ${largest.megabytes} MB in ${largest.files} files`,
        String(largest.cpu.length),
      ),
      stated("peak memory, idle and connected", mebibytes(idle.peak)),
      ...loads.map(({ megabytes, peak, seconds }) =>
        stated(
          `peak memory loading ${megabytes} MB`,
          `${mebibytes(peak)}, ${short(seconds)} s`,
        )
      ),
    ],
    meaning: [
      "Each size is loaded once, by a process with the heap limit of an edge function: from HTTPS links by the client that the edge function uses, over TLS to Postgres, in calls of 100 MiB with segments of 64 MiB, as by default. The store of the files is another process on this machine, with ranges and entity tags. One process makes all calls of a result, so that its peak is that of a worker that stays warm; CPU is user and system time, which the platform limits to 2 s for a request.",
    ],
  };
}
