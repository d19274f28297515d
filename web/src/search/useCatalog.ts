/** What the catalogue holds now; the subscription keeps it current. */

import { useEffect, useRef, useState } from 'react';
import { ask } from '../api/graphql';
import { subscribe } from '../api/live';
import { CatalogChangedDocument, CatalogLineDocument, type CatalogLineQuery } from '../operations';

type Catalog = CatalogLineQuery['catalog'];

export interface CatalogState {
  readonly catalog: Catalog | undefined;
  readonly live: boolean;
  /** Generation of the last change since the page was opened; empty before the first change. */
  readonly revision: string;
}

export function useCatalog(): CatalogState {
  const [catalog, setCatalog] = useState<Catalog>();
  const [live, setLive] = useState(false);
  const [generation, setGeneration] = useState<string>();
  const [revision, setRevision] = useState('');
  const shownGeneration = useRef<string>(undefined);

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
        const before = shownGeneration.current;
        shownGeneration.current = data.catalog.generation;
        setCatalog(data.catalog);
        if (before !== undefined && before !== data.catalog.generation) setRevision(data.catalog.generation);
      })
      .catch(() => undefined);
    return () => controller.abort();
    // A new connection does not report the changes that happened before it, so the catalogue is asked for again.
  }, [generation, live]);

  return { catalog, live, revision };
}
