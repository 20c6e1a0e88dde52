import type {
  ComparisonEvent,
  FileRead,
  FinishedComparison,
  KeptComparison,
  LiveRow,
  Look,
  RunningComparison,
  RunningHow,
} from "@minimand/compare/web";
import { effectScope, reactive, ref, shallowRef, watch } from "vue";
import { faultOf, mayHoldComparisons, theSession } from "./session.ts";
import { optionsOf, usually, type Wanted } from "./wanted.ts";
import type { Progress } from "./words.ts";

/** A comparison that runs. */
export interface Running {
  look: Look | null;
  progress: Progress | null;
  rows: LiveRow[];
  metric: string;
  /** What the command would say on stderr. */
  said: string[];
  keeping: boolean;
  stopping: boolean;
}

/** Milliseconds that a reader may still change something before the data are looked at again. */
const pause = 250;

let only: ReturnType<typeof makeComparison> | undefined;

/**
 * Returns the comparison of this browser's page: what is read, asked for, run and kept, and what may be done with it. It goes on while its
 * reader looks at another page of the site.
 */
export function useComparison(): ReturnType<typeof makeComparison> {
  if (import.meta.env.SSR) return makeComparison();
  only ??= effectScope(true).run(makeComparison)!;
  return only;
}

function makeComparison() {
  const step = ref<"choose" | "reading" | "ask" | "running" | "stopped" | "finished">("choose");
  const error = ref("");
  const kept = shallowRef<KeptComparison[]>([]);
  const file = shallowRef<File | null>(null);
  const read = shallowRef<FileRead | null>(null);
  const reading = ref(0);
  const wanted = reactive<Wanted>(usually({ target: null, pairs: false }));
  /** Empty: one for each core, fewer where each needs much memory. */
  const workers = ref<number | "">("");
  const look = shallowRef<Look | null>(null);
  const looking = ref(false);
  const running = ref<Running | null>(null);
  const finished = shallowRef<FinishedComparison | null>(null);
  /** Of the comparison that runs, has stopped or is finished. */
  const id = ref<string | null>(null);
  let comparison: RunningComparison | null = null;
  /** Each file and each look has a number: stale results are ignored. */
  let [files, looks] = [0, 0];
  let begun = false;
  let due: ReturnType<typeof setTimeout> | undefined;

  async function listKept(): Promise<void> {
    kept.value = await (await theSession()).kept();
  }

  async function choose(chosen: File, target?: string): Promise<void> {
    const own = ++files;
    look.value = null;
    read.value = null;
    error.value = "";
    step.value = "reading";
    reading.value = 0;
    try {
      const session = await theSession();
      const found = await session.read(chosen, {
        progress: (done, total) => {
          if (own === files) reading.value = done / total;
        },
      });
      if (own !== files) return;
      file.value = chosen;
      read.value = found;
      Object.assign(wanted, usually(target === undefined ? found : { target, pairs: false }));
      step.value = "ask";
      void lookAgain();
    } catch (fault) {
      if (own !== files) return;
      step.value = "choose";
      error.value = await faultOf(fault);
    }
  }

  async function lookAgain(): Promise<void> {
    if (file.value === null || step.value !== "ask") return;
    const own = ++looks;
    looking.value = true;
    try {
      const options = optionsOf(wanted);
      const found = await (await theSession()).look({ files: [file.value], options });
      if (own !== looks) return;
      look.value = found;
      error.value = "";
    } catch (fault) {
      const text = await faultOf(fault);
      if (own !== looks) return;
      look.value = null;
      error.value = text;
    }
    if (own === looks) looking.value = false;
  }

  watch(wanted, () => {
    if (step.value !== "ask") return;
    looking.value = true;
    clearTimeout(due);
    due = setTimeout(lookAgain, pause);
  });

  function hear(event: ComparisonEvent): void {
    const now = running.value;
    if (now === null) return;
    if (event.kind === "planned") {
      id.value = event.id;
      now.look = event.look;
      now.said.push(...event.said);
    } else if (event.kind === "said") now.said.push(event.text);
    else if (event.kind === "progress") now.progress = event;
    else if (event.kind === "ranking") {
      now.rows = event.rows;
      now.metric = event.metric;
    } else if (event.kind === "keeping") now.keeping = true;
  }

  async function follow(start: () => RunningComparison): Promise<void> {
    error.value = "";
    running.value = {
      look: look.value,
      progress: null,
      rows: [],
      metric: "",
      said: [],
      keeping: false,
      stopping: false,
    };
    step.value = "running";
    try {
      comparison = start();
      finished.value = await comparison.done;
      id.value = finished.value.id;
      step.value = "finished";
    } catch (fault) {
      step.value = "stopped";
      if (running.value?.stopping !== true) error.value = await faultOf(fault);
    }
    comparison = null;
    await listKept();
  }

  const how = (): RunningHow => (workers.value === "" ? {} : { workers: workers.value });

  async function start(): Promise<void> {
    const session = await theSession();
    const chosen = file.value;
    if (chosen === null) return;
    const options = optionsOf(wanted);
    id.value = null;
    await follow(() => session.compare({ files: [chosen], options }, hear, how()));
  }

  async function goOn(which: string): Promise<void> {
    const session = await theSession();
    id.value = which;
    look.value = null;
    await follow(() => session.goOn(which, hear, how()));
  }

  function stop(): void {
    if (running.value === null || comparison === null) return;
    running.value.stopping = true;
    comparison.stop();
  }

  async function open(which: string): Promise<void> {
    error.value = "";
    try {
      finished.value = await (await theSession()).finished(which);
      id.value = which;
      step.value = "finished";
    } catch (fault) {
      error.value = await faultOf(fault);
    }
  }

  async function forget(which: string): Promise<void> {
    try {
      await (await theSession()).forget(which);
      await listKept();
      if (id.value === which) again();
    } catch (fault) {
      error.value = await faultOf(fault);
    }
  }

  /** Back to the form where a file is there, else to the choice of one. */
  function again(): void {
    error.value = "";
    finished.value = null;
    running.value = null;
    step.value = file.value === null ? "choose" : "ask";
    if (look.value === null) void lookAgain();
  }

  function other(): void {
    file.value = null;
    read.value = null;
    look.value = null;
    again();
  }

  /** To be called where there is a browser. */
  async function begin(): Promise<void> {
    if (begun) return;
    begun = true;
    if (await mayHoldComparisons()) await listKept();
  }

  return {
    step,
    error,
    kept,
    file,
    read,
    reading,
    wanted,
    workers,
    look,
    looking,
    running,
    finished,
    id,
    begin,
    choose,
    start,
    goOn,
    stop,
    open,
    forget,
    again,
    other,
  };
}
