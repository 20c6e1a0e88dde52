/*
 * Which of several variants does this visitor get? A small HTTP service around a bandit (NeuFastCB), which learns while it
 * serves and forgets nothing when it is stopped, killed or cut off from power.
 *
 *   npx node --conditions=minimand-source examples/personalisation-service.ts [folder] [port]
 *
 *   curl -d '{"features":[0.2,1,0,3]}' localhost:8787/choose      {"decisionId":"0-1c7cj16","action":1,...}
 *   curl -d '{"decisionId":"0-1c7cj16","reward":1}' localhost:8787/reward
 *
 * /choose answers once the decision is on the disk, /reward once the reward is. A reward that was counted before is answered
 * with 409: whoever got no answer may ask again and it still counts once. Decisions without a reward expire after an hour.
 */
import { pathToFileURL } from "node:url";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { type BanditContext, neuFastCb } from "minimand";
import { type DecisionStore, openStore } from "./decision-store.ts";

/** What the service is about. */
export interface ServiceOptions {
  folder: string;
  /** Numbers that describe a visitor, and names of the variants. */
  dim: number;
  variants: readonly string[];
  /** Milliseconds after which a decision is no longer waited for. */
  expireAfter?: number;
  snapshotEvery?: number;
}

/** The service: its routes, and the store behind them. */
export async function createService({
  folder,
  dim,
  variants,
  expireAfter = 3_600_000,
  snapshotEvery = 20_000,
}: ServiceOptions): Promise<{
  app: Hono;
  store: DecisionStore;
  expireOld(): Promise<number>;
  close(): Promise<void>;
}> {
  const store = await openStore({
    folder,
    snapshotEvery,
    create: () => neuFastCb({ dim, arms: variants.length, gamma: { kind: "sqrt", initial: 10 } }),
    now: () => new Date().toISOString(),
  });
  // What waited before a restart waits for its full time again.
  const started = Date.now();
  const since = new Map<string, number>(
    store.bandit.pending().map(({ decisionId }) => [decisionId, started]),
  );

  const app = new Hono();
  app.use(bodyLimit({ maxSize: 64 * 1024 }));
  app.onError((error, c) => {
    // Refusals of the bandit are the client's affair, everything else is ours.
    const refused = error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError;
    if (!refused) return c.json({ error: "the decision could not be kept" }, 503);
    const settled = error.message.includes("this one is settled");
    const unknown = !settled && error.message.startsWith("decisionId");
    return c.json({ error: error.message }, settled ? 409 : unknown ? 404 : 400);
  });
  app.post("/choose", async (c) => {
    const { features } = await c.req.json<BanditContext>();
    const { decisionId, action, actionId, propensity } = await store.choose({
      features,
      actionIds: variants,
    });
    since.set(decisionId, Date.now());
    return c.json({ decisionId, action, variant: actionId, propensity });
  });
  app.post("/reward", async (c) => {
    const { decisionId, reward } = await c.req.json<{ decisionId: string; reward: number }>();
    await store.reward(decisionId, reward);
    since.delete(decisionId);
    return c.json({ learned: true });
  });
  app.get("/health", (c) =>
    c.json({
      decisions: store.bandit.decisions,
      updates: store.bandit.updates,
      pending: store.bandit.pending().length,
      memory: process.memoryUsage().rss,
    }),
  );

  async function expireOld(): Promise<number> {
    const old = [...since].filter(([, at]) => Date.now() - at >= expireAfter);
    for (const [decisionId] of old) {
      since.delete(decisionId);
      await store.expire(decisionId);
    }
    return old.length;
  }
  return { app, store, expireOld, close: store.close };
}

/** Serves until SIGINT or SIGTERM; resolves with the port once it listens. */
export async function startService(options: ServiceOptions, port: number): Promise<number> {
  const { app, expireOld, close } = await createService(options);
  return new Promise((resolve) => {
    // Longer than clients keep a connection: the service is never the one that closes it just as a request is sent.
    const serverOptions = { keepAliveTimeout: 65_000 };
    const server = serve({ fetch: app.fetch, port, hostname: "127.0.0.1", serverOptions }, (info) =>
      resolve(info.port),
    );
    const timer = setInterval(() => void expireOld().catch(console.error), 60_000);
    const stop = (): void => {
      clearInterval(timer);
      server.close(() => {
        close().then(
          () => process.exit(0),
          (error: unknown) => {
            console.error(error);
            process.exit(1);
          },
        );
      });
    };
    process.once("SIGINT", stop);
    process.once("SIGTERM", stop);
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [, , folder = "personalisation", port = "8787", dim = "4", variants = "5"] = process.argv;
  const names = Array.from({ length: Number(variants) }, (_, i) => `variant ${i + 1}`);
  const listening = await startService({ folder, dim: Number(dim), variants: names }, Number(port));
  console.log(`http://127.0.0.1:${listening}`);
}
