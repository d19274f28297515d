import { useEffect, useRef, useState } from 'preact/hooks';
import { setRange } from '../address/filters';
import type { Question } from '../address/question';
import { searchHref } from '../address/route';
import type { YearFacet } from '../operations';
import { navigation } from '../shell/navigation';
import { words } from '../words';

const CONSECUTIVE_MS = 1_000;

/** The years as a histogram, with a slider for the first and one for the last year of the range. */
export function YearBrush({ facet: { min, max, buckets }, question }: { readonly facet: YearFacet; readonly question: Question }) {
  const { year } = question.filters;
  // Consecutive moves make one entry of the browser's history.
  const movedRef = useRef(0);
  const [drag, setDrag] = useState<readonly [number, number]>();
  useEffect(() => setDrag(undefined), [year?.from, year?.to]);
  if (min === null || max === null || min === max) return null;

  const clamp = (value: number): number => Math.min(max, Math.max(min, value));
  const [from, to] = drag ?? [clamp(year?.from ?? min), clamp(year?.to ?? max)];
  const move = (end: 'from' | 'to', value: number): void =>
    setDrag(end === 'from' ? [Math.min(value, to), to] : [from, Math.max(value, from)]);
  const commit = (end: 'from' | 'to', value: number): void => {
    // The end of the scale is no limit: movies that come later belong to it, too. The other end stays as it was asked.
    const limit = end === 'from' ? Math.min(value, to) : Math.max(value, from);
    const open = end === 'from' ? limit <= min : limit >= max;
    const filters = setRange(question.filters, 'year', { ...year, [end]: open ? undefined : limit });
    navigation.go(searchHref({ ...question, filters }), { replace: Date.now() - movedRef.current < CONSECUTIVE_MS });
    movedRef.current = Date.now();
  };

  const highest = Math.max(...buckets.map(({ count }) => count), 1);
  const bars = buckets.map((bucket) => {
    const left = Math.max(bucket.from, min) - min;
    const width = Math.min(bucket.to, max) - min - left + 0.7;
    const height = Math.max(3, (100 * bucket.count) / highest);
    return `M${left} 100v-${height.toFixed(1)}h${width.toFixed(1)}v${height.toFixed(1)}z`;
  });
  const slider = (end: 'from' | 'to', value: number, label: string) => (
    <input
      type="range"
      min={min}
      max={max}
      step={1}
      aria-label={label}
      value={value}
      onInput={(event) => move(end, Number(event.currentTarget.value))}
      onChange={(event) => commit(end, Number(event.currentTarget.value))}
    />
  );
  return (
    <section className="group years" data-facet="years">
      <h2>
        {words.fields.year.title} <span className="pointed">{words.years(from, to)}</span>
      </h2>
      <svg viewBox={`0 0 ${max - min + 1} 100`} preserveAspectRatio="none" aria-hidden="true">
        <clipPath id="chosen-years">
          <rect x={from - min} y="0" width={to - from + 1} height="100" />
        </clipPath>
        <path className="bars" d={bars.join('')} />
        <path className="bars chosen" d={bars.join('')} clip-path="url(#chosen-years)" />
      </svg>
      <div className="sliders">
        {slider('from', from, words.firstYear)}
        {slider('to', to, words.lastYear)}
      </div>
      <p className="ends" aria-hidden="true">
        <span>{min}</span>
        <span>{max}</span>
      </p>
    </section>
  );
}
