import { useState } from 'react';
import type { YearBucket, YearFacet } from '../operations';

/** Movies by year as bars. A click keeps a bar's years, a second click lets them go. */
export function Years({ facet, onToggle }: { facet: YearFacet; onToggle: (state: string) => void }) {
  const [pointed, setPointed] = useState<YearBucket>();
  const bars = withGaps(facet.buckets);
  if (facet.buckets.length === 0) return null;
  const highest = Math.max(...facet.buckets.map((bucket) => bucket.count), 1);
  const anySelected = facet.buckets.some((bucket) => bucket.selected);
  return (
    <section className="group years" data-facet="years">
      <h2>
        Years{' '}
        <span className="pointed" aria-hidden="true">
          {pointed ? `${pointed.from}–${pointed.to}: ${pointed.count.toLocaleString('en')}` : ''}
        </span>
      </h2>
      <div className={anySelected ? 'bars some' : 'bars'} onPointerLeave={() => setPointed(undefined)}>
        {bars.map((bar) =>
          typeof bar === 'number' ? (
            <span key={bar} className="gap" />
          ) : (
            <button
              key={bar.from}
              type="button"
              aria-pressed={bar.selected}
              aria-label={`${bar.from} to ${bar.to}: ${bar.count} movies`}
              onClick={() => onToggle(bar.toggle)}
              onPointerEnter={() => setPointed(bar)}
              onFocus={() => setPointed(bar)}
              onBlur={() => setPointed(undefined)}
            >
              {/* An attribute of a picture, where a height in a style attribute would ask more of the policy. */}
              <svg viewBox="0 0 10 100" preserveAspectRatio="none" aria-hidden="true">
                <rect width="10" height={height(bar.count, highest)} y={100 - height(bar.count, highest)} />
              </svg>
            </button>
          ),
        )}
      </div>
      <p className="ends">
        <span>{facet.buckets[0]?.from}</span>
        <span>{facet.buckets.at(-1)?.to}</span>
      </p>
    </section>
  );
}

/** A bucket with few movies still shows a sliver. */
function height(count: number, highest: number): number {
  return count === 0 ? 0 : Math.max(4, (100 * count) / highest);
}

/** Years without movies have no bucket; as an empty place (its first year) they keep the scale even. */
function withGaps(buckets: readonly YearBucket[]): readonly (YearBucket | number)[] {
  const first = buckets[0];
  if (!first) return [];
  const width = Math.max(1, first.to - first.from + 1);
  const bars: (YearBucket | number)[] = [];
  let next = first.from;
  for (const bucket of buckets) {
    for (; next < bucket.from; next += width) bars.push(next);
    bars.push(bucket);
    next = bucket.to + 1;
  }
  return bars;
}
