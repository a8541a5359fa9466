/** What the list caches are doing, for the console and the browser tests: `longshelf.lists()`. */
import { entityLists, itemLists } from '@/api/listing';

const lists = () => ({
  items: { bytes: itemLists.bytes, results: itemLists.stats },
  entities: { bytes: entityLists.bytes, results: entityLists.stats },
});

Object.assign(globalThis, { longshelf: { lists } });
