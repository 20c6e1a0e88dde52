import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { sampleCsv, temporaryFolder, tiny } from "../../../../test/support/cli.ts";
import { background } from "../../../../test/support/processes.ts";
import { hasPostgres, noPostgres, sharedPostgres } from "../../../../test/support/shared-postgres.ts";
import { oneProcess } from "../one-process.fixture.ts";
import { environmentHash } from "../queue/environment.ts";
import { openJobs } from "../queue/jobs.ts";
import { addRun, filesOf, findRun, listRuns, type Run } from "../queue/run-store.ts";
import { runId } from "../queue/submit.ts";
import { putBlob } from "../store/blobs.ts";
import type { Database } from "../store/database.ts";
import { postgresAddress, silent } from "../store/databases.fixture.ts";
import { openDatabase } from "../store/open-database.ts";

const server = sharedPostgres();
let database: Database;
beforeAll(async () => {
  if (hasPostgres()) database = await openDatabase(postgresAddress(server.url), silent);
}, 60_000);
afterAll(() => database?.close());

/** Clears the screen, sets the title, ends a line and turns the direction of what follows. */
const rude = "a\u001b[2J\n\u001b]0;x\u0007\u009b2J\u202eb";
/** What a terminal acts on. */
const raw = /[^\P{Cc}\n]|[\u2028-\u202e\u2066-\u2069]/u;

