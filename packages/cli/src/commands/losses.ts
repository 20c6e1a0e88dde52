import { candidates } from "@minimand/compare";
import Table from "cli-table3";
import { Command } from "commander";

/** `minimand losses`: the losses of the comparison. */
export function lossesCommand(): Command {
  return new Command("losses")
    .description("List the losses that can be compared, with parameters, paper and formula.")
    .option("--json", "machine-readable", false)
    .addHelpText("after", "\nExamples:\n  minimand losses\n  minimand losses --json")
    .action(({ json }: { json: boolean }) => {
      const rows = candidates.map(
        ({
          id,
          label,
          formula,
          tasks,
          extensionOn = [],
          parameters,
          paper = null,
          reference = null,
          settings,
          needsTeacher = false,
        }) => ({
          id,
          label,
          formula,
          tasks,
          extensionOn,
          parameters,
          paper,
          reference,
          settings,
          needsTeacher,
        }),
      );
      if (json) {
        process.stdout.write(`${JSON.stringify(rows, null, 1)}\n`);
        return;
      }
      const table = new Table({
        head: ["loss", "tasks", "formula", "parameters", "from"],
        style: { head: [], border: [] },
        wordWrap: true,
        colWidths: [31, 18, 46, 28, 22],
      });
      for (const { id, tasks, extensionOn, formula, parameters, paper, reference, needsTeacher } of rows) {
        const own = Object.entries(parameters).map(([name, range]) => `${name} ${range}`);
        table.push([
          needsTeacher ? `${id}\n(--distill-from)` : id,
          tasks.map((t) => (extensionOn.includes(t) ? `${t} (ours)` : t)).join("\n"),
          formula,
          own.join("\n"),
          paper === null ? (reference ?? "") : `paper ${paper}`,
        ]);
      }
      process.stdout.write(`${table.toString()}\n`);
    });
}
