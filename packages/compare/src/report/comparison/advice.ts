import { keepable } from "../../plan/index.ts";
import type { DatasetReport, Results } from "../../results.ts";
import { quotedWord } from "../../shell-words.ts";
import { labelOf } from "../figures/index.ts";

/** A sentence of advice with what it is about. */
export interface Advice {
  about: "What to use" | "What it costs" | "Also" | "Next";
  text: string;
}

/** Returns the recommendation as sentences in the order in which one asks: use, costs, other means, next step. */
export function adviceOf({ recommendation }: Pick<DatasetReport, "recommendation">): Advice[] {
  const { use, costs, beside, next } = recommendation;
  return [
    { about: "What to use", text: use },
    ...costs.map(({ text }): Advice => ({ about: "What it costs", text })),
    ...beside.map((text): Advice => ({ about: "Also", text })),
    ...next.map(({ text }): Advice => ({ about: "Next", text })),
  ];
}

/** The folder into which a reader of the page is asked to save a model. */
const saved = "minimand-model";

/** A command, and what it does. */
export interface CommandToRun {
  about: string;
  command: string;
}

/**
 * Returns the commands that follow: what applies the kept model, and what keeps the reference that the recommendation is led by.
 *
 * @param where `folder` is null in a page, which offers the model's files for saving; `typed` has the arguments of the command that was run:
 *   without them no command keeps another model
 */
export function commandsOf(
  results: Results,
  index: number,
  { folder, typed = [] }: { folder: string | null; typed?: readonly string[] },
): CommandToRun[] {
  const report = results.datasets[index];
  const { model, recommendation } = report;
  const name = (id: string): string => labelOf(report, id).replace(/^./, (letter) => letter.toLowerCase());
  const apply = predictCommandOf(results, folder, index);
  const commands: CommandToRun[] = [];
  if (model !== null && apply !== null) {
    const about =
      model.candidate !== recommendation.candidate
        ? `Apply the ${name(model.candidate)}`
        : "Apply the kept model";
    const first = folder === null ? `Save the files of the model into a folder ${saved}. ` : "";
    commands.push({ about: `${first}${about}${unknownRows(report)}`, command: apply });
  }
  const { instead } = recommendation;
  const keep = Object.entries(keepable).find(([, id]) => id === instead)?.[0];
  if (instead !== null && keep !== undefined && instead !== model?.candidate && typed.length > 0)
    commands.push({
      about: `Keep the ${name(instead)}${results.datasets.length === 1 ? "" : " of all data sets"}`,
      command: keepingCommand(typed, keep),
    });
  return commands;
}

/** Says so where the kept model doesn't know all rows. */
function unknownRows({
  rows,
  drawnFrom,
  model,
}: Pick<DatasetReport, "rows" | "drawnFrom" | "model">): string {
  const known = model?.rows ?? rows;
  return drawnFrom === undefined || known === drawnFrom ? "" : ` (trained on ${known} of ${drawnFrom} rows)`;
}

/** The command that was typed, with another `--keep`: its trials are there, so it takes no longer than the model. */
function keepingCommand(typed: readonly string[], keep: string): string {
  const others = typed.filter((word, i) => !word.startsWith("--keep") && typed[i - 1] !== "--keep");
  return ["npx", "minimand", ...others, "--keep", keep].map(quotedWord).join(" ");
}

/**
 * Returns the command that applies the model of a data set, ready to be pasted into a shell.
 *
 * @param folder the output folder of `compare`, as given; null in a page
 * @param index of the data set
 * @returns null where no model was kept
 */
export function predictCommandOf(results: Results, folder: string | null, index: number): string | null {
  const { datasets, candidates, ownModel } = results;
  const { model } = datasets[index];
  if (model === null) return null;
  const place =
    folder === null
      ? saved
      : datasets.length === 1
        ? folder
        : `${folder.replace(/[\\/]+$/, "")}/model/${datasets[index].name}`;
  // References are networks and trees of their own.
  const parts = "ensemble" in model ? model.ensemble : [model];
  const isOfReferences = parts.every(({ candidate }) =>
    candidates.some(({ id, kind }) => id === candidate && kind === "reference"),
  );
  const own =
    ownModel?.origin === undefined || isOfReferences ? "" : ` --with ${quotedWord(ownModel.origin.file)}`;
  return `npx minimand predict ${quotedWord(place)} ROWS.csv${own}`;
}
