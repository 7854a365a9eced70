import type { Notice, Reply, RequestMessage } from "@access-plugins/core";

/** The web UI's address in {@link sampleMessage}: the only one a message may link to. */
export const sampleLink = "https://teleport.example.com/web/requests/0192f3a4-5b6c-7d8e-9f00-112233445566";

/** A request as it stands before anybody reviewed it, with something in every part; change what a test is about. */
export function sampleMessage(changes: Partial<RequestMessage> = {}): RequestMessage {
  return {
    audience: "reviewer",
    form: "rich",
    requestId: "0192f3a4-5b6c-7d8e-9f00-112233445566",
    cluster: "cluster7",
    user: "alice7",
    kind: "short_term",
    roles: [{ name: "editor7", logins: ["root7"] }, { name: "auditor7" }],
    resources: ["/cluster7/node/db7"],
    reason: "incident7 needs a look",
    status: "pending",
    resolveReason: "",
    reviews: [],
    action: { link: sampleLink },
    times: {
      created: new Date("2026-01-02T03:04:05Z"),
      requestExpiry: new Date("2026-01-02T04:04:05Z"),
      accessExpiry: new Date("2026-01-02T11:04:05Z"),
    },
    notes: [],
    ...changes,
  };
}

/** The same request with `text(field)` wherever somebody could have typed something. */
export function messageOfText(text: (field: string) => string): RequestMessage {
  const created = new Date("2026-01-02T03:30:00Z");
  return sampleMessage({
    requestId: text("id"),
    cluster: text("cluster"),
    user: text("user"),
    roles: [{ name: text("role"), logins: [text("login")] }, { name: text("role") }],
    resources: [text("resource"), text("resource")],
    reason: text("reason"),
    status: "promoted",
    resolveReason: text("resolution"),
    promotedTo: { name: text("list"), title: text("list") },
    reviews: [
      { author: text("author"), state: "approved", reason: text("review"), created },
      { author: text("author"), state: "denied", reason: text("review") },
    ],
    notes: [text("note")],
    action: { approve: `tsh request review --approve ${text("action")}`, deny: text("action") },
  });
}

/** What the requester of {@link sampleMessage} is told once it is approved; change what a test is about. */
export function sampleNotice(changes: Partial<Notice> = {}): Notice {
  const { requestId, cluster, kind, resources, times } = sampleMessage();
  return {
    form: "rich",
    requestId,
    cluster,
    kind,
    status: "approved",
    roles: ["editor7", "auditor7"],
    resources,
    resolveReason: "fine by me7",
    times: { ...times, assumeStart: new Date("2026-01-02T05:04:05Z") },
    loginCommand: `tsh login --request-id=${requestId}`,
    link: sampleLink,
    ...changes,
  };
}

/** The same notice with `text(field)` wherever somebody could have typed something. */
export function noticeOfText(text: (field: string) => string): Notice {
  const { link: _, ...notice } = sampleNotice();
  return {
    ...notice,
    requestId: text("id"),
    cluster: text("cluster"),
    status: "promoted",
    roles: [text("role"), text("role")],
    resources: [text("resource"), text("resource")],
    resolveReason: text("resolution"),
    promotedTo: { name: text("list"), title: text("list") },
    loginCommand: text("action"),
  };
}

/** A review with `text(field)` wherever somebody could have typed something. */
export function replyOfText(text: (field: string) => string): Reply {
  return { kind: "review", author: text("author"), state: "denied", reason: text("review") };
}

/** The fields {@link noticeOfText} fills. */
export const noticeFields: readonly string[] = ["id", "cluster", "role", "resource", "resolution", "list", "action"];

/** The fields {@link messageOfText} fills. */
export const textFields: readonly string[] = [
  "id",
  "cluster",
  "user",
  "role",
  "login",
  "resource",
  "reason",
  "resolution",
  "list",
  "author",
  "review",
  "note",
  "action",
];
