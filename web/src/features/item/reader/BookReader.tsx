import { Loader } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { ChevronLeft, ChevronRight, List } from 'lucide-react';
import { useRef, useState } from 'react';
import type { Item } from '@/api/types';
import { useKeys } from '@/ui/keys';
import { EmptyState, ErrorState } from '@/ui/States';
import { resourceUrl, type SpineSection, spineQuery } from '../itemApi';
import { MineTool } from '../parts/MineTool';
import { progressOfSection, resumeSection } from '../progress';
import type { ReaderSearch } from '../routes';
import { useReading } from '../useWatch';
import { BookContents } from './BookContents';
import { BookFrame, type BookFrameHandle } from './BookFrame';
import { BookSettings } from './BookSettings';
import classes from './Reader.module.css';
import { ReaderChrome } from './ReaderChrome';
import { chapterOf, placeOf, sectionsOf } from './sections';
import { useReaderSettings } from './useReaderSettings';

export function BookReader({ item, onLeave }: { item: Item; onLeave: () => void }) {
  const { data: spine, error, refetch } = useQuery(spineQuery(item.id));
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!spine) {
    return (
      <div className={classes.wait}>
        <Loader aria-label="Opening" />
      </div>
    );
  }
  const sections = sectionsOf(spine, item.chapters);
  if (sections.length === 0) {
    return <EmptyState title="This book has no chapters Longshelf knows">It can be downloaded on its page.</EmptyState>;
  }
  return <OpenBook item={item} sections={sections} onLeave={onLeave} />;
}

/** Where to show the book: a section and either a named place in it or a share of its length. */
interface Target {
  section: number;
  fragment: string | null;
  within: number;
}

interface OpenBookProps {
  item: Item;
  sections: readonly SpineSection[];
  onLeave: () => void;
}

function OpenBook({ item, sections, onLeave }: OpenBookProps) {
  const [settings, change] = useReaderSettings();
  const [contents, setContents] = useState(false);
  const frame = useRef<BookFrameHandle>(null);
  const { target, go, moved, within } = useTarget(item, sections);
  const chapters = item.chapters.filter((one) => one.href !== null);
  const chapter = chapterOf(target.section, chapters, sections);
  const step = (by: 1 | -1) => {
    const section = target.section + by;
    // Going back a section lands at its end: that is where the reading came from.
    if (section >= 0 && section < sections.length) go({ section, fragment: null, within: by > 0 ? 0 : 1 });
  };
  const turn = (by: 1 | -1) => {
    if (!frame.current?.scroll(by)) step(by);
  };
  const follow = (href: string) => {
    const place = placeOf(href, sections);
    if (place) go({ ...place, within: 0 });
  };
  useKeys([
    { keys: ['ArrowRight', 'Space', 'PageDown'], label: 'On', group: 'Reader', run: () => turn(1) },
    { keys: ['ArrowLeft', 'shift+Space', 'PageUp'], label: 'Back', group: 'Reader', run: () => turn(-1) },
    { keys: ['n'], label: 'Next chapter', group: 'Reader', run: () => step(1) },
    { keys: ['p'], label: 'Previous chapter', group: 'Reader', run: () => step(-1) },
    { keys: ['t'], label: 'Contents', group: 'Reader', run: () => setContents(!contents) },
    {
      keys: ['+', '='],
      label: 'Larger letters',
      group: 'Reader',
      run: () => change({ letters: Math.min(200, settings.letters + 10) }),
    },
    {
      keys: ['-'],
      label: 'Smaller letters',
      group: 'Reader',
      run: () => change({ letters: Math.max(70, settings.letters - 10) }),
    },
  ]);
  const title = chapters[chapter]?.title || sections[target.section]?.title || '';
  const percent = Math.round(progressOfSection(target.section, within, sections.length) * 100);
  return (
    <div className={classes.reader} data-paper={settings.paper}>
      <main className={classes.book}>
        <BookFrame
          ref={frame}
          title={`${item.title}: ${title || `section ${target.section + 1}`}`}
          root={resourceUrl(item.id, '')}
          src={resourceUrl(item.id, sections[target.section]?.href ?? '')}
          fragment={target.fragment}
          within={target.within}
          settings={settings}
          onMove={moved}
          onFollow={follow}
        />
      </main>
      <ReaderChrome
        title={item.title}
        shown
        onLeave={onLeave}
        tools={
          <>
            <MineTool item={item} className={classes.tool} />
            <BookSettings settings={settings} onChange={change} />
            <button type="button" className={classes.tool} aria-label="Contents" onClick={() => setContents(true)}>
              <List size={20} />
            </button>
          </>
        }
        foot={
          <>
            <button
              type="button"
              className={classes.tool}
              aria-label="Previous chapter"
              disabled={target.section === 0}
              onClick={() => step(-1)}
            >
              <ChevronLeft size={20} />
            </button>
            <span className={classes.chapter}>{title}</span>
            <span className={classes.numbers}>{percent} %</span>
            <button
              type="button"
              className={classes.tool}
              aria-label="Next chapter"
              disabled={target.section === sections.length - 1}
              onClick={() => step(1)}
            >
              <ChevronRight size={20} />
            </button>
          </>
        }
      />
      <BookContents
        opened={contents}
        chapters={chapters}
        sections={sections}
        current={chapter}
        section={target.section}
        onClose={() => setContents(false)}
        onPick={(href) => {
          setContents(false);
          follow(href);
        }}
      />
    </div>
  );
}

/** The section is in the address; how far into it one has read goes to the server. */
function useTarget(item: Item, sections: readonly SpineSection[]) {
  const search = useSearch({ from: '/bare/items/$itemId/read' });
  const navigate = useNavigate();
  const [target, setTarget] = useState<Target>(() => firstTarget(item, sections, search));
  const [{ within, atEnd }, setPlace] = useState({ within: target.within, atEnd: false });

  const go = (next: Target) => {
    setTarget(next);
    setPlace({ within: next.within, atEnd: false });
    const place = { at: next.section + 1 };
    void navigate({ to: '/items/$itemId/read', params: { itemId: String(item.id) }, search: place, replace: true });
  };
  const moved = (share: number, atEnd: boolean) => {
    setPlace({ within: share, atEnd });
  };
  // The end of the last section is the end of the book, also when it fits on one screen.
  const progress = progressOfSection(target.section, atEnd ? 1 : within, sections.length);
  useReading(item, { said: { progress }, fraction: progress }, progress === 1);
  return { target, go, moved, within };
}

function firstTarget(item: Item, sections: readonly SpineSection[], search: ReaderSearch): Target {
  const chapter =
    search.chapter === undefined ? undefined : item.chapters.filter((one) => one.href !== null)[search.chapter - 1];
  const place = chapter?.href ? placeOf(chapter.href, sections) : null;
  if (place) return { ...place, within: 0 };
  const resumed = resumeSection(item.me.progress, sections.length);
  if (search.at === undefined || search.at - 1 === resumed.section) return { ...resumed, fragment: null };
  return { section: Math.min(search.at, sections.length) - 1, fragment: null, within: 0 };
}
