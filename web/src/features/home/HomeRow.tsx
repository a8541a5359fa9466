import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useCallback, useState } from 'react';
import type { Carousel } from '@/api/personal';
import { type Row, rowQuery } from '@/api/rows';
import { browseSearch, parseBrowse } from '@/core/browseState';
import { formatCount } from '@/core/format';
import { parseSearchString } from '@/core/searchParams';
import { ItemRow } from '@/ui/row/ItemRow';
import { noteFor, rowTitle } from './rowLooks';

const AHEAD = '500px';

interface HomeRowProps {
  carousel: Carousel;
  /** The first rows are asked for at once; the others when they come near the screen. */
  eager: boolean;
  /** Where its strip was scrolled to when the page was left. */
  left: { get: () => number; set: (px: number) => void };
}

/** One row of the home page. A row that turns out empty is not there. */
export function HomeRow({ carousel, eager, left }: HomeRowProps) {
  const { near, watch } = useNear(eager);
  const { data, error, refetch } = useQuery({ ...rowQuery(carousel.path, carousel.query), enabled: near });
  if (data && data.items.length === 0) return null;
  const title = rowTitle(carousel);
  return (
    <div ref={watch}>
      <ItemRow
        title={title}
        row={data}
        all={<SeeAll carousel={carousel} row={data} title={title} />}
        note={noteFor(carousel.path)}
        error={error}
        onRetry={() => void refetch()}
        left={left}
      />
    </div>
  );
}

function SeeAll({ carousel, row, title }: { carousel: Carousel; row: Row | undefined; title: string }) {
  const text = row ? `See all ${formatCount(row.total, row.isEstimate)}` : 'See all';
  const label = `${text}: ${title}`;
  if (carousel.path.endsWith('/recommended')) {
    return (
      <Link to="/recommended" aria-label={label}>
        {text}
      </Link>
    );
  }
  const search = parseSearchString(carousel.query);
  const begun = carousel.path.endsWith('/continue');
  return (
    <Link
      to={begun ? '/continue' : '/browse'}
      search={begun ? search : browseSearch(parseBrowse(search))}
      aria-label={label}
    >
      {text}
    </Link>
  );
}

/** True from the first time the element is about to be scrolled into view. */
function useNear(eager: boolean) {
  const [near, setNear] = useState(eager);
  const wanted = near || eager;
  const watch = useCallback(
    (box: HTMLElement | null) => {
      if (!box || wanted) return;
      const observer = new IntersectionObserver(
        (entries) => entries.some((entry) => entry.isIntersecting) && setNear(true),
        { rootMargin: AHEAD },
      );
      observer.observe(box);
      return () => observer.disconnect();
    },
    [wanted],
  );
  return { near: wanted, watch };
}
