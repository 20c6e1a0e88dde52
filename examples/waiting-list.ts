/** Names with the time since when they wait. */
export interface WaitingList {
  readonly size: number;
  add(name: string): void;
  delete(name: string): void;
  /** Who has waited longest, and for how many milliseconds. */
  oldest(): { name: string; waited: number } | null;
}

/** A list on which some wait already, in this order; their time begins now. */
export function waitingList(names: Iterable<string>): WaitingList {
  const since = new Map<string, number>();
  const add = (name: string): void => {
    since.set(name, performance.now());
  };
  for (const name of names) add(name);
  // One walk through the map for all its life: a new one would pass by all places that became empty since.
  let walk = since.entries();
  let head: readonly [string, number] | null = null;
  return {
    get size() {
      return since.size;
    },
    add,
    delete(name) {
      since.delete(name);
    },
    oldest() {
      while (head === null || !since.has(head[0])) {
        const next = walk.next();
        if (next.done) {
          // All that were passed are gone, so the map is empty.
          [walk, head] = [since.entries(), null];
          return null;
        }
        head = next.value;
      }
      return { name: head[0], waited: performance.now() - head[1] };
    },
  };
}
