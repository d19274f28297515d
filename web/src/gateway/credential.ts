/** The API key that a person gave, for as long as the tab is open. */

const KEY = 'wikimovie:key';

export function credential(): string | undefined {
  try {
    return sessionStorage.getItem(KEY) ?? undefined;
  } catch {
    // Storage may be forbidden.
    return undefined;
  }
}

export function setCredential(key: string): void {
  try {
    sessionStorage.setItem(KEY, key.trim());
  } catch {
    // The key is then asked for again by the next page.
  }
}

/** Headers that authenticate; none without a key. */
export function credentialHeaders(): Record<string, string> {
  const key = credential();
  return key === undefined ? {} : { authorization: `Bearer ${key}` };
}
