import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { networkInterfaces } from "node:os";
import { text } from "node:stream/consumers";
import { setTimeout } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { hasNamespaces, makeNetwork, noNamespaces } from "./network.ts";
import { hasPostgres, noPostgres, startPostgres } from "./postgres.ts";

// Asks the database again and again on one connection, and says what it answers.
const program = `
  import pg from "pg";
  const client = new pg.Client({ connectionString: process.argv[1] });
  await client.connect();
  for (;;) {
    const { rows } = await client.query("select host(inet_client_addr()) as address, pg_backend_pid() as pid");
    console.log(JSON.stringify(rows[0]));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }`;

function asking(within: readonly string[], url: string): { child: ChildProcess; answers: string[] } {
  const [command, ...args] = [...within, process.execPath, "--input-type=module", "-e", program, url];
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
  const answers: string[] = [];
  child.stdout.on("data", (text) => answers.push(...String(text).trim().split("\n")));
  return { child, answers };
}

describe.skipIf(!hasNamespaces())(`a machine in a network of its own${noNamespaces}`, () => {
  it("hears nothing over a cut wire, not even that nobody is there, and gets through once it is restored", async () => {
    await using network = makeNetwork();
    const [, machine] = network.machines;
    const server = createServer((socket) => socket.end("here")).listen(0, network.address);
    await once(server, "listening");
    machine.cut();
    const { port } = server.address() as AddressInfo;
    const connects = `require("node:net").connect(${port}, "${network.address}").pipe(process.stdout)`;
    const [command, ...args] = [...machine.within, process.execPath, "-e", connects];
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
    const said = text(child.stdout);
    // A host that doesn't answer counts as unreachable after 3 seconds.
    await setTimeout(4000);
    expect(child.exitCode).toBeNull();
    machine.restore();
    expect(await said).toBe("here");
    server.close();
  });
});

describe.skipIf(!hasNamespaces() || !hasPostgres())(
  `machines in a network of their own${noNamespaces}${noPostgres}`,
  () => {
    it("reach a server here, are cut off in silence and come back on the same connection", async () => {
      await using network = makeNetwork();
      const { machines, address } = network;
      await using server = await startPostgres({ listen: network });
      const [a, b] = machines.map(({ within }) => asking(within, server.url));
      const grows = async ({ answers }: typeof a): Promise<void> => {
        const before = answers.length;
        await expect.poll(() => answers.length, { timeout: 60_000 }).toBeGreaterThan(before + 3);
      };
      await Promise.all([a, b].map(grows));
      expect(JSON.parse(a.answers[0]).address).toBe(machines[0].address);
      expect(JSON.parse(b.answers[0]).address).toBe(machines[1].address);

      machines[0].cut();
      // What was under way.
      await setTimeout(200);
      const before = a.answers.length;
      await grows(b);
      await grows(b);
      expect(a.answers.length).toBe(before);
      expect([a, b].map(({ child }) => child.exitCode)).toEqual([null, null]);

      machines[0].restore();
      await Promise.all([a, b].map(grows));
      expect(new Set(a.answers).size).toBe(1);

      const ended = [a, b].map(({ child }) => once(child, "exit"));
      await network[Symbol.asyncDispose]();
      await Promise.all(ended);
      const left = Object.values(networkInterfaces()).flatMap((all = []) => all.map((one) => one.address));
      expect(left).not.toContain(address);
    });
  },
);
