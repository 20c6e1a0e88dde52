import Table from "cli-table3";
import { Command } from "commander";
import { bundledDatasets, dataFolder } from "../files/input.ts";
import { tell } from "../printable.ts";

/** `minimand data`: the bundled data sets. */
export function dataCommand(): Command {
  return new Command("data")
    .description("List the bundled data sets; their names can be used wherever a file is expected.")
    .option("--json", "machine-readable", false)
    .addHelpText("after", "\nExamples:\n  minimand data\n  minimand compare pima_diabetes")
    .action(({ json }: { json: boolean }) => {
      const all = bundledDatasets();
      if (json) {
        process.stdout.write(`${JSON.stringify(all, null, 1)}\n`);
        return;
      }
      const table = new Table({
        head: ["name", "task", "rows", "inputs", "missing", "what it is"],
        style: { head: [], border: [] },
        wordWrap: true,
        colWidths: [26, 12, 8, 8, 9, 70],
      });
      for (const d of all)
        table.push([
          d.name,
          d.task === "multiclass" ? `${d.classes.length} classes` : d.task,
          d.rows,
          d.features,
          d.missing,
          d.description,
        ]);
      process.stdout.write(`${table.toString()}\n`);
      tell(`sources and licences: ${dataFolder()}README.md`);
    });
}
