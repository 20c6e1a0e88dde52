// Preloaded by tests (NODE_OPTIONS=--import=...), into threads of files, too: a clock that is off by MINIMAND_TEST_CLOCK milliseconds.
// Timers and performance.now() are as ever.
const shift = Number(process.env.MINIMAND_TEST_CLOCK ?? 0);
const trueNow = Date.now;
const now = () => trueNow() + shift;

Date.now = now;
globalThis.Date = new Proxy(Date, {
  construct: (target, args, made) => Reflect.construct(target, args.length === 0 ? [now()] : args, made),
  apply: (target) => new target(now()).toString(),
});
Date.prototype.constructor = Date;
Object.defineProperty(performance, "timeOrigin", { value: performance.timeOrigin + shift });
