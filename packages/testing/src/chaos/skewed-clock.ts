/**
 * Preloaded into a plugin's process (`node --import`): its wall clock is wrong by `?ms=` in one direction and, every few
 * seconds, in the other. The monotonic clock stays, as it does when somebody sets a machine's time.
 */
const jumpEveryMs = 3_000;
const off = Number(new URL(import.meta.url).searchParams.get("ms") ?? "0");
const realNow = Date.now;

function skewedNow(): number {
  const forwards = Math.floor(performance.now() / jumpEveryMs) % 2 === 0;
  return realNow() + (forwards ? off : -off);
}

globalThis.Date = new Proxy(Date, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [skewedNow()] : args, newTarget),
  get: (target, key, receiver) => (key === "now" ? skewedNow : Reflect.get(target, key, receiver)),
});
