import { words } from '../words';

/** `2 h 55 min` for 175 minutes. */
export function duration(minutes: number): string {
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  return [hours > 0 && words.hours(hours), (rest > 0 || hours === 0) && words.min(rest)].filter(Boolean).join(' ');
}
