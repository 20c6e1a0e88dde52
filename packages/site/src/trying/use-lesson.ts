import type { Values } from "@minimand/papers/lessons";
import { onMounted, onUnmounted, ref, shallowRef, watch } from "vue";
import { loadFault } from "../running/load-fault.ts";
import type { Drawn, PageLesson } from "./page-lesson.ts";

/**
 * Makes a figure that follows its sliders: its worker is loaded once the figure is nearly in sight.
 *
 * @param lesson of the page
 * @param place the element in the place of the figure
 */
export function useLesson(lesson: PageLesson, place: () => Element | null) {
  const usual = (): Values => Object.fromEntries(lesson.controls.map(({ name, value }) => [name, value]));
  const values = ref<Values>(usual());
  const shown = shallowRef<Drawn | null>(null);
  const fault = ref("");
  const busy = ref(false);
  let worker: Worker | null = null;
  let observer: IntersectionObserver | null = null;

  function ask(): void {
    if (worker === null) return;
    busy.value = true;
    worker.postMessage({ slug: lesson.slug, values: { ...values.value } });
  }

  function begin(): void {
    if (worker !== null) return;
    worker = new Worker(new URL("./lesson-worker.ts", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }: MessageEvent<{ shown: Drawn } | { fault: string }>) => {
      busy.value = false;
      fault.value = "fault" in data ? loadFault(data.fault) : "";
      if ("shown" in data) shown.value = data.shown;
    };
    worker.onerror = (event) => {
      event.preventDefault();
      busy.value = false;
      fault.value = loadFault(
        `the worker of this figure failed: ${event.message || "its module could not be loaded"}`,
      );
    };
    ask();
  }

  watch(values, ask, { deep: true });
  onMounted(() => {
    observer = new IntersectionObserver(
      (entries) => {
        if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
        observer?.disconnect();
        begin();
      },
      { rootMargin: "200px" },
    );
    const element = place();
    if (element !== null) observer.observe(element);
  });
  onUnmounted(() => {
    observer?.disconnect();
    worker?.terminate();
  });

  return {
    values,
    shown,
    fault,
    busy,
    reset: () => {
      values.value = usual();
    },
  };
}
