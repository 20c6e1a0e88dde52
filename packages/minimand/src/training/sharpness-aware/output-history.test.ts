import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  historySlots,
  type OutputHistory,
  outputHistory,
  outputHistoryBytes,
  recordOutputs,
  referenceOutputs,
} from "./index.ts";

const ids = (...values: number[]) => Int32Array.from(values);
/** Two numbers that say example and epoch. */
const said = (epoch: number, of: Int32Array) => [...of].flatMap((id) => [id, epoch]);
const visit = (history: OutputHistory, epoch: number, of: Int32Array) =>
  recordOutputs(history, epoch, of, said(epoch, of));

describe("historySlots", () => {
  it("never reads the row that it writes, and reads the one written `lag` epochs before", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 0, max: 9 }),
        fc.integer({ min: 0, max: 60 }),
        (lag, startEpoch, epoch) => {
          const { write, read, referenceEpoch } = historySlots(epoch, { lag, startEpoch });
          const isActive = epoch >= Math.max(lag, startEpoch);
          expect(read !== null).toBe(isActive);
          if (!isActive) return;
          expect(read).not.toBe(write);
          expect(referenceEpoch).toBe(epoch - lag);
          expect(read).toBe(historySlots(epoch - lag, { lag, startEpoch }).write);
        },
      ),
    );
    expect(historySlots(5, { lag: 3, startEpoch: 5 })).toEqual({ write: 1, read: 2, referenceEpoch: 2 });
  });

  it("refuses a lag of 0: the outputs would be compared with themselves", () => {
    expect(() => historySlots(1, { lag: 0, startEpoch: 0 })).toThrow("lag: expected an integer >= 1, got 0");
  });
});

describe("a history of outputs", () => {
  it("gives back what was recorded `lag` epochs ago, whatever the order of visits", () => {
    const history = outputHistory({ examples: 5, outputs: 2, lag: 2 });
    const orders = [ids(0, 1, 2, 3, 4), ids(4, 2, 0, 1, 3), ids(3, 4, 1, 0, 2), ids(2, 3, 4, 0, 1)];
    for (const [epoch, order] of orders.entries()) {
      if (epoch >= 2) {
        const { past, valid } = referenceOutputs(history, epoch, order);
        expect([...past]).toEqual(said(epoch - 2, order));
        expect([...valid]).toEqual([1, 1, 1, 1, 1]);
      }
      visit(history, epoch, order);
    }
  });

  it("leaves out examples that were not visited then, though an older row is in their place", () => {
    const history = outputHistory({ examples: 3, outputs: 2, lag: 1 });
    visit(history, 0, ids(0, 1, 2));
    visit(history, 1, ids(0, 1, 2));
    visit(history, 2, ids(0, 2));
    visit(history, 3, ids(0, 1, 2));
    const { valid } = referenceOutputs(history, 3, ids(0, 1, 2));
    expect([...valid]).toEqual([1, 0, 1]);
  });

  it("has nothing before its start, and fills up padded batches with nothing", () => {
    const history = outputHistory({ examples: 3, outputs: 2, lag: 1 });
    visit(history, 0, ids(0, 1, 2));
    expect([...referenceOutputs(history, 1, ids(0, 1), { startEpoch: 2 }).valid]).toEqual([0, 0]);
    const { past, valid } = referenceOutputs(history, 1, ids(2), { size: 3 });
    expect([...past]).toEqual([2, 0, 0, 0, 0, 0]);
    expect([...valid]).toEqual([1, 0, 0]);
  });

  it("says its size, and refuses one that is too large", () => {
    const size = { examples: 1797, outputs: 10, lag: 3 };
    const history = outputHistory(size);
    expect(outputHistoryBytes(size)).toBe(history.outputs.byteLength + history.epochs.byteLength);
    expect(() => outputHistory({ examples: 1_281_167, outputs: 1000 })).toThrow(
      /examples: expected a history of at most 256 MB \(mesa needs none; or raise maxBytes\), got "1281167 examples: 20519 MB"/,
    );
    expect(outputHistory({ ...size, maxBytes: 1e6 }).lag[0]).toBe(3);
  });

  it("refuses ids that are missing, repeated or out of range, and outputs that are not numbers", () => {
    const history = outputHistory({ examples: 3, outputs: 2, lag: 1 });
    const record = (of: unknown, outputs: number[]) => () =>
      recordOutputs(history, 0, of as Int32Array, outputs);
    expect(record(ids(0, 3), [1, 2, 3, 4])).toThrow("ids: expected example ids from 0 to 2, got 3");
    expect(record(ids(-1), [1, 2])).toThrow("ids: expected example ids from 0 to 2, got -1");
    expect(record(ids(1, 1), [1, 2, 3, 4])).toThrow("ids: expected different example ids");
    expect(record([0], [1, 2])).toThrow(
      "ids: expected an Int32Array of example ids, got an array of length 1",
    );
    expect(record(ids(1), [1, Number.NaN])).toThrow("outputs, example 1: expected finite numbers, got NaN");
    expect(record(ids(0, 1), [1, 2])).toThrow("outputs: expected 2 rows of 2 numbers");
    expect(() => outputHistory({ examples: 0, outputs: 2 })).toThrow(
      "examples: expected an integer >= 1, got 0",
    );
    expect(() => outputHistory({ examples: 3, outputs: 2, lag: 0.5 })).toThrow(RangeError);
  });
});
