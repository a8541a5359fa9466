import { Button } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { Table2 } from 'lucide-react';
import { type PointerEvent, type ReactNode, useId, useState } from 'react';
import classes from './Chart.module.css';
import { every, ticks } from './scale';

export interface Point {
  /** Under the chart and in the table: "2 Nov 2026". */
  label: string;
  /** Short, for the axis: "Nov". Only where a new one begins. */
  mark: string;
  value: number;
}

interface ChartProps {
  kind: 'bars' | 'line';
  title: string;
  points: readonly Point[];
  /** How a value reads: "3 h 20 min". */
  format: (value: number) => string;
  /** How one on the axis reads, where it is shorter. */
  axis?: (value: number) => string;
  /** What the columns of the table are called: of the labels and of the values. */
  columns: readonly [string, string];
  whole?: boolean;
}

const USUAL_WIDTH = 720; // until it is measured
const HEIGHT = 200;
const LEFT = 44;
const BOTTOM = 24;
const TOP = 8;
const MARK_WIDTH = 64;

/**
 * A small chart drawn by hand, and the same numbers as a table for those who would rather read. The picture is one image to
 * a screen reader: its name says what it comes to, the table says the rest.
 */
export function Chart({ kind, title, points, format, axis = format, columns, whole = false }: ChartProps) {
  const [asTable, setAsTable] = useState(false);
  const [at, setAt] = useState<number | null>(null);
  const id = useId();
  const { ref, width: measured } = useElementSize<HTMLElement>();
  const width = measured || USUAL_WIDTH;
  const lines = ticks(Math.max(0, ...points.map(({ value }) => value)), whole);
  const top = lines.at(-1) ?? 1;
  const step = (width - LEFT) / Math.max(1, points.length);
  const x = (index: number) => LEFT + step * (index + 0.5);
  const y = (value: number) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top);
  const shown = at === null ? undefined : points[at];
  const follow = (event: PointerEvent<SVGSVGElement>) => {
    const { left } = event.currentTarget.getBoundingClientRect();
    const index = Math.floor((event.clientX - left - LEFT) / step);
    setAt(index >= 0 && index < points.length ? index : null);
  };
  return (
    <figure ref={ref} className={classes.chart} aria-labelledby={id}>
      <figcaption className={classes.caption}>
        <h3 id={id}>{title}</h3>
        <span className={classes.shown} aria-hidden="true">
          {shown && `${shown.label}: ${format(shown.value)}`}
        </span>
        <Button
          variant="subtle"
          color="gray"
          size="compact-sm"
          leftSection={<Table2 size={15} aria-hidden="true" />}
          aria-pressed={asTable}
          onClick={() => setAsTable(!asTable)}
        >
          Table
        </Button>
      </figcaption>
      {asTable ? (
        <DataTable points={points} format={format} columns={columns} title={title} />
      ) : (
        <svg
          className={classes.picture}
          width={width}
          height={HEIGHT}
          role="img"
          aria-label={`${title}. ${summary(points, format)}`}
          onPointerMove={follow}
          onPointerLeave={() => setAt(null)}
        >
          {lines.map((value) => (
            <g key={value}>
              <line className={classes.grid} x1={LEFT} x2={width} y1={y(value)} y2={y(value)} />
              <text className={classes.tick} x={LEFT - 8} y={y(value) + 4} textAnchor="end">
                {axis(value)}
              </text>
            </g>
          ))}
          <Marks points={points} x={x} room={(width - LEFT) / MARK_WIDTH} />
          {kind === 'bars' ? (
            <Bars points={points} x={x} y={y} step={step} at={at} />
          ) : (
            <Line points={points} x={x} y={y} at={at} />
          )}
        </svg>
      )}
    </figure>
  );
}

interface DrawnProps {
  points: readonly Point[];
  x: (index: number) => number;
  y: (value: number) => number;
  at: number | null;
}

function Bars({ points, x, y, step, at }: DrawnProps & { step: number }): ReactNode {
  const width = Math.max(2, Math.min(28, step * 0.72));
  return points.map(({ label, value }, index) => (
    <rect
      key={label}
      className={classes.bar}
      data-at={index === at || undefined}
      x={x(index) - width / 2}
      width={width}
      y={y(value)}
      // Something is more than nothing, even where it is less than a pixel.
      height={value > 0 ? Math.max(1.5, y(0) - y(value)) : 0}
      rx={Math.min(3, width / 3)}
    />
  ));
}

function Line({ points, x, y, at }: DrawnProps): ReactNode {
  const path = points.map(({ value }, index) => `${index === 0 ? 'M' : 'L'}${x(index)} ${y(value)}`).join('');
  const end = points.length - 1;
  const dot = at ?? (end === 0 ? 0 : null);
  return (
    <>
      <path className={classes.area} d={`${path}L${x(end)} ${y(0)}L${x(0)} ${y(0)}Z`} />
      <path className={classes.line} d={path} />
      {dot !== null && <circle className={classes.dot} cx={x(dot)} cy={y(points[dot]?.value ?? 0)} r={4.5} />}
    </>
  );
}

/** A name under the axis where a new one begins, and only as many as there is room for. */
function Marks({ points, x, room }: Pick<DrawnProps, 'points' | 'x'> & { room: number }): ReactNode {
  const begins = points.flatMap(({ mark }, index) => (mark !== '' && mark !== points[index - 1]?.mark ? [index] : []));
  const nth = every(begins.length, Math.floor(room));
  return begins
    .filter((_, place) => place % nth === 0)
    .map((index) => (
      <text key={index} className={classes.tick} x={x(index)} y={HEIGHT - 6} textAnchor="middle">
        {points[index]?.mark}
      </text>
    ));
}

type TableProps = Pick<ChartProps, 'points' | 'format' | 'columns' | 'title'>;

function DataTable({ points, format, columns: [first, second], title }: TableProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className={classes.tableBox} tabIndex={0} aria-label={`${title}, table`}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">{first}</th>
            <th scope="col">{second}</th>
          </tr>
        </thead>
        <tbody>
          {points.toReversed().map(({ label, value }) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              <td>{format(value)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** "Highest: 5 h in 2 Nov 2026; last: 20 min." */
function summary(points: readonly Point[], format: (value: number) => string): string {
  const highest = points.reduce<Point | undefined>(
    (best, point) => (best && best.value >= point.value ? best : point),
    undefined,
  );
  const last = points.at(-1);
  if (!highest || !last || highest.value === 0) return 'Nothing yet.';
  return `Highest: ${format(highest.value)}, ${highest.label}; last: ${format(last.value)}. The button Table has every number.`;
}
