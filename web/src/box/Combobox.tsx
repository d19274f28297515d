import type { ComponentChildren } from 'preact';
import { useEffect, useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { words } from '../words';

export interface Option {
  readonly key: string;
  /** Where choosing it leads: also what a new tab opens. */
  readonly href: string;
  readonly content: ComponentChildren;
}

interface Props {
  readonly label: string;
  readonly placeholder?: string;
  /** Follows `onText` at once. */
  readonly text: string;
  /** Every change of the text, and the end of a composition of several keys; never during it. */
  readonly onText: (text: string) => void;
  readonly onSubmit?: (text: string) => void;
  readonly options: readonly Option[];
  readonly onChoose: (option: Option) => void;
  /** Whether the list may be on show: then the options are wanted. */
  readonly onOpen: (open: boolean) => void;
  /** Whether the key `/` comes here from anywhere on the page. */
  readonly slash?: boolean;
  readonly onFocus?: () => void;
}

/** An ARIA 1.2 combobox: focus stays in the box, arrows move through the list, Enter chooses, Escape closes. */
export function Combobox({ label, placeholder, text, onText, onSubmit, options, onChoose, onOpen, slash, onFocus }: Props) {
  // While a composition of several keys goes on, the box alone knows its text.
  const [composed, setComposed] = useState<string>();
  const draft = composed ?? text;
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const input = useRef<HTMLInputElement>(null);
  const list = useId();
  const shown = open && options.length > 0;

  const keys = options.map(({ key }) => key).join('\n');
  useEffect(() => setActive(-1), [keys]);
  useSlash(input, slash === true);

  const show = (next: boolean): void => {
    setOpen(next);
    onOpen(next);
    if (!next) setActive(-1);
  };
  const change = (next: string, composing: boolean): void => {
    setComposed(composing ? next : undefined);
    if (composing) return;
    show(true);
    onText(next);
  };
  const clear = (): void => {
    show(false);
    onText('');
  };
  const choose = (option: Option): void => {
    show(false);
    onChoose(option);
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.isComposing) return;
    switch (event.key) {
      case 'ArrowDown':
      case 'ArrowUp': {
        event.preventDefault();
        if (!shown) {
          show(true);
          return;
        }
        // The box itself (-1) comes between the last option and the first.
        const step = event.key === 'ArrowDown' ? 1 : -1;
        const positions = options.length + 1;
        setActive(((active + 1 + step + positions) % positions) - 1);
        return;
      }
      case 'Enter': {
        event.preventDefault();
        const chosen = shown ? options[active] : undefined;
        if (chosen && (event.ctrlKey || event.metaKey || event.shiftKey)) window.open(chosen.href, '_blank', 'noopener');
        else if (chosen) choose(chosen);
        else {
          show(false);
          onSubmit?.(draft);
        }
        return;
      }
      case 'Escape':
        event.preventDefault();
        if (shown) show(false);
        else clear();
        return;
      default:
    }
  };

  return (
    <search className="searchbox">
      <svg className="lens" viewBox="0 0 24 24" aria-hidden="true">
        <path d="M17 10.5a6.5 6.5 0 1 1-13 0 6.5 6.5 0 0 1 13 0zm-1.5 5 5 5" />
      </svg>
      <input
        ref={input}
        type="text"
        role="combobox"
        aria-label={label}
        aria-autocomplete="list"
        aria-expanded={shown}
        aria-controls={list}
        aria-activedescendant={shown && active >= 0 ? `${list}-${active}` : undefined}
        aria-keyshortcuts={slash ? '/' : undefined}
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        enterkeyhint="search"
        placeholder={placeholder}
        value={draft}
        onInput={(event) => change(event.currentTarget.value, event.isComposing)}
        onCompositionEnd={(event) => change(event.currentTarget.value, false)}
        onKeyDown={onKeyDown}
        onFocus={() => {
          onFocus?.();
          if (draft === '') show(true);
        }}
        onBlur={() => show(false)}
      />
      {draft ? (
        <button
          type="button"
          className="clear"
          aria-label={words.clearBox}
          onClick={() => {
            clear();
            input.current?.focus();
          }}
        >
          <svg viewBox="0 0 24 24" aria-hidden="true">
            <path d="m7 7 10 10M17 7 7 17" />
          </svg>
        </button>
      ) : (
        slash && <kbd aria-hidden="true">/</kbd>
      )}
      <div className="suggestions" role="listbox" id={list} aria-label={words.suggestions} hidden={!shown}>
        {shown &&
          options.map((option, index) => (
            <a
              key={option.key}
              id={`${list}-${index}`}
              role="option"
              href={option.href}
              tabIndex={-1}
              aria-selected={index === active}
              // Keeps the focus in the box: a blur would close the list before the click arrives.
              onPointerDown={(event) => event.preventDefault()}
              onMouseDown={(event) => event.preventDefault()}
              onPointerMove={() => setActive(index)}
              onClick={(event) => {
                if (event.ctrlKey || event.metaKey || event.shiftKey) return;
                event.preventDefault();
                choose(option);
              }}
            >
              {option.content}
            </a>
          ))}
      </div>
      <div className="unseen" role="status">
        {shown ? words.suggestionCount(options.length) : ''}
      </div>
    </search>
  );
}

/** `/` focuses the box, except in another field. */
function useSlash(input: { readonly current: HTMLInputElement | null }, on: boolean): void {
  useLayoutEffect(() => {
    if (!on) return undefined;
    const onKey = (event: KeyboardEvent): void => {
      const { target } = event;
      const inField =
        target instanceof HTMLElement &&
        (target.isContentEditable || (target.matches('input, textarea, select') && !target.matches('[type=range]')));
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || inField) return;
      event.preventDefault();
      input.current?.focus();
      input.current?.select();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [on, input]);
}
