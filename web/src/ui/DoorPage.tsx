import type { ReactNode } from 'react';
import classes from './DoorPage.module.css';

interface DoorPageProps {
  title: string;
  text: ReactNode;
  children: ReactNode;
}

/** The pages before the library: one card in the middle of the screen. */
export function DoorPage({ title, text, children }: DoorPageProps) {
  return (
    <main className={classes.page}>
      <div className={classes.card}>
        <p className={classes.brand}>
          <img src="icon.svg" alt="" width={40} height={40} />
          Longshelf
        </p>
        <h1>{title}</h1>
        <p className={classes.text}>{text}</p>
        {children}
      </div>
    </main>
  );
}
