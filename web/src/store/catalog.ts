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

/** Counts that an answer brought this lately need not be asked for again. */
const FRESH_MS = 10_000;
/** Time in which the first answers arrive, mostly. */
const FIRST_ANSWERS_MS = 2_500;

export class CatalogStore extends Store<CatalogState> {
  private readAt = 0;
  private readonly changes = new Set<() => void>();

  constructor() {
    super({ counts: undefined, live: false });
  }

  /** Connects, and asks for the counts unless an answer has just brought them. */
  start(): void {
    subscribe(CatalogChangedDocument, {
      onConnection: (live) => {
        const before = this.state.live;
        this.update({ live });
        if (!live || before) return;
        reportReachable();
        // Changes before the connection are not reported, so the catalogue is asked for; the first answers may bring it.
        setTimeout(
          () => {
            if (Date.now() - this.readAt > FRESH_MS) void this.askCounts();
          },
          this.state.counts ? 0 : FIRST_ANSWERS_MS,
        );
      },
      onData: ({ catalogChanged }) => {
        if (catalogChanged.generation !== this.state.counts?.generation) void this.askCounts();
      },
    });
  }

  /** Counts that came with an answer. */
  read(counts: CatalogCounts): void {
    this.readAt = Date.now();
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
