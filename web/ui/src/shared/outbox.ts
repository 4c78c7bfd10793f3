/** What was said and is not yet confirmed: kept through reloads, sent again under the same id. */

export interface Store {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
  key(index: number): string | null;
  readonly length: number;
}

interface Entry<Command> {
  readonly order: number;
  readonly command: Command;
}

/**
 * One key of the browser's storage per command: two tabs of one chat never overwrite each other.
 * A storage that refuses (full, forbidden) costs only the survival of a reload.
 */
export class Outbox<Command extends { readonly id: string }> {
  readonly #entries = new Map<string, Entry<Command>>();

  constructor(
    private readonly store: Store | undefined,
    private readonly prefix: string,
  ) {
    for (const entry of this.#stored()) this.#entries.set(entry.command.id, entry);
  }

  /** In the order in which they were added. */
  list(): readonly Command[] {
    return [...this.#entries.values()].sort((a, b) => a.order - b.order).map((entry) => entry.command);
  }

  has(id: string): boolean {
    return this.#entries.has(id);
  }

  add(command: Command): void {
    if (this.#entries.has(command.id)) return;
    const order = 1 + Math.max(0, ...[...this.#entries.values()].map((entry) => entry.order));
    const entry = { order, command };
    this.#entries.set(command.id, entry);
    attempt(() => this.store?.setItem(this.prefix + command.id, JSON.stringify(entry)));
  }

  /** Confirmed or refused: forget it. */
  settle(id: string): void {
    this.#entries.delete(id);
    attempt(() => this.store?.removeItem(this.prefix + id));
  }

  #stored(): Entry<Command>[] {
    const found: Entry<Command>[] = [];
    attempt(() => {
      for (let index = 0; index < (this.store?.length ?? 0); index += 1) {
        const key = this.store?.key(index);
        if (!key?.startsWith(this.prefix)) continue;
        const entry = attempt(() => JSON.parse(this.store?.getItem(key) ?? "") as Entry<Command> | null);
        if (typeof entry?.order === "number" && typeof entry.command?.id === "string") found.push(entry);
      }
    });
    return found;
  }
}

/** Storage may be forbidden or full: then memory has to do. */
export function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}

/** The storage of that name, or nothing where the browser forbids it. */
export function browserStore(kind: "localStorage" | "sessionStorage"): Storage | undefined {
  return attempt(() => window[kind]);
}

/** 128 random bits: unique, and nobody guesses it. `randomUUID` is missing on plain http. */
export function newId(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
