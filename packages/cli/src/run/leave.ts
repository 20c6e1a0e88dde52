/** Ends the program. The command's own way out, which modules of the user's can't take. */
export const leave: typeof process.exit = process.exit.bind(process);
