/*
 * Which of several variants does this visitor get? A small HTTP service around a bandit (NeuFastCB), which learns while it
 * serves and forgets nothing when it is stopped, killed or cut off from power.
 *
 *   npx node --conditions=minimand-source examples/personalisation-service.ts [folder] [port] [dim] [variants]
 *
 *   curl -d '{"features":[0.2,1,0,3]}' localhost:8787/choose      {"decisionId":"0-1c7cj16.QEHhaQDBdTzPjfTJNdkU8A","action":1,...}
 *   curl -d '{"decisionId":"0-1c7cj16.QEHhaQDBdTzPjfTJNdkU8A","reward":1}' localhost:8787/reward
 *
 *   --host NAME        another name by which it may be called, where a proxy stands before it; may be given several times
 *   --max-pending N    most decisions that wait for their rewards, default 100000
 *
 * /choose answers once the decision is on the disk, /reward once the reward is. A reward of a decision that is settled is
 * answered with 409: whoever got no answer may ask again and it still counts once. A decision is settled, too, when it waited for
 * an hour or was the oldest of too many that wait; /health counts how many were dropped for that. A decisionId can't be guessed (128 bits,
 * see decision-names.ts): only who was given a decision can reward it.
 *
 * Requests for other hosts or from pages of other sites get 403, what can't be understood 400 (fields of other names too),
 * bodies over 64 KiB 413. When the disk takes no more, all get 503 until a new start. A folder is one process's at a time.
 */
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { guardedApp, isArgumentError, isMendable, jsonFields, listen, messageOf } from "@minimand/cli/server";
import { type Bandit, type BanditContext, neuFastCb } from "@minimand/lab/online";
import { checkNumber, rangeError, typeError } from "minimand/engine";
import { type DecisionNames, decisionNames } from "./decision-names.ts";
import { type DecisionStore, openStore } from "./decision-store.ts";

/** What the service is about. */
export interface ServiceOptions {
  folder: string;
  /** Numbers that describe a visitor, and names of the variants. */
  dim: number;
  variants: readonly string[];
  /** Names by which it may be called beside those of loopback. */
  hosts?: readonly string[];
  /** Milliseconds after which a decision is no longer waited for. */
  expireAfter?: number;
  /** Most decisions that wait. */
  maxPending?: number;
  snapshotEvery?: number;
}

/** The service: its routes, and the store behind them. */
export async function createService({
  folder,
  dim,
  variants,
  hosts,
  expireAfter = 3_600_000,
  maxPending = 100_000,
  snapshotEvery = 20_000,
}: ServiceOptions): Promise<{
  app: ReturnType<typeof guardedApp>;
  store: DecisionStore;
  expireOld(): Promise<number>;
}> {
  // Refused before there is a folder.
  checkNumber("dim", dim, { min: 1, integer: true });
  checkNumber("variants", variants.length, { min: 1 });
  const create = (): Bandit =>
    neuFastCb({ dim, arms: variants.length, gamma: { kind: "sqrt", initial: 10 } });
  const app = guardedApp({ hosts, statusOf });
  const store = await openStore({
    folder,
    create,
    snapshotEvery,
    maxPending,
    now: () => new Date().toISOString(),
  });
  let names: DecisionNames;
  try {
    names = await decisionNames(folder);
    store.bandit.explain({ features: new Float64Array(dim), actionIds: variants });
  } catch (cause) {
    await store.close();
    const another = isArgumentError(cause) && /^(features|actionIds):/.test(cause.message);
    if (!another) throw cause;
    const expected = `a bandit of ${dim} numbers and ${variants.length} variants`;
    throw new RangeError(`${folder}: expected ${expected}, got another one`, { cause });
  }

  /** Refusals of the bandit that are neither 400 nor faults. */
  function statusOf(error: Error): 404 | 409 | 503 | undefined {
    if (error === store.failure) return 503;
    if (!isArgumentError(error)) return undefined;
    if (error.message.includes("this one is settled")) return 409;
    if (error.message.startsWith("decisionId: expected a decision of this learner")) return 404;
    // Of the network, whatever was asked.
    return error.message.startsWith("learningRate") ? 503 : undefined;
  }

  app.post("/choose", async (c) => {
    const { features } = await jsonFields(c, ["features"]);
    // The bandit checks the numbers; it would take an object with a length, too.
    if (!Array.isArray(features)) throw typeError("features", `an array of ${dim} numbers`, features);
    const context: BanditContext = { features, actionIds: variants };
    const { decisionId, action, actionId, propensity } = await store.choose(context);
    return c.json({ decisionId: names.nameOf(decisionId), action, variant: actionId, propensity });
  });
  app.post("/reward", async (c) => {
    const { decisionId, reward } = await jsonFields(c, ["decisionId", "reward"]);
    if (typeof decisionId !== "string") throw typeError("decisionId", "the name of a decision", decisionId);
    checkNumber("reward", reward, { min: 0, max: 1 });
    const decision = names.decisionOf(decisionId);
    if (decision === null) throw rangeError("decisionId", "a decision of this learner", decisionId);
    await store.reward(decision, reward);
    return c.json({ learned: true });
  });
  app.get("/health", (c) => {
    const { bandit, pending, dropped, failure } = store;
    const { decisions, updates } = bandit;
    const memory = process.memoryUsage().rss;
    const error = failure === null ? {} : { error: failure.message };
    return c.json({ decisions, updates, pending, dropped, memory, ...error }, failure === null ? 200 : 503);
  });
  return { app, store, expireOld: () => store.expire(expireAfter) };
}

/** Serves until SIGINT or SIGTERM; resolves with the port once it listens. */
export async function startService(options: ServiceOptions, port: number): Promise<number> {
  const { app, store, expireOld } = await createService(options);
  // A store that fails says so itself.
  const timer = setInterval(() => void expireOld().catch(() => {}), 60_000);
  const close = (): Promise<void> => {
    clearInterval(timer);
    return store.close();
  };
  try {
    return await listen(app, { port, close });
  } catch (error) {
    await close();
    throw error;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { host: { type: "string", multiple: true }, "max-pending": { type: "string" } },
    });
    const [folder = "personalisation", port = "8787", dim = "4", count = "5"] = positionals;
    checkNumber("variants", Number(count), { min: 1, max: 1000, integer: true });
    const variants = Array.from({ length: Number(count) }, (_, i) => `variant ${i + 1}`);
    const maxPending = Number(values["max-pending"] ?? 100_000);
    const options = { folder, dim: Number(dim), variants, hosts: values.host, maxPending };
    console.log(`http://127.0.0.1:${await startService(options, Number(port))}`);
  } catch (error) {
    // Arguments, the folder, the port: whoever started it can mend these.
    const refused = error instanceof TypeError && "code" in error;
    if (!refused && !isMendable(error)) throw error;
    console.error(`personalisation-service: ${messageOf(error)}`);
    process.exit(2);
  }
}
