import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, it, vi } from "vitest";
import type { Duty } from "./duty.ts";
import { reaping } from "./signs-of-life.ts";

afterEach(() => vi.restoreAllMocks());

/** What a worker without a lock does for others, by a clock that can be put forward. */
async function whatItDoes(
  body: (does: string[], forward: (milliseconds: number) => void) => Promise<void>,
  onTouch: (forward: (milliseconds: number) => void) => void = () => {},
): Promise<void> {
  const now = performance.now.bind(performance);
  let ahead = 0;
  vi.spyOn(performance, "now").mockImplementation(() => now() + ahead);
  const forward = (milliseconds: number): void => {
    ahead += milliseconds;
  };
  const does: string[] = [];
  const stop = new AbortController();
  const working = reaping({
    database: { kind: "postgres", query: async () => [{ id: "a", house: "h" }] },
    jobs: {
      async touch() {
        does.push("touch");
        onTouch(forward);
      },
      supervise: async () => void does.push("supervise"),
      sendRun: async (house: string, id: string) => void does.push(`ask for ${id} of ${house}`),
    },
    presence: { id: 1, hold: async () => {}, session: () => null },
    held: new Map(),
    stop: stop.signal,
  } as unknown as Duty);
  await body(does, forward);
  stop.abort();
  await working;
}

it("others, who couldn't speak with a database that was away, may speak before their silence counts", async () => {
  let away = 12_000;
  await whatItDoes(
    async (does, forward) => {
      const seen = (count: number): Promise<void> =>
        vi.waitFor(() => expect(does.filter((one) => one === "touch")).toHaveLength(count), 20_000);
      forward(1100);
      await seen(1);
      away = 0;
      forward(1100);
      await seen(2);
      expect(does).not.toContain("supervise");
      forward(6000);
      await vi.waitFor(() => expect(does).toContain("supervise"), 20_000);
    },
    (forward) => forward(away),
  );
}, 60_000);

it("runs that nobody was asked to coordinate are asked for now and then", async () => {
  await whatItDoes(async (does, forward) => {
    const asked = (count: number): Promise<void> =>
      vi.waitFor(() => expect(does.filter((one) => one === "ask for a of h")).toHaveLength(count), 20_000);
    await asked(1);
    await sleep(700);
    await asked(1);
    forward(31_000);
    await asked(2);
  });
}, 60_000);
