/** One metric: its labels and what it tells. */
export interface MetricDefinition {
  readonly help: string;
  readonly labels?: readonly string[];
  /** Upper bounds of a histogram, in seconds. */
  readonly buckets?: readonly number[];
}

const deliveryBuckets = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800];

/** Every metric by its name without prefix; `platform` is a label of each. Units are in the names. */
export const metricDefinitions: Readonly<Record<string, MetricDefinition>> = {
  notifications_total: {
    help: "Notifications by their final outcome, each counted once.",
    labels: ["kind", "outcome"],
  },
  delivery_failures_total: { help: "Failed tries to deliver, by the code of the error.", labels: ["kind", "code"] },
  time_to_first_delivery_seconds: {
    help: "From the creation of a request to the first message about it.",
    buckets: deliveryBuckets,
  },
  update_lag_seconds: {
    help: "From a change of a request to the message that shows it.",
    labels: ["state"],
    buckets: deliveryBuckets,
  },
  possible_duplicates_total: { help: "Posts repeated although the first may have arrived.", labels: ["cause"] },
  unfinished_messages_total: { help: "Messages given up on before they showed the final state." },
  recipients_omitted_total: { help: "Recipients not told because the stored record had no room for them." },
  closed_before_told_total: { help: "Requests that closed before anybody was told.", labels: ["status"] },
  unroutable_requests_total: { help: "Requests nobody is configured to be told about." },
  plugin_data_conflicts_total: { help: "Writes to plugin data that another writer was ahead of." },
  watcher_connected: { help: "1 while the event stream from Teleport is open." },
  watcher_reconnects_total: { help: "How often the event stream from Teleport had to be opened again." },
  last_event_timestamp_seconds: { help: "When the last event came from Teleport, in Unix time." },
  pending_requests: { help: "Access requests waiting for a review." },
  identity_expiry_timestamp_seconds: { help: "When the Teleport certificate in use ends, in Unix time." },
  config_reload_success: { help: "1 while every secret file can be used." },
  config_last_reload_timestamp_seconds: { help: "When a secret last changed, in Unix time." },
  build_info: { help: "Always 1; the version is in the labels.", labels: ["version", "commit"] },
};
