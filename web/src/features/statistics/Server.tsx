import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { formatCompact, formatCount, formatSize, formatSpan } from '@/core/format';
import { Chart } from '@/ui/charts/Chart';
import { ErrorState } from '@/ui/States';
import { Skeleton, Tile, Tiles } from './parts';
import { growthPoints } from './points';
import classes from './StatisticsPage.module.css';
import { serverStatisticsQuery } from './statisticsApi';

export function Server() {
  const { data, error, refetch } = useQuery(serverStatisticsQuery);
  if (!data) return error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <Skeleton />;
  const { users, libraries } = data;
  return (
    <>
      <Tiles>
        <Tile name="Items" value={formatCount(data.items)} />
        <Tile name="Size" value={formatSize(libraries.reduce((sum, { size }) => sum + size, 0))} />
        <Tile name="Accounts" value={formatCount(users.total)} />
        <Tile
          name="Active today"
          value={formatCount(users.day)}
          note={`${formatCount(users.week)} in a week, ${formatCount(users.month)} in a month`}
        />
      </Tiles>
      <section className={classes.card}>
        <Chart
          kind="line"
          title="Items in the library"
          points={growthPoints(data.growth)}
          format={formatCount}
          axis={formatCompact}
          columns={['End of', 'Items']}
          whole
        />
      </section>
      <section className={classes.card} aria-labelledby="by-library">
        <h3 id="by-library">By library</h3>
        <div className={classes.tableBox}>
          <table className={classes.table}>
            <thead>
              <tr>
                <th scope="col">Library</th>
                <th scope="col">Items</th>
                <th scope="col">Size</th>
                <th scope="col">Playing time</th>
              </tr>
            </thead>
            <tbody>
              {libraries.map(({ id, name, items, size, duration }) => (
                <tr key={id}>
                  <th scope="row">
                    <Link to="/browse" search={{ library: String(id) }}>
                      {name}
                    </Link>
                  </th>
                  <td>{formatCount(items)}</td>
                  <td>{size > 0 ? formatSize(size) : '–'}</td>
                  <td>{duration > 0 ? formatSpan(duration) : '–'}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </section>
    </>
  );
}
