import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { minimand, temporaryFolder } from "../../../../test/support/cli.ts";
import { hasPooler, noPooler, startPooler } from "../../../../test/support/pgbouncer.ts";
import { startPostgres } from "../../../../test/support/postgres.ts";
import { background } from "../../../../test/support/processes.ts";
import { slowComparison, slowness, withoutTimes } from "./slow-steps.fixture.ts";

describe.skipIf(!hasPooler())(`a store behind a transaction pooler${noPooler}`, () => {
  it("has a run done by workers of which one is killed: missed heartbeats tell the other", async () => {
    const folder = temporaryFolder();
    const { args, modules } = slowComparison(folder, 3);
    expect(await minimand([...args, "--out", join(folder, "local"), "--workers", "1"])).toMatchObject({
      code: 0,
    });
    await using server = await startPostgres({ fsync: false });
    await using pooler = await startPooler(server);
    const env = { ...server.env, [slowness]: "400" };
    const store = ["--store", `${pooler.address}?pooled=true`];
    const own = [...store, "--workers", "1", "--cache", join(folder, "cache"), ...modules];
    const watching = background([...args, ...store, "--out", join(folder, "shared"), "--workers", "0"], {
      env,
    });
    const killed = background(["worker", ...own], { env });
    const rows = (text: string) =>
      server.query<{ count: number }>(`select count(*)::int as count from minimand.${text}`);
    await killed.until(/works for/);
    // Between two trials a worker holds none: it is stopped first, and goes on where it was stopped there.
    await vi.waitFor(
      async () => {
        expect((await rows("results"))[0].count).toBeGreaterThan(1);
        killed.signal("SIGSTOP");
        const [{ count }] = await rows("claims where key is not null");
        if (count === 0) killed.signal("SIGCONT");
        expect(count).toBeGreaterThan(0);
      },
      { timeout: 120_000 },
    );
    killed.signal("SIGKILL");
    await killed.ended;
    const other = background(["worker", ...own], { env });
    expect(await watching.ended).toMatchObject({ code: 0 });
    const resultsIn = (out: string): unknown =>
      withoutTimes(readFileSync(join(folder, out, "results.json"), "utf8"));
    expect(resultsIn("shared")).toEqual(resultsIn("local"));
    const [{ count }] = await rows("results");
    expect(await rows("run_trials")).toEqual([{ count }]);
    expect(await server.query("select distinct locks from minimand.workers")).toEqual([{ locks: false }]);
    other.signal("SIGTERM");
    expect(await other.ended).toMatchObject({ code: 0 });
  }, 300_000);
});

it.skipIf(!hasPooler())(
  `a pooler that shares connections between statements is refused at once${noPooler}`,
  async () => {
    await using server = await startPostgres({ fsync: false });
    await using pooler = await startPooler(server, "statement");
    for (const address of [pooler.address, `${pooler.address}?pooled=true`])
      expect(await minimand(["worker", "--store", address], { env: server.env })).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/^.*can't be reached: .*statement pooling mode\n$/),
      });
  },
  60_000,
);
