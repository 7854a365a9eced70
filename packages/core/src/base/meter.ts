/** Labels of a measurement. Bounded sets only: never an id, a name or a recipient. */
export type MeterLabels = Readonly<Record<string, string>>;

/** What core needs of a metrics library. Names are without prefix, in snake case; seconds for durations. */
export interface Meter {
  /** Adds to a counter. */
  count(name: string, labels?: MeterLabels, by?: number): void;
  /** Sets a gauge. */
  gauge(name: string, value: number, labels?: MeterLabels): void;
  /** Records one observation of a histogram, in seconds. */
  observe(name: string, seconds: number, labels?: MeterLabels): void;
}

/** Measures nothing. */
export const silentMeter: Meter = { count: () => {}, gauge: () => {}, observe: () => {} };
