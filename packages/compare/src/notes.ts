import type { Note } from "./results.ts";

/**
 * Sorts notes as every list shows them: first warnings about what is predicted, then about scores that are too good, then the others; then
 * what explains, options first. Within each kind they keep their order.
 */
export function bySeverity(notes: readonly Note[]): Note[] {
  return notes.toSorted((a, b) => rankOf(a) - rankOf(b));
}

function rankOf({ level, about }: Note): number {
  if (level === "warning") return about === "task" ? 0 : about === "leak" ? 1 : 2;
  return about === "settings" ? 3 : about === "task" ? 4 : 5;
}
