/** Pairing codes as people read and type them: two groups of four, in capitals. */

export const CODE_LENGTH = 8;
const GROUP = 4;

/** Letters and digits of what was typed or pasted, in capitals. */
export function codeLetters(text: string): string {
  return text
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '')
    .slice(0, CODE_LENGTH);
}

export function codeGroups(code: string): readonly [string, string] {
  const letters = codeLetters(code);
  return [letters.slice(0, GROUP), letters.slice(GROUP)];
}

export function spelledCode(code: string): string {
  return codeGroups(code).filter(Boolean).join('-');
}
