import { treesAt } from "../../train/references/library.ts";
import { resultOf } from "../web/indexed-db.ts";
import { carryOut, trialsNamed } from "./carry-out.ts";
import { type KeptComparisons, openKeptComparisons, unknown } from "./kept-comparisons.ts";
import { lookOf, preparePage } from "./look.ts";
import { inOneTab, inTabs } from "./one-tab.ts";
import { predictPage } from "./predict-page.ts";
import {
  type CallName,
  type Calls,
  type SentAnswer,
  type SentCall,
  type SessionSettings,
  sentError,
} from "./protocol.ts";
import { readPageFile } from "./read-page-file.ts";
import { requestAsked } from "./request-asked.ts";

/** What {@link answerComparisons} needs. */
export interface AnswerOptions {
  /** Starts a worker whose module calls `answerComparison`. */
  startTrialWorker: () => Worker;
  /** Address of `ydf-training/dist/training.wasm`, which keeps and applies trees; default: the file next to the module of this worker. */
  trees?: string;
}

type Answers = {
  [Name in CallName]: (
    of: Calls[Name]["of"],
    settings: SessionSettings,
    tell: (event: Calls[Name]["tells"]) => void,
  ) => Promise<Calls[Name]["gives"]>;
};

/**
 * Answers the calls of `openSession` in this worker of a page: all that its module has to call.
 *
 * @example
 * answerComparisons({
 *   startTrialWorker: () => new Worker(new URL("./trial-worker.ts", import.meta.url), { type: "module" }),
 * });
 */
export function answerComparisons({ startTrialWorker, trees }: AnswerOptions): void {
  treesAt(trees);
  const answers = answersWith(startTrialWorker);
  addEventListener("message", ({ data }: MessageEvent<SentCall>) => {
    const { call, name, argument, settings } = data;
    const answer = (sent: SentAnswer): void => postMessage(sent);
    const work = answers[name] as (
      of: unknown,
      settings: SessionSettings,
      tell: (event: unknown) => void,
    ) => Promise<unknown>;
    work(argument, settings, (event) => answer({ call, event }))
      .then((result) => answer({ call, result }))
      .catch((error: unknown) => answer({ call, error: sentError(error) }));
  });
}

function answersWith(startTrialWorker: () => Worker): Answers {
  async function withKept<T>(database: string, use: (kept: KeptComparisons) => Promise<T>): Promise<T> {
    const kept = await openKeptComparisons(database);
    try {
      return await use(kept);
    } finally {
      kept.close();
    }
  }
  return {
    read: ({ file, how }, { most }, tell) =>
      readPageFile(file, how, { most, progress: (done, total) => tell({ done, total }) }),
    async look(asked, { most }, tell) {
      const progress = (done: number, total: number): void => tell({ done, total });
      const { prepared } = await preparePage(asked, await requestAsked(asked, most), { most, progress });
      return lookOf(asked, prepared);
    },
    compare: (asked, settings, tell) =>
      withKept(settings.database, (kept) => carryOut(asked, { ...settings, kept, startTrialWorker, tell })),
    goOn: (id, settings, tell) =>
      withKept(settings.database, async (kept) =>
        carryOut(await kept.asked(id), { ...settings, kept, startTrialWorker, tell }),
      ),
    kept: (_, { database }) =>
      withKept(database, async (kept) => {
        const running = await inTabs();
        return (await kept.all()).map(({ options: _, sums: __, test: ___, unlabeled: ____, ...record }) => ({
          ...record,
          state: running.has(`${database} ${record.id}`) ? "running" : record.state,
        }));
      }),
    finished: (id, { database }) =>
      withKept(database, async (kept) => {
        const finished = await kept.finished(id);
        if (finished === null) throw unknown(id);
        return finished;
      }),
    forget: (id, { database }) =>
      inOneTab(`${database} ${id}`, "this comparison", () =>
        withKept(database, async (kept) => void (await forget(id, database, kept))),
      ),
    predict: (asked, { database, most }) => withKept(database, (kept) => predictPage(asked, { kept, most })),
  };
}

/** Trials are kept as long as there is another comparison on the same data. */
async function forget(id: string, database: string, kept: KeptComparisons): Promise<void> {
  const record = await kept.get(id);
  if (record === null) throw unknown(id);
  await kept.remove(id);
  const name = trialsNamed(database, record.sums);
  if ((await kept.all()).some(({ sums }) => trialsNamed(database, sums) === name)) return;
  await resultOf(indexedDB.deleteDatabase(name));
}
