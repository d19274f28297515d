/** Changes of the text in the search box by a click: a part leaves it, or a word is corrected. */

import type { Relaxation } from '../operations';
import { folded, MODES, removeValue, valuesOf, VALUE_FIELDS, without, type Filters } from './filters';
import type { Question } from './question';

/** The text without the first occurrence of a piece; as it is where the piece does not occur. */
export function withoutPiece(text: string, piece: string): string {
  const at = text.toLowerCase().indexOf(piece.toLowerCase());
  if (at < 0 || piece === '') return text;
  return (text.slice(0, at) + text.slice(at + piece.length)).replace(/\s+/g, ' ').trim();
}

/** The text with typed words in the spelling that was found; undefined where it is the same. */
export function corrected(text: string, typos: readonly { typed: string; matched: string }[]): string | undefined {
  let result = text;
  for (const { typed, matched } of typos) {
    const at = result.toLowerCase().indexOf(typed.toLowerCase());
    if (at >= 0) result = result.slice(0, at) + matched.toLowerCase() + result.slice(at + typed.length);
  }
  return result === text ? undefined : result;
}

const FILTER_OF_PART: Partial<Record<Relaxation['part'], keyof Filters>> = {
  GENRES: 'genres',
  CAST: 'cast',
  DIRECTORS: 'directors',
  WRITERS: 'writers',
  LANGUAGES: 'languages',
  COUNTRIES: 'countries',
  PROVIDERS: 'providers',
  DECADES: 'decades',
  YEAR: 'year',
  RUNTIME: 'runtime',
  RATING: 'rating',
  TITLE: 'title',
  HAS_POSTER: 'poster',
};

/** The question without the part that a relaxation drops; undefined where the page has no words for it. */
export function relaxed(question: Question, { part, dropped }: Pick<Relaxation, 'part' | 'dropped'>): Question | undefined {
  const filter = FILTER_OF_PART[part];
  if (filter !== undefined) return { ...question, filters: without(question.filters, filter) };
  if (part === 'TEXT') return { ...question, text: '' };
  if (part !== 'SEVERAL') {
    const text = withoutPiece(question.text, dropped);
    return text === question.text ? undefined : { ...question, text };
  }
  if (dropped === 'all filters') return { ...question, filters: {} };
  let result: Question | undefined = question;
  for (const piece of dropped.split(', ')) result = result && dropPiece(result, piece);
  return result;
}

/** Drops words of the text, else a value of a filter. */
function dropPiece(question: Question, piece: string): Question | undefined {
  const text = withoutPiece(question.text, piece);
  if (text !== question.text) return { ...question, text };
  for (const field of VALUE_FIELDS) {
    const values = valuesOf(question.filters, field);
    if (MODES.some((mode) => values[mode].some((value) => folded(value) === folded(piece)))) {
      return { ...question, filters: removeValue(question.filters, field, piece) };
    }
  }
  return undefined;
}
