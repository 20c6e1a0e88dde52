import type { Command } from "commander";

/** Lets a command that only has others below it answer with its help where none of them is named: that is no error. */
export function helpfulAlone(command: Command): Command {
  const help = command.help.bind(command);
  // Commander asks for help "as an error" there: on stderr, with exit code 1.
  command.help = () => help();
  return command;
}
