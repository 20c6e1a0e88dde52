import { Command } from "commander";
import { helpfulAlone } from "./commands/helpful-alone.ts";
import { optionHelp } from "./commands/option-help.ts";
import { beQuiet, printable } from "./printable.ts";
import { print } from "./terminal/print.ts";
import { version } from "./version.ts";

/** A command that is loaded once it is asked for: most of them need hundreds of modules. */
interface LazyCommand {
  /** Names what it does, for the list of commands, where a command without it is left out: one that was removed. */
  summary?: string;
  load(): Promise<{ define(command: Command): Command }>;
}

const commands: Readonly<Record<string, LazyCommand>> = {
  compare: {
    summary: "Compare training losses on a table",
    load: () => import("./commands/compare/index.ts"),
  },
  predict: {
    summary: "Apply a kept model to new rows",
    load: () => import("./commands/predict/index.ts"),
  },
  quantize: {
    summary: "Write a kept model as ONNX in fewer bits",
    load: () => import("./commands/quantize/index.ts"),
  },
  data: {
    summary: "List the bundled data sets",
    load: () => import("./commands/data/index.ts"),
  },
  losses: {
    summary: "List losses, optimizers and training steps",
    load: () => import("./commands/losses/index.ts"),
  },
  papers: {
    summary: "List the papers, or show one",
    load: () => import("./commands/papers/index.ts"),
  },
  reproduce: {
    summary: "Reproduce the main claim of a paper",
    load: () => import("./commands/reproduce/index.ts"),
  },
  worker: {
    summary: "Compute trials of the runs in a store",
    load: () => import("./commands/worker/index.ts"),
  },
  runs: {
    summary: "List, show, cancel and remove the runs of a store",
    load: () => import("./commands/runs/index.ts"),
  },
  serve: {
    summary: "Serve the site, and take subscriptions by e-mail",
    load: () => import("./commands/serve/index.ts"),
  },
  pretrain: {
    summary: "Train the frozen models of a paper",
    load: () => import("./commands/pretrain/index.ts"),
  },
  bandit: {
    summary: "Simulate contextual bandits, or evaluate policies from a log",
    load: () => import("./commands/bandit/index.ts"),
  },
  solve: {
    summary: "Solve a sparse linear system",
    load: () => import("./commands/solve/index.ts"),
  },
  refine: {
    summary: "Rewrite prompts for an image model",
    load: () => import("./commands/refine/index.ts"),
  },
  denoise: {
    summary: "Remove speckle from a picture",
    load: () => import("./commands/denoise/index.ts"),
  },
  enhance: {
    summary: "Brighten dark pictures",
    load: () => import("./commands/enhance/index.ts"),
  },
  export: {
    load: () => import("./commands/export/index.ts"),
  },
};

/** The command line. */
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
  for (const [name, { summary }] of Object.entries(commands))
    program
      .command(name, { hidden: summary === undefined })
      .summary(summary ?? "")
      .exitOverride();
  // Commander's own would print the help of a command that isn't loaded.
  program.helpCommand(false);
  program
    .command("help [command...]")
    .summary("Print the help of a command")
    .action(async (names: string[]) => {
      const [name = "help"] = names;
      if (name !== "help" && !Object.hasOwn(commands, name))
        program.error(`error: unknown command '${name}'`);
      await program.parseAsync([...names, "--help"], { from: "user" });
    });
  return program.exitOverride().hook("preSubcommand", async (_, command) => {
    const name = command.name();
    if (!Object.hasOwn(commands, name)) return;
    (await commands[name].load()).define(command);
    for (const own of command.commands) own.copyInheritedSettings(command).exitOverride();
  });
}
