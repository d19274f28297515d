/** The address of the page, without a load for each change of it. */

import { readRoute, type Route } from '../address/route';
import { Store } from '../store/store';

export interface Place {
  readonly href: string;
  readonly route: Route;
  /** Whether typing led here: the facets then wait for a pause. */
  readonly typing: boolean;
  /** What to tell about how the page came here. */
  readonly notice?: Notice | undefined;
}

/** A part of the address was of no use and was left out. */
export type Notice = 'dead-state' | 'dead-cursor';

export interface How {
  readonly replace?: boolean;
  readonly typing?: boolean;
  readonly notice?: Notice;
}

const FIRST_SEGMENTS = new Set(['', 'movie', 'person', 'path']);

class Navigation extends Store<Place> {
  private entry = 0;
  private last = 0;
  private readonly scrolls = new Map<number, number>();
  private wantedScroll: number | undefined;

  constructor() {
    super({ href: '/', route: { view: 'start' }, typing: false });
  }

  /** Reads the address, and follows Back, Forward and clicks on links. */
  start(): void {
    this.entry = entryOf(history.state);
    this.last = this.entry;
    history.scrollRestoration = 'manual';
    // A reload is the browser's to restore.
    window.addEventListener('pagehide', () => {
      history.scrollRestoration = 'auto';
    });
    this.arrive({});
    window.addEventListener('popstate', (event) => {
      this.scrolls.set(this.entry, window.scrollY);
      this.entry = entryOf(event.state);
      this.wantedScroll = this.scrolls.get(this.entry) ?? 0;
      this.arrive({});
    });
    document.addEventListener('click', (event) => this.followLink(event));
  }

  go(href: string, { replace = false, ...how }: How = {}): void {
    const before = this.state.route.view;
    if (replace) {
      history.replaceState({ entry: this.entry }, '', href);
    } else {
      this.scrolls.set(this.entry, window.scrollY);
      this.last += 1;
      this.entry = this.last;
      history.pushState({ entry: this.entry }, '', href);
    }
    this.arrive(how);
    const { view } = this.state.route;
    if (view !== before || how.typing || view !== 'search') this.wantedScroll = 0;
    this.restoreScroll();
  }

  /** Scrolls to where this entry of the history was left; called once its view is on show. */
  restoreScroll(): void {
    if (this.wantedScroll === undefined) return;
    window.scrollTo(0, this.wantedScroll);
    if (Math.abs(window.scrollY - this.wantedScroll) < 2) this.wantedScroll = undefined;
  }

  private arrive({ typing = false, notice }: How): void {
    const { href, pathname, search } = window.location;
    this.update({ href: pathname + search, route: readRoute(new URL(href)), typing, notice });
  }

  private followLink(event: MouseEvent): void {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) {
      return;
    }
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    if (!link || link.target || link.origin !== window.location.origin || link.hash) return;
    if (!FIRST_SEGMENTS.has(link.pathname.split('/')[1] ?? '')) return;
    event.preventDefault();
    this.go(link.pathname + link.search);
  }
}

function entryOf(state: unknown): number {
  const entry = typeof state === 'object' && state !== null && 'entry' in state ? state.entry : 0;
  return typeof entry === 'number' ? entry : 0;
}

export const navigation = new Navigation();
