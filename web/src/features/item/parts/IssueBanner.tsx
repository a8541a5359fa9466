import { Alert } from '@mantine/core';
import { TriangleAlert } from 'lucide-react';
import type { Item } from '@/api/types';

/** What the last scan could not read of this item, and what is gone altogether. */
export function IssueBanner({ item }: { item: Item }) {
  const missing = item.files.filter((file) => file.missing);
  const gone = item.files.length > 0 && missing.length === item.files.length;
  const reasons = [
    ...(gone ? ['The file is not where it was. Connect its disk or scan the library, and it comes back.'] : []),
    ...(gone ? [] : missing.map((file) => `${file.name} is missing.`)),
    ...item.issues,
  ];
  if (reasons.length === 0) return null;
  return (
    <Alert
      color={gone ? 'red' : 'yellow'}
      variant="light"
      icon={<TriangleAlert size={18} />}
      title={gone ? 'Unavailable' : 'Something is wrong with this item'}
    >
      {reasons.map((reason) => (
        <div key={reason}>{reason}</div>
      ))}
    </Alert>
  );
}
