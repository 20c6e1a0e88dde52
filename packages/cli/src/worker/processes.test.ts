import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { everythingIn, minimand, sampleCsv, temporaryFolder } from "../../../../test/support/cli.ts";
import {
  hasPostgres,
  noPostgres,
  startPostgres,
  type TestDatabase,
  type TestPostgres,
} from "../../../../test/support/postgres.ts";
import { type Background, background } from "../../../../test/support/processes.ts";
import { hasSmallDisk, smallDisk } from "../../../../test/support/small-disk.ts";

/** A loss that may be told by the environment to hang where it is first trained, in a trial or as the kept model, or to fail. */
const own = `
import { writeSync } from "node:fs";
import { isMainThread, workerData } from "node:worker_threads";
import { crossEntropy } from "minimand";
const { HANG, ENDS } = process.env;
const begin = () => {
  if (isMainThread) return;
  if (ENDS === "throws") throw new Error("no, thanks");
  // Threads that coordinate know their store.
  const place = JSON.stringify(workerData).includes('"store"') ? "kept" : "trial";
  if (HANG !== place) return;
  writeSync(2, "it hangs\\n");
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
};
const rest = { kind: "loss", label: "Own", formula: "l", tasks: ["binary", "multiclass"], settings: [], parameters: {} };
export const candidates = [{
  ...rest,
  id: "own",
  loss: () => {
    begin();
    return (logits, labels, { weights }) => crossEntropy(logits, labels, { weights }).mul(2);
  },
}];
`;

const settings = [
  ...["--target", "y", "--folds", "2", "--seeds", "2", "--configurations", "2", "--max-epochs", "3"],
  ...[
    "--references",
    "none",
    "--losses",
    "own",
    "--baseline",
    "own",
    "--with",
    "own.mjs",
    "--hidden",
    "4",
    "--engine",
    "wasm",
  ],
];

const folder = temporaryFolder();
writeFileSync(join(folder, "own.mjs"), own);
writeFileSync(join(folder, "a.csv"), sampleCsv());
const shared = { cwd: folder, env: { XDG_CACHE_HOME: join(folder, "cache") } };

/** The files of an output folder, without its times and its page. */
function filesOf(out: string): Record<string, string> {
  const files: Record<string, string> = {};
  for (const name of everythingIn(join(folder, out))) {
    if (!/^(results\.json|report\.json|model\/)/.test(name)) continue;
    const bytes = readFileSync(join(folder, out, name));
    files[name] = name.endsWith("s.json")
      ? JSON.stringify(JSON.parse(bytes.toString()), (key, value) =>
          ["seconds", "created", "computedOn"].includes(key) ? undefined : value,
        )
      : bytes.toString("base64");
  }
  return files;
}

