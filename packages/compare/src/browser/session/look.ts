import { describeFeatures } from "../../data/make-dataset.ts";
import { comparedText } from "../../judge/ranking/compared.ts";
import { baselineIdOf, lossesWith } from "../../plan/candidates.ts";
import { chooseCandidates } from "../../plan/choose.ts";
import type { Prepared } from "../../plan/prepared.ts";
import { metricFor } from "../../plan/settings.ts";
import { metricName } from "../../report/figures/text.ts";
import type { CandidateSummary, FeatureSummary, Note, Settings, Task } from "../../results.ts";
import { trialsOfAll } from "../../run/comparison-work.ts";
import { prepareComparison } from "../../run/prepare/prepare-comparison.ts";
import type { ComparisonRequest } from "../../run/prepare/request.ts";
import { quotedWord } from "../../shell-words.ts";
import { traitsOf } from "../../task.ts";
import type { Asked } from "./asked.ts";
import { argumentsOf, commandOf } from "./command-line.ts";
import { bytesOfFile, comparing, pageTables } from "./read-page-file.ts";
import type { PageRequest } from "./request-asked.ts";

/** A loss that may be compared on a task. */
export interface LossOffered {
  id: string;
  label: string;
  /** Whether it runs where none is named, and whether it runs in any case. */
  usual: boolean;
  always: boolean;
}

/** What a careful reader says of files before anything is trained, and what would be. */
export interface Look {
  datasets: {
    name: string;
    source: string;
    rows: number;
    task: Task;
    target: string;
    classes: string[];
    features: FeatureSummary[];
    notes: Note[];
  }[];
  task: Task;
  /** The metric that decides. */
  metric: string;
  /** Those that may. */
  metrics: { id: string; name: string }[];
  candidates: CandidateSummary[];
  /** How many these are, of which kinds. */
  compared: string;
  /** Losses that may be asked for. */
  losses: LossOffered[];
  /** With as many finalists as there may be. */
  trials: number;
  /** The same for the command. */
  command: string;
}

/** Reads the files of a page's comparison, and chooses what is compared. */
export async function preparePage(
  asked: Asked,
  { request, files }: Pick<PageRequest, "files"> & { request: ComparisonRequest },
  { most, progress }: { most: number; progress: (done: number, total: number) => void },
): Promise<{ prepared: Prepared; said: string[] }> {
  const bytesOf = (sha256: string): Promise<Uint8Array> => bytesOfFile(files.get(sha256)!, most);
  const rest = argumentsOf(asked)
    .slice(1 + asked.files.length)
    .map(quotedWord)
    .join(" ");
  return prepareComparison(
    request,
    bytesOf,
    { candidates: [], models: [] },
    pageTables(most, comparing(rest), progress),
  );
}

/** Returns what is known of a comparison once it is prepared. */
export function lookOf(asked: Asked, prepared: Prepared): Look {
  const { subjects, settings, summaries } = prepared;
  const { task } = subjects[0].dataset;
  return {
    datasets: subjects.map(({ name, source, dataset }) => {
      const { rows, target, classes, notes } = dataset;
      return {
        name,
        source,
        rows,
        task: dataset.task,
        target,
        classes,
        features: describeFeatures(dataset),
        notes,
      };
    }),
    task,
    metric: metricFor(settings.metric, task),
    metrics: traitsOf[task].metrics.map((id) => ({ id, name: metricName(id) })),
    candidates: [...summaries],
    compared: comparedText(summaries),
    losses: lossesOffered(settings, task),
    trials: trialsOfAll(prepared),
    command: commandOf(asked),
  };
}

function lossesOffered(settings: Settings, task: Task): LossOffered[] {
  const usual = new Set(chooseCandidates({ ...settings, losses: "auto" }, task).map(({ id }) => id));
  const always = [baselineIdOf(settings, task), ...traitsOf[task].always];
  return lossesWith([])
    .filter(
      (loss) => loss.tasks.includes(task) && loss.kind !== "reference" && (loss.needs ?? []).length === 0,
    )
    .map(({ id, label }) => ({ id, label, usual: usual.has(id), always: always.includes(id) }));
}
