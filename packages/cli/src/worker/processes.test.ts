import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { startPostgres } from "../../../../test/support/postgres.ts";
import { hasPostgres, noPostgres, sharedPostgres } from "../../../../test/support/shared-postgres.ts";
import { hasSmallDisk, noSmallDisk, smallDisk } from "../../../../test/support/small-disk.ts";
import { type Environment, environmentHash } from "../queue/environment.ts";
import { commandsFor, filesIn, folder, own, undisturbedRun } from "./processes.fixture.ts";

const clock = pathToFileURL(join(import.meta.dirname, "../../../../test/support/shifted-clock.mjs")).href;
const started = /run ([0-9a-f]{12}) of /;

// Side by side: mostly they wait.
describe.runIf(hasPostgres()).concurrent(`processes that work for a store${noPostgres}`, () => {
  const server = sharedPostgres({ maxConnections: 300 });
  let undisturbed: Record<string, string>;
  let trials = 0;
  beforeAll(async () => {
    ({ files: undisturbed, trials } = await undisturbedRun());
    expect(Object.keys(undisturbed)).toContain("results.json");
    expect(Object.keys(undisturbed).length).toBeGreaterThan(2);
  }, 180_000);
  const database = async () => commandsFor(server, await server.createDatabase());

  it("take over from those that are killed, in a trial, between them and while the kept model is trained, and from one that is stopped, whose late result is dropped", async () => {
    const { worker, compare, runs, finished, until, query } = await database();
    const watching = compare("killed", ["--workers", "0"]);
    const [, id] = await watching.until(started);
    const first = worker({ HANG: "trial" });
    await first.until(/it hangs/);
    // It may have claimed all trials of the loss: others have them after its end alone.
    first.signal("SIGKILL");
    await first.ended;
    const stopped = worker({ HANG: "late" });
    await stopped.until(/it hangs/);
    await watching.until(/worker \d+ \(process \d+ on .*\) is gone: others have its work/);
    const doing = async (): Promise<string> => {
      const text = "select doing from minimand.workers where pid = $1";
      return (await query<{ doing: string }>(text, [stopped.pid]))[0].doing;
    };
    // Else the store says until after its stop that it does nothing, which is taken for the end of its trial below.
    await until("its trial", async () => (await doing()).startsWith("1 of "));
    stopped.signal("SIGSTOP");
    const before = (await finished()).length;
    const second = worker();
    await until("another result", async () => (await finished()).length > before);
    second.signal("SIGKILL");
    await second.ended;
    const some = await finished();
    watching.signal("SIGINT");
    const { code, stderr } = await watching.ended;
    expect(code).toBe(130);
    expect(stderr).toMatch(
      new RegExp(
        `interrupted: run ${id} stays in the store \\(.*\\); workers that are there go on with it, and the same command`,
      ),
    );
    const last = worker({ HANG: "kept" });
    await last.until(/it hangs/);
    last.signal("SIGKILL");
    const all = await finished();
    expect(all).toHaveLength(trials);
    expect(all).toEqual(expect.arrayContaining(some));
    const third = worker();
    expect(await compare("killed", ["--workers", "0"]).ended).toMatchObject({ code: 0 });
    expect(filesIn("killed")).toEqual(undisturbed);

    stopped.signal("SIGCONT");
    await until("the end of its trial", async () => (await doing()).startsWith("0 of "));
    for (const one of [stopped, third]) {
      one.signal("SIGTERM");
      await one.until(/left: /);
      // Nothing keeps it from its end then.
      expect(await Promise.race([one.ended, sleep(5000)])).toMatchObject({ code: 0 });
    }
    expect(stopped.said().stderr).toMatch(/left: [1-9]\d* trials? done/);
    expect(await finished()).toEqual(all);
    expect(await query("select job from minimand.claims")).toEqual([]);
    const shown = await runs("show", id, "--out", "shown");
    expect(shown.code).toBe(0);
    expect(shown.stdout).toContain("is gone: others have its work");
    expect(shown.stdout).toMatch(/worker \d+ \(.*\) was not heard of any more: others have its work/);
    expect(filesIn("shown")).toEqual(undisturbed);
  }, 900_000);

  it("are one run where two commands start it at once, an hour apart, and wait for a database that is stopped, saying so once", async () => {
    await using own = await startPostgres({ fsync: false });
    const { compare, worker, query, finished, until } = commandsFor(own, await own.createDatabase());
    const commands = ["one", "two"].map((out) => compare(out, ["--workers", "1"]));
    const late = worker({ MINIMAND_TEST_CLOCK: "3600000", NODE_OPTIONS: `--import=${clock}` });
    await late.until(/works for/);
    await until("a result", async () => (await finished().catch(() => [])).length > 0);
    await own.stop("immediate");
    await Promise.all([...commands, late].map((one) => one.until(/waiting for the database/)));
    await own.start();
    for (const { ended } of commands) expect(await ended).toMatchObject({ code: 0 });
    expect(filesIn("one")).toEqual(undisturbed);
    expect(readFileSync(join(folder, "one/results.json"), "utf8")).toBe(
      readFileSync(join(folder, "two/results.json"), "utf8"),
    );
    expect(await query("select id from minimand.runs")).toHaveLength(1);
    expect(await query("select key from minimand.results")).toHaveLength(trials);
    late.signal("SIGINT");
    expect(await late.ended).toMatchObject({ code: 0 });
    for (const { said } of [...commands, late]) {
      const { stderr } = said();
      expect(stderr.match(/waiting for the database/g)).toHaveLength(1);
      expect(stderr.match(/the database is back/g)).toHaveLength(1);
    }
  }, 900_000);

  it("give up trials that end them, and the run goes on and names them", async () => {
    const { compare, worker, runs, until, query } = await database();
    const watching = compare("poison", ["--workers", "0", "--seeds", "1", "--baseline", "cross-entropy"]);
    const [, id] = await watching.until(started);
    const over = async (): Promise<boolean> => {
      const [{ state }] = await query<{ state: string }>("select state from minimand.runs");
      return state !== "waiting" && state !== "running";
    };
    let ends = 0;
    // What is killed is started again, as a service is.
    const restarted = async (): Promise<void> => {
      for (;;) {
        const one = worker({ ENDS: "killed" }, "--workers", "2");
        let gone = false;
        const ended = one.ended.finally(() => {
          gone = true;
        });
        await until("its end, or that of the run", async () => gone || over());
        if (await over()) {
          one.signal("SIGTERM");
          await ended;
          return;
        }
        ends++;
      }
    };
    const [{ code, stdout, stderr }] = await Promise.all([watching.ended, restarted()]);
    expect(code, stderr).toBe(0);
    // Of both trials alone: each ends three workers by itself, after two that had them among others, together or not.
    expect(await query("select key from minimand.failures")).toHaveLength(2);
    expect(ends).toBeGreaterThanOrEqual(8);
    expect(ends).toBeLessThanOrEqual(10);
    expect(readFileSync(join(folder, "poison/results.json"), "utf8")).toContain(
      "the worker that computed it ended",
    );
    expect(stdout).toContain("Own");
    expect((await runs("show", id)).stdout).toContain("is gone: others have its work");
  }, 900_000);

  it("name trials that throw whoever tries them", async () => {
    const { compare } = await database();
    const args = ["--workers", "1", "--seeds", "1", "--baseline", "cross-entropy"];
    const { code, stdout, stderr } = await compare("throws", args, { ENDS: "throws" }).ended;
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/a trial failed \(attempt 3 of 3\): .*no, thanks/);
    expect(readFileSync(join(folder, "throws/results.json"), "utf8")).toContain("no, thanks");
    expect(stdout).toContain("Own");
  }, 900_000);

  it(`are refused with other code, versions, engines, or without a run's modules, leave where their disk is full${noSmallDisk}, and a run is cancelled, resumed, listed and shown`, async () => {
    const { compare, start, worker, runs, query, until } = await database();
    const watching = compare("refused", ["--workers", "0"]);
    const [, id] = await watching.until(started);
    writeFileSync(join(folder, "other.mjs"), `${own}\n`);
    const [without, other, list] = await Promise.all([
      start(["worker", "--engine", "wasm"]).ended,
      start(["worker", "--engine", "wasm", "--with", "other.mjs"]).ended,
      runs("list", "--json"),
    ]);
    for (const { code, stderr } of [without, other]) {
      expect(code).toBe(2);
      expect(stderr).toMatch(
        /^minimand: worker: run \w+ \(compare a\): expected --with .*own\.mjs \(SHA-256 /m,
      );
    }
    const listed = JSON.parse(list.stdout);
    expect(listed.runs).toMatchObject([{ id, state: "waiting", title: "compare a" }]);
    expect(JSON.parse((await runs("cancel", id.slice(0, 5), "--json")).stdout).state).toBe("cancelled");
    const { code, stderr } = await watching.ended;
    expect(code).toBe(2);
    expect(stderr).toContain(`run ${id} was cancelled: the same command, or 'minimand runs resume ${id}'`);

    const [{ needs }] = await query<{ needs: Environment }>("select needs from minimand.runs");
    const foreign = {
      ...needs,
      versions: { ...needs.versions, minimand: "999.0.0" },
      engine: { ...needs.engine, name: "native" as const },
    };
    await query(
      `insert into minimand.runs (id, kind, title, house, request, attached, typed, needs, origins)
       select 'foreign', kind, title, $1, request, attached, typed, $2, '[]' from minimand.runs`,
      [environmentHash(foreign, []), JSON.stringify(foreign)],
    );
    const [refused, twice, unfinished] = await Promise.all([
      worker().ended,
      runs("cancel", id),
      runs("show", id, "--out", "none"),
    ]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(
      /^minimand: worker: run foreign \(compare a\): expected minimand 999\.0\.0, --engine native \(.+\), got minimand \d+\.\d+\.\d+, --engine wasm \(.+\)$/m,
    );
    expect(twice.code).toBe(2);
    expect(twice.stderr).toContain("expected a run that is waiting or running, got one that is cancelled");
    expect(unfinished.stderr).toContain("expected a finished run");
    expect((await runs("resume", id)).stdout).toBe(
      `run ${id} goes on with the workers that are there or will be\n`,
    );

    if (hasSmallDisk()) {
      await using disk = smallDisk(4096);
      writeFileSync(join(disk.folder, "full"), Buffer.alloc(4096));
      const full = await worker({ XDG_CACHE_HOME: disk.folder }).ended;
      expect([1, 2]).toContain(full.code);
      expect(full.stderr.trim().split("\n").at(-1)).toMatch(/no space left/i);
      expect(await query("select job from minimand.claims")).toEqual([]);
    }
    // It has a run that it can do, and leaves the other one alone.
    const one = worker();
    await until("the end of the run", async () => {
      const [{ state }] = await query<{ state: string }>("select state from minimand.runs where id = $1", [
        id,
      ]);
      return state === "finished";
    });
    one.signal("SIGTERM");
    const shown = JSON.parse((await runs("show", id, "--json", "--out", "refused")).stdout);
    expect(filesIn("refused")).toEqual(undisturbed);
    expect(shown).toMatchObject({ id, state: "finished", done: trials, total: trials });
    const kinds = shown.events.map(({ kind }: { kind: string }) => kind);
    expect(kinds.filter((kind: string) => kind !== "note")).toEqual([
      ...["started", "cancelled", "resumed", "finished"],
    ]);
    const { code: left, stderr: said } = await one.ended;
    expect(left).toBe(0);
    expect(said).toMatch(/^left to others: run foreign \(compare a\): expected minimand 999\.0\.0, /m);
    expect(await query("select state from minimand.runs where id = 'foreign'")).toEqual([
      { state: "waiting" },
    ]);
  }, 900_000);
});
