import { computed, onMounted, onUnmounted, ref, shallowRef } from "vue";
import type { PageScale, RunFacts } from "./facts.ts";
import { loadFault } from "./load-fault.ts";
import type { AskedRun, FromConductor, RunProgress, ToConductor } from "./messages.ts";
import { type FinishedRun, forgetRun, type RunRecord, readRun } from "./run-record.ts";

/** Milliseconds that a run may take to stop by itself. */
const patience = 3000;

/**
 * Returns the run of a paper in its page: what is known of it, and what may be done with it. Nothing is loaded before it starts, and what
 * an earlier visit has left is found again.
 *
 * @param facts of the paper
 * @param addressOf address of a path of the site
 */
export function useRun(facts: RunFacts, addressOf: (path: string) => string) {
  const state = ref<"idle" | "starting" | "running" | "stopping">("idle");
  const ready = ref(false);
  const scale = ref<PageScale>("quick");
  /** As the field has it: empty for the scale's own number. */
  const seeds = ref<number | "">("");
  const progress = shallowRef<RunProgress | null>(null);
  const live = shallowRef("");
  const said = ref<string[]>([]);
  const fault = ref("");
  const finished = shallowRef<FinishedRun | null>(null);
  /** What is kept of a run that wasn't finished. */
  const kept = shallowRef<RunRecord | null>(null);
  let conductor: Worker | null = null;

  const asked = computed(() => (seeds.value === "" ? null : seeds.value));
  const busy = computed(() => state.value !== "idle");
  const resumes = computed(
    () => kept.value !== null && kept.value.scale === scale.value && kept.value.seeds === asked.value,
  );

  async function find(): Promise<void> {
    const record = await readRun(facts.slug);
    if (record === null) return;
    // What other code has computed is another run.
    if (record.code !== facts.code) return forgetRun(facts.slug);
    scale.value = record.scale;
    seeds.value = record.seeds ?? "";
    finished.value = record.finished;
    kept.value = record.finished === null ? record : null;
  }

  function start(): void {
    if (busy.value) return;
    [progress.value, live.value, said.value, fault.value, finished.value] = [null, "", [], "", null];
    state.value = "starting";
    conductor = new Worker(new URL("./conductor.ts", import.meta.url), { type: "module" });
    conductor.onmessage = ({ data }: MessageEvent<FromConductor>) => hear(data);
    conductor.onerror = (event) => {
      event.preventDefault();
      end(`the worker of this run failed: ${event.message || "its module could not be loaded"}`);
    };
    const { slug, engine, code, versions, sums } = facts;
    const run: AskedRun = {
      facts: { slug, engine, code, versions },
      paper: { slug, data: addressOf("/data/"), assets: addressOf("/papers/"), sums: { ...sums } },
      scale: scale.value,
      seeds: asked.value,
      workers: navigator.hardwareConcurrency,
    };
    // Plain, without what makes it reactive.
    conductor.postMessage({ start: JSON.parse(JSON.stringify(run)) } satisfies ToConductor);
  }

  function hear(message: FromConductor): void {
    if (message.kind === "progress") {
      if (state.value === "starting") state.value = "running";
      progress.value = message.progress;
    } else if (message.kind === "said") said.value.push(message.text);
    else if (message.kind === "live") live.value = message.markup;
    else if (message.kind === "finished") {
      finished.value = message.finished;
      kept.value = null;
      end();
    } else end(message.kind === "failed" ? message.text : "");
  }

  function stop(): void {
    const stopping = conductor;
    if (stopping === null) return;
    state.value = "stopping";
    stopping.postMessage({ stop: true } satisfies ToConductor);
    setTimeout(() => {
      if (conductor === stopping) end();
    }, patience);
  }

  function end(why = ""): void {
    conductor?.terminate();
    conductor = null;
    state.value = "idle";
    fault.value = loadFault(why);
    if (finished.value === null) void readRun(facts.slug).then((record) => (kept.value = record));
  }

  async function forget(): Promise<void> {
    await forgetRun(facts.slug);
    [kept.value, finished.value, live.value, progress.value] = [null, null, "", null];
  }

  onMounted(async () => {
    try {
      await find();
    } catch (error) {
      fault.value = `This browser stores nothing for this page, so a run cannot continue after a reload: ${error}`;
    }
    ready.value = true;
  });
  onUnmounted(() => conductor?.terminate());

  return {
    state,
    ready,
    scale,
    seeds,
    asked,
    busy,
    resumes,
    progress,
    live,
    said,
    fault,
    finished,
    kept,
    start,
    stop,
    forget,
  };
}
