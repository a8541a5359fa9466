/** People with an account, and what administrators keep from them. Shapes are the server's own words. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api } from './client';
import type { components } from './schema';

type Schemas = components['schemas'];

export type Account = Schemas['Account'];
type AccountList = Schemas['AccountList'];
export type ChangeAccount = Schemas['ChangeAccount'];
export type ApiKey = Schemas['Key'];
export type KeyList = Schemas['KeyList'];
export type Scope = ApiKey['scope'];
export type Rule = Required<Schemas['Rule']>;
export type UserRestrictions = Schemas['UserRestrictions'];
export type Profile = Schemas['Profile'];
type ProfileList = Schemas['ProfileList'];
export type Preview = Schemas['Preview'];
type WhyHidden = Schemas['WhyHidden'];
export type HiddenReason = Schemas['HiddenReason'];

/** Every rule of one holder, as it is sent: `profile_id` for a person, `name` for a shared profile. */
export interface RestrictionsBody {
  rules: Rule[];
  age_rating_max: number | null;
  unrated: 'show' | 'hide';
  libraries: number[] | null;
}

const USERS_PAGE = 50;
/** Profiles are few; the server cuts at this many. */
const MANY = 1_000;

export const usersQuery = (q: string, page: number) =>
  queryOptions({
    queryKey: ['users', 'list', q, page],
    queryFn: ({ signal }) =>
      api.get<AccountList>('users', { query: { q: q || null, page, page_size: USERS_PAGE }, signal }),
    placeholderData: keepPreviousData,
  });

export const userQuery = (id: number) =>
  queryOptions({
    queryKey: ['users', 'one', id],
    queryFn: ({ signal }) => api.get<Account>(`users/${id}`, { signal }),
  });

export const userKeysQuery = (id: number) =>
  queryOptions({
    queryKey: ['users', 'one', id, 'keys'],
    queryFn: ({ signal }) => api.get<KeyList>(`users/${id}/keys`, { query: { page_size: MANY }, signal }),
  });

export const restrictionsQuery = (id: number) =>
  queryOptions({
    queryKey: ['users', 'one', id, 'restrictions'],
    queryFn: ({ signal }) => api.get<UserRestrictions>(`users/${id}/restrictions`, { signal }),
  });

export const profilesQuery = queryOptions({
  queryKey: ['profiles', 'list'],
  queryFn: ({ signal }) => api.get<ProfileList>('profiles', { query: { page_size: MANY }, signal }),
});

export const profileQuery = (id: number) =>
  queryOptions({
    queryKey: ['profiles', 'one', id],
    queryFn: ({ signal }) => api.get<Profile>(`profiles/${id}`, { signal }),
  });

/** `path` is the preview of a person or of profiles; `body` is JSON, so that equal drafts are one question. */
export const previewQuery = (path: string, body: string) =>
  queryOptions({
    queryKey: ['preview', path, body],
    queryFn: ({ signal }) => api.post<Preview>(path, JSON.parse(body), { signal }),
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });

export const whyHiddenQuery = (itemId: number, userId: number) =>
  queryOptions({
    queryKey: ['why-hidden', itemId, userId],
    queryFn: ({ signal }) => api.get<WhyHidden>(`items/${itemId}/why-hidden`, { query: { user: userId }, signal }),
    staleTime: 0,
  });

export const addUser = (name: string, password: string, admin: boolean) =>
  api.post<Account>('users', { name, password, admin });
export const changeUser = (id: number, changes: ChangeAccount) => api.patch<Account>(`users/${id}`, changes);
export const removeUser = (id: number) => api.delete<void>(`users/${id}`);
export const signOutUser = (id: number) => api.delete<void>(`users/${id}/sessions`);
export const unlinkUser = (id: number) => api.delete<void>(`users/${id}/identities`);
export const withdrawKeyOf = (id: number, keyId: number) => api.delete<void>(`users/${id}/keys/${keyId}`);

export const restrictUser = (id: number, body: RestrictionsBody & { profile_id: number | null }) =>
  api.put<UserRestrictions>(`users/${id}/restrictions`, body);
export const addProfile = (body: RestrictionsBody & { name: string }) => api.post<Profile>('profiles', body);
export const changeProfile = (id: number, body: RestrictionsBody & { name: string }) =>
  api.put<Profile>(`profiles/${id}`, body);
export const removeProfile = (id: number) => api.delete<void>(`profiles/${id}`);
