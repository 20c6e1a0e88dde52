import type { EngineProgram } from "./engine-programs.ts";

/**
 * A program as a list of kernels. Values have places: first those given, then those made for whoever asked, then those in between,
 * which share one piece of memory.
 */
export interface ProgramPlan {
  kernels: readonly { source: object; places: readonly number[] }[];
  /** Bytes of each value made for whoever asked. */
  made: readonly number[];
  /** Where each of those in between starts in the shared piece of memory. */
  between: readonly number[];
  /** Bytes of that piece. */
  bytes: number;
  /** Places of the results, and those that are handed out once more than they are made or given. */
  results: readonly number[];
  again: readonly number[];
}

/** Plans a program; null for one that has more than kernels, such as sorts. */
export function planProgram({ steps, inputs, outputs }: EngineProgram): ProgramPlan | null {
  const sizes = new Map(steps.flatMap((step) => (step.type === "malloc" ? [[step.output, step.size]] : [])));
  const runs = steps.filter((step) => step.type === "execute");
  if (runs.length === 0 || runs.some(({ source }) => !("exp" in source))) return null;
  const places = new Map(inputs.map((id, place) => [id, place]));
  const made = [...new Set(outputs)].filter((id) => !places.has(id));
  for (const id of made) places.set(id, places.size);
  const room = makeRoom();
  const between: number[] = [];
  const lastRead = new Map(runs.flatMap((run, i) => [...run.inputs, ...run.outputs].map((id) => [id, i])));
  for (const [i, run] of runs.entries()) {
    const ids = [...run.inputs, ...run.outputs];
    for (const id of run.outputs) {
      if (places.has(id)) continue;
      places.set(id, places.size);
      between.push(room.take(id, sizes.get(id)!));
    }
    for (const id of ids) if (lastRead.get(id) === i) room.giveBack(id);
  }
  return {
    kernels: runs.map(({ source, inputs, outputs }) => ({
      source,
      places: [...inputs, ...outputs].map((id) => places.get(id)!),
    })),
    made: made.map((id) => sizes.get(id)!),
    between,
    bytes: room.bytes(),
    results: outputs.map((id) => places.get(id)!),
    again: steps.flatMap((step) => (step.type === "incref" ? [places.get(step.input)!] : [])),
  };
}

/** As the engine aligns its own. */
const alignment = 64;

/** Gives values parts of one piece of memory, the smallest free one that has room, and takes them back. */
function makeRoom() {
  let end = 0;
  const free: { start: number; size: number }[] = [];
  const taken = new Map<number, { start: number; size: number }>();
  return {
    /** @returns where the part starts */
    take(id: number, bytes: number): number {
      const size = Math.ceil(bytes / alignment) * alignment;
      const fitting = free.filter((part) => part.size >= size).sort((a, b) => a.size - b.size)[0];
      const start = fitting?.start ?? end;
      if (fitting === undefined) end += size;
      else {
        fitting.start += size;
        fitting.size -= size;
      }
      taken.set(id, { start, size });
      return start;
    },
    giveBack(id: number): void {
      const part = taken.get(id);
      taken.delete(id);
      if (part !== undefined) free.push(part);
    },
    bytes: (): number => end,
  };
}
