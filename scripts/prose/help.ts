import { pathToFileURL } from "node:url";
import type { makeProgram } from "../../packages/cli/src/program.ts";
import type { Passage } from "./passage.ts";

type Command = ReturnType<typeof makeProgram>;

/** What the help of a command says. */
export interface Help {
  /** Names from the program down: `minimand runs show`. */
  name: string;
  /** Descriptions of the command, its arguments and options, and the paragraphs around them. */
  texts: string[];
}

/**
 * Returns the help of all commands, as the parser of the command line has it.
 *
 * @param root the working tree whose command is asked
 */
export async function helpTexts(root: string): Promise<Help[]> {
  const program = pathToFileURL(`${root}/packages/cli/src/program.ts`).href;
  const { makeProgram: make } = (await import(program)) as { makeProgram: typeof makeProgram };
  const main = make();
  const names = main.commands.map((command) => command.name()).filter((name) => name !== "help");
  const loaded = await Promise.all(names.map((name) => loadedCommand(make(), name)));
  return [helpOf(main), ...loaded.flatMap(withInner)];
}

/** A command with its options, which the program declares once the command is asked for. */
async function loadedCommand(program: Command, name: string): Promise<Command> {
  const command = program.commands.find((one) => one.name() === name) as Command;
  command.configureOutput({ writeOut: () => {} });
  // Commander ends a request for help with an error.
  await program.parseAsync([name, "--help"], { from: "user" }).catch((error: { code?: string }) => {
    if (error.code !== "commander.helpDisplayed") throw error;
  });
  return command;
}

const withInner = (command: Command): Help[] => [helpOf(command), ...command.commands.flatMap(withInner)];

function helpOf(command: Command): Help {
  const help = command.createHelp();
  const parts = [
    help.commandDescription(command),
    ...help.visibleArguments(command).map((argument) => help.argumentDescription(argument)),
    ...help.visibleOptions(command).map((option) => help.optionDescription(option)),
    ...help.visibleCommands(command).map((inner) => help.subcommandDescription(inner)),
    ...paragraphsAround(command),
  ];
  return { name: nameOf(command), texts: parts.filter((text) => text !== "") };
}

const nameOf = (command: Command): string =>
  command.parent === null ? command.name() : `${nameOf(command.parent)} ${command.name()}`;

/** The paragraphs before and after the lists of a help; indented lines are examples. */
function paragraphsAround(command: Command): string[] {
  const written: string[] = [];
  command.configureOutput({ writeOut: (text) => written.push(text) });
  command.outputHelp();
  const lists = command.helpInformation();
  return written
    .filter((text) => text !== lists)
    .join("\n")
    .split(/\n\s*\n|\n(?= )|(?<=\n .*)\n/)
    .filter((text) => text.trim() !== "" && !/^\s/.test(text) && !text.trim().endsWith(":"))
    .map((text) => text.trim());
}

/** Source files in which texts of the help may be declared. */
export type Declarations = readonly (readonly [path: string, source: string])[];

/** Returns the texts of a help as passages, each at the line that its beginning is found on. */
export function passagesOfHelp({ name, texts }: Help, declarations: Declarations): Passage[] {
  const [, command] = name.split(" ");
  const own = command === undefined ? "packages/cli/src/program.ts" : `packages/cli/src/commands/${command}/`;
  const ordered = [...declarations].sort(([a], [b]) => Number(b.startsWith(own)) - Number(a.startsWith(own)));
  const fallback = { path: command === undefined ? own : `${own}index.ts`, line: 1 };
  return texts.map((text) => ({
    ...(placeOf(text, ordered) ?? fallback),
    // Quoted text is typed or shown as it is.
    text: text.replaceAll(/(["'])\S+\1/g, "X"),
    area: "help",
    isHeading: false,
    page: name,
  }));
}

/** Finds the line that declares a text, by the first of its words that a source has; names and defaults may be interpolated. */
function placeOf(text: string, declarations: Declarations): { path: string; line: number } | null {
  const words = [0, ...Array.from(text.matchAll(/\s+/g), ({ 0: space, index }) => index + space.length)];
  const pieces = [text.slice(0, 60), ...words.map((start) => text.slice(start, start + 25))];
  for (const piece of pieces.map((one) => one.split("\n")[0]).filter((one) => one.length >= 12))
    for (const [path, source] of declarations) {
      const at = source.indexOf(piece);
      if (at !== -1) return { path, line: source.slice(0, at).split("\n").length };
    }
  return null;
}