describe.runIf(hasPostgres())(`a store that anyone has written to${noPostgres}`, () => {
  const folder = temporaryFolder();
  const at = (...path: string[]): string => join(folder, ...path);
  let good: Run;
  const once = oneProcess(folder);
  const command = (...args: string[]) => once([...args, "--store", server.address], { env: server.env });

  /** A run like the good one, but for what is given. */
  async function forge(given: Partial<Run>, request: object = {}): Promise<string> {
    const own = { ...good, request: { ...(good.request as object), ...request }, ...given };
    const id = given.id ?? runId(own);
    await addRun(database, { ...own, id }, []);
    const jobs = await openJobs(database);
    await jobs.sendRun(good.house, id);
    await jobs.end();
    return id;
  }

  it("ends no worker, runs no code and opens no file elsewhere: its runs fail with a line, and others go on", async () => {
    writeFileSync(at("a.csv"), sampleCsv());
    const evil = at("evil.mjs");
    writeFileSync(
      evil,
      `import { writeFileSync } from "node:fs"; writeFileSync(${JSON.stringify(at("ran"))}, "");`,
    );
    const watching = background(
      [
        "compare",
        "a.csv",
        "-t",
        "y",
        ...tiny.slice(0, -2),
        "--engine",
        "wasm",
        "--workers",
        "0",
        "--store",
        server.address,
      ],
      { env: server.env, cwd: folder },
    );
    await watching.until(/^run [0-9a-f]{12} /m);
    await vi.waitFor(async () => expect(await listRuns(database)).toHaveLength(1), 30_000);
    [good] = await listRuns(database);

    const origin = { file: evil, sha256: "0".repeat(64) };
    const other = { ...good.needs, versions: { ...good.needs.versions, minimand: "999.0.0" } };
    const left = [
      await forge({ id: "0", needs: other, house: environmentHash(other, []) }),
      await forge({ id: "1", title: rude, needs: null as never }),
      await forge({ id: "2", needs: { versions: "?" } as never, origins: 7 as never }),
      await forge({ id: "3", house: "no queue's name; '" }),
      await forge({ id: "4", house: environmentHash(good.needs, [origin]), origins: [origin] }),
    ];
    const { settings } = good.request as { settings: object };
    const input = { name: "a", source: "a.csv", sha256: "../../../../../../../dev/zero" };
    const failing = [
      await forge({ id: "5", title: rude }, { settings: {} }),
      await forge({ request: null }),
      await forge({ request: [rude] }),
      await forge({}, { engine: { name: "wasm", version: "1", threads: 1e9 } }),
      await forge({}, { inputs: rude }),
      await forge({}, { settings: { ...settings, configurations: 2e9 } }),
      await forge({}, { settings: { ...settings, hidden: Array(100_000).fill(1) } }),
      await forge({}, { inputs: [input] }),
      await forge({}, { own: { origins: [origin] } }),
      await forge({ kind: "reproduce" }),
      await forge({ kind: "reproduce" }, { slug: "../../../evil.mjs" }),
      await forge({ kind: "nothing" as never }),
    ];
    const key = "f".repeat(64);
    await database.query("insert into minimand.run_trials (run, key) values ($1, $2)", [good.id, key]);
    const jobs = await openJobs(database);
    await jobs.sendTrials(good.house, [{}, { key: 1, run: 2 }, { key, run: "none", job: "{" }] as never);
    await database.query("update minimand_queue.job set data = 'null' where data = '{\"tries\": 0}'");
    const endless = "e".repeat(64);
    await database.query("insert into minimand.run_trials (run, key) values ($1, $2)", [good.id, endless]);
    await jobs.sendTrials(good.house, [{ key: endless, run: good.id, job: "{" }] as never);
    await database.query(
      `update minimand_queue.job set data = jsonb_set(data, '{tries}', '1e308') where data->>'key' = $1`,
      [endless],
    );
    await jobs.end();

    const worker = background(
      ["worker", "--store", server.address, "--engine", "wasm", "--workers", "1", "--cache", at("cache")],
      { env: server.env, cwd: folder },
    );
    // A worker that ends has said why.
    const fallen = worker.ended.then(({ stderr }) => Promise.reject(new Error(stderr)));
    fallen.catch(() => {});
    expect(await Promise.race([watching.ended, fallen])).toMatchObject({ code: 0 });
    await vi.waitFor(async () => {
      for (const id of failing) expect(await findRun(database, id)).toMatchObject({ state: "failed" });
    }, 60_000);
    worker.signal("SIGTERM");
    const { code, stderr } = await worker.ended;
    expect(code, stderr).toBe(0);
    expect(stderr).not.toMatch(raw);
    expect(stderr.match(/^left to others: /gm)).toHaveLength(left.length);
    expect(stderr).toContain("expected --with ");
    expect(stderr).toContain("expected minimand 999.0.0, got minimand ");
    for (const id of left) expect(await findRun(database, id)).toMatchObject({ state: "waiting" });
    for (const id of failing) expect((await findRun(database, id)).reason).not.toBe("");
    expect(existsSync(at("ran"))).toBe(false);
    expect(readdirSync(at("cache")).filter((name) => !/^[0-9a-f]{64}$/.test(name))).toEqual([]);
    await database.query("update minimand.runs set label = $1, reason = $1 where id = $2", [rude, "5"]);
    const shown = ["1", "2", "5"].flatMap((id) => [
      ["show", id],
      ["show", id, "--json"],
    ]);
    for (const args of [["list"], ["list", "--json"], ...shown]) {
      const { code, stdout, stderr } = await command("runs", ...args);
      expect(code).toBe(0);
      expect(stdout + stderr).not.toMatch(raw);
    }
  }, 180_000);

  it("writes nothing outside the output folder, nor pages of its own", async () => {
    const paths = [
      "../x.json",
      "/tmp/x.json",
      "model/../../x.json",
      "model//x.json",
      "model\\..\\..\\x.json",
    ];
    paths.push(".minimand-new/plan.json", "report.html", "model/x.html", "trials/x.json", "model/..", "");
    const blob = await putBlob(database, new Uint8Array([1]));
    for (const path of paths) {
      await database.query("insert into minimand.run_files values ($1, $2, $3)", [good.id, path, blob]);
      await expect(filesOf(database, good.id), path).rejects.toThrow(
        "expected files of an output folder, got",
      );
      if (path === paths[0]) {
        const { code, stderr } = await command("runs", "show", good.id, "--out", "inner");
        expect({ code, stderr }).toEqual({
          code: 2,
          stderr: expect.stringMatching(/^minimand: run .*'..\/x.json'\n$/),
        });
        expect(existsSync(at("inner"))).toBe(false);
      }
      await database.query("delete from minimand.run_files where path = $1", [path]);
    }
  }, 60_000);

  it("is told in a line where a file isn't what its hash says, or no results", async () => {
    const [{ sha256 }] = await database.query<{ sha256: string }>(
      "select sha256 from minimand.run_files where path = 'results.json'",
    );
    const refusal = async (): Promise<string> => {
      const { code, stderr } = await command("runs", "show", good.id, "--out", "inner");
      expect(code).toBe(2);
      expect(existsSync(at("inner"))).toBe(false);
      return stderr;
    };
    const whole = new TextDecoder().decode((await filesOf(database, good.id))["results.json"]!);
    await database.query("update minimand.blobs set bytes = 1e17 where sha256 = $1", [sha256]);
    expect(await refusal()).toMatch(
      /^minimand: [^\n]*expected a file of hash [0-9a-f]{64}, got one that is damaged\n$/,
    );
    const replace = async (content: string): Promise<void> => {
      const other = await putBlob(database, new TextEncoder().encode(content));
      await database.query("update minimand.run_files set sha256 = $1 where path = 'results.json'", [other]);
    };
    await replace('{"datasets":[{}]}');
    expect(await refusal()).toMatch(
      /^minimand: run [^\n]*expected results of minimand compare [^\n]*'schema'\n$/,
    );
    const results = JSON.parse(whole);
    results.datasets[0].ranking.summary = {
      markup: '<meta http-equiv="refresh" content="0; url=https://a.example">',
    };
    await replace(JSON.stringify(results));
    expect(await refusal()).toMatch(
      /^minimand: run [^\n]*got 'Object' in the field 'datasets\.0\.ranking\.summary' instead of string\n$/,
    );
    // The same of a reproduction.
    const report = gunzipSync(
      readFileSync(new URL("../../../papers/src/comp-sum/report.json.gz", import.meta.url)),
    );
    const file = JSON.parse(report.toString());
    file.card.title = { markup: "<script>alert(1)</script>" };
    const forged = await putBlob(database, new TextEncoder().encode(JSON.stringify(file)));
    await database.query(
      "update minimand.run_files set path = 'report.json', sha256 = $1 where path = 'results.json'",
      [forged],
    );
    await database.query("update minimand.runs set kind = 'reproduce' where id = $1", [good.id]);
    expect(await refusal()).toMatch(
      /^minimand: run [^\n]*expected a report of minimand reproduce [^\n]*'Object' in the field 'card\.title' instead of string\n$/,
    );
  }, 60_000);
});
