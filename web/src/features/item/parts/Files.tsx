import { Badge } from '@mantine/core';
import { Download } from 'lucide-react';
import type { Item } from '@/api/types';
import { formatDuration, formatSize } from '@/core/format';
import classes from '../ItemPage.module.css';
import { downloadUrl } from '../itemApi';

export function Files({ item }: { item: Item }) {
  if (item.files.length === 0) return null;
  return (
    <details className={classes.details} open={item.files.length === 1}>
      <summary>
        {item.files.length === 1 ? 'File' : 'Files'} {item.files.length > 1 && <span>{item.files.length}</span>}
      </summary>
      <ul className={classes.files}>
        {item.files.map((file) => (
          <li key={file.index}>
            <span className={classes.fileName}>{file.name}</span>
            <span className={classes.fileFacts}>
              {[formatDuration(file.duration), formatSize(file.size)].filter(Boolean).join(' · ')}
            </span>
            {file.missing ? (
              <Badge color="red" variant="light">
                Missing
              </Badge>
            ) : (
              <a href={downloadUrl(file)} download aria-label={`Download ${file.name}`} title="Download">
                <Download size={17} aria-hidden="true" />
              </a>
            )}
          </li>
        ))}
      </ul>
    </details>
  );
}
