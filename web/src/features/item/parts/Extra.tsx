import { CopyButton } from '@/ui/CopyButton';
import { extraRows } from '../extra';
import classes from '../ItemPage.module.css';
import { Row } from './Facts';

/** What else the file says: camera and exposure, codecs, the prompt of an image model. */
export function Extra({ extra }: { extra: Readonly<Record<string, unknown>> }) {
  const rows = extraRows(extra);
  if (rows.length === 0) return null;
  const blocks = rows.filter((row) => row.block);
  const short = rows.filter((row) => !row.block);
  return (
    <details className={classes.details}>
      <summary>Technical details</summary>
      {blocks.map(({ key, label, text }) => (
        <section key={key} className={classes.block} aria-label={label}>
          <header>
            <span>{label}</span>
            <CopyButton text={text} label={`Copy ${label.toLowerCase()}`} />
          </header>
          <pre>{text}</pre>
        </section>
      ))}
      <dl className={classes.table}>
        {short.map(({ key, label, text }) => (
          <Row key={key} label={label}>
            {text}
          </Row>
        ))}
      </dl>
    </details>
  );
}
