/** Whether the server has a file at all, for when a player refuses it: an element only says that it cannot play it. */
export async function probeFile(url: string): Promise<'unsupported' | 'missing' | 'network'> {
  try {
    const { ok, status } = await fetch(url, { headers: { range: 'bytes=0-0' } });
    if (ok) return 'unsupported';
    return status === 404 ? 'missing' : 'network';
  } catch {
    return 'network';
  }
}
