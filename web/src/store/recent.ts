/** The last texts that led to a movie or were sent with Enter; in this browser only. */

const KEY = 'wikimovie:recent';
const MAX = 8;

export function recentTexts(): readonly string[] {
  try {
    const texts: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(texts) ? texts.filter((text): text is string => typeof text === 'string').slice(0, MAX) : [];
  } catch {
    // Storage may be forbidden, or hold something else.
    return [];
  }
}

export function rememberText(text: string): void {
  const wanted = text.trim();
  if (wanted === '') return;
  store([wanted, ...recentTexts().filter((other) => other !== wanted)].slice(0, MAX));
}

export function forgetTexts(): void {
  store([]);
}

function store(texts: readonly string[]): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(texts));
  } catch {
    // Nothing depends on it.
  }
}
