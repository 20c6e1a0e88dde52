import { type Bounds, checkNumber, typeError } from "minimand/engine";

/** Throws unless this is a number within the bounds, or `{ kind, initial }` with one of the kinds and such a number. */
export function checkSchedule(
  argument: string,
  schedule: unknown,
  kinds: readonly string[],
  bounds: Bounds,
): void {
  if (typeof schedule === "number") {
    checkNumber(argument, schedule, bounds);
    return;
  }
  const given = schedule as { kind?: string; initial?: unknown } | null | undefined;
  if (!kinds.includes(given?.kind as string)) {
    const named = kinds.map((kind) => JSON.stringify(kind)).join(" | ");
    throw typeError(argument, `a number or { kind: ${named}, initial }`, schedule);
  }
  checkNumber(`${argument}.initial`, given?.initial, bounds);
}
