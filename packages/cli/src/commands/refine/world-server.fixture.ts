import { imageServer } from "./image-server.fixture.ts";
import type { World } from "./world.ts";

/** As many pictures as the world draws in one call. */
export const together = 32;

/**
 * A local service that draws in the toy world. Requests that come together are drawn together, which takes hardly longer than one.
 */
export function worldServer({ draw }: Pick<World, "draw">) {
  let waiting: { prompt: string; drawn(bytes: Uint8Array): void; failed(error: unknown): void }[] = [];
  let timer: NodeJS.Timeout | undefined;
  let calls = 0;
  async function drawAll(): Promise<void> {
    clearTimeout(timer);
    // In one order, whichever came first: a place in a call has its noise.
    const asked = waiting.toSorted((a, b) => (a.prompt < b.prompt ? -1 : 1));
    waiting = [];
    try {
      const pictures = await draw(
        asked.map(({ prompt }) => prompt),
        ++calls,
      );
      for (const [i, { drawn }] of asked.entries()) drawn(pictures[i].bytes);
    } catch (error) {
      for (const { failed } of asked) failed(error);
    }
  }
  return imageServer([], (prompt) => {
    const picture = new Promise<Uint8Array>((drawn, failed) => waiting.push({ prompt, drawn, failed }));
    clearTimeout(timer);
    if (waiting.length === together) void drawAll();
    else timer = setTimeout(() => void drawAll(), 100);
    return picture;
  });
}
