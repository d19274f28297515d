/** What the catalogue holds now; the subscription keeps it current. */

import { ask } from '../gateway/ask';
import { subscribe } from '../gateway/live';
import { reportReachable } from '../gateway/reachable';
import { CatalogChangedDocument, CatalogLineDocument, type CatalogCounts } from '../operations';
import { Store } from './store';

export interface CatalogState {
  readonly counts: CatalogCounts | undefined;
  readonly live: boolean;
}

/** Delay of the question after the first connection: it must not compete with what the page shows. */
const FIRST_MS = 2_000;

export class CatalogStore extends Store<CatalogState> {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly changes = new Set<() => void>();

  constructor() {
    super({ counts: undefined, live: false });
  }

  /** Connects. Changes before the connection are not reported, so the catalogue is asked for once it stands. */
  start(): void {
    let connections = 0;
    subscribe(CatalogChangedDocument, {
      onConnection: (live) => {
        const before = this.state.live;
        this.update({ live });
        if (!live || before) return;
        reportReachable();
        clearTimeout(this.timer);
        this.timer = setTimeout(() => void this.askCounts(), connections === 0 ? FIRST_MS : 0);
        connections += 1;
      },
      onData: ({ catalogChanged }) => {
        clearTimeout(this.timer);
        if (catalogChanged.generation !== this.state.counts?.generation) void this.askCounts();
      },
    });
  }

  /** Counts that came with an answer. */
  read(counts: CatalogCounts): void {
    const before = this.state.counts?.generation;
    if (before === counts.generation) return;
    this.update({ counts });
    if (before !== undefined) for (const listener of this.changes) listener();
  }

  /** Calls `listener` whenever the catalogue has another revision than before. */
  onChange(listener: () => void): () => void {
    this.changes.add(listener);
    return () => {
      this.changes.delete(listener);
    };
  }

  private async askCounts(): Promise<void> {
    try {
      this.read((await ask(CatalogLineDocument, {})).data.catalog);
    } catch {
      // The next connection or revision asks again.
    }
  }
}

export const catalog = new CatalogStore();
