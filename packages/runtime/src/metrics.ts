import type { Meter, MeterLabels } from "@access-plugins/core";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { metricDefinitions } from "./metric-definitions.ts";

/** A meter that Prometheus can read. */
export interface Metrics extends Meter {
  /** Everything measured, in the text format of Prometheus. */
  render(): Promise<string>;
  readonly contentType: string;
}

const prefix = "teleport_chat_";

/** Labels every metric with the platform; those of the process itself (memory, CPU, event loop) are added. */
export function createMetrics(platform: string): Metrics {
  const registry = new Registry();
  measureProcess(registry);
  const counters = new Map<string, Counter>();
  const gauges = new Map<string, Gauge>();
  const histograms = new Map<string, Histogram>();

  function describe(name: string, labels: MeterLabels) {
    const { help = name, labels: labelNames = Object.keys(labels) } = metricDefinitions[name] ?? {};
    return { name: prefix + name, help, labelNames: ["platform", ...labelNames], registers: [registry] };
  }

  return {
    contentType: registry.contentType,
    render: () => registry.metrics(),
    count(name, labels = {}, by = 1) {
      const counter = remember(counters, name, () => new Counter(describe(name, labels)));
      counter.inc(withPlatform(name, labels), by);
    },
    gauge(name, value, labels = {}) {
      const gauge = remember(gauges, name, () => new Gauge(describe(name, labels)));
      gauge.set(withPlatform(name, labels), value);
    },
    observe(name, seconds, labels = {}) {
      const buckets = [...(metricDefinitions[name]?.buckets ?? [])];
      const options = buckets.length > 0 ? { buckets } : {};
      const histogram = remember(histograms, name, () => new Histogram({ ...describe(name, labels), ...options }));
      histogram.observe(withPlatform(name, labels), seconds);
    },
  };

  /** A label that is not defined would make the library throw: measuring must never stop the work. */
  function withPlatform(name: string, labels: MeterLabels): Record<string, string> {
    const known = metricDefinitions[name] === undefined ? undefined : (metricDefinitions[name].labels ?? []);
    const kept = Object.entries(labels).filter(([label]) => known === undefined || known.includes(label));
    return { ...Object.fromEntries(kept), platform };
  }
}

/**
 * The library's metrics of the process. It looks at the event loop a hundred times a second, which costs a process that
 * has nothing to do more than all else: it looks hardly ever, and what it would tell of that is left out. The lag at the
 * moment of reading, `nodejs_eventloop_lag_seconds`, stays.
 */
function measureProcess(registry: Registry): void {
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 60 * 60 * 1_000 });
  for (const figure of ["min", "max", "mean", "stddev", "p50", "p90", "p99"])
    registry.removeSingleMetric(`nodejs_eventloop_lag_${figure}_seconds`);
}

function remember<T>(all: Map<string, T>, name: string, create: () => T): T {
  const known = all.get(name) ?? create();
  all.set(name, known);
  return known;
}
