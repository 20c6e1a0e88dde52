/* What the browser test runs in a page: the address says after how many trials the workers get no further. */
import { openTrialDatabase, startWebPool } from "@minimand/compare/web";
import { isOutcome, loadReproduction, type TrialOutcome } from "../index.ts";
import { reproduceQuick, slug } from "./quick-paper.fixture.ts";
import { servedHost } from "./served-host.ts";

const told = globalThis as unknown as { stored: number; done: unknown; failed: unknown };
told.stored = 0;
const most = Number(new URL(location.href).searchParams.get("most") ?? Number.POSITIVE_INFINITY);

async function run(): Promise<unknown> {
  const paper = { slug, data: "/data/", assets: "/papers/" };
  const { card } = await loadReproduction(slug);
  const host = servedHost(paper, card);
  const store = await openTrialDatabase("papers", isOutcome);
  return reproduceQuick({
    data: host,
    asset: host.asset,
    store: {
      ...store,
      async put(key, kept) {
        await store.put(key, kept);
        told.stored++;
      },
    },
    pool() {
      const start = () => new Worker("/worker.js", { type: "module" });
      const pool = startWebPool<unknown, TrialOutcome>({ start, data: paper, workers: 2 });
      let given = 0;
      return { ...pool, run: (spec) => (++given > most ? new Promise(() => {}) : pool.run(spec)) };
    },
  });
}

run().then(
  (done) => {
    told.done = done;
  },
  (error: unknown) => {
    told.failed = String(error);
  },
);
