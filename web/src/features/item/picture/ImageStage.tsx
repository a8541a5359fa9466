import { Expand } from 'lucide-react';
import { type CSSProperties, useState } from 'react';
import { serverUrl } from '@/api/client';
import type { Item } from '@/api/types';
import { coverUrl } from '@/ui/Cover';
import { useKeys } from '@/ui/keys';
import { nothingIsOpen } from '../overlays';
import { undrawableFormat } from '../playback/playable';
import { Unplayable } from '../playback/Unplayable';
import { ImageViewer } from './ImageViewer';
import classes from './Picture.module.css';

/** The picture in the page: a small version at once, the file itself over it when it has arrived. A click opens it large. */
export function ImageStage({ item }: { item: Item }) {
  const [open, setOpen] = useState(false);
  const [loaded, setLoaded] = useState(false);
  const [failed, setFailed] = useState(false);
  const [file] = item.files;
  const missing = !file || file.missing;
  const drawable = !missing && !failed && undrawableFormat(file) === null;
  useKeys([{ keys: ['Enter'], label: 'Look at it large', group: 'This item', run: () => setOpen(true), when: onBody }]);
  if (missing && !item.cover) {
    return (
      <div className={classes.stage} style={shapeOf(item)}>
        <Unplayable trouble="missing" file={file} />
      </div>
    );
  }
  const small = item.cover ? coverUrl(item.cover, 768) : null;
  const full = drawable && file ? serverUrl(file.url) : null;
  return (
    <>
      <button
        type="button"
        className={classes.stage}
        style={shapeOf(item)}
        aria-label={`Look at ${item.title} large`}
        onClick={() => setOpen(true)}
      >
        {small && <img className={classes.small} src={small} alt="" data-under={loaded || undefined} />}
        {full && (
          <img
            className={classes.full}
            src={full}
            alt={item.title}
            data-loaded={loaded || undefined}
            onLoad={() => setLoaded(true)}
            onError={() => setFailed(true)}
          />
        )}
        <span className={classes.expand} aria-hidden="true">
          <Expand size={18} />
        </span>
      </button>
      {!drawable && !missing && (
        <p className={classes.note}>
          Browsers cannot draw {undrawableFormat(file) ?? 'this'} files. This is a preview; the file itself is below.
        </p>
      )}
      {open && <ImageViewer item={item} src={full ?? small ?? ''} onClose={() => setOpen(false)} />}
    </>
  );
}

function onBody(event: { target: EventTarget | null }): boolean {
  return nothingIsOpen() && !(event.target instanceof Element && event.target.closest('a,button,summary,input'));
}

function shapeOf(item: Item): CSSProperties {
  const { width, height } = item;
  return {
    '--ratio': width && height ? width / height : 4 / 3,
    ...(width && { '--natural': `${width}px` }),
  } as CSSProperties;
}
