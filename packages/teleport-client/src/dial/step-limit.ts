import { type Clock, PluginError } from "@access-plugins/core";
import { withDeadline } from "../deadline.ts";

/**
 * One step of connecting (TCP, a TLS handshake, an answer) that takes longer is given up: below the deadline of a call
 * (10 s), so that a call that has to connect first tells what did not answer. Many slow steps have more time together.
 */
const stepMs = 8_000;

/** Runs one step of connecting; rejects with `unavailable` when nothing comes of it in time. */
export function limitStep<T>(clock: Clock, signal: AbortSignal, step: (signal: AbortSignal) => Promise<T>): Promise<T> {
  return withDeadline({ clock, ms: stepMs, onTimeout: noAnswer }, signal, step);
}

function noAnswer(): PluginError {
  return new PluginError("unavailable", `there was no answer within ${stepMs / 1000} s`, {
    reason: "ETIMEDOUT",
    fix: "Check host and port, and the firewalls between.",
  });
}
