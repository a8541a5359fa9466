import { Button } from '@mantine/core';
import { type ErrorComponentProps, useRouter } from '@tanstack/react-router';
import { Compass } from 'lucide-react';
import { EmptyState, ErrorState } from '@/ui/States';

export function NotFound() {
  const router = useRouter();
  return (
    <EmptyState
      icon={Compass}
      title="No such page"
      action={<Button onClick={() => router.navigate({ to: '/' })}>Go to the home page</Button>}
    >
      The address may be mistyped, or what it showed is gone.
    </EmptyState>
  );
}

export function RouteError({ error }: ErrorComponentProps) {
  const router = useRouter();
  return <ErrorState error={error} onRetry={() => router.invalidate()} />;
}