describe.runIf(hasPostgres())(`processes that work for a store${noPostgres}`, () => {
  let server: TestPostgres;
  let undisturbed: Record<string, string>;
  let trials = 0;
  beforeAll(async () => {
    server = await startPostgres({ fsync: false });
    const { code, stderr } = await minimand(["compare", "a.csv", ...settings, "--out", "local"], shared);
    if (code !== 0) throw new Error(stderr);
    undisturbed = filesOf("local");
    trials = everythingIn(join(folder, "local", "trials")).filter((name) => name.endsWith(".gz")).length;
    expect(Object.keys(undisturbed)).toContain("results.json");
    expect(Object.keys(undisturbed).length).toBeGreaterThan(2);
  }, 180_000);
  afterAll(() => server?.[Symbol.asyncDispose]());

  /** The command for a database. */
  function commandFor({ address, env, name }: TestDatabase) {
    const start = (args: readonly string[], more: Record<string, string> = {}): Background =>
      background([...args, "--store", address], { cwd: folder, env: { ...shared.env, ...env, ...more } });
    const query = <Row extends object>(text: string): Promise<Row[]> => server.query<Row>(text, [], name);
    return {
      start,
      worker: (more: Record<string, string> = {}, ...args: string[]): Background =>
        start(["worker", "--engine", "wasm", "--with", "own.mjs", "--concurrency", "1", ...args], more),
      compare: (out: string, ...args: string[]): Background =>
        start(["compare", "a.csv", ...settings, "--out", out, ...args]),
      runs: (...args: string[]) => start(["runs", ...args]).ended,
      query,
      /** Keys of finished trials, and when they were finished. */
      finished: () =>
        query<{ key: string }>("select key, finished_at::text as at from minimand.results order by key"),
      async until(what: string, holds: () => Promise<boolean>): Promise<void> {
        for (const limit = performance.now() + 120_000; !(await holds()); await sleep(50))
          if (performance.now() > limit) throw new Error(`expected ${what} within 2 minutes`);
      },
    };
  }

  it("take over from those that are killed in a trial, between them and while the kept model is trained", async () => {
    const { worker, compare, runs, finished, until } = commandFor(await server.createDatabase());
    const watching = compare("killed", "--workers", "0");
    const [, id] = await watching.until(/run ([0-9a-f]{12}) of /);
    const first = worker({ HANG: "trial" });
    await first.until(/it hangs/);
    first.signal("SIGKILL");
    await first.ended;
    const second = worker();
    await watching.until(/worker \d+ \(process \d+ on .*\) is gone: others have its work/);
    await until("some results", async () => (await finished()).length > 2);
    second.signal("SIGKILL");
    await second.ended;
    const some = await finished();
    watching.signal("SIGINT");
    const { code, stderr } = await watching.ended;
    expect(code).toBe(130);
    expect(stderr).toMatch(
      new RegExp(
        `interrupted: run ${id} stays in the store \\(.*\\); workers go on with it, and the same command`,
      ),
    );
    const last = worker({ HANG: "kept" });
    await last.until(/it hangs/);
    last.signal("SIGKILL");
    const all = await finished();
    expect(all).toHaveLength(trials);
    expect(all).toEqual(expect.arrayContaining(some));
    const third = worker();
    const again = compare("killed", "--workers", "0");
    expect(await again.ended).toMatchObject({ code: 0 });
    expect(filesOf("killed")).toEqual(undisturbed);
    expect(await finished()).toEqual(all);
    const shown = await runs("show", id, "--out", "shown");
    expect(shown.code).toBe(0);
    expect(shown.stdout).toContain("is gone: others have its work");
    expect(filesOf("shown")).toEqual(undisturbed);
    third.signal("SIGTERM");
    expect(await third.ended).toMatchObject({ code: 0 });
  }, 300_000);

  it("wait for a database that is stopped, and say so once", async () => {
    const database = await server.createDatabase();
    const { worker, compare, finished, until } = commandFor(database);
    const one = worker();
    const command = compare("outage", "--workers", "1");
    await until("a result", async () => (await finished().catch(() => [])).length > 0);
    await server.stop("immediate");
    const waiting = /waiting for the database/;
    await Promise.all([one.until(waiting), command.until(waiting)]);
    await server.start();
    const { code, stderr } = await command.ended;
    expect(code).toBe(0);
    expect(filesOf("outage")).toEqual(undisturbed);
    for (const text of [stderr, one.said().stderr]) {
      expect(text.match(/waiting for the database/g)).toHaveLength(1);
      expect(text.match(/the database is back/g)).toHaveLength(1);
    }
  }, 300_000);

  it("are one run where two commands start it at once, one of them an hour ahead", async () => {
    const { compare, worker, query } = commandFor(await server.createDatabase());
    const clock = pathToFileURL(join(import.meta.dirname, "../../../../test/support/shifted-clock.mjs")).href;
    const commands = ["one", "two"].map((out) => compare(out, "--workers", "1"));
    const late = worker({ MINIMAND_TEST_CLOCK: "3600000", NODE_OPTIONS: `--import=${clock}` });
    for (const { ended } of commands) expect(await ended).toMatchObject({ code: 0 });
    expect(filesOf("one")).toEqual(undisturbed);
    expect(readFileSync(join(folder, "one/results.json"), "utf8")).toBe(
      readFileSync(join(folder, "two/results.json"), "utf8"),
    );
    expect(await query("select id from minimand.runs")).toHaveLength(1);
    expect(await query("select key from minimand.results")).toHaveLength(trials);
    late.signal("SIGINT");
    expect(await late.ended).toMatchObject({ code: 0 });
  }, 300_000);

  it("go on where one is stopped, whose late result is dropped", async () => {
    const { compare, worker, query } = commandFor(await server.createDatabase());
    const watching = compare("stopped", "--workers", "0");
    const [, id] = await watching.until(/run ([0-9a-f]{12}) of /);
    const stopped = worker({ HANG: "trial" });
    await stopped.until(/it hangs/);
    stopped.signal("SIGSTOP");
    const other = worker();
    expect(await watching.ended).toMatchObject({ code: 0 });
    expect(filesOf("stopped")).toEqual(undisturbed);
    expect(watching.said().stderr).toMatch(
      /worker \d+ \(.*\) was not heard of any more: others have its work/,
    );
    stopped.signal("SIGCONT");
    stopped.signal("SIGTERM");
    other.signal("SIGTERM");
    for (const { ended } of [stopped, other]) expect(await ended).toMatchObject({ code: 0 });
    expect(await query("select key from minimand.results")).toHaveLength(trials);
    expect(await query("select job from minimand.claims")).toEqual([]);
    expect(id).toBeDefined();
  }, 300_000);

  it("name trials that throw whoever tries them", async () => {
    const { compare, worker, runs } = commandFor(await server.createDatabase());
    const watching = compare("throws", "--workers", "0", "--seeds", "1", "--baseline", "cross-entropy");
    const [, id] = await watching.until(/run ([0-9a-f]{12}) of /);
    const one = worker({ ENDS: "throws" });
    const { code, stdout, stderr } = await watching.ended;
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/a trial failed \(attempt 3 of 3\): .*no, thanks/);
    expect(readFileSync(join(folder, "throws/results.json"), "utf8")).toContain("no, thanks");
    expect(stdout).toContain("Own");
    expect((await runs("show", id)).stdout).toContain("no, thanks");
    one.signal("SIGTERM");
    expect(await one.ended).toMatchObject({ code: 0 });
  }, 300_000);

  it("are refused with other code or without a run's modules, and a run is cancelled, resumed, listed and shown", async () => {
    const { compare, start, worker, runs } = commandFor(await server.createDatabase());
    const watching = compare("refused", "--workers", "0");
    const [, id] = await watching.until(/run ([0-9a-f]{12}) of /);
    writeFileSync(join(folder, "other.mjs"), `${own}\n`);
    const [without, other] = await Promise.all([
      start(["worker", "--engine", "wasm"]).ended,
      start(["worker", "--engine", "wasm", "--with", "other.mjs"]).ended,
    ]);
    for (const { code, stderr } of [without, other]) {
      expect(code).toBe(2);
      expect(stderr).toMatch(
        /^minimand: worker: run \w+ \(compare a\): expected --with .*own\.mjs \(SHA-256 /m,
      );
    }
    const listed = JSON.parse((await runs("list", "--json")).stdout);
    expect(listed.runs).toMatchObject([{ id, state: "waiting", title: "compare a" }]);
    expect(listed.workers).toEqual([]);
    expect((await runs("list")).stdout).toContain(id);
    expect(JSON.parse((await runs("cancel", id.slice(0, 5), "--json")).stdout).state).toBe("cancelled");
    const { code, stderr } = await watching.ended;
    expect(code).toBe(2);
    expect(stderr).toContain(`run ${id} was cancelled: the same command, or 'minimand runs resume ${id}'`);
    const twice = await runs("cancel", id);
    expect(twice.code).toBe(2);
    expect(twice.stderr).toContain("expected a run that is waiting or running, got one that is cancelled");
    expect((await runs("show", id, "--out", "none")).stderr).toContain("expected a finished run");
    expect((await runs("resume", id)).stdout).toBe(`run ${id} goes on as soon as a worker is there\n`);
    const one = worker();
    expect(await compare("refused", "--workers", "0").ended).toMatchObject({ code: 0 });
    expect(filesOf("refused")).toEqual(undisturbed);
    const shown = JSON.parse((await runs("show", id, "--json")).stdout);
    expect(shown).toMatchObject({ id, state: "finished", done: trials, total: trials });
    const kinds = shown.events.map(({ kind }: { kind: string }) => kind);
    expect(kinds.filter((kind: string) => kind !== "note")).toEqual([
      "started",
      "cancelled",
      "resumed",
      "finished",
    ]);
    one.signal("SIGTERM");
    expect(await one.ended).toMatchObject({ code: 0 });
  }, 300_000);

  it.runIf(hasSmallDisk())(
    "leave with one line where their disk is full, and others go on",
    async () => {
      await using disk = smallDisk(4096);
      writeFileSync(join(disk.folder, "full"), Buffer.alloc(4096));
      const { compare, worker, query } = commandFor(await server.createDatabase());
      const watching = compare("full", "--workers", "0");
      await watching.until(/run ([0-9a-f]{12}) of /);
      const full = worker({ XDG_CACHE_HOME: disk.folder });
      const { code, stderr } = await full.ended;
      expect([1, 2]).toContain(code);
      expect(stderr.trim().split("\n").at(-1)).toMatch(/no space left/i);
      expect(await query("select job from minimand.claims")).toEqual([]);
      worker();
      expect(await watching.ended).toMatchObject({ code: 0 });
      expect(filesOf("full")).toEqual(undisturbed);
    },
    300_000,
  );
});
