/** The view as React state, in step with the page's address. */

import { useCallback, useEffect, useState } from 'react';
import { readView, writeView, type View } from './view';

export type Navigate = (view: View, how?: 'push' | 'replace') => void;

export function useView(): readonly [View, Navigate] {
  const [view, setView] = useState(() => readView(new URL(window.location.href)));

  useEffect(() => {
    const onBack = (): void => setView(readView(new URL(window.location.href)));
    window.addEventListener('popstate', onBack);
    return () => window.removeEventListener('popstate', onBack);
  }, []);

  const navigate = useCallback<Navigate>((next, how = 'push') => {
    const address = window.location.pathname + writeView(next);
    if (how === 'replace') window.history.replaceState(null, '', address);
    else window.history.pushState(null, '', address);
    setView(next);
  }, []);

  return [view, navigate];
}
