/**
 * Lists of links as one stop of the Tab key: arrows, Home and End move within an element that has `data-roving`. Views give all
 * but the first item the tab index -1.
 */
export function startRoving(): void {
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const from = event.target instanceof Element ? event.target : undefined;
    const list = from?.closest('[data-roving]');
    if (!from || !list) return;
    if (event.key === ' ' && from.matches('a[role=checkbox]')) {
      event.preventDefault();
      (from as HTMLElement).click();
      return;
    }
    const items = [...list.querySelectorAll<HTMLElement>('a[href], button')];
    const to = target(event.key, items.indexOf(from as HTMLElement), items.length);
    if (to === undefined) return;
    event.preventDefault();
    for (const item of items) item.tabIndex = -1;
    const next = items[to];
    if (!next) return;
    next.tabIndex = 0;
    next.focus();
  });
}

/** Position that a key moves to; undefined for keys that do not move, and at the ends. */
export function target(key: string, at: number, length: number): number | undefined {
  switch (key) {
    case 'ArrowDown':
    case 'ArrowRight':
      return at + 1 < length ? at + 1 : undefined;
    case 'ArrowUp':
    case 'ArrowLeft':
      return at > 0 ? at - 1 : undefined;
    case 'Home':
      return 0;
    case 'End':
      return length - 1;
    default:
      return undefined;
  }
}
