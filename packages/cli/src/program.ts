import { Command } from "commander";
import { banditCommand } from "./commands/bandit/bandit.ts";
import { compareCommand } from "./commands/compare.ts";
import { dataCommand } from "./commands/data.ts";
import { denoiseCommand } from "./commands/denoise.ts";
import { enhanceCommand } from "./commands/enhance.ts";
import { exportCommand } from "./commands/export.ts";
import { helpfulAlone } from "./commands/helpful-alone.ts";
import { lossesCommand } from "./commands/losses.ts";
import { optionHelp } from "./commands/option-help.ts";
import { papersCommand } from "./commands/papers.ts";
import { predictCommand } from "./commands/predict.ts";
import { pretrainCommand } from "./commands/pretrain.ts";
import { quantizeCommand } from "./commands/quantize.ts";
import { refineCommand } from "./commands/refine.ts";
import { reproduceCommand } from "./commands/reproduce.ts";
import { serveCommand } from "./commands/serve.ts";
import { solveCommand } from "./commands/solve.ts";
import { runsCommand } from "./commands/store/runs.ts";
import { workerCommand } from "./commands/store/worker.ts";
import { beQuiet, printable } from "./printable.ts";
import { print } from "./terminal/print.ts";
import { version } from "./version.ts";

/** The command line, whole. */
export function makeProgram(): Command {
  const program = helpfulAlone(new Command("minimand"))
    .description(
      "Which training loss helps on your data, and what research papers claim, in runs that anyone can start.",
    )
    .version(version)
    .option("--quiet", "say only results and errors, no notes and no progress", false)
    .showSuggestionAfterError()
    .configureHelp({ optionDescription: optionHelp, showGlobalOptions: true })
    .hook("preAction", (self) => {
      if (self.opts<{ quiet: boolean }>().quiet) beQuiet();
    })
    // One line: commander puts its suggestion on a second one.
    .configureOutput({
      writeOut: print,
      outputError: (text, write) => {
        const [refusal, ...suggestion] = text.trim().split(/\n(?=\(Did you mean .*\)$)/);
        write(`minimand: ${[printable(refusal.replace(/^error: /, "")), ...suggestion].join(" ")}\n`);
      },
    })
    .addHelpText(
      "after",
      "\nExit codes: 0 done, 1 a fault of the program, 2 a fault in what was asked or given, 130 interrupted.",
    );
  for (const command of [
    compareCommand(),
    predictCommand(),
    exportCommand(),
    quantizeCommand(),
    dataCommand(),
    lossesCommand(),
    papersCommand(),
    reproduceCommand(),
    workerCommand(),
    runsCommand(),
    serveCommand(),
    pretrainCommand(),
    banditCommand(),
    solveCommand(),
    refineCommand(),
    denoiseCommand(),
    enhanceCommand(),
  ]) {
    program.addCommand(command);
    for (const each of [command, ...command.commands]) each.copyInheritedSettings(program);
  }
  for (const command of [program, ...program.commands])
    for (const each of [command, ...command.commands]) each.exitOverride();
  return program;
}
