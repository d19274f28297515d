import { useState } from 'react';
import type { YearBucket, YearFacet } from '../operations';

/** A histogram of the years. A click on a bar sets its years as the filter, a second click removes the filter. */
export function Years({ facet, onToggle }: { facet: YearFacet; onToggle: (bucket: YearBucket) => void }) {
  const [hovered, setHovered] = useState<YearBucket>();
  const bars = withGaps(facet.buckets);
  if (facet.buckets.length === 0) return null;
  const highest = Math.max(...facet.buckets.map((bucket) => bucket.count), 1);
  const anySelected = facet.buckets.some((bucket) => bucket.selected);
  return (
    <section className="group years" data-facet="years">
      <h2>
        Years{' '}
        <span className="pointed" aria-hidden="true">
          {hovered ? `${hovered.from}–${hovered.to}: ${hovered.count.toLocaleString('en')}` : ''}
        </span>
      </h2>
      <div className={anySelected ? 'bars some' : 'bars'} onPointerLeave={() => setHovered(undefined)}>
        {bars.map((bar) =>
          typeof bar === 'number' ? (
            <span key={bar} className="gap" />
          ) : (
            <button
              key={bar.from}
              type="button"
              aria-pressed={bar.selected}
              aria-label={`${bar.from} to ${bar.to}: ${bar.count} movies`}
              onClick={() => onToggle(bar)}
              onPointerEnter={() => setHovered(bar)}
              onFocus={() => setHovered(bar)}
              onBlur={() => setHovered(undefined)}
            >
              {/* The content security policy allows no style attributes, so the height is an attribute of an SVG. */}
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

/** Height in percent; a bucket with few movies stays visible. */
function height(count: number, highest: number): number {
  return count === 0 ? 0 : Math.max(4, (100 * count) / highest);
}

/** Years without movies have no bucket. A gap, given by its first year, keeps the scale even. */
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
