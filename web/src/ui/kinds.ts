import {
  BookOpen,
  Clapperboard,
  Headphones,
  Image,
  type LucideIcon,
  MessageSquareText,
  Music,
  PanelsTopLeft,
} from 'lucide-react';
import type { ItemKind } from '@/api/types';

interface KindLook {
  icon: LucideIcon;
  one: string;
  many: string;
}

export const KIND_LOOKS: Record<ItemKind, KindLook> = {
  video: { icon: Clapperboard, one: 'Video', many: 'Videos' },
  image: { icon: Image, one: 'Image', many: 'Images' },
  audiobook: { icon: Headphones, one: 'Audiobook', many: 'Audiobooks' },
  book: { icon: BookOpen, one: 'Book', many: 'Books' },
  comic: { icon: PanelsTopLeft, one: 'Comic', many: 'Comics' },
  track: { icon: Music, one: 'Track', many: 'Tracks' },
  post: { icon: MessageSquareText, one: 'Post', many: 'Posts' },
};
