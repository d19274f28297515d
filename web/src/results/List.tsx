import { useMemo } from 'preact/hooks';
import { searchHref } from '../address/route';
import type { Attribution, Hit } from '../operations';
import { rememberText } from '../store/recent';
import { search, type Shown } from '../store/search';
import { number, words } from '../words';
import { Card } from './Card';

interface Props {
  readonly shown: Shown;
  /** Whether the answer to another question is on the way. */
  readonly stale: boolean;
  readonly loadingMore: boolean;
  /** Whether typing goes on: only what is on the screen is laid out then. */
  readonly typing: boolean;
}

export function List({ shown, stale, loadingMore, typing }: Props) {
  const { question, found } = shown;
  const { edges, pageInfo } = found.hits;
  // The same cards are not compared again at the next key.
  const cards = useMemo(
    () => edges.map((hit) => <Card key={hit.node.id} hit={hit} onOpen={() => rememberText(question.text)} />),
    [edges, question.text],
  );
  return (
    <>
      <ol className={`results${stale ? ' stale' : ''}${typing ? ' typing' : ''}`} data-testid="results">
        {cards}
      </ol>
      {pageInfo.hasNextPage && pageInfo.endCursor !== null && (
        <p className="pages">
          <a
            href={searchHref(question, pageInfo.endCursor)}
            aria-disabled={loadingMore}
            onClick={(event) => {
              if (event.ctrlKey || event.metaKey || event.shiftKey) return;
              event.preventDefault();
              search.loadMore();
            }}
          >
            {loadingMore ? words.loadingMore : words.more(number(edges.length), number(found.total.value))}
          </a>
        </p>
      )}
      <Attributions hits={edges} />
    </>
  );
}

/** Whom the providers of these movies want to be named, each once. */
function Attributions({ hits }: { readonly hits: readonly Hit[] }) {
  const named = new Map<string, Attribution>();
  for (const { node } of hits) if (node.attribution) named.set(JSON.stringify(node.attribution), node.attribution);
  if (named.size === 0) return null;
  return (
    <p className="attribution">
      {words.textsBy}{' '}
      {[...named].map(([key, attribution]) => (
        <AttributionText key={key} attribution={attribution} />
      ))}
    </p>
  );
}

/** The text to show, and the licence as a link to its terms. */
export function AttributionText({ attribution: { text, licence, url } }: { readonly attribution: Attribution }) {
  const label = licence ?? words.source;
  return (
    <span>
      {text}{' '}
      {url === null ? (
        licence
      ) : (
        <a href={url} target="_blank" rel="noreferrer noopener license">
          {label}
          <span className="unseen">{words.newTab}</span>
        </a>
      )}{' '}
    </span>
  );
}
