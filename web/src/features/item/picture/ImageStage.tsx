import { Expand } from 'lucide-react';
import { type CSSProperties, useState } from 'react';
import { serverUrl } from '@/api/client';
import { probeFile, type Refusal } from '@/api/probe';
import type { Item, ItemFile } from '@/api/types';
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
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [lost, setLost] = useState(false); // the small version cannot be had either
  const [file] = item.files;
  const missing = !file || file.missing;
  const drawable = !missing && refusal === null && undrawableFormat(file) === null;
  useKeys([{ keys: ['Enter'], label: 'Look at it large', group: 'This item', run: () => setOpen(true), when: onBody }]);
  if (missing && !item.cover) {
    return (
      <div className={classes.stage} style={shapeOf(item)}>
        <Unplayable trouble="missing" file={file} />
      </div>
    );
  }
  const small = item.cover && !lost ? coverUrl(item.cover, 768) : null;
  const retry = () => {
    setRefusal(null);
    setLost(false);
  };
  const full = drawable && file ? serverUrl(file.url) : null;
  if (!drawable && !small) {
    return (
      <div className={classes.stage} style={shapeOf(item)}>
        <Unplayable
          trouble={refusal?.trouble ?? 'unsupported'}
          reason={refusal?.reason ?? ''}
          file={file}
          onRetry={retry}
        />
      </div>
    );
  }
  return (
    <>
      <button
        type="button"
        className={classes.stage}
        style={shapeOf(item)}
        aria-label={`Look at ${item.title} large`}
        onClick={() => setOpen(true)}
      >
        {small && (
          <img
            className={classes.small}
            src={small}
            alt=""
            data-under={loaded || undefined}
            onError={() => setLost(true)}
          />
        )}
        {full && (
          <img
            className={classes.full}
            src={full}
            alt={item.title}
            data-loaded={loaded || undefined}
            onLoad={() => setLoaded(true)}
            onError={() => void probeFile(full).then(setRefusal)}
          />
        )}
        <span className={classes.expand} aria-hidden="true">
          <Expand size={18} />
        </span>
      </button>
      {!drawable && !missing && <Note file={file} refusal={refusal} onRetry={retry} />}
      {open && <ImageViewer item={item} src={full ?? small ?? ''} onClose={() => setOpen(false)} />}
    </>
  );
}

interface NoteProps {
  file: ItemFile;
  refusal: Refusal | null;
  onRetry: () => void;
}

/** Why only the small version is shown. */
function Note({ file, refusal, onRetry }: NoteProps) {
  if (refusal?.trouble === 'away' || refusal?.trouble === 'network') {
    return (
      <p className={classes.note} role="status">
        {refusal.reason || 'The connection to the server was lost.'} This is a preview.{' '}
        <button type="button" className={classes.again} onClick={onRetry}>
          Try again
        </button>
      </p>
    );
  }
  return (
    <p className={classes.note}>
      Browsers cannot draw {undrawableFormat(file) ?? 'this'} files. This is a preview; the file itself is below.
    </p>
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
