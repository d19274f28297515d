/**
 * The answer to the current question. Every new question is asked at once; what stands beside the movies is asked when the
 * typing pauses. An answer to an older question is kept for later and never shown.
 */

import { whereOf } from '../address/filters';
import { writeQuestion, type Question } from '../address/question';
import { ask } from '../gateway/ask';
import { keepAsking } from '../gateway/keepAsking';
import type { Problem } from '../gateway/problem';
import {
  FacetsDocument,
  HitsDocument,
  type FacetsQuery,
  type Found,
  type MovieFacets,
  type Relaxation,
} from '../operations';
import { catalog } from './catalog';
import { Lru } from './lru';
import { Store } from './store';

/** How many values the long facets list, and the text that the values must contain. */
export interface FacetOptions {
  readonly genres: number;
  readonly genresContain?: string;
  readonly cast: number;
  readonly castContain?: string;
  readonly directors: number;
  readonly directorsContain?: string;
}

export const FIRST_OPTIONS: FacetOptions = { genres: 8, cast: 6, directors: 6 };

/** The movies found so far; pages that were loaded later are in it. */
export interface Shown {
  readonly key: string;
  readonly question: Question;
  readonly found: Found;
  readonly tookMs: number | undefined;
}

export interface Beside {
  readonly key: string;
  readonly facets: MovieFacets;
  readonly relaxations: readonly Relaxation[];
}

export interface SearchState {
  /** Key of the question that is wanted; `shown` belongs to another one while its answer is on the way. */
  readonly wanted: string;
  readonly shown: Shown | undefined;
  readonly beside: Beside | undefined;
  readonly problem: Problem | undefined;
  readonly options: FacetOptions;
  readonly loadingMore: boolean;
}

/** Pause in typing after which the facets are asked for. */
export const PAUSE_MS = 150;
/** Requests for older questions that may still run: their answers are kept for Backspace and Back. */
const MAX_FLIGHTS = 3;

interface Flight {
  readonly key: string;
  readonly stop: () => void;
}

export class SearchStore extends Store<SearchState> {
  private question: Question | undefined;
  private after: string | undefined;
  private readonly answers = new Lru<Shown>(50);
  private readonly sides = new Lru<Beside>(50);
  private flights: Flight[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;
  private stopBeside = (): void => undefined;

  constructor() {
    super({
      wanted: '',
      shown: undefined,
      beside: undefined,
      problem: undefined,
      options: FIRST_OPTIONS,
      loadingMore: false,
    });
  }

  /** Shows a question. Typing waits with the facets until it pauses. */
  show(question: Question, after?: string, typing = false): void {
    const wanted = writeQuestion(question, after);
    if (wanted === this.state.wanted) return;
    this.question = question;
    this.after = after;
    const known = this.answers.get(wanted);
    this.update({
      wanted,
      problem: undefined,
      loadingMore: false,
      options: typing ? this.state.options : FIRST_OPTIONS,
      ...(known && { shown: known }),
    });
    if (!known) this.askHits();
    this.askBesideAfter(typing ? PAUSE_MS : 0);
  }

  /** Forgets all answers and asks again: the catalogue changed, or a credential was given. */
  refresh(): void {
    this.answers.clear();
    this.sides.clear();
    this.update({ loadingMore: false });
    if (this.question === undefined) return;
    for (const { stop } of this.flights.splice(0)) stop();
    this.askHits();
    this.askBesideAfter(0);
  }

  setOptions(options: FacetOptions): void {
    this.update({ options });
    this.askBesideAfter(0);
  }

  /** Appends the next page to the list. */
  loadMore(): void {
    const { shown, loadingMore } = this.state;
    const after = shown?.found.hits.pageInfo.endCursor;
    if (!shown || !after || loadingMore) return;
    this.update({ loadingMore: true });
    keepAsking({
      send: (signal) => ask(HitsDocument, hitsVariables(shown.question, after), signal),
      onData: ({ data: { search } }) => {
        const edges = [...shown.found.hits.edges, ...search.hits.edges];
        const found = { ...shown.found, hits: { edges, pageInfo: search.hits.pageInfo } };
        this.answers.set(shown.key, { ...shown, found });
        if (this.state.shown === shown) this.update({ shown: { ...shown, found }, loadingMore: false, problem: undefined });
      },
      onProblem: (problem) => {
        // The list is of an older state of the gateway's data: it begins anew.
        if (problem.kind === 'dead-link') this.refresh();
        else if (this.state.shown === shown) this.update({ problem, loadingMore: problem.retryAt !== undefined });
      },
    });
  }

  private askHits(): void {
    const { question, after } = this;
    const { wanted: key } = this.state;
    if (question === undefined || this.flights.some((flight) => flight.key === key)) return;
    const stop = keepAsking({
      send: (signal) => ask(HitsDocument, hitsVariables(question, after), signal),
      onData: ({ data, tookMs }) => {
        this.land(key);
        const shown = { key, question, found: data.search, tookMs };
        this.answers.set(key, shown);
        if (key === this.state.wanted) this.update({ shown, problem: undefined });
      },
      onProblem: (problem) => {
        if (key === this.state.wanted) this.update({ problem });
        else this.land(key);
      },
    });
    this.flights.push({ key, stop });
    if (this.flights.length > MAX_FLIGHTS) this.flights.shift()?.stop();
  }

  private land(key: string): void {
    this.flights.find((flight) => flight.key === key)?.stop();
    this.flights = this.flights.filter((flight) => flight.key !== key);
  }

  private askBesideAfter(delayMs: number): void {
    clearTimeout(this.timer);
    this.stopBeside();
    const { question } = this;
    if (question === undefined) return;
    const key = besideKey(question, this.state.options);
    const known = this.sides.get(key);
    if (known) {
      this.update({ beside: known });
      return;
    }
    const start = (): void => {
      this.stopBeside = keepAsking({
        send: (signal) => ask(FacetsDocument, besideVariables(question, this.state.options), signal),
        onData: ({ data }) => this.landBeside(key, data),
        // The request for the movies, which is the same question, tells what is wrong.
        onProblem: () => undefined,
      });
    };
    if (delayMs === 0) start();
    else this.timer = setTimeout(start, delayMs);
  }

  private landBeside(key: string, { search, catalog: counts }: FacetsQuery): void {
    const beside = { key, facets: search.facets, relaxations: search.relaxations };
    this.sides.set(key, beside);
    this.update({ beside });
    catalog.read(counts);
  }
}

/** Facets do not depend on the order or the page. */
export function besideKey(question: Question, options: FacetOptions): string {
  return `${writeQuestion({ ...question, sort: 'RELEVANCE' })} ${JSON.stringify(options)}`;
}

function asked({ text, sort, filters, state }: Question) {
  if (state !== undefined) return { state };
  const where = whereOf(filters);
  return { text, ...(sort !== 'RELEVANCE' && { sort }), ...(where && { where }) };
}

export function hitsVariables(question: Question, after?: string) {
  return { ...asked(question), ...(after !== undefined && { after }) };
}

function besideVariables(question: Question, options: FacetOptions) {
  return { ...asked(question.state === undefined ? { ...question, sort: 'RELEVANCE' } : question), ...options };
}

export const search = new SearchStore();
