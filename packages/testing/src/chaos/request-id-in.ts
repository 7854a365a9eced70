/** Every message shows its request's id, and no other of this form. Undefined where there is none. */
export function requestIdIn(text: string): string | undefined {
  return /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/u.exec(text)?.[0];
}
