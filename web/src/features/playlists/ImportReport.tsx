import { Button, Modal } from '@mantine/core';
import type { Imported } from '@/api/playlists';
import { formatCount, plural } from '@/core/format';
import classes from './Playlists.module.css';

/** What of a file is not here. The playlist is made all the same. */
export default function ImportReport({ report, onClose }: { report: Imported; onClose: () => void }) {
  const { playlist, skipped, missing } = report;
  return (
    <Modal opened onClose={onClose} title={`${playlist.name} is imported`}>
      <p>
        {plural(skipped, 'item')} of the file {skipped === 1 ? 'is' : 'are'} in no library here, or not for you:
      </p>
      <ul className={classes.missing}>
        {missing.map(({ library, external_id, title }) => (
          <li key={`${library} ${external_id}`}>
            {title || external_id} <small>{library}</small>
          </li>
        ))}
        {skipped > missing.length && <li>and {formatCount(skipped - missing.length)} more</li>}
      </ul>
      <div className={classes.buttons}>
        <Button onClick={onClose}>Open it</Button>
      </div>
    </Modal>
  );
}
