import type { Row } from "./results.ts";

/** What bandits.ts prints: milliseconds, decisions a second, bytes. */
export interface BanditResult {
  choose: { p50: number; p99: number };
  perSecond: Record<"fast" | "fastSigns" | "fastShared" | "ucb" | "linUcb" | "linUcbShared", number>;
  numpy: { version: string; network: number; linUcb: number } | null;
  snapshot: { bytes: number; write: number; read: number };
}

/** What service-load.ts prints: milliseconds, megabytes, counts. */
export interface ServiceResult {
  seconds: number;
  requestsASecond: number;
  p50: number;
  p99: number;
  slowest: number;
  failed: number;
  memoryBefore: number;
  memoryAfter: number;
  owed: number;
  learnedAfterRestart: number;
  exactlyOnce: number;
}

const count = (value: number): string => Math.round(value).toLocaleString("en");

/** Rows of the table of results. */
export function banditRows({ choose, perSecond, numpy, snapshot }: BanditResult): Row[] {
  const missing = "left out: not installed";
  return [
    [
      "bandit, 10 arms, 64 inputs, network of 100 units (NeuFastCB): `choose`, 99 % within",
      `${choose.p99.toFixed(3)} ms (half within ${choose.p50.toFixed(3)} ms)`,
      "under 1 ms",
      choose.p99 < 1,
    ],
    [
      "the same, choices with their updates on one core",
      `${count(perSecond.fast)} a second (sign perturbation ${count(perSecond.fastSigns)}, arms with vectors of their own ${count(perSecond.fastShared)}, NeuralUCB ${count(perSecond.ucb)})`,
      "at least 2,000 a second",
      perSecond.fast >= 2000,
    ],
    [
      "the same in numpy, one thread",
      numpy === null ? missing : `${count(numpy.network)} a second (${numpy.version})`,
      "",
      true,
    ],
    [
      "LinUCB, 10 arms, 64 inputs: choices with their updates on one core",
      `${count(perSecond.linUcb)} a second (arms that share a regression ${count(perSecond.linUcbShared)})`,
      "",
      true,
    ],
    numpy === null
      ? ["the same against numpy, one thread", missing, "", true]
      : [
          "the same against numpy, one thread",
          `${(perSecond.linUcb / numpy.linUcb).toFixed(2)} times as fast (${count(numpy.linUcb)} a second)`,
          "at least as fast",
          perSecond.linUcb >= numpy.linUcb,
        ],
    [
      "snapshot of the network bandit, 4,096 replayed examples: written, read",
      `${snapshot.write.toFixed(1)} ms, ${snapshot.read.toFixed(1)} ms (${(snapshot.bytes / 1e6).toFixed(1)} MB)`,
      "",
      true,
    ],
  ];
}

/** Rows of the load test. */
export function serviceRows(found: ServiceResult): Row[] {
  const { seconds, requestsASecond, p50, p99, slowest, failed, memoryBefore, memoryAfter } = found;
  const { owed, learnedAfterRestart, exactlyOnce } = found;
  return [
    [
      `example service on loopback, load of 1,000 requests a second for ${seconds.toFixed(0)} s: 99 % answered within`,
      `${p99.toFixed(1)} ms (half within ${p50.toFixed(1)} ms, all within ${slowest.toFixed(0)} ms; ${count(requestsASecond)} a second, ${failed} failed)`,
      "20 ms, at least 990 a second",
      p99 < 20 && requestsASecond >= 990 && failed === 0,
    ],
    [
      "the same, resident memory at its beginning and its end",
      `${memoryBefore.toFixed(0)} MB, ${memoryAfter.toFixed(0)} MB`,
      "flat (under 20 % more)",
      memoryAfter < 1.2 * memoryBefore,
    ],
    [
      "the same, after kill -9 and a restart: rewards still owed, each counted exactly once",
      `${count(owed)} owed, ${count(learnedAfterRestart)} of them learned then`,
      "each exactly once",
      exactlyOnce === 1,
    ],
  ];
}
