import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it, vi } from "vitest";
import { minimand, temporaryFolder } from "../../../../test/support/cli.ts";
import { hasNamespaces, makeNetwork, noNamespaces } from "../../../../test/support/network.ts";
import { hasPostgres, noPostgres, startPostgres } from "../../../../test/support/postgres.ts";
import { type Background, background } from "../../../../test/support/processes.ts";
import { lockClass } from "../queue/presence.ts";
import { slowComparison, slowness, withoutTimes } from "./slow-steps.fixture.ts";

/** Seconds for which the link is cut. */
const cutFor = process.env.MINIMAND_LONG ? 30 : 15;

/** Waits on machines that have much else to do. */
const until = (look: () => Promise<void>): Promise<void> =>
  vi.waitFor(look, { timeout: 180_000, interval: 250 });

async function endsWell({ ended }: Background): Promise<void> {
  const { code, stderr } = await ended;
  expect(code, stderr).toBe(0);
}

// Side by side: mostly they wait.
describe
  .skipIf(!hasNamespaces() || !hasPostgres())
  .concurrent(`two machines${noNamespaces}${noPostgres}`, () => {
    it("share a run through a link that is cut and restored", async () => {
      const folder = temporaryFolder();
      const { args, modules } = slowComparison(folder, 5);
      const local = await minimand([...args, "--out", join(folder, "local"), "--workers", "1"]);
      expect(local.code, local.stderr).toBe(0);

      await using network = makeNetwork();
      const [a, b] = network.machines;
      await using server = await startPostgres({ listen: network, fsync: false });
      const env = { ...server.env, [slowness]: "800" };
      const store = ["--store", server.address];
      const workerOn = async ({ within }: typeof a, name: string) => {
        const own = ["--workers", "1", "--cache", join(folder, name)];
        const command = background(["worker", ...store, ...own, ...modules], { env, within });
        await command.until(/works for/);
        let id = 0;
        await until(async () => {
          const rows = await server.query<{ id: number }>("select id from minimand.workers where pid = $1", [
            command.pid,
          ]);
          expect(rows).toHaveLength(1);
          id = rows[0].id;
        });
        return { command, id };
      };
      const there = await workerOn(b, "b");
      const here = await workerOn(a, "a");
      const doneBy = async ({ id }: typeof here): Promise<string[]> =>
        (await server.query<{ key: string }>("select key from minimand.results where worker = $1", [id])).map(
          ({ key }) => key,
        );
      const watched = ["--out", join(folder, "shared"), "--workers", "0"];
      const command = background([...args, ...store, ...watched], { env, within: a.within });

      let claims: { key: string }[] = [];
      let begun = 0;
      await until(async () => {
        expect((await doneBy(there)).length).toBeGreaterThan(1);
        b.cut();
        begun = performance.now();
        claims = await server.query("select key from minimand.claims where worker = $1 and key is not null", [
          there.id,
        ]);
        // Between two trials a worker holds none.
        if (claims.length === 0) b.restore();
        expect(claims.length).toBeGreaterThan(0);
      });
      // Others take its trials, and leave the rest to it.
      await until(async () =>
        expect(await doneBy(here)).toEqual(expect.arrayContaining(claims.map(({ key }) => key))),
      );
      here.command.signal("SIGTERM");
      await endsWell(here.command);
      await sleep(Math.max(0, 1000 * cutFor - (performance.now() - begun)));
      const before = await doneBy(there);
      b.restore();
      await endsWell(command);
      expect((await doneBy(there)).length).toBeGreaterThan(before.length);
      const resultsIn = (out: string): unknown =>
        withoutTimes(readFileSync(join(folder, out, "results.json"), "utf8"));
      expect(resultsIn("shared")).toEqual(resultsIn("local"));
      const [{ needed, computed }] = await server.query(
        `select (select count(*) from minimand.run_trials) as needed, (select count(*) from minimand.results) as computed`,
      );
      expect(computed).toBe(needed);
      there.command.signal("SIGTERM");
      await endsWell(there.command);
    }, 900_000);

    it("lose workers whose links stay cut: the server notices by itself, and they wait and can be ended, one that is joining, too", async () => {
      await using network = makeNetwork();
      const [machine, other] = network.machines;
      await using server = await startPostgres({ listen: network, fsync: false });
      const workerOn = ({ within }: typeof machine) =>
        background(["worker", "--store", server.address, "--engine", "wasm"], { env: server.env, within });
      const idle = workerOn(machine);
      const locks = () =>
        server.query(
          "select objid from pg_locks where locktype = 'advisory' and classid = $1::oid and objid <> 0",
          [lockClass],
        );
      // It says what it does once it has joined.
      await until(async () =>
        expect(
          await server.query("select id from minimand.workers where pid = $1 and doing is not null", [
            idle.pid,
          ]),
        ).toHaveLength(1),
      );
      expect(await locks()).toHaveLength(1);
      const joining = workerOn(other);
      await joining.until(/works for/);
      other.cut();
      machine.cut();
      // One that is cut off before it has told the server how to notice stays for as long as the server's system says, and holds no lock.
      const connections = () =>
        server.query("select state from pg_stat_activity where host(client_addr) = $1", [machine.address]);
      expect((await connections()).length).toBeGreaterThan(0);
      await until(async () => expect([...(await locks()), ...(await connections())]).toEqual([]));
      for (const worker of [idle, joining]) {
        await worker.until(/: waiting for the database \(/);
        worker.signal("SIGTERM");
      }
      for (const worker of [idle, joining]) await endsWell(worker);
    }, 900_000);
  });
