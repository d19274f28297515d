import { ApiError } from '../api/graphql';
import { MovieCard } from './MovieCard';
import type { SearchState } from './useSearch';
import type { View } from './view';

interface Props {
  readonly search: SearchState;
  readonly view: View;
  readonly onRetry: () => void;
  readonly onPage: (page: NonNullable<View['page']>) => void;
  readonly onSearch: (view: Partial<View>) => void;
}

const EXAMPLES = ['the godfahter', 'al pacino crime', 'space 1970s', '"lost in translation"'];

export function Results({ search, view, onRetry, onPage, onSearch }: Props) {
  const { answer, error, loading } = search;
  if (error) return <Failure error={error} onRetry={onRetry} onSearch={onSearch} />;
  if (!answer) return <Skeletons />;
  const { edges, pageInfo } = answer.hits;
  if (edges.length === 0) {
    return (
      <div className="empty">
        <h2>No movie found</h2>
        <p>Try fewer words, another spelling, or one of these:</p>
        <Examples onSearch={onSearch} />
      </div>
    );
  }
  const start = view.text === '' && view.state === undefined && Object.keys(view.filters).length === 0;
  return (
    <>
      {start && !view.page && (
        <div className="welcome">
          <p>Typos are fine. Try</p>
          <Examples onSearch={onSearch} />
        </div>
      )}
      <ol className={loading ? 'results stale' : 'results'} data-testid="results">
        {edges.map((hit) => (
          <MovieCard
            key={hit.node.id}
            hit={hit}
            onPerson={(name) => onSearch({ filters: { cast: { anyOf: [name] } } })}
            onDirector={(name) => onSearch({ filters: { directors: { anyOf: [name] } } })}
            onGenre={(name) => onSearch({ filters: { genres: { anyOf: [name] } } })}
            onTitle={(text) => onSearch({ text })}
          />
        ))}
      </ol>
      {(pageInfo.hasPreviousPage || pageInfo.hasNextPage) && (
        <nav className="pages" aria-label="Pages">
          <button
            type="button"
            disabled={!pageInfo.hasPreviousPage}
            onClick={() => pageInfo.startCursor !== null && onPage({ before: pageInfo.startCursor })}
          >
            ← Previous
          </button>
          <button
            type="button"
            disabled={!pageInfo.hasNextPage}
            onClick={() => pageInfo.endCursor !== null && onPage({ after: pageInfo.endCursor })}
          >
            Next →
          </button>
        </nav>
      )}
    </>
  );
}

function Examples({ onSearch }: Pick<Props, 'onSearch'>) {
  return (
    <ul className="examples">
      {EXAMPLES.map((text) => (
        <li key={text}>
          <button type="button" onClick={() => onSearch({ text })}>
            {text}
          </button>
        </li>
      ))}
    </ul>
  );
}

/** Codes for tokens that this gateway cannot read: the address is old or was altered. */
const DEAD_LINK = new Set(['BAD_STATE', 'BAD_CURSOR']);

function Failure({ error, onRetry, onSearch }: { error: Error } & Pick<Props, 'onRetry' | 'onSearch'>) {
  const deadLink = error instanceof ApiError && error.code !== undefined && DEAD_LINK.has(error.code);
  return (
    <div className="failure" role="alert">
      <h2>{deadLink ? 'This link no longer works' : 'That did not work'}</h2>
      <p>{error instanceof ApiError ? error.message : 'The server cannot be reached.'}</p>
      {deadLink ? (
        <button type="button" onClick={() => onSearch({})}>
          Start over
        </button>
      ) : (
        <button type="button" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}

function Skeletons() {
  return (
    <ol className="results" aria-hidden="true">
      {[0, 1, 2, 3, 4].map((index) => (
        <li key={index} className="card skeleton">
          <span className="ticket" />
          <div className="lines">
            <span />
            <span />
            <span />
          </div>
        </li>
      ))}
    </ol>
  );
}
