import './mantine';
import './theme.css';
import './debug';
import { RouterProvider } from '@tanstack/react-router';
import { createRoot } from 'react-dom/client';
import { keymap } from '@/ui/keys';
import { guardRoutes } from './gates';
import { Providers } from './providers';
import { router } from './router';

guardRoutes();
document.addEventListener('keydown', (event) => {
  if (!event.defaultPrevented) keymap.handle(event);
});

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
createRoot(root).render(
  <Providers>
    <RouterProvider router={router} />
  </Providers>,
);
