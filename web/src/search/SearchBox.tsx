import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react';
import type { SearchField, Suggestion } from '../operations';
import type { ValueFacet } from './filters';
import { Highlighted } from './Highlighted';
import { useSuggestions } from './useSuggestions';

interface Props {
  readonly text: string;
  /** Token of the question on show: suggestions are counted under its filters. */
  readonly state: string | undefined;
  readonly onType: (text: string, how: 'push' | 'replace') => void;
  readonly onChoose: (choice: Choice) => void;
}

/** What choosing a suggestion asks: its token, the text left in the box, and the facet value that becomes a filter. */
export interface Choice {
  readonly state: string;
  readonly text: string;
  readonly facet: ValueFacet | 'writers' | undefined;
  readonly value: string;
}

const KIND_LABELS: Record<Suggestion['__typename'], string> = {
  MovieSuggestion: 'Movie',
  PersonSuggestion: 'Person',
  GenreSuggestion: 'Genre',
  DecadeSuggestion: 'Decade',
};

/** Pause in typing after which the results are updated. */
const SEARCH_DELAY_MS = 220;

/** An ARIA 1.2 combobox: focus stays in the box, arrows move through the list, Enter chooses, Escape closes. */
export function SearchBox({ text, state, onType, onChoose }: Props) {
  const [draft, setDraft] = useState(text);
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const input = useRef<HTMLInputElement>(null);
  const searchTimer = useRef<ReturnType<typeof setTimeout>>(undefined);
  // Consecutive edits make one entry of the browser's history.
  const typing = useRef(false);
  const list = useId();
  const suggestions = useSuggestions(draft, state, open);
  const shown = open && suggestions.length > 0;

  // The text changed by other means than typing here: Back, a chip, a facet.
  useEffect(() => setDraft(text), [text]);
  useEffect(() => setActive(-1), [suggestions]);
  useEffect(() => () => clearTimeout(searchTimer.current), []);
  useSlashShortcut(input);

  const search = (next: string): void => {
    clearTimeout(searchTimer.current);
    if (next === text) return;
    onType(next, typing.current ? 'replace' : 'push');
    typing.current = true;
  };
  const close = (): void => {
    setOpen(false);
    setActive(-1);
  };
  const choose = (suggestion: Suggestion): void => {
    clearTimeout(searchTimer.current);
    typing.current = false;
    close();
    const choice = choiceOf(suggestion);
    setDraft(choice.text);
    onChoose(choice);
  };
  const change = (next: string): void => {
    setDraft(next);
    setOpen(true);
    clearTimeout(searchTimer.current);
    searchTimer.current = setTimeout(() => search(next), SEARCH_DELAY_MS);
  };

  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (event.nativeEvent.isComposing) return;
    switch (event.key) {
      case 'ArrowDown':
      case 'ArrowUp': {
        event.preventDefault();
        if (!shown) {
          setOpen(true);
          return;
        }
        // The box itself (-1) comes between the last suggestion and the first.
        const step = event.key === 'ArrowDown' ? 1 : -1;
        const positions = suggestions.length + 1;
        setActive(((active + 1 + step + positions) % positions) - 1);
        return;
      }
      case 'Enter': {
        event.preventDefault();
        const chosen = shown ? suggestions[active] : undefined;
        if (chosen) choose(chosen);
        else {
          close();
          search(draft);
          typing.current = false;
        }
        return;
      }
      case 'Escape': {
        event.preventDefault();
        if (shown) close();
        else change('');
        return;
      }
      default:
    }
  };

  return (
    <search className="searchbox">
      <svg className="lens" viewBox="0 0 24 24" aria-hidden="true">
        <circle cx="10.5" cy="10.5" r="6.5" />
        <path d="m15.5 15.5 5 5" />
      </svg>
      <input
        ref={input}
        type="text"
        role="combobox"
        aria-label="Search movies"
        aria-autocomplete="list"
        aria-expanded={shown}
        aria-controls={list}
        aria-activedescendant={shown && active >= 0 ? `${list}-${active}` : undefined}
        aria-keyshortcuts="/"
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        enterKeyHint="search"
        placeholder="Title, person, genre, year…"
        value={draft}
        onChange={(event) => change(event.target.value)}
        onKeyDown={onKeyDown}
        onFocus={() => {
          typing.current = false;
        }}
        onBlur={close}
      />
      {draft ? (
        <button
          type="button"
          className="clear"
          aria-label="Clear the search box"
          onClick={() => {
            setDraft('');
            close();
            search('');
            input.current?.focus();
          }}
        >
          <svg viewBox="0 0 24 24" aria-hidden="true">
            <path d="m7 7 10 10M17 7 7 17" />
          </svg>
        </button>
      ) : (
        <kbd aria-hidden="true">/</kbd>
      )}
      <ul className="suggestions" role="listbox" id={list} aria-label="Suggestions" hidden={!shown}>
        {suggestions.map((suggestion, index) => (
          <li
            key={`${suggestion.__typename} ${movieOf(suggestion)?.id ?? suggestion.text}`}
            id={`${list}-${index}`}
            role="option"
            aria-selected={index === active}
            // Keeps the focus in the box: a blur would close the list before the click arrives.
            onPointerDown={(event) => event.preventDefault()}
            onPointerMove={() => setActive(index)}
            onClick={() => choose(suggestion)}
          >
            <span className="kind">{KIND_LABELS[suggestion.__typename]}</span>
            <span className="what">
              <Highlighted text={suggestion.highlight.text} spans={suggestion.highlight.spans} />
              {movieOf(suggestion)?.year != null && <span className="year"> {movieOf(suggestion)?.year}</span>}
            </span>
            {suggestion.__typename !== 'MovieSuggestion' && (
              <span className="count">
                {suggestion.count.toLocaleString('en')}
                <span className="unseen"> movies</span>
              </span>
            )}
          </li>
        ))}
      </ul>
      <div className="unseen" role="status">
        {shown ? `${suggestions.length} suggestions` : ''}
      </div>
    </search>
  );
}

/** `/` focuses the search box, except in another field. */
function useSlashShortcut(input: React.RefObject<HTMLInputElement | null>): void {
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent): void => {
      const { target } = event;
      const inField =
        target instanceof HTMLElement &&
        (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || inField) return;
      event.preventDefault();
      input.current?.focus();
      input.current?.select();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [input]);
}

/** A person becomes a filter of the role in which they have most movies, which the highlight's field tells. */
const FACET_OF_NAME: Partial<Record<SearchField, ValueFacet | 'writers'>> = {
  DIRECTORS: 'directors',
  WRITERS: 'writers',
};

/** A movie is searched by its title; the other kinds become filters, and their words leave the box. */
function choiceOf(suggestion: Suggestion): Choice {
  const { state, text } = suggestion;
  switch (suggestion.__typename) {
    case 'MovieSuggestion':
      return { state, text, facet: undefined, value: '' };
    case 'PersonSuggestion':
      return { state, text: '', facet: FACET_OF_NAME[suggestion.highlight.field] ?? 'cast', value: text };
    case 'GenreSuggestion':
      return { state, text: '', facet: 'genres', value: text };
    case 'DecadeSuggestion':
      return { state, text: '', facet: 'decades', value: String(suggestion.from) };
  }
}

function movieOf(suggestion: Suggestion) {
  return suggestion.__typename === 'MovieSuggestion' ? suggestion.movie : undefined;
}
