import {
  type Candidate,
  type ComparedLoss,
  lossesWith,
  type Method,
  methodsWith,
  type Need,
  roleOf,
} from "@minimand/compare";
import type { Command } from "commander";
import { loadOwn } from "../compare/own-candidates.ts";
import { listingCommand, printListing } from "./listing.ts";
import { withOption } from "./options.ts";

/** `minimand losses`: the losses of the comparison, and the optimizers and steps that may minimise them. */
export function lossesCommand(): Command {
  const what =
    "List the losses, optimizers and training steps that can be compared, with parameters, paper and formula.";
  const command = listingCommand("losses", what, ["losses", "losses --json", "losses --with ./my-losses.ts"]);
  command.addOption(withOption("that exports candidates"));
  return command.action(async (options: { json: boolean; with: string[] }) => {
    const own = (await loadOwn(options.with)).candidates;
    const losses = lossesWith(own).map(lossRow);
    const others = methodsWith(own).map(methodRow);
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
    printListing({ all: [...losses, ...others], ...listing }, options.json);
  });
}

/** What gives a candidate that it needs. */
const options: Record<Need, string> = {
  teacher: "--distill-from",
  unlabeled: "--unlabeled",
  bags: "--bag-column",
};

function lossRow(candidate: ComparedLoss) {
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

function common({ id, label, formula, parameters, paper, reference, settings, origin }: Candidate) {
  const from = { paper: paper ?? null, reference: reference ?? null };
  return { id, label, formula, parameters, ...from, settings, ...(origin && { origin }) };
}

function lastCells({ formula, parameters, paper, reference, origin }: ReturnType<typeof common>): string[] {
  const own = Object.entries(parameters).map(([name, range]) => `${name} ${range}`);
  const from = [paper === null ? reference : `paper ${paper}`, origin?.file].filter((text) => text != null);
  return [formula, own.join("\n"), from.join("\n")];
}
