/* A comparison in another process, which has a folder of its own with the request and the bytes of its files by hash. */
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import {
  type ComparisonRequest,
  lookAt,
  type PlannedTrial,
  prepareComparison,
  runTrials,
  seenOf,
  type Team,
} from "@minimand/compare";
import { finishComparison } from "@minimand/compare/artifacts";
import { loadOwn } from "../own/own-candidates.ts";
import { compilerOf } from "../run/engine.ts";
import { chooseEngine } from "../run/engine-choice.ts";
import { trialData, trialThreads } from "./trial-threads.ts";

const request = JSON.parse(readFileSync("request.json", "utf8")) as ComparisonRequest;
const { keep, quantize, engine, versions, settings } = request;
await chooseEngine({ engine: engine.name });
const own = await loadOwn(process.argv.slice(2));
const { prepared, said } = await prepareComparison(request, (sha256) => readFile(sha256), own);

const ran: PlannedTrial[] = [];
const threads = trialThreads(trialData(prepared, engine), 1, () => {});
const team: Team = {
  recall: async (trials) => [...trials],
  async run(trials, { sample, finished }) {
    for (const trial of trials) {
      ran.push(trial);
      const records = await threads.run({ dataset: trial.subject, sample, spec: trial.spec });
      finished({ trial, records, fresh: true });
    }
  },
  doubts: () => null,
  end: async () => {},
};
const done = await runTrials({
  ...prepared,
  keep,
  quantize,
  engine,
  versions,
  workers: 1,
  budget: null,
  team: () => team,
});
const seen = seenOf(done.taken, done.records, done.missing);
const { results, files } = await finishComparison(
  done,
  { ...seen, ...lookAt(null, seen, settings.alpha) },
  {
    say: (text) => said.push(text),
    signal: new AbortController().signal,
    compiler: () => compilerOf(engine, () => {}),
    progress: () => ({ update: () => {}, clear: () => {} }),
  },
);
await threads.destroy();
const base64 = (content: string | Uint8Array | null) => content && Buffer.from(content).toString("base64");
const contents = Object.entries(files).map(([path, content]) => [path, base64(content)]);
process.stdout.write(
  JSON.stringify({ results, said, keys: ran.map(({ key }) => key), files: Object.fromEntries(contents) }),
);
