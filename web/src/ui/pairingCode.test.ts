import { describe, expect, it } from 'vitest';
import { codeGroups, codeLetters, spelledCode } from './pairingCode';

describe('pairing codes', () => {
  it.each([
    ['abcd efgh', 'ABCD-EFGH'],
    ['ABCD-EFGH', 'ABCD-EFGH'],
    ['  abcdefgh\n', 'ABCD-EFGH'],
    ['AbCdE', 'ABCD-E'],
    ['abcd', 'ABCD'],
    ['', ''],
    ['abcd-efgh-ijkl', 'ABCD-EFGH'],
  ])('reads %j', (typed, spelled) => {
    expect(spelledCode(typed)).toBe(spelled);
  });

  it('come apart into two groups of four', () => {
    expect(codeGroups('ABCD-EFGH')).toEqual(['ABCD', 'EFGH']);
    expect(codeLetters('a-b')).toBe('AB');
  });
});
