/* What the browser test runs in a page: the address says after how many trials the workers get no further. */
import { areRecords } from "../../run/index.ts";
import { compareSmall } from "./small-comparison.fixture.ts";
import { openTrialDatabase } from "./trial-database.ts";
import { startWebPool } from "./web-pool.ts";

const told = globalThis as unknown as { stored: number; done: unknown; failed: unknown };
told.stored = 0;
const most = Number(new URL(location.href).searchParams.get("most") ?? Number.POSITIVE_INFINITY);

async function run(): Promise<unknown> {
  const store = await openTrialDatabase("comparison", areRecords);
  const bytes = new Uint8Array(await (await fetch("/iris.csv.gz")).arrayBuffer());
  return compareSmall(bytes, {
    store: {
      ...store,
      async put(key, kept) {
        await store.put(key, kept);
        told.stored++;
      },
    },
    workers: 2,
    poolOf(data) {
      const start = () => new Worker("/worker.js", { type: "module" });
      const pool = startWebPool<never, never>({ start, data, workers: 2 });
      let given = 0;
      return { ...pool, run: (job) => (++given > most ? new Promise(() => {}) : pool.run(job as never)) };
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
