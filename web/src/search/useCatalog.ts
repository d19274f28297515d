/** The catalogue's line: what it holds now, kept fresh by the subscription. */

import { useEffect, useRef, useState } from 'react';
import { ask } from '../api/graphql';
import { subscribe } from '../api/live';
import { CatalogChangedDocument, CatalogLineDocument, type CatalogLineQuery } from '../operations';

export interface CatalogState {
  readonly catalog: CatalogLineQuery['catalog'] | undefined;
  readonly live: boolean;
  /** Changes when the catalogue did after this page was opened. */
  readonly revision: string;
}

export function useCatalog(): CatalogState {
  const [catalog, setCatalog] = useState<CatalogLineQuery['catalog']>();
  const [live, setLive] = useState(false);
  const [generation, setGeneration] = useState<string>();
  const [revision, setRevision] = useState('');
  const known = useRef<string>(undefined);

  useEffect(
    () =>
      subscribe(CatalogChangedDocument, {
        onConnection: setLive,
        onData: ({ catalogChanged }) => setGeneration(catalogChanged.generation),
      }),
    [],
  );

  useEffect(() => {
    const controller = new AbortController();
    ask(CatalogLineDocument, {}, controller.signal)
      .then((data) => {
        const shown = known.current;
        known.current = data.catalog.generation;
        setCatalog(data.catalog);
        if (shown !== undefined && shown !== data.catalog.generation) setRevision(data.catalog.generation);
      })
      .catch(() => undefined);
    return () => controller.abort();
    // A connection that came back tells nothing of what it missed, so a new one asks as well.
  }, [generation, live]);

  return { catalog, live, revision };
}
