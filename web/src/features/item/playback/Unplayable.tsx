import { Button } from '@mantine/core';
import { CloudOff, Download, FileQuestion, FileX2 } from 'lucide-react';
import type { ItemFile } from '@/api/types';
import { downloadUrl } from '../itemApi';
import classes from './Player.module.css';
import { formatName } from './playable';
import type { Trouble } from './playback';

interface UnplayableProps {
  trouble: Trouble;
  file: ItemFile | undefined;
  /** What the server said of it. */
  reason?: string;
  onRetry?: () => void;
}

/** Says plainly why nothing plays, and what can be done instead. */
export function Unplayable({ trouble, file, reason = '', onRetry }: UnplayableProps) {
  const { icon: Icon, title, text } = explain(trouble, file, reason);
  return (
    <div className={classes.unplayable} role="status">
      <Icon size={32} strokeWidth={1.5} aria-hidden="true" />
      <strong>{title}</strong>
      <p>{text}</p>
      {(trouble === 'network' || trouble === 'away') && onRetry && <Button onClick={onRetry}>Try again</Button>}
      {(trouble === 'unsupported' || trouble === 'no-picture') && file && (
        <Button component="a" href={downloadUrl(file)} download leftSection={<Download size={16} />}>
          Download the file
        </Button>
      )}
    </div>
  );
}

function explain(trouble: Trouble, file: ItemFile | undefined, reason: string) {
  const format = file ? formatName(file) : 'file';
  if (trouble === 'missing') {
    return {
      icon: FileX2,
      title: 'The file is not there',
      text: 'It was moved, deleted, or its disk is not connected. It comes back by itself when a scan finds it again.',
    };
  }
  if (trouble === 'away') {
    return {
      icon: CloudOff,
      title: 'The Stash server does not give this out now',
      text: `${reason} Lists, search and everything you said about it go on working meanwhile.`.trim(),
    };
  }
  if (trouble === 'network') {
    return {
      icon: CloudOff,
      title: 'The file did not arrive',
      text: 'The connection to the server was lost while loading it.',
    };
  }
  if (trouble === 'no-picture') {
    return {
      icon: FileQuestion,
      title: 'Your browser can play only the sound of this',
      text: `It does not know the picture codec inside this ${format} file. A player such as VLC or mpv does.`,
    };
  }
  return {
    icon: FileQuestion,
    title: `Your browser cannot play this ${format} file`,
    text: 'The file is fine; browsers know few formats. Download it and open it in a player such as VLC or mpv.',
  };
}
