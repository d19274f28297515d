import { useRef, useState } from 'preact/hooks';
import { addValue, toggleDecade, whereOf, type ValueField } from '../address/filters';
import { EMPTY_QUESTION, type Question } from '../address/question';
import { movieHref, searchHref } from '../address/route';
import { SuggestDocument, type SearchField, type Suggestion } from '../operations';
import { Highlighted } from '../results/Highlighted';
import { navigation } from '../shell/navigation';
import { recentTexts, rememberText } from '../store/recent';
import { search } from '../store/search';
import { useStore } from '../store/store';
import { number, words } from '../words';
import { Combobox, type Option } from './Combobox';
import { useSuggestions } from './useSuggestions';

/** The search box of every view: typing shows results at once, a suggestion opens its movie or becomes a filter. */
export function SearchBox() {
  const { route } = useStore(navigation);
  const { shown } = useStore(search);
  const [open, setOpen] = useState(false);
  // Consecutive edits make one entry of the browser's history.
  const typingRef = useRef(false);
  const question = route.view === 'search' ? route.question : EMPTY_QUESTION;
  const text = question.state === undefined ? question.text : (shown?.found.text ?? '');

  const where = whereOf(question.filters);
  const wanted = open && text.trim() !== '';
  const suggestions = useSuggestions(SuggestDocument, wanted ? { prefix: text, ...(where && { where }) } : undefined);
  const options = wanted ? suggestions.map((suggestion) => option(suggestion, question)) : open ? recents() : [];

  const ask = (next: string): void => {
    const { sort, filters } = question;
    const empty = next === '' && Object.keys(filters).length === 0;
    navigation.go(empty ? '/' : searchHref({ text: next, sort, filters }), { replace: typingRef.current, typing: true });
    typingRef.current = true;
  };

  return (
    <Combobox
      label={words.searchLabel}
      placeholder={words.placeholder}
      slash
      text={text}
      options={options}
      onOpen={setOpen}
      onFocus={() => {
        typingRef.current = false;
      }}
      onText={ask}
      onSubmit={(submitted) => {
        rememberText(submitted);
        if (submitted !== text) ask(submitted);
        typingRef.current = false;
      }}
      onChoose={({ href }) => {
        rememberText(text);
        typingRef.current = false;
        navigation.go(href);
      }}
    />
  );
}

function recents(): Option[] {
  return recentTexts().map((text) => ({
    key: `recent ${text}`,
    href: searchHref({ ...EMPTY_QUESTION, text }),
    content: (
      <>
        <span className="kind">{words.recent}</span>
        <span className="what">{text}</span>
      </>
    ),
  }));
}

/** A person becomes a filter of the role in which they have most movies, which the highlight's field tells. */
const FIELD_OF_NAME: Partial<Record<SearchField, ValueField>> = { DIRECTORS: 'directors', WRITERS: 'writers' };

function hrefOf(suggestion: Suggestion, { filters }: Question): string {
  const filtered = (next: Question['filters']): string => searchHref({ ...EMPTY_QUESTION, filters: next });
  switch (suggestion.__typename) {
    case 'MovieSuggestion':
      return movieHref(suggestion.movie.id);
    case 'PersonSuggestion':
      return filtered(addValue(filters, FIELD_OF_NAME[suggestion.highlight.field] ?? 'cast', suggestion.text, 'any'));
    case 'GenreSuggestion':
      return filtered(addValue(filters, 'genres', suggestion.text, 'any'));
    case 'DecadeSuggestion':
      return filtered(filters.decades?.includes(suggestion.from) ? filters : toggleDecade(filters, suggestion.from));
  }
}

function option(suggestion: Suggestion, question: Question): Option {
  const { __typename: kind, text, count, highlight } = suggestion;
  const movie = kind === 'MovieSuggestion' ? suggestion.movie : undefined;
  return {
    key: `${kind} ${movie?.id ?? text}`,
    href: hrefOf(suggestion, question),
    content: (
      <>
        <span className="kind">{words.kinds[kind]} </span>
        <span className="what">
          <Highlighted text={highlight.text} spans={highlight.spans} />
          {movie && (
            <span className="count">
              {movie.year !== null && ` ${movie.year}`}
              {movie.cast.length > 0 && ` · ${movie.cast.join(', ')}`}
            </span>
          )}
        </span>
        {!movie && (
          <span className="count">
            {number(count)}
            <span className="unseen"> {words.movies(count, '')}</span>
          </span>
        )}
      </>
    ),
  };
}
