import { candidates, type Method, methods, type Need, roleOf } from "@minimand/compare";
import type { Command } from "commander";
import { listingCommand, printListing } from "./listing.ts";

/** `minimand losses`: the losses of the comparison, and the optimizers and steps that may minimise them. */
export function lossesCommand(): Command {
  const what =
    "List the losses, optimizers and training steps that can be compared, with parameters, paper and formula.";
  return listingCommand("losses", what, ["losses", "losses --json"]).action(({ json }) => {
    const [losses, others] = [candidates.map(lossRow), methods.map(methodRow)];
    const listing = {
      head: ["loss", "tasks", "formula", "parameters", "from"],
      widths: [31, 18, 46, 28, 22],
      rows: [
        ...losses.map((row) => [
          nameCell(row),
          row.tasks.map((t) => (row.extensionOn.includes(t) ? `${t} (ours)` : t)).join("\n"),
          ...lastCells(row),
        ]),
        ...others.map((row) => [
          ...[`${row.id}\n(--${row.kind}s)`, "all, with the\nbaseline's loss", ...lastCells(row)],
        ]),
      ],
    };
    printListing({ all: [...losses, ...others], ...listing }, json);
  });
}

/** What gives a candidate that it needs. */
const options: Record<Need, string> = {
  teacher: "--distill-from",
  unlabeled: "--unlabeled",
  bags: "--bag-column",
};

function lossRow(candidate: (typeof candidates)[number]) {
  const { tasks, extensionOn = [], needs: [need] = [], onlyByName = false } = candidate;
  const needs = need === undefined ? null : options[need];
  const needsTeacher = need === "teacher";
  return {
    ...common(candidate),
    kind: roleOf(candidate),
    tasks,
    extensionOn,
    needsTeacher,
    needs,
    onlyByName,
  };
}

/** Name of a loss, and when it runs. */
function nameCell({ id, needs, onlyByName }: ReturnType<typeof lossRow>): string {
  const when = needs ?? (onlyByName ? "only by name" : null);
  return when === null ? id : `${id}\n(${when})`;
}

const methodRow = (method: Method) => ({ ...common(method), kind: method.kind });

function common({
  id,
  label,
  formula,
  parameters,
  paper,
  reference,
  settings,
}: (typeof candidates)[number] | Method) {
  return { id, label, formula, parameters, paper: paper ?? null, reference: reference ?? null, settings };
}

function lastCells({ formula, parameters, paper, reference }: ReturnType<typeof common>): string[] {
  const own = Object.entries(parameters).map(([name, range]) => `${name} ${range}`);
  return [formula, own.join("\n"), paper === null ? (reference ?? "") : `paper ${paper}`];
}
