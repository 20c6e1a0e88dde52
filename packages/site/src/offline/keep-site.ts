import type { Router } from "vitepress";
import { type Ref, ref } from "vue";
import { type Question, takeOver } from "./messages.ts";

/** What a page knows of newer builds of its site. */
export interface Newer {
  /** Whether there is one. */
  there: Readonly<Ref<boolean>>;
  /** Loads the page anew, as the newer build has it. */
  load(): void;
}

/**
 * Keeps the site for use without a network, and looks for newer builds. One that is found while the page is open waits: what runs in the
 * page is not disturbed. Once it has come, by whichever page, the next page is loaded whole, since scripts of two builds don't go together.
 *
 * @param base path of the site, with slashes around it
 */
export function keepSite(base: string, router: Router): Newer {
  const there = ref(false);
  const container = navigator.serviceWorker as ServiceWorkerContainer | undefined;
  // Not where the page isn't from a safe origin, and not for those who asked for few bytes.
  if (container === undefined || savesData()) return { there, load: () => location.reload() };

  let controlled = container.controller !== null;
  let stale = false;
  let waiting: ServiceWorker | null = null;
  let loading = false;
  container.addEventListener("controllerchange", async () => {
    if (loading) location.reload();
    const older = controlled;
    controlled = true;
    // The first one of all comes to a page that is its own.
    if (!older || container.controller === null || (await isOfItsBuild(container.controller))) return;
    stale = true;
    there.value = true;
  });
  router.onBeforePageLoad = () => {
    if (stale) location.reload();
    return !stale;
  };

  const register = async (): Promise<void> => {
    const registration = await container.register(`${base}service-worker.js`, { updateViaCache: "none" });
    const look = async (worker: ServiceWorker, atLoad: boolean): Promise<void> => {
      if (container.controller === null) return;
      if (!(await isOfItsBuild(worker))) {
        waiting = worker;
        there.value = true;
      }
      // Nothing runs yet in a page that was just loaded.
      else if (atLoad) worker.postMessage(takeOver);
    };
    if (registration.waiting !== null) void look(registration.waiting, true);
    registration.addEventListener("updatefound", () => {
      const { installing } = registration;
      installing?.addEventListener("statechange", () => {
        if (installing.state === "installed") void look(installing, false);
      });
    });
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") registration.update().catch(() => {});
    });
  };
  // A site that can't be kept, by the browser's settings or for want of room, is read as any other.
  const begin = (): void => void register().catch(() => {});
  if (document.readyState === "complete") begin();
  else addEventListener("load", begin, { once: true });

  const load = (): void => {
    loading = waiting?.state === "installed";
    if (loading) waiting?.postMessage(takeOver);
    else location.reload();
  };
  return { there, load };
}

/** Whether a service worker is of the build that this page is of: online, a page may be newer than the worker that it came by. */
function isOfItsBuild(worker: ServiceWorker): Promise<boolean> {
  const scripts = [...document.scripts].map(({ src }) => src).filter((src) => src !== "");
  const { port1, port2 } = new MessageChannel();
  worker.postMessage({ scripts } satisfies Question, [port2]);
  return new Promise((resolve) => {
    port1.onmessage = ({ data }: MessageEvent<boolean>) => resolve(data);
  });
}

function savesData(): boolean {
  const { connection } = navigator as { connection?: { saveData?: boolean } };
  return connection?.saveData === true;
}
