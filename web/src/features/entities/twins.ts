/** Libraries share nothing, so that two may each have a tag of one name. In the order of names these stand side by side. */
export function hasTwin(nameAt: (index: number) => string | undefined, index: number): boolean {
  const name = nameAt(index);
  return name !== undefined && (nameAt(index - 1) === name || nameAt(index + 1) === name);
}
