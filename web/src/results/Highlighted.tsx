import type { ComponentChildren } from 'preact';
import type { Span } from '../operations';

/**
 * A text with its spans in `<mark>`. Spans count UTF-16 code units, as `slice` does. Every piece is rendered as text, so
 * that no movie can inject markup.
 */
export function Highlighted({ text, spans }: { readonly text: string; readonly spans: readonly Span[] }) {
  const pieces: ComponentChildren[] = [];
  let end = 0;
  for (const span of spans) {
    if (span.start < end || span.end > text.length) continue;
    pieces.push(text.slice(end, span.start), <mark key={span.start}>{text.slice(span.start, span.end)}</mark>);
    end = span.end;
  }
  pieces.push(text.slice(end));
  return <>{pieces}</>;
}
