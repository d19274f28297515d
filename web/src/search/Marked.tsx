import type { ReactNode } from 'react';
import type { Span } from '../operations';

/**
 * A text with its places marked. Spans are UTF-16 units, so `slice` cuts where the gateway meant, and every
 * piece goes into the page as text: nothing in a movie can become markup.
 */
export function Marked({ text, spans }: { readonly text: string; readonly spans: readonly Span[] }) {
  const pieces: ReactNode[] = [];
  let end = 0;
  for (const span of spans) {
    if (span.start < end || span.end > text.length) continue;
    pieces.push(text.slice(end, span.start), <mark key={span.start}>{text.slice(span.start, span.end)}</mark>);
    end = span.end;
  }
  pieces.push(text.slice(end));
  return <>{pieces}</>;
}
