import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react';
import { Marked } from './Marked';
import type { Suggestion } from '../operations';
import { useSuggestions } from './useSuggestions';

interface Props {
  readonly text: string;
  /** Token of the question shown: suggestions are counted under its filters. */
  readonly state: string | undefined;
  readonly onType: (text: string, how: 'push' | 'replace') => void;
  readonly onChoose: (state: string, text: string) => void;
}

const KINDS: Record<Suggestion['__typename'], string> = {
  MovieSuggestion: 'Movie',
  PersonSuggestion: 'Person',
  GenreSuggestion: 'Genre',
  DecadeSuggestion: 'Decade',
};

/** Rest after the last key before the results follow the typing. */
const SETTLE_MS = 220;

/** An ARIA 1.2 combobox: focus stays in the box, arrows move through the list, Enter takes, Escape closes. */
export function SearchBox({ text, state, onType, onChoose }: Props) {
  const [draft, setDraft] = useState(text);
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const input = useRef<HTMLInputElement>(null);
  const settle = useRef<ReturnType<typeof setTimeout>>(undefined);
  // One stretch of typing is one step of the Back button.
  const typing = useRef(false);
  const list = useId();
  const suggestions = useSuggestions(draft, state, open);
  const shown = open && suggestions.length > 0;

  // The address changed by other means than typing here (Back, a chip, a facet): follow it.
  useEffect(() => setDraft(text), [text]);
  useEffect(() => setActive(-1), [suggestions]);
  useEffect(() => () => clearTimeout(settle.current), []);
  useSlashFocuses(input);

  const search = (next: string): void => {
    clearTimeout(settle.current);
    if (next === text) return;
    onType(next, typing.current ? 'replace' : 'push');
    typing.current = true;
  };
  const close = (): void => {
    setOpen(false);
    setActive(-1);
  };
  const choose = (suggestion: Suggestion): void => {
    clearTimeout(settle.current);
    typing.current = false;
    close();
    // A movie is looked for by its title; the others become filters, and their words leave the box.
    const rest = suggestion.__typename === 'MovieSuggestion' ? suggestion.text : '';
    setDraft(rest);
    onChoose(suggestion.state, rest);
  };
  const change = (next: string): void => {
    setDraft(next);
    setOpen(true);
    clearTimeout(settle.current);
    settle.current = setTimeout(() => search(next), SETTLE_MS);
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
        // Between the last suggestion and the first stands the box itself (-1).
        const step = event.key === 'ArrowDown' ? 1 : -1;
        const places = suggestions.length + 1;
        setActive(((active + 1 + step + places) % places) - 1);
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
            // The box keeps the focus, so the list does not close before the click arrives.
            onPointerDown={(event) => event.preventDefault()}
            onPointerMove={() => setActive(index)}
            onClick={() => choose(suggestion)}
          >
            <span className="kind">{KINDS[suggestion.__typename]}</span>
            <span className="what">
              <Marked text={suggestion.highlight.text} spans={suggestion.highlight.spans} />
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

/** `/` goes to the search box from anywhere but another field. */
function useSlashFocuses(input: React.RefObject<HTMLInputElement | null>): void {
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent): void => {
      const at = event.target;
      const inField = at instanceof HTMLElement && (at.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName));
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || inField) return;
      event.preventDefault();
      input.current?.focus();
      input.current?.select();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [input]);
}

function movieOf(suggestion: Suggestion) {
  return suggestion.__typename === 'MovieSuggestion' ? suggestion.movie : undefined;
}
