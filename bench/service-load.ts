/*
 * The example of a personalisation service under load on loopback: a thousand requests a second (a choice and its reward in
 * turn) at fixed times, whatever the answers take; then kill -9 in full flight, a restart, and every reward still owed.
 * Prints latencies in milliseconds, memory in MB and counts as JSON.
 *
 *   node --conditions=minimand-source bench/service-load.ts [seconds] [requests a second]
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const seconds = Number(process.argv[2] ?? 60);
const perSecond = Number(process.argv[3] ?? 1000);
const dim = 64;
const variants = 10;
const script = fileURLToPath(new URL("../examples/personalisation-service.ts", import.meta.url));
const agent = new Agent({ keepAlive: true, maxSockets: 64 });

interface Service {
  child: ChildProcess;
  port: number;
}

const started: ChildProcess[] = [];

async function start(folder: string): Promise<Service> {
  const args = ["--conditions=minimand-source", script, folder, "0", String(dim), String(variants)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  started.push(child);
  const port = await new Promise<number>((resolve, reject) => {
    child.stdout
      .setEncoding("utf8")
      .once("data", (text: string) => resolve(Number(new URL(text.trim()).port)));
    child.once("exit", () => reject(new Error("the service ended before it listened")));
  });
  return { child, port };
}

interface Answer {
  status: number;
  body: Record<string, unknown>;
}

function ask(port: number, path: string, body?: object): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const method = body === undefined ? "GET" : "POST";
    const sent = request({ host: "127.0.0.1", port, path, method, agent }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => {
        text += part;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) }));
      response.on("error", reject);
    });
    sent.on("error", reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

const visitor = (i: number): number[] => Array.from({ length: dim }, (_, k) => Math.sin(i * (k + 1)));

/** Requests at their times; what is answered becomes owed rewards, what is rewarded is owed no more. */
async function load(
  port: number,
  duration: number,
  owed: Set<string>,
  counts: { rewarded: number; failed: number },
) {
  const latencies: number[] = [];
  const ready: string[] = [];
  const open = new Set<Promise<void>>();
  const began = performance.now();
  for (let i = 0; ; i++) {
    const due = began + (1000 * i) / perSecond;
    if (due > began + 1000 * duration) break;
    // The timer's millisecond counts as latency; waiting by turning round would take a core from the service.
    while (performance.now() < due) await sleep(1);
    const decisionId = i % 2 === 1 ? ready.shift() : undefined;
    const one = (async () => {
      const answer =
        decisionId === undefined
          ? await ask(port, "/choose", { features: visitor(i) })
          : await ask(port, "/reward", { decisionId, reward: i % 3 === 0 ? 1 : 0 });
      // From when it was due, so that a stall counts for all who wait behind it.
      latencies.push(performance.now() - due);
      if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
      if (decisionId === undefined) {
        const id = String(answer.body.decisionId);
        owed.add(id);
        ready.push(id);
      } else {
        owed.delete(decisionId);
        counts.rewarded++;
      }
    })().catch(() => {
      counts.failed++;
    });
    open.add(one);
    void one.finally(() => open.delete(one));
  }
  await Promise.all(open);
  return latencies;
}

const quantile = (values: readonly number[], q: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(q * values.length))];
const memoryOf = async (port: number): Promise<number> =>
  Number((await ask(port, "/health")).body.memory) / 2 ** 20;

const folder = mkdtempSync(join(tmpdir(), "minimand-load-"));
try {
  let service = await start(folder);
  const owed = new Set<string>();
  const counts = { rewarded: 0, failed: 0 };
  // Compilers warm up, and V8's heap grows to the size that it keeps.
  await load(service.port, seconds / 2, owed, counts);
  const memoryBefore = await memoryOf(service.port);
  const began = performance.now();
  const latencies = await load(service.port, seconds, owed, counts);
  const took = (performance.now() - began) / 1000;
  const memoryAfter = await memoryOf(service.port);
  const failedUnderLoad = counts.failed;

  // Killed in full flight: some requests get no answer, and their rewards may or may not have been counted.
  const flight = load(service.port, 2, owed, counts);
  await sleep(1000);
  service.child.kill("SIGKILL");
  await flight;
  service = await start(folder);
  const { updates } = (await ask(service.port, "/health")).body;
  // Rewards counted before the end whose answer was lost.
  const lost = Number(updates) - counts.rewarded;
  const answers: Answer[] = [];
  for (const decisionId of owed) answers.push(await ask(service.port, "/reward", { decisionId, reward: 1 }));
  const again: Answer[] = [];
  for (const decisionId of [...owed].slice(0, 200))
    again.push(await ask(service.port, "/reward", { decisionId, reward: 1 }));
  const total = Number((await ask(service.port, "/health")).body.updates);
  const learned = answers.filter(({ status }) => status === 200).length;
  const known = answers.filter(({ status }) => status === 409).length;
  service.child.kill("SIGTERM");
  await new Promise((resolve) => service.child.once("exit", resolve));
  console.log(
    JSON.stringify({
      seconds: took,
      requestsASecond: latencies.length / took,
      p50: quantile(latencies, 0.5),
      p99: quantile(latencies, 0.99),
      slowest: quantile(latencies, 1),
      failed: failedUnderLoad,
      memoryBefore,
      memoryAfter,
      owed: owed.size,
      learnedAfterRestart: learned,
      // Each either learned now or, where only the answer was lost, before: never twice, never not.
      exactlyOnce:
        learned + known === owed.size &&
        known === lost &&
        again.every(({ status }) => status === 409) &&
        total === Number(updates) + learned
          ? 1
          : 0,
    }),
  );
} finally {
  for (const child of started) child.kill("SIGKILL");
  agent.destroy();
  rmSync(folder, { recursive: true, force: true });
}
