import { useEffect, useMemo, useState } from 'preact/hooks';
import { EMPTY_QUESTION, SORTS, type Question } from '../address/question';
import { searchHref } from '../address/route';
import { Facets } from '../facets/Facets';
import { GatewayProblem } from '../states/GatewayProblem';
import { navigation } from '../shell/navigation';
import { besideKey, PAUSE_MS, search, type SearchState } from '../store/search';
import { useStore } from '../store/store';
import { decimal, movies, number, words } from '../words';
import { Announcement } from './Announcement';
import { Chips } from './Chips';
import { Corrections } from './Corrections';
import { Relaxations } from './Relaxations';
import { Empty } from './Empty';
import { List } from './List';

/** The movies found, the filters beside them, and what is wrong where nothing can be found. */
export function SearchPage({ question, after }: { readonly question: Question; readonly after?: string | undefined }) {
  const state = useStore(search);
  const { shown, beside, problem, wanted } = state;
  const loading = shown?.key !== wanted;
  useDeadLink(state, question, after);

  const { typing } = useStore(navigation);
  const settled = useSettled(question, typing);
  const facets = useMemo(
    () => <Facets question={settled} facets={beside?.facets} options={state.options} />,
    [settled, beside?.facets, state.options],
  );

  const current = beside?.key === besideKey(question, state.options);
  const found = shown?.found;
  return (
    <div className="layout">
      {facets}
      <section
        className="answers"
        aria-label={words.results}
        aria-busy={loading && !problem}
        data-address={shown?.key}
        data-facets={current && settled === question}
      >
        <h1 className="unseen">{words.resultsTitle(question.text)}</h1>
        <Status state={state} question={question} loading={loading} />
        {problem && <GatewayProblem problem={problem} kept={shown !== undefined} onRetry={() => search.refresh()} />}
        <Chips question={question} understood={loading ? undefined : found?.understood} />
        {shown && <Corrections shown={shown} />}
        {after !== undefined && (
          <p>
            <a href={searchHref(question)}>{words.listStart}</a>
          </p>
        )}
        {shown && found && found.hits.edges.length > 0 && (
          <List shown={shown} stale={loading} loadingMore={state.loadingMore} typing={typing} />
        )}
        {shown && found?.hits.edges.length === 0 && <Empty hinted={(beside?.relaxations.length ?? 0) > 0} />}
        {shown && current && <Relaxations question={question} relaxations={beside.relaxations} empty={found?.total.value === 0} />}
        {!shown && !problem && <Skeletons />}
      </section>
    </div>
  );
}

/** The question before, while typing goes on: nobody clicks on a filter between two keys. */
function useSettled(question: Question, typing: boolean): Question {
  const [settled, setSettled] = useState(question);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(question), typing ? PAUSE_MS : 0);
    return () => clearTimeout(timer);
  }, [question, typing]);
  return typing ? settled : question;
}

/** A token or cursor that the gateway cannot read leaves the address; what the address says in words stays. */
function useDeadLink({ problem }: SearchState, question: Question, after: string | undefined): void {
  useEffect(() => {
    if (problem?.kind !== 'dead-link') return;
    if (after !== undefined) navigation.go(searchHref(question), { replace: true, notice: 'dead-cursor' });
    else navigation.go('/', { replace: true, notice: 'dead-state' });
  }, [problem, question, after]);
}

interface StatusProps {
  readonly state: SearchState;
  readonly question: Question;
  readonly loading: boolean;
}

/** Number of movies, the time that the gateway took, and the order. */
function Status({ state: { shown, problem }, question, loading }: StatusProps) {
  const total = shown?.found.total;
  return (
    <div className="status">
      <p data-testid="total">
        {total ? (
          <>
            <strong>
              {total.relation === 'AT_LEAST' && words.atLeast}
              {movies(total.value)}
            </strong>{' '}
            {shown.tookMs !== undefined && !problem && (
              <span className="took">
                {words.took(shown.tookMs < 10 ? decimal(shown.tookMs) : number(Math.round(shown.tookMs)))}
              </span>
            )}
          </>
        ) : (
          !problem && words.searching
        )}
      </p>
      <Announcement text={total && !loading ? movies(total.value) : ''} />
      <label className="sort">
        <span>{words.sort}</span>
        <select
          value={question.sort}
          onChange={(event) => {
            const sort = SORTS.find((known) => known === event.currentTarget.value);
            if (sort) navigation.go(searchHref({ ...(question.state === undefined ? question : EMPTY_QUESTION), sort }));
          }}
        >
          {SORTS.map((sort) => (
            <option key={sort} value={sort}>
              {words.sorts[sort]}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}

function Skeletons() {
  return (
    <ol className="results" aria-hidden="true">
      {[0, 1, 2, 3, 4].map((index) => (
        <li key={index} className="card skeleton" />
      ))}
    </ol>
  );
}
