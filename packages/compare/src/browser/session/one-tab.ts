import { UsageError } from "../../usage-error.ts";

/**
 * Does something that only one tab may do at a time. A tab that is closed, or a worker that is ended, leaves it to others at once. Where the browser
 * has no locks (pages without TLS) it is just done.
 *
 * @throws UsageError where another tab does it
 */
export async function inOneTab<T>(name: string, what: string, work: () => Promise<T>): Promise<T> {
  if (navigator.locks === undefined) return work();
  return navigator.locks.request(name, { ifAvailable: true }, (lock) => {
    if (lock === null) throw new UsageError(`${what} already runs in this or another tab`);
    return work();
  });
}

/** Returns the names of what tabs do now. */
export async function inTabs(): Promise<Set<string | undefined>> {
  const { held = [] } = (await navigator.locks?.query()) ?? {};
  return new Set(held.map(({ name }) => name));
}
