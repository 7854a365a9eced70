/** Fields that name what a request is about, in the order in which they are looked for. */
const NAMING = ["RequestID", "Resource", "ID", "Name", "name", "request_id", "requestId"] as const;

/** One word for the journal: which object a request is about. Empty where it names none. */
export function toCallSubject(request: unknown): string {
  if (typeof request !== "object" || request === null) return "";
  for (const field of NAMING) {
    const value: unknown = Reflect.get(request, field);
    if (typeof value === "string" && value !== "") return value;
  }
  return "";
}
