/**
 * Held at compile time: what the server's own description promises is what our types say. A field that changes there fails
 * the type check here, once the schema is generated anew.
 */
import type { components } from './schema';
import type * as ours from './types';

type Schemas = components['schemas'];
type Fits<Theirs extends Ours, Ours> = Theirs;

export type Contract = [
  Fits<Schemas['ItemCard'], ours.Card>,
  Fits<Schemas['Item'], ours.Item>,
  Fits<Schemas['Entity'], ours.Entity>,
  Fits<Schemas['LibraryInfo'], ours.Library>,
  Fits<Schemas['Pagination'], ours.Pagination>,
  Fits<Schemas['FacetList'], ours.Facets>,
  Fits<Schemas['ItemRail'], ours.Rail>,
  Fits<Schemas['LibraryIssue'], ours.ScanIssue>,
  Fits<Schemas['Job'], ours.Job>,
  Fits<Schemas['Session'], ours.Session>,
  Fits<Schemas['SetupState'], ours.SetupState>,
];
