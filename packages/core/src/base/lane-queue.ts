/** A queue that serves its lanes in turn: first in, first out within a lane, round robin between lanes. */
export class LaneQueue<T> {
  /** Insertion order is the turn order: a served lane moves to the end. */
  readonly #lanes = new Map<string, T[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(item: T, lane: string): void {
    const items = this.#lanes.get(lane);
    if (items) items.push(item);
    else this.#lanes.set(lane, [item]);
    this.#size += 1;
  }

  remove(item: T, lane: string): boolean {
    const items = this.#lanes.get(lane);
    const at = items?.indexOf(item) ?? -1;
    if (items === undefined || at < 0) return false;
    this.#take(lane, items, at);
    return true;
  }

  /** Takes the first item that fits, of the first lane in turn that has one. */
  takeFirst(fits: (item: T) => boolean): T | undefined {
    for (const [lane, items] of this.#lanes) {
      const at = items.findIndex(fits);
      if (at < 0) continue;
      const item = items[at];
      this.#take(lane, items, at);
      const rest = this.#lanes.get(lane);
      if (rest) {
        this.#lanes.delete(lane);
        this.#lanes.set(lane, rest);
      }
      return item;
    }
    return undefined;
  }

  #take(lane: string, items: T[], at: number): void {
    items.splice(at, 1);
    this.#size -= 1;
    if (items.length === 0) this.#lanes.delete(lane);
  }
}
