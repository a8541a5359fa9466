import { api } from '@/api/client';
import { ENTITY_PATHS, type Entity } from '@/api/types';

type Which = Pick<Entity, 'kind' | 'id'>;

const pathOf = ({ kind, id }: Which) => `${ENTITY_PATHS[kind]}/${id}/image`;

export const sendPicture = (entity: Which, file: File) => api.put<Entity>(pathOf(entity), file);
export const takePicture = (entity: Which, itemId: number) => api.post<Entity>(pathOf(entity), { item_id: itemId });
export const removePicture = (entity: Which) => api.delete<void>(pathOf(entity));
