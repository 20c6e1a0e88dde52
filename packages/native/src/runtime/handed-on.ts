import type { numpy as np } from "@jax-js/jax";
import { eager } from "../lower/eager-rules.ts";
import { sameNumbers } from "../lower/view.ts";
import type { ProgramOutput } from "../write/ports.ts";
import type { Place } from "./engine-memory.ts";
import { small } from "./places.ts";
import { kindOf, type Slot, type Spares } from "./spares.ts";

/**
 * Decides where the steps of a block write what they pass to the next step: over what the step before passed on, where that is allowed,
 * else to buffers that take turns. What the first step is given stays as it is.
 *
 * @param over for a result the one of the step before whose memory it may take
 */
export function makeHandedOn(
  results: readonly ProgramOutput[],
  over: ReadonlyMap<number, number>,
  spares: Spares,
) {
  const free = new Map<string, Slot[]>();
  let current: readonly Slot[] | null = null;
  let retired: Slot[] = [];
  const release = (slots: readonly Slot[]): void => {
    for (const slot of slots) {
      if (slot.array === null) continue;
      const kind = kindOf({ ...(slot.array as never as ProgramOutput), weak: slot.array.weakType });
      free.set(kind, [...(free.get(kind) ?? []), slot]);
    }
  };
  return {
    /** Where the next step writes, while it reads what the last one wrote. */
    next(): Place[] {
      release(retired);
      const left = new Set(current);
      const slots = results.map((result, i) => {
        const below = over.has(i) ? current?.[over.get(i)!] : undefined;
        if (below !== undefined && below.array !== null && left.delete(below)) return below;
        return free.get(kindOf(result))?.pop() ?? spares.take(result);
      });
      retired = [...left];
      current = slots;
      return slots.map(({ place }) => place);
    },
    /** What the last step passed on. */
    arrays(): np.Array[] {
      release(retired);
      for (const slots of free.values()) for (const { array, place } of slots) spares.keep(array!, place);
      return current!.map(({ array, place }, i) => {
        if (array === null) return small(results[i], place as never);
        const { shape } = results[i];
        return sameNumbers(array.shape, shape) ? array : eager.reshape([array], { shape })[0];
      });
    },
    dispose(): void {
      release([...retired, ...(current ?? [])]);
      for (const slots of free.values()) for (const { array } of slots) array?.dispose();
    },
  };
}
