import { type CompiledKernel, type EngineProgram, engineParts, type WasmEngine } from "./engine-programs.ts";
import { type ProgramPlan, planProgram } from "./plan-program.ts";

/** More memory for what is in between is given back after each run. */
const mostKept = 64e6;

/** A plan whose kernels are there: from the addresses of its places. */
type Run = (addresses: readonly number[]) => void;

/**
 * Lets the engine run all kernels of a program in one go. By itself it makes a buffer, a promise and an entry in each result's
 * list of what is pending for every kernel, which takes as long as the kernels of a small training step. Here a program is one entry,
 * and what its kernels hand to each other lies in one piece of memory.
 *
 * The kernels are the same in the same order, so that no result changes. Programs that sort or factorise, those of other devices,
 * and all where the memory is shared by threads (a page that is isolated) run as before, and so does an engine that keeps its programs otherwise.
 */
export function runAtOnce(): void {
  const parts = engineParts();
  if (parts === undefined || !(parts.memory.buffer instanceof ArrayBuffer)) return;
  const { programs, engine, buffers, memory } = parts;
  const { execute } = programs;
  const plans = new WeakMap<EngineProgram, { plan: ProgramPlan; run?: Run } | null>();
  const withRoom = makeRoom(engine);
  const addressOf = (buffer: number): number => buffers.get(buffer)!.ptr;

  programs.execute = function (this: EngineProgram, inputs) {
    if (this.backend !== engine) return execute.call(this, inputs);
    let known = plans.get(this);
    if (known === undefined) {
      const plan = planProgram(this);
      known = plan && { plan };
      plans.set(this, known);
    }
    if (known === null) return execute.call(this, inputs);
    const { plan } = known;
    const held = [...inputs, ...plan.made.map((bytes) => engine.malloc(bytes))];
    for (const place of plan.again) engine.incRef(held[place]);
    return { outputs: plan.results.map((place) => held[place]), pending: [pendingRun(known, held)] };
  };

  /** What the engine asks of an entry in its lists of what is pending. */
  function pendingRun(known: { plan: ProgramPlan; run?: Run }, held: readonly number[]) {
    const { plan } = known;
    const load = (kernels: readonly CompiledKernel[]): void => {
      known.run ??= linked(plan, kernels, memory);
    };
    const release = (): void => {
      for (const buffer of held) engine.decRef(buffer);
    };
    let uses = 1;
    let preparing: Promise<void> | undefined;
    for (const buffer of held) engine.incRef(buffer);
    return {
      submitted: false,
      updateRc(change: number): void {
        uses += change;
        if (uses <= 0 && !this.submitted) release();
      },
      prepare(): Promise<void> | undefined {
        if (known.run !== undefined) return undefined;
        preparing ??= Promise.all(plan.kernels.map(({ source }) => engine.prepareKernel(source))).then(load);
        return preparing;
      },
      prepareSync(): void {
        if (known.run === undefined) load(plan.kernels.map(({ source }) => engine.prepareKernelSync(source)));
      },
      submit(): void {
        if (this.submitted) return;
        this.submitted = true;
        withRoom(plan.bytes, (room) => {
          const start = room === null ? 0 : addressOf(room);
          known.run!([...held.map(addressOf), ...plan.between.map((offset) => start + offset)]);
        });
        release();
      },
    };
  }
}

/** Memory for what is in between: programs run one after the other, and share it. */
function makeRoom(engine: WasmEngine): (bytes: number, use: (buffer: number | null) => void) => void {
  let size = 2 ** 16;
  let kept = engine.malloc(size);
  return (bytes, use) => {
    if (bytes === 0) return use(null);
    if (bytes > mostKept) {
      const own = engine.malloc(bytes);
      use(own);
      engine.decRef(own);
      return;
    }
    if (bytes > size) {
      while (size < bytes) size *= 2;
      engine.decRef(kept);
      kept = engine.malloc(size);
    }
    use(kept);
  };
}

function linked(plan: ProgramPlan, kernels: readonly CompiledKernel[], memory: WebAssembly.Memory): Run {
  const calls = kernels.map(({ data: { program } }, i) => {
    const { module, workSize } = program;
    const { kernel } = new WebAssembly.Instance(module, { env: { memory } }).exports;
    return callOf(kernel as (...args: number[]) => void, plan.kernels[i].places, workSize);
  });
  return (addresses) => {
    for (const call of calls) call(addresses);
  };
}

/** Most kernels have few buffers, and are called without a list of arguments. */
function callOf(kernel: (...args: number[]) => void, places: readonly number[], size: number): Run {
  const [a, b, c, d] = places;
  if (places.length === 1) return (at) => kernel(at[a], 0, size);
  if (places.length === 2) return (at) => kernel(at[a], at[b], 0, size);
  if (places.length === 3) return (at) => kernel(at[a], at[b], at[c], 0, size);
  if (places.length === 4) return (at) => kernel(at[a], at[b], at[c], at[d], 0, size);
  return (at) => kernel(...places.map((place) => at[place]), 0, size);
}
