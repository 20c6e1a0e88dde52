/**
 * Returns the item of an id.
 *
 * @param what the items are, for the message
 * @throws RangeError for another id, with those there are
 */
export function named<T extends { id: string }>(items: readonly T[], id: string, what: string): T {
  const found = items.find((item) => item.id === id);
  if (found === undefined)
    throw new RangeError(`${what}: expected one of ${items.map((item) => item.id).join(", ")}, got ${id}`);
  return found;
}
