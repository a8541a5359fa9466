import { Link } from '@tanstack/react-router';
import type { Chapter, Item } from '@/api/types';
import classes from '../ItemPage.module.css';
import { readerOf } from '../reading';
import type { ReaderSearch } from '../routes';

/** The table of contents of what is read; players show their chapters themselves. */
export function Contents({ item }: { item: Item }) {
  const reader = readerOf(item);
  const chapters = item.chapters.filter((one) => one.page !== null || one.href !== null);
  if (reader === null || chapters.length < 2) return null;
  return (
    <details className={classes.details}>
      <summary>
        Contents <span>{chapters.length}</span>
      </summary>
      <ol className={classes.contents}>
        {chapters.map((chapter, index) => (
          <li key={chapter.position} style={{ paddingLeft: chapter.level * 16 }}>
            <Link
              to="/items/$itemId/read"
              params={{ itemId: String(item.id) }}
              search={placeOf(chapter, reader === 'book' ? index : null)}
            >
              <span>{chapter.title || `Chapter ${index + 1}`}</span>
              {chapter.page !== null && <span>{chapter.page + 1}</span>}
            </Link>
          </li>
        ))}
      </ol>
    </details>
  );
}

function placeOf(chapter: Chapter, index: number | null): ReaderSearch {
  if (index !== null) return { chapter: index + 1 };
  return chapter.page === null ? {} : { at: chapter.page + 1 };
}
