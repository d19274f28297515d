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
  // Back at its first item, so that the list stays a stop whatever becomes of the others.
  document.addEventListener('focusout', ({ target: left, relatedTarget }) => {
    const list = left instanceof Element ? left.closest('[data-roving]') : null;
    if (!list || (relatedTarget instanceof Node && list.contains(relatedTarget))) return;
    list.querySelectorAll<HTMLElement>('a[href], button').forEach((item, at) => {
      item.tabIndex = at === 0 ? 0 : -1;
    });
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
