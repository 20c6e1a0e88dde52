const pageSize = 65_536;

/**
 * Lets a memory grow by a quarter of itself at least. The engine grows its memory for each array that doesn't fit, and growing notifies
 * every kernel's instance, of which there are hundreds.
 *
 * Pages that nothing was written to take no memory of the machine. Where the larger step isn't to be had, it is the one asked for.
 */
export function growInSteps(memory: WebAssembly.Memory): void {
  const grow = (pages: number): number => WebAssembly.Memory.prototype.grow.call(memory, pages);
  memory.grow = (pages) => {
    try {
      return grow(Math.max(pages, Math.ceil(memory.buffer.byteLength / pageSize / 4)));
    } catch {
      return grow(pages);
    }
  };
}
